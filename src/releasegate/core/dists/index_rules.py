"""What PyPI refuses of a project's name and of core metadata, whatever it holds: known without asking it.

Source: PyPI's own server (warehouse, August 2026): what it adds to the core metadata specification, and its check of
a new project's name. Every sentence is the server's answer, without the page that it gives to read. All that is
refused here is refused there with 400; the reverse is not so: not here are an address's syntax, addresses of mail but
for a domain without a period, and the names that PyPI's administrators have forbidden and never published.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from releasegate.core.frozen import dataclass

if TYPE_CHECKING:
    from packaging.metadata import Metadata

METADATA_VERSIONS = frozenset({"1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5"})
SUMMARY_LENGTH = 512
LABEL_LENGTH = 32

PROHIBITED = frozenset({"requirements-txt", "rrequirements-txt"})
"""The names that the server's own database starts with (its migration of September 2017), normalized."""

_FORMER = """
BaseHTTPServer Bastion CGIHTTPServer ColorPicker ConfigParser Cookie DocXMLRPCServer EasyDialogs FrameWork HTMLParser
MacOS MimeWriter MiniAEFrame Queue ScrolledText SimpleHTTPServer SimpleXMLRPCServer SocketServer StringIO Tix Tkinter
UserDict UserList UserString __builtin__ _dummy_thread _winreg aepack aetools aetypes aifc anydbm applesingle asynchat
asyncore audioop autoGIL binhex bsddb buildtools cPickle cStringIO cfmfile cgi cgitb chunk commands compiler cookielib
copy_reg crypt dbhash dircache distutils dumbdbm dummy_thread dummy_threading formatter fpectl fpformat
future_builtins gdbm gensuitemodule hotshot htmlentitydefs htmllib httplib imageop imgfile imghdr imp imputil lib2to3
macerrors macostools macpath macresource mailcap md5 mhlib mimetools mimify msilib multifile mutex nis nntplib
ossaudiodev parser pipes popen2 posixfile rexec rfc822 robotparser sgmllib smtpd sndhdr spwd statvfs sunau
sunaudiodev symbol telnetlib ttk urllib2 urlparse uu videoreader whichdb xdrlib xmlrpclib
"""
FORMER_MODULES = frozenset(_FORMER.split())
"""Modules that the standard library of a Python since 2.6 had, and that of the newest has not."""

_WEB = re.compile(r"https?:", re.IGNORECASE)
_MAIL_WITHOUT_PERIOD = re.compile(r'(?:(?:"[^"]*"|[^"<>@,])*<)?([^"<>@,\s]+@[^"<>@,.\s]+)>?')


@dataclass(frozen=True)
class FieldProblem:
    """A field of the core metadata (``requires-dist``) that PyPI refuses, and the sentence in which it does."""

    field: str
    sentence: str


def metadata_problems(metadata: Metadata) -> tuple[FieldProblem, ...]:
    """Return all that PyPI refuses in metadata that is valid by the specification.

    Raises:
        InvalidMetadata: a field is not valid by the specification; only where *metadata* was made unvalidated.
    """
    return tuple(problem for rule in RULES for problem in rule(metadata))


def name_problem(name: str, *, standard_library: Collection[str]) -> str | None:
    """Return why no new project can have the *name*, or ``None``.

    *standard_library* are the names of its modules, as ``sys.stdlib_module_names`` has them; PyPI knows those of every
    Python since 2.6, and so ``FORMER_MODULES`` count, too.
    """
    normalized = canonicalize_name(name)
    if normalized in {canonicalize_name(module.strip("-_.")) for module in {*standard_library, *FORMER_MODULES}}:
        return f"The name {name!r} isn't allowed (conflict with Python Standard Library module name)."
    if normalized in PROHIBITED:
        return f"The name {name!r} isn't allowed."
    return None


def confusable(name: str) -> str:
    """Return what two names have in common that PyPI takes for one: no separators, ``l`` and ``i`` as 1, ``o`` as 0."""
    return re.sub(r"[._-]", "", name).lower().translate(str.maketrans("lio", "110"))


def _metadata_version(metadata: Metadata) -> Iterator[FieldProblem]:
    if metadata.metadata_version not in METADATA_VERSIONS:
        yield FieldProblem("metadata-version", f"{metadata.metadata_version!r} is not a valid metadata version")


def _local_version(metadata: Metadata) -> Iterator[FieldProblem]:
    if metadata.version.local:
        yield FieldProblem("version", f"The use of local versions in '{metadata.version}' is not allowed.")


def _summary(metadata: Metadata) -> Iterator[FieldProblem]:
    if len(metadata.summary or "") > SUMMARY_LENGTH:
        yield FieldProblem("summary", f"'summary' field must be {SUMMARY_LENGTH} characters or less.")


def _mail(metadata: Metadata) -> Iterator[FieldProblem]:
    fields = {"author-email": metadata.author_email, "maintainer-email": metadata.maintainer_email}
    for field, value in fields.items():
        if match := _MAIL_WITHOUT_PERIOD.fullmatch(value or ""):
            why = "The part after the @-sign is not valid. It should have a period."
            yield FieldProblem(field, f"{match[1]!r} is not a valid email address: {why}")


def _classifiers(metadata: Metadata) -> Iterator[FieldProblem]:
    """Refuse what is not on the list, ``Private :: Do Not Upload`` among it, and then what is no longer on it."""
    if not metadata.classifiers:
        return
    from trove_classifiers import all_classifiers, deprecated_classifiers  # noqa: PLC0415 - not at every start

    for unknown in sorted(set(metadata.classifiers) - set(all_classifiers)):
        yield FieldProblem("classifier", f"{unknown!r} is not a valid classifier.")
    for old in sorted(set(metadata.classifiers) & deprecated_classifiers.keys()):
        instead = f", use one of {deprecated_classifiers[old]} instead" if deprecated_classifiers[old] else ""
        yield FieldProblem("classifier", f"The classifier {old!r} has been deprecated{instead}.")


def _pages(metadata: Metadata) -> Iterator[FieldProblem]:
    for field, url in (("home-page", metadata.home_page), ("download-url", metadata.download_url)):
        if url is not None and not _WEB.match(url):
            yield FieldProblem(field, f"{url!r} is not a valid url.")


def _project_urls(metadata: Metadata) -> Iterator[FieldProblem]:
    for label, url in (metadata.project_urls or {}).items():
        if not label:
            yield FieldProblem("project-url", "Must have a label")
        elif len(label) > LABEL_LENGTH:
            yield FieldProblem("project-url", f"{label!r} must be {LABEL_LENGTH} characters or less.")
        elif not url:
            yield FieldProblem("project-url", "Must have a URL")
        elif not _WEB.match(url):
            yield FieldProblem("project-url", f"{url!r} is not a valid url")


def _dependencies(metadata: Metadata) -> Iterator[FieldProblem]:
    """Refuse a dependency from an address, that of an extra too, and what is no requirement."""
    yield from _old_dependencies("provides-dist", metadata.provides_dist or ())
    yield from _old_dependencies("obsoletes-dist", metadata.obsoletes_dist or ())
    for requirement in metadata.requires_dist or ():
        if requirement.url is not None:
            yield FieldProblem("requires-dist", f"Can't have direct dependency: {requirement}")


def _old_dependencies(field: str, values: Iterable[str]) -> Iterator[FieldProblem]:
    for text in values:
        try:
            direct = Requirement(text).url is not None
        except InvalidRequirement as error:
            yield FieldProblem(field, f"{text!r} is invalid: {error}")
        else:
            if direct:
                yield FieldProblem(field, f"Can't have direct dependency: {text!r}")


def _dynamic(metadata: Metadata) -> Iterator[FieldProblem]:
    if "dynamic" in (metadata.dynamic or ()):
        yield FieldProblem("dynamic", "Dynamic field 'dynamic' is not a valid dynamic field.")


def _license(metadata: Metadata) -> Iterator[FieldProblem]:
    if metadata.license and metadata.license_expression:
        yield FieldProblem(
            "license",
            "License is deprecated when License-Expression is present. Only License-Expression should be present.",
        )


RULES: tuple[Callable[[Metadata], Iterator[FieldProblem]], ...] = (
    _metadata_version,
    _local_version,
    _summary,
    _mail,
    _classifiers,
    _pages,
    _project_urls,
    _dependencies,
    _dynamic,
    _license,
)
"""The rules, in the server's order; of several problems with one field it tells the first."""

RULES_OF_TABLE = (_summary, _classifiers, _project_urls, _dependencies)
"""The rules for fields that a project's own table (``[project]``) states."""

"""What a string of the configuration may be: each check returns what the string means.

Each raises ``ValueError`` with what is wrong and what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from packaging.utils import canonicalize_name

from releasegate.core.config.messages import shown
from releasegate.core.release.versions import parse_version
from releasegate.core.toml.lines import split_key

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_MINOR = re.compile(r"[1-9]\.(?:0|[1-9][0-9]*)", re.ASCII)
_PART = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# What Git allows in a name, less what a shell or an option parser would take for something else.
_REF = re.compile(r"\w[\w./+@#=,-]*")
_UNFIT = ("..", "@{", "//", "/.", ".lock/")
# Tags are handed to Git as words, and to forges as patterns in quotes: name@1.2.0, name==1.2.0, @scope/name@1.2.0.
_TAG = re.compile(r"[\w@][\w@=.,/+#%-]*")


def minor(value: str) -> str:
    """Return a minor version of Python as it is."""
    if not _MINOR.fullmatch(value):
        raise ValueError(f'{shown(value)} is not a minor version; write e.g. "3.12"')
    return value


def plain(value: str) -> str:
    """Return printable text as it is."""
    if not value.strip() or _CONTROL.search(value):
        raise ValueError(f"{shown(value)} is empty or has control characters; write printable text")
    return value


def name(value: str) -> str:
    """Return a package's name, normalized."""
    try:
        return canonicalize_name(value, validate=True)
    except ValueError:
        raise ValueError(
            f"{shown(value)} is not a package's name; write letters, digits, '-', '_', '.', e.g. \"my-package\""
        ) from None


def extra(value: str) -> str:
    """Return an extra's name as it is."""
    name(value)
    return value


def version(value: str) -> str:
    """Return a version in canonical form."""
    parsed = parse_version(value)
    if parsed is None:
        raise ValueError(f'{shown(value)} is not a version by PEP 440; write e.g. "1.2.3"')
    return str(parsed)


def version_range(value: str) -> str:
    """Return a version range as it is."""
    try:
        within("1", value)
    except ValueError:
        raise ValueError(f'{shown(value)} is not a version range by PEP 440; write e.g. ">=1.2,<2"') from None
    return value


def within(version: str, versions: str) -> bool:
    """Return whether a range has *version*; raises ``ValueError`` where *versions* is no range by PEP 440."""
    from packaging.specifiers import SpecifierSet  # noqa: PLC0415 - slow to load, and few configurations need it

    return SpecifierSet(versions).contains(version, prereleases=True)


def requirement(value: str) -> str:
    """Return a requirement as it is."""
    from packaging.requirements import Requirement  # noqa: PLC0415 - slow to load, and few configurations need it

    try:
        Requirement(value)
    except ValueError:
        raise ValueError(f'{shown(value)} is not a requirement by PEP 508; write e.g. "django>=5"') from None
    return value


def folder(value: str) -> PurePosixPath:
    """Return a relative path, which may lead outside."""
    path = PurePosixPath(plain(value))
    if path.is_absolute() or "\\" in value or re.match(r"[A-Za-z]:", value):
        raise ValueError(f'{shown(value)} is not a relative path with "/"; write e.g. "../backend"')
    return path


def inside(value: str) -> PurePosixPath:
    """Return a relative path that stays inside."""
    path = folder(value)
    if ".." in path.parts or not path.parts:
        raise ValueError(f'{shown(value)} leads outside; write a path inside the package, e.g. "pkg/__init__.py"')
    return path


def in_repository(value: str) -> PurePosixPath:
    """Return a relative path of a file, which may lead out of the package and not out of the repository."""
    path = folder(value)
    above = sum(part == ".." for part in path.parts)
    # Whether as many folders are above is known where the repository is.
    if above == len(path.parts) or ".." in path.parts[above:] or ".git" in path.parts:
        raise ValueError(f'{shown(value)} is not a file of the repository; write e.g. "pkg/__init__.py"')
    return path


def ini_key(value: str) -> str:
    """Return a section and a key, with a dot between them, as it is."""
    section, dot, key = value.rpartition(".")
    if not (section and dot and key == key.strip() and re.fullmatch(r"[^\s=:#;\[\]][^=:\[\]]*", key)):
        raise ValueError(f'{shown(value)} is not a section and a key; write e.g. "metadata.version"')
    return plain(value)


def pattern(value: str) -> str:
    """Return a text with one ``{version}`` in it as it is; it may begin with the end of the line before."""
    if plain(value.removeprefix("\n")).count("{version}") != 1:
        raise ValueError(f'{shown(value)} needs {{version}} once; write e.g. "version: {{version}}"')
    return value


def inside_text(value: str) -> str:
    """Return a relative path that stays inside, as text."""
    return str(inside(value))


def toml_key(value: str) -> str:
    """Return a dotted key as it is."""
    if split_key(value) is None:
        raise ValueError(f'{shown(value)} is not a dotted key; write e.g. "project.version"')
    return value


def attribute(value: str) -> str:
    """Return a dotted attribute as it is."""
    if not all(part.isidentifier() for part in value.split(".")):
        raise ValueError(f'{shown(value)} is not an attribute; write e.g. "__version__" or "Config.version"')
    return value


def branch(value: str) -> str:
    """Return the name of a branch or a remote as it is."""
    if not _REF.fullmatch(value) or value.endswith(("/", ".", ".lock")) or any(part in value for part in _UNFIT):
        raise ValueError(f'{shown(value)} is not a name that Git takes; write e.g. "develop"')
    return value


def repository(value: str) -> str:
    """Return ``owner/name`` as it is."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9._-]+", value):
        raise ValueError(f'{shown(value)} is not a repository; write owner/name, e.g. "octo/harbor-api"')
    return value


def prefix(value: str) -> str:
    """Return the beginning of a tag as it is, where Git takes a tag that it begins."""
    if value and (not _TAG.fullmatch(value) or any(part in value for part in _UNFIT)):
        raise ValueError(f'{shown(value)} cannot begin a tag; write e.g. "v", or "" for none')
    return value


def variable(value: str) -> str:
    """Return an environment variable's name as it is."""
    if not _VARIABLE.fullmatch(value):
        # The value is not shown: what stands here instead of a name is most often the token itself.
        raise ValueError('is not the name of an environment variable; write e.g. "MY_INDEX_TOKEN"')
    return value


def username(value: str) -> str:
    """Return a user's name as it is."""
    if value.startswith("pypi-"):
        raise ValueError('is a token; write "__token__", and name its environment variable in "token-env"')
    return plain(value)


def address(value: str) -> str:
    """Return an http or https address without credentials as it is."""
    # Addresses are never shown: they are where passwords hide.
    try:
        parts = urlsplit(plain(value))
        known = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if not known or re.search(r"\s", value):
        raise ValueError('is not an address; write e.g. "https://packages.example/simple/"')
    if "@" in parts.netloc:
        raise ValueError('has a user or a password in it; remove them, use "username" and "token-env" or "keyring"')
    return value


def path_of_url(value: str) -> str:
    """Return the path of an address as it is."""
    if not value.startswith("/"):
        raise ValueError(f'{shown(value)} is not the path of an address; write e.g. "/health"')
    return plain(value)


def part_name(value: str) -> str:
    """Return the name of a part of a stack as it is."""
    if not _PART.fullmatch(value):
        raise ValueError(f'{shown(value)} is no name; write letters, digits, "-" and "_", a letter first')
    return value


def word(value: str) -> str:
    """Return a word of a command as it is."""
    if "\0" in value:
        raise ValueError("has a NUL character; remove it")
    return value


def is_variable(value: str) -> bool:
    """Whether *value* can be the name of an environment variable."""
    return _VARIABLE.fullmatch(value) is not None


def one_of(known: Sequence[str]) -> Callable[[str], str]:
    """Return the check that a string is one of *known*."""

    def check(value: str) -> str:
        if value not in known:
            raise ValueError(f"{shown(value)} is not known here; write one of: {', '.join(known)}")
        return value

    return check

"""What a wheel or an sdist says about itself: metadata, RECORD, scripts, modules.

Formats: core metadata, the binary distribution format and entry points of the packaging specifications.
"""

from __future__ import annotations

import base64
import configparser
import csv
import hashlib
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from releasegate.core.dists.archive import Members
from releasegate.core.errors import GateFailed

Row = tuple[str, str, str]
"""A line of RECORD: path, hash, size."""

_REBUILD = "Look into the build backend's configuration and build again"
_SITE = ("purelib", "platlib")
_MODULE = re.compile(r"\w+")
_COMPILED = (".so", ".pyd")
_METADATA_VERSION = re.compile(rb"^Metadata-Version:\s*(\d+\.\d+)", re.MULTILINE | re.IGNORECASE)
_LICENSE_FILE = re.compile(rb"^License-File:.*\n(?:[ \t].*\n)*", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Identity:
    """What a distribution's metadata says that it is; ``name`` is normalized, ``version`` in its canonical form."""

    name: str
    version: str
    requires_python: str


def dist_info(wheel: Members) -> str:
    """Return the name of the wheel's one ``.dist-info`` folder.

    Raises:
        GateFailed: there is none, or more than one.
    """
    folders = sorted({path.split("/", 1)[0] for path in wheel if path.split("/", 1)[0].endswith(".dist-info")})
    if len(folders) != 1:
        found = ", ".join(folders) or "none"
        raise GateFailed(f"{wheel.filename} must have exactly one .dist-info folder, not {found}.", hint=_REBUILD)
    return folders[0]


def member(archive: Members, path: str) -> bytes:
    """Return the bytes of a file that the format demands.

    Raises:
        GateFailed: it is not there.
    """
    try:
        return archive[path]
    except KeyError:
        raise GateFailed(f"{archive.filename} has no {path}.", hint=_REBUILD) from None


def wheel_metadata(wheel: Members) -> bytes:
    """Return the wheel's METADATA; raises ``GateFailed`` where there is none."""
    return member(wheel, f"{dist_info(wheel)}/METADATA")


def sdist_metadata(sdist: Members) -> bytes:
    """Return the sdist's PKG-INFO; raises ``GateFailed`` where there is none."""
    return member(sdist, "PKG-INFO")


def as_sent(metadata: bytes) -> bytes:
    """Return core metadata as twine sends it: without ``License-File`` where its version does not know that field.

    setuptools before 77 wrote such metadata, and twine leaves the field out for its sake.
    """
    head, end, body = metadata.replace(b"\r\n", b"\n").partition(b"\n\n")
    version = _METADATA_VERSION.search(head)
    if version is None or version[1].split(b".") >= [b"2", b"4"]:
        return metadata
    return _LICENSE_FILE.sub(b"", head + b"\n") + end[1:] + body


def identity(metadata: bytes, *, where: str) -> Identity:
    """Parse what matters of core metadata, of newer versions too; *where* names it in the error.

    Raises:
        GateFailed: name, version or Requires-Python is missing or invalid.
    """
    from packaging.metadata import Metadata

    parsed = Metadata.from_email(metadata, validate=False)
    try:
        name = canonicalize_name(parsed.name, validate=True)
        python = parsed.requires_python or SpecifierSet()
        python.contains("3")  # packaging reads a bound only when it is asked
        return Identity(name, str(parsed.version), str(python))
    except ValueError as error:  # InvalidMetadata, or a version of thousands of digits
        raise GateFailed(f"The metadata of {where} cannot be used: {error}.", hint=_REBUILD) from error


def metadata_differences(ours: bytes, theirs: bytes) -> tuple[str, ...]:
    """Return the fields in which two core metadata differ, with both values; what they say in prose is left out."""
    from packaging.metadata import parse_email

    one, other = (dict(parse_email(each)[0]) for each in (ours, theirs))
    fields = sorted((one.keys() | other.keys()) - {"description"})
    return tuple(f"{f}: {one.get(f)!r} and {other.get(f)!r}" for f in fields if one.get(f) != other.get(f))


def extras(metadata: bytes) -> tuple[str, ...]:
    """Return the normalized names of the extras that core metadata provides."""
    from packaging.metadata import parse_email

    return tuple(sorted({canonicalize_name(name) for name in parse_email(metadata)[0].get("provides_extra", [])}))


def requires(metadata: bytes) -> tuple[str, ...]:
    """Return the dependencies that core metadata states, those of extras too."""
    from packaging.metadata import parse_email

    return tuple(parse_email(metadata)[0].get("requires_dist", []))


def record_row(path: str, content: bytes) -> Row:
    """Return the line that RECORD must have for a file."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return path, f"sha256={digest}", str(len(content))


def hexadecimal(row: Row, content: bytes) -> bool:
    """Whether a line of RECORD states a file rightly, but for its sha256 in hexadecimal digits.

    The specification wants base64url, and installers do not look: packaging.python.org, "Recording installed projects".
    """
    return row[1:] == (f"sha256={hashlib.sha256(content).hexdigest()}", str(len(content)))


def record_rows(record: bytes, *, where: str) -> tuple[Row, ...]:
    """Parse a RECORD; *where* names it in the error.

    Raises:
        GateFailed: a line has not three fields, or the text is not UTF-8.
    """
    try:
        rows = list(csv.reader(io.StringIO(record.decode(), newline=""), strict=True))
        return tuple((path, digest, size) for path, digest, size in rows)
    except (ValueError, csv.Error) as error:
        raise GateFailed(f"{where} cannot be read: {error}.", hint=_REBUILD) from error


def entry_points(wheel: Members) -> Mapping[str, Mapping[str, str]]:
    """Return the wheel's entry points: group -> name -> object reference.

    Raises:
        GateFailed: the file cannot be parsed.
    """
    path = f"{dist_info(wheel)}/entry_points.txt"
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None, default_section="")
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names are case-sensitive
    try:
        parser.read_string(wheel.get(path, b"").decode())
    except (ValueError, configparser.Error) as error:
        reason = " ".join(str(error).split())
        raise GateFailed(f"{path} in {wheel.filename} cannot be read: {reason}.", hint=_REBUILD) from error
    return {group: dict(parser.items(group)) for group in parser.sections()}


def installed(wheel: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Return what the wheel puts into site-packages, but for the ``.dist-info``: path there -> bytes."""
    found = {}
    for path, content in wheel.items():
        first, _, rest = path.partition("/")
        if first.endswith(".data"):
            scheme, _, inside = rest.partition("/")
            if scheme in _SITE:
                found[inside] = content
        elif not first.endswith(".dist-info"):
            found[path] = content
    return found


def sources(wheel: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Return the wheel's Python source files: path in site-packages -> bytes."""
    return {path: content for path, content in installed(wheel).items() if path.endswith(".py")}


def module_name(path: str) -> str | None:
    """Return the dotted name by which a file in site-packages is imported; ``None`` where it is no module.

    An extension module carries its platform between two dots: ``speedups.cpython-312-x86_64-linux-gnu.so``.
    """
    *folders, last = path.split("/")
    if not last.endswith((".py", *_COMPILED)):
        return None
    stem = last.removesuffix(".py") if last.endswith(".py") else last.partition(".")[0]
    parts = [*folders, stem] if stem != "__init__" else folders
    return ".".join(parts) if parts and all(_MODULE.fullmatch(part) for part in parts) else None


def modules(paths: Iterable[str]) -> dict[str, str]:
    """Return every module among *paths* in site-packages by its dotted name, parents first.

    Numbered modules (``0001_initial``) are modules too: Django imports them by name. ``__main__`` is none, as to
    import it is to run the program.
    """
    named = ((name, path) for path in paths if (name := module_name(path)) is not None)
    return dict(sorted((name, path) for name, path in named if name.rpartition(".")[2] != "__main__"))

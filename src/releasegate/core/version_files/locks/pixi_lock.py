"""The version in a package's own entry of a ``pixi.lock``, and the sum of what that entry was made from.

The file is YAML that pixi alone writes: an entry for each package, under ``packages``, one key a line. That of a folder
names no address, and until pixi 0.60 it had a sum of the files that say how the folder is built.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from packaging.utils import canonicalize_name

from releasegate.core.config.version_file_types import LockVersionFile
from releasegate.core.errors import ConfigurationError
from releasegate.core.version_files.kind import Found, Span, utf8

NAME = "pixi.lock"
SUMMED = tuple(map(PurePosixPath, ("pyproject.toml", "setup.py", "setup.cfg")))
"""What the sum of a folder is made from, in this order: each that is there, with the line ends of POSIX."""

_PACKAGES = re.compile(r"^packages:[ \t]*\r?\n", re.MULTILINE)
_ENTRY = re.compile(r"^- .*(?:\n(?![^ ]).*)*", re.MULTILINE)
_KEY = re.compile(r"""^[- ] (\w+):[ \t]+(['"]?)([^'"\s#]+)\2[ \t]*\r?$""", re.MULTILINE)
_ELSEWHERE = re.compile(r"://|\.(?:whl|zip|conda|tar\.\w+)$")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def find(version_file: LockVersionFile, content: bytes, package: str) -> Found:
    """Return the version of the package's own entry; one that comes from an address is not its own.

    Raises:
        ConfigurationError: the file is not UTF-8, or has no such entry, or several, or one without a version.
    """
    span = _located(version_file, content, package)
    return Found(span.version, span.line, f"package {version_file.name or package}")


def replace(version_file: LockVersionFile, content: bytes, package: str, version: str) -> bytes:
    """Return the lock file with *version* in the package's own entry, as ``Kind.replace`` says.

    What YAML would read as a number, ``2026.10``, is put into quotes, as pixi does.
    """
    span = _located(version_file, content, package)
    bare = span.text[span.start - 1].isspace()
    return span.replaced(f"'{version}'" if bare and _NUMBER.fullmatch(version) else version).encode()


def summed_anew(
    lock: bytes, before: Mapping[PurePosixPath, bytes | None], after: Mapping[PurePosixPath, bytes | None]
) -> bytes:
    """Return the lock file with the sum of the package's folder *after* the bump where that of *before* stood."""
    return lock.replace(b"sha256: " + _sum(before), b"sha256: " + _sum(after))


def _sum(files: Mapping[PurePosixPath, bytes | None]) -> bytes:
    there = [content for path in SUMMED if (content := files.get(path)) is not None]
    return hashlib.sha256(b"".join(each.replace(b"\r\n", b"\n") for each in there)).hexdigest().encode()


def _located(version_file: LockVersionFile, content: bytes, package: str) -> Span:
    where, name = str(version_file.path), version_file.name or package
    text = utf8(content, where=where)
    mine = [keys for keys in _entries(text) if _is_own(keys, name)]
    if len(mine) != 1:
        raise ConfigurationError(
            f"{where} has {'several entries' if mine else 'no entry'} for {name} with a folder as the source.",
            hint=f"Lock again, or correct the entry's name, or remove the version file {where}",
        )
    if "version" not in mine[0]:
        raise ConfigurationError(
            f"{where} states no version for {name}: pixi leaves out that of a folder.",
            hint=f"Remove the version file {where}: there is nothing to keep in step",
        )
    return mine[0]["version"]


def _entries(text: str) -> Iterator[dict[str, Span]]:
    """Yield the plain keys of every package: where it comes from, which is its first key, its name, its version."""
    listed = _PACKAGES.search(text)
    for entry in _ENTRY.finditer(text, listed.end()) if listed is not None else ():
        yield {key[1]: Span(text, key.start(3), key.end(3)) for key in _KEY.finditer(text, *entry.span())}


def _is_own(keys: Mapping[str, Span], package: str) -> bool:
    name = keys.get("name")
    come_from = (keys[key].version for key in ("pypi", "conda", "path", "url") if key in keys)
    named = name is not None and canonicalize_name(name.version) == canonicalize_name(package)
    return named and not any(map(_ELSEWHERE.search, come_from))

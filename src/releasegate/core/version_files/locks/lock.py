"""The version in a package's own entry of a ``uv.lock``, a ``pylock.toml`` (PEP 751) or a ``Cargo.lock``.

The entry alone is looked at for it; that nothing else has changed is proven of the whole.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from typing import Any

from packaging.utils import canonicalize_name

from releasegate.core.config.version_file_types import LockVersionFile
from releasegate.core.errors import ConfigurationError, Refused
from releasegate.core.frozen import dataclass
from releasegate.core.toml.lines import TomlText, read_toml
from releasegate.core.toml.outline import outline
from releasegate.core.version_files.kind import Found, Spelling, spelled, stated, utf8
from releasegate.core.version_files.toml import plain_string, prove, with_string

# The sources by which uv marks what is built from a folder, as opposed to what comes from an index or an archive:
# https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile
_OWN_SOURCES = frozenset({"editable", "virtual", "directory"})
_CARGO = "Cargo.lock"
_HEADER = re.compile(r"^\ufeff?\[\[packages?\]\][^\n]*(?:\n|\Z)", re.MULTILINE)
_ANY_HEADER = re.compile(r"^\[", re.MULTILINE)


@dataclass(frozen=True)
class _Entry:
    """A lock file's text and, at ``text[start:end]``, the keys of its entry number ``position`` in ``array``."""

    text: str
    array: str
    position: int
    start: int
    end: int
    toml: TomlText
    where: str

    @property
    def lines_above(self) -> int:
        """The lines before the entry's first key; the last of them is its header."""
        return self.text.count("\n", 0, self.start)


def find(version_file: LockVersionFile, content: bytes, package: str) -> Found:
    """Return the version of the package's own entry; one of the same name that comes from an index is not its own.

    Raises:
        ConfigurationError: the file is not TOML, or has no such entry, or several, or one without a version.
        Refused: the entry or the version is not written as uv writes it.
    """
    entry = _entry(version_file, content, package)
    if "version" not in entry.toml.values:
        raise ConfigurationError(
            f"{entry.where}:{entry.lines_above} states no version for {version_file.name or package}: "
            "uv leaves out a dynamic one.",
            hint=f"Remove the version file {entry.where}: there is nothing to keep in step",
        )
    name = f"package[{entry.position}].version"
    text, line = plain_string(entry.toml, ("version",), where=entry.where, name=name, lines_above=entry.lines_above)
    version = stated(text, _spelling(version_file), where=f"{entry.where}:{line}")
    return Found(version, line, f"package {version_file.name or package}")


def replace(version_file: LockVersionFile, content: bytes, package: str, version: str) -> bytes:
    """Return the lock file with *version* in the package's own entry, as ``Kind.replace`` says."""
    entry = _entry(version_file, content, package)
    new = spelled(version, _spelling(version_file), where=entry.where)
    changed = with_string(entry.toml, ("version",), new, where=entry.where, lines_above=entry.lines_above)
    text = entry.text[: entry.start] + changed + entry.text[entry.end :]
    before = read_toml(entry.text, where=entry.where)
    prove(before, text, (entry.array, entry.position, "version"), new, where=entry.where)
    return text.encode()


def _spelling(version_file: LockVersionFile) -> Spelling:
    return "semver" if version_file.path.name == _CARGO else "pep440"


def _listed(text: str, package: str, *, where: str) -> tuple[str, Sequence[Any], Sequence[int]]:
    """Return the name of the array of entries, all of them, and where the text behind each header begins.

    Those of other packages may be empty.
    """
    listed = outline(text)
    if listed is not None:
        named = (text[each.start : each.end] if _named({"name": each.name}, package) else "" for each in listed)
        array = listed[0].array
        begins = [each.start + len(f"[[{array}]]\n") for each in listed]
        return array, [tomllib.loads(entry)[array][0] if entry else {} for entry in named], begins
    values = read_toml(text, where=where).values
    array = "packages" if "packages" in values else "package"
    entries = values.get(array)
    begins = [header.end() for header in _HEADER.finditer(text)]
    return array, entries if isinstance(entries, list) else [], begins


def _entry(version_file: LockVersionFile, content: bytes, package: str) -> _Entry:
    where, package = str(version_file.path), version_file.name or package
    lock = utf8(content, where=where)
    array, entries, begins = _listed(lock, package, where=where)
    own = _is_own_crate if version_file.path.name == _CARGO else _is_own
    mine = [n for n, entry in enumerate(entries) if own(entry, package)]
    if mine and len(begins) != len(entries):
        raise Refused(
            f"{where} is not written as its tool writes it: its entries are not one [[{array}]] table each.",
            hint=f"Lock again, or remove the version file {where}",
        )
    if len(mine) != 1:
        lines = ", ".join(str(lock.count("\n", 0, begins[n])) for n in mine)
        count = f"several entries (lines {lines})" if mine else "no entry"
        raise ConfigurationError(
            f"{where} has {count} for {package} with the project's own folder as the source.",
            hint=f"Lock again, or correct the entry's name, or remove the version file {where}",
        )
    start = begins[mine[0]]
    following = _ANY_HEADER.search(lock, start)
    end = following.start() if following else len(lock)
    toml = read_toml(lock[start:end], where=f"the entry in {where}")
    return _Entry(lock, array, mine[0], start, end, toml, where)


def _is_own(entry: Any, package: str) -> bool:
    """Return whether an entry of a lock file is the project's own one for *package*."""
    # PEP 751 has the folder in the entry itself.
    source = entry.get("source", entry) if isinstance(entry, dict) else None
    return _named(entry, package) and isinstance(source, dict) and not _OWN_SOURCES.isdisjoint(source)


def _is_own_crate(entry: Any, package: str) -> bool:
    """Return whether an entry of a ``Cargo.lock`` is of a crate in a folder: what comes from elsewhere has a source."""
    return _named(entry, package) and "source" not in entry


def _named(entry: Any, package: str) -> bool:
    name = entry.get("name") if isinstance(entry, dict) else None
    return isinstance(name, str) and canonicalize_name(name) == canonicalize_name(package)

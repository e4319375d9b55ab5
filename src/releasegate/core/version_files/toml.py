"""Versions stated in TOML: under a dotted key, and in a package's own entry of a ``uv.lock``."""

from __future__ import annotations

from typing import Any

from packaging.utils import canonicalize_name

from releasegate.core.config.toml_text import KeyPath, TomlText, join_key, read_toml, split_key
from releasegate.core.config.version_file_types import LockVersionFile, TomlVersionFile
from releasegate.core.errors import ConfigurationError, Refused
from releasegate.core.version_files.span import Span, stated

# The sources by which uv marks what is built from a folder, as opposed to what comes from an index or an archive:
# https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile
_OWN_SOURCES = frozenset({"editable", "virtual", "directory"})


def in_toml(version_file: TomlVersionFile, text: str) -> Span:
    """Return where *text* states the version under its key.

    Raises:
        ConfigurationError: the text is not TOML, or has no string under that key.
        Refused: the project's version is dynamic, or is not written as one plain string.
    """
    where = str(version_file.path)
    toml = read_toml(text, where=where)
    key = split_key(version_file.key) or (version_file.key,)
    value = _under(toml.values, key)
    if value is None:
        _refuse_dynamic(toml, key, where=where)
        raise ConfigurationError(
            f"{where} has no key {version_file.key}.",
            hint="Correct the key in [tool.releasegate].",
        )
    return _string(toml, key, where=where)


def in_lock(version_file: LockVersionFile, text: str, *, package: str) -> Span:
    """Return where *text*, a ``uv.lock``, states the version of *package* itself.

    An entry of the same name that comes from an index is not the package's own.

    Raises:
        ConfigurationError: the text is not TOML, or has no such entry, or several, or one without a version.
        Refused: the version is not written as one plain string.
    """
    where = str(version_file.path)
    toml = read_toml(text, where=where)
    entries = toml.values.get("package")
    mine = [n for n, entry in enumerate(entries if isinstance(entries, list) else ()) if _is_own(entry, package)]
    if len(mine) != 1:
        lines = ", ".join(str(toml.line(("package", n))) for n in mine)
        count = f"several entries (lines {lines})" if mine else "no entry"
        raise ConfigurationError(
            f"{where} has {count} for {package} with the project's own folder as the source.",
            hint=f"Run uv lock, or correct the package's name, or remove the version file {where}.",
        )
    path = ("package", mine[0], "version")
    if "version" not in toml.values["package"][mine[0]]:
        raise ConfigurationError(
            f"{where}:{toml.line(path)} states no version for {package}: uv leaves out a dynamic one.",
            hint=f"Remove the version file {where}: there is nothing to keep in step.",
        )
    return _string(toml, path, where=where)


def prove(before: str, after: str, *, at: Span, where: str) -> None:
    """Make sure that *after* says what *before* said but for the one version that stood *at* its version file.

    Raises:
        ConfigurationError: *after* is not TOML.
        Refused: another value changed too, or the version did not.
    """
    old, new = read_toml(before, where=where), read_toml(after, where=where)
    around = {path: end - start for path, (start, end) in old.spans.items() if start < at.start and at.end < end}
    *above, last = min(around, key=around.__getitem__)
    table: Any = old.values
    for part in above:
        table = table[part]
    table[last] = after[at.start : len(after) - (len(before) - at.end)]
    # As texts, because nan is not equal to itself.
    if repr(old.values) != repr(new.values):
        raise Refused(
            f"Changing the version at {where}:{at.line} would change another value too.",
            hint="Write the version as a plain string in quotes, on a line of its own.",
        )


def _under(values: Any, key: tuple[str, ...]) -> Any:
    for part in key:
        values = values.get(part) if isinstance(values, dict) else None
    return values


def _string(toml: TomlText, path: KeyPath, *, where: str) -> Span:
    """Return where the string at *path* stands."""
    value: Any = toml.values
    for part in path:
        value = value[part]
    line, key = toml.line(path), join_key(path)
    if not isinstance(value, str):
        raise ConfigurationError(
            f"{where}:{line}: {key} is not a string.", hint='Name a key that holds the version in quotes: "1.2.3".'
        )
    start, end = toml.spans[path]
    found = stated(toml.text, toml.text[start:end], start=start, value=value)
    if found is None:
        raise Refused(
            f"{where}:{line}: {key} is written with escapes, so its characters cannot be replaced.",
            hint="Write the version as a plain string.",
        )
    return found


def _is_own(entry: Any, package: str) -> bool:
    """Return whether an entry of a lock file is the project's own one for *package*."""
    name, source = (entry.get("name"), entry.get("source")) if isinstance(entry, dict) else (None, None)
    if not isinstance(name, str) or canonicalize_name(name) != canonicalize_name(package):
        return False
    return isinstance(source, dict) and not _OWN_SOURCES.isdisjoint(source)


def _refuse_dynamic(toml: TomlText, key: tuple[str, ...], *, where: str) -> None:
    """Refuse a version file that names the project's version where the project says that a tool computes it."""
    dynamic = _under(toml.values, ("project", "dynamic"))
    if key == ("project", "version") and isinstance(dynamic, list) and "version" in dynamic:
        raise Refused(
            f"{where}:{toml.line(('project', 'dynamic'))} declares the version dynamic, and no file that states it "
            "is named.",
            hint='Name the file that holds it instead, e.g. { python = "pkg/__init__.py", attribute = "__version__" }.',
        )

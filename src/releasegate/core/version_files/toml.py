"""Versions stated under a dotted key of a TOML file: changed where they stand, and proven to be all that changed."""

from __future__ import annotations

import re
from typing import Any

from releasegate.core.config.version_file_types import TomlVersionFile
from releasegate.core.errors import ConfigurationError, Refused
from releasegate.core.toml.lines import KeyPath, TomlText, join_key, read_toml, split_key
from releasegate.core.version_files.kind import Found, spelled, stated, utf8


def find(version_file: TomlVersionFile, content: bytes, _package: str) -> Found:
    """Return the string under the version file's key.

    Raises:
        ConfigurationError: the file is not TOML, or has no string under that key.
        Refused: the project's version is dynamic, or is not written as one plain string.
    """
    where = str(version_file.path)
    toml = read_toml(utf8(content, where=where), where=where)
    key = _parts(version_file)
    if _under(toml.values, key) is None:
        _refuse_dynamic(toml, key, where=where)
        raise ConfigurationError(
            f"{where} has no key {version_file.key}.",
            hint="Correct the key in [tool.releasegate]",
        )
    text, line = plain_string(toml, key, where=where)
    return Found(stated(text, version_file.spelling, where=f"{where}:{line}"), line, version_file.key)


def replace(version_file: TomlVersionFile, content: bytes, _package: str, version: str) -> bytes:
    """Return the file with *version* under the version file's key, as ``Kind.replace`` says."""
    where = str(version_file.path)
    toml = read_toml(utf8(content, where=where), where=where)
    key, new = _parts(version_file), spelled(version, version_file.spelling, where=where)
    after = with_string(toml, key, new, where=where)
    prove(toml, after, key, new, where=where)
    return after.encode()


def plain_string(toml: TomlText, path: KeyPath, *, where: str, name: str = "", lines_above: int = 0) -> tuple[str, int]:
    """Return the string at *path*, and the line of its first character.

    *name* is what errors call it; *lines_above* are those of the file before *toml*, where that is a part of it.

    Raises:
        ConfigurationError: it is not a string.
        Refused: the string does not stand in the text as it is, but with escapes.
    """
    start, value = _located(toml, path, where=where, name=name, lines_above=lines_above)
    return value, lines_above + toml.text.count("\n", 0, start) + 1


def with_string(toml: TomlText, path: KeyPath, version: str, *, where: str, lines_above: int = 0) -> str:
    """Return the text with *version* as the string at *path*, in the quotes that stand there.

    Raises:
        ConfigurationError, Refused: as ``plain_string``.
    """
    start, old = _located(toml, path, where=where, lines_above=lines_above)
    return toml.text[:start] + version + toml.text[start + len(old) :]


def _located(toml: TomlText, path: KeyPath, *, where: str, name: str = "", lines_above: int = 0) -> tuple[int, str]:
    """Return where the string at *path* begins, behind its quotes, and the string."""
    value: Any = toml.values
    for part in path:
        value = value[part]
    line, name = lines_above + toml.line(path), name or join_key(path)
    if not isinstance(value, str):
        raise ConfigurationError(
            f"{where}:{line}: {name} is not a string.", hint='Name a key that holds the version in quotes: "1.2.3"'
        )
    # The line end behind three opening quotes is not part of the string.
    quoted = re.compile(rf"""(?:("{{3}}|'{{3}})(?:\r?\n)?|("|'))(?P<value>{re.escape(value)})(?:\1|\2)""")
    literal = quoted.match(toml.text, toml.starts[path])
    if literal is None:
        raise Refused(
            f"{where}:{line}: {name} is written with escapes, so its characters cannot be replaced.",
            hint="Write the version as a plain string",
        )
    return literal.start("value"), value


def prove(before: TomlText, after: str, path: KeyPath, version: str, *, where: str) -> None:
    """Make sure that *after* says *version* at *path*, and besides what *before* said.

    Raises:
        ConfigurationError: *after* is not TOML.
        Refused: another value changed too, or the version did not.
    """
    values = read_toml(after, where=where).values
    old: Any = before.values
    new: Any = values
    *above, last = path
    for part in above:
        old, new = old[part], new[part]
    written, new[last] = new[last], old[last]
    # As texts, because nan is not equal to itself.
    if written != version or repr(values) != repr(before.values):
        raise _unfit(f"{where}:{before.line(path)}")


def _unfit(at: str) -> Refused:
    return Refused(
        f"Changing the version at {at} would change another value too.",
        hint="Write the version as a plain string in quotes, on a line of its own",
    )


def _parts(version_file: TomlVersionFile) -> tuple[str, ...]:
    return split_key(version_file.key) or (version_file.key,)


def _under(values: Any, key: tuple[str, ...]) -> Any:
    for part in key:
        values = values.get(part) if isinstance(values, dict) else None
    return values


def _refuse_dynamic(toml: TomlText, key: tuple[str, ...], *, where: str) -> None:
    """Refuse a version file that names the project's version where the project says that a tool computes it."""
    dynamic = _under(toml.values, ("project", "dynamic"))
    if key == ("project", "version") and isinstance(dynamic, list) and "version" in dynamic:
        raise Refused(
            f"{where}:{toml.line(('project', 'dynamic'))} declares the version dynamic, and no file that states it "
            "is named.",
            hint='Name the file that holds it instead, e.g. { python = "pkg/__init__.py", attribute = "__version__" }',
        )

"""A TOML text with the lines on which its values stand: tomllib gives the values, a scan of the text the lines.

Only text that tomllib has accepted is scanned, so the scan knows the grammar's outline and leaves judging to tomllib.
Grammar: TOML 1.0.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from releasegate.core.errors import ConfigurationError
from releasegate.core.frozen import dataclass

KeyPath = tuple[str | int, ...]

BOM = "\ufeff"
_BLANK = re.compile(r"(?:[ \t\r\n\ufeff]|#[^\n]*)*")
_PART = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BARE_KEY = re.compile(rf"{_BARE.pattern}(?:\.{_BARE.pattern})*")
_KEY = re.compile(rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*")
_SCALAR = re.compile(
    r"""\"{3}(?:[^\\]|\\.)*?\"{3,5}|'{3}.*?'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^,\]}#\r\n]+""",
    re.DOTALL,
)
_LINE = re.compile(r"\(at line (\d+), column \d+\)|\(at end of document\)")


@dataclass(frozen=True)
class TomlText:
    """A TOML text and its values.

    A path names tables by key and the members of arrays by position: ``("package", 3, "version")``.
    """

    text: str
    values: dict[str, Any]

    @cached_property
    def starts(self) -> Mapping[KeyPath, int]:
        """Where each value begins, and each header under the path of the table that it opens."""
        return _Scan(self.text).run()

    def line(self, path: KeyPath) -> int:
        """Return the line (from 1) of the value at *path*, or of the nearest thing around it that is written."""
        while path and path not in self.starts:
            path = path[:-1]
        return self.text.count("\n", 0, self.starts.get(path, 0)) + 1


def read_toml(text: str, *, where: str) -> TomlText:
    """Parse *text*, which a byte order mark may open; *where* names it in the error.

    Raises:
        ConfigurationError: the text is not TOML; the problem gives the line.
    """
    body = text.removeprefix(BOM)
    try:
        return TomlText(text, tomllib.loads(body))
    except ValueError as error:
        found = _LINE.search(str(error))
        line = int(found[1]) if found and found[1] else body.rstrip().count("\n") + 1
        said = _LINE.sub("", str(error)).strip().replace("Cannot overwrite a value", "that key is written twice")
        raise ConfigurationError(
            f"{where}:{line} is not TOML: {said}.", hint=f"Correct the syntax in {where}, line {line}"
        ) from error
    except RecursionError as error:
        raise ConfigurationError(f"{where} is nested too deeply.", hint=f"Write {where} flatter") from error


def split_key(key: str) -> tuple[str, ...] | None:
    """Return the parts of a dotted key (``project.version``, ``tool."a.b".version``); ``None`` if it is none."""
    if _BARE_KEY.fullmatch(key):
        return tuple(key.split("."))
    parts = []
    try:
        table = tomllib.loads(f"[{key}]") if _KEY.fullmatch(key) else {}
    except ValueError:
        return None
    while table:
        ((part, table),) = table.items()
        parts.append(part)
    return tuple(parts) or None


def join_key(path: KeyPath) -> str:
    """Return *path* as people write it: ``packages[0].name``."""
    shown = ""
    for part in path:
        if isinstance(part, int):
            shown += f"[{part}]"
        else:
            shown += ("." if shown else "") + (part if _BARE.fullmatch(part) else ascii(part))
    return shown


class _Scan:
    """One walk through a valid TOML text from its first character to its last."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.starts: dict[KeyPath, int] = {}
        self.tables: Counter[KeyPath] = Counter()

    def run(self) -> dict[KeyPath, int]:
        """Return the beginning of every value and header."""
        table: KeyPath = ()
        while self.skip():
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
        return self.starts

    def skip(self, characters: int = 0) -> bool:
        """Pass over *characters*, then blanks and comments; return whether anything follows."""
        self.token(_BLANK, skipped=characters)
        return self.at < len(self.text)

    def token(self, pattern: re.Pattern[str], *, skipped: int = 0) -> str:
        """Pass over *skipped* characters and what *pattern* finds behind them; return the latter."""
        found = pattern.match(self.text, self.at + skipped)
        self.at = found.end() if found else self.at
        return found[0] if found else ""

    def header(self) -> KeyPath:
        """Pass over ``[table]`` or ``[[table]]`` and return the path of the table that it opens."""
        start, width = self.at, 2 if self.text.startswith("[[", self.at) else 1
        self.skip(width)
        *above, last = split_key(self.token(_KEY)) or ()
        self.skip()
        self.at += width
        path: KeyPath = ()
        for part in above:
            path = self.current((*path, part))
        path = (*path, last)
        if width == len("[["):
            self.tables[path] += 1
            path = self.current(path)
        self.starts[path] = start
        return path

    def current(self, path: KeyPath) -> KeyPath:
        """Return *path*, or the newest table in it where it is an array of tables."""
        return (*path, self.tables[path] - 1) if path in self.tables else path

    def pair(self, table: KeyPath) -> None:
        """Pass over ``key = value`` in *table*."""
        key = split_key(self.token(_KEY)) or ()
        self.skip()
        self.skip(len("="))
        self.value((*table, *key))

    def value(self, path: KeyPath) -> None:
        """Pass over the value at *path* and remember where it begins, and those in it."""
        self.starts[path] = self.at
        opening = self.text[self.at]
        if opening not in "[{":
            self.token(_SCALAR)
            return
        members = 0
        self.skip(1)
        while self.text[self.at] not in "]}":
            if opening == "[":
                self.value((*path, members))
            else:
                self.pair(path)
            members += 1
            self.skip()
            if self.text[self.at] == ",":
                self.skip(1)
        self.at += 1

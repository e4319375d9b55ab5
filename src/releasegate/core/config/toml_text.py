"""Where the values of a TOML text stand in it: tomllib gives the values, this module gives their characters.

Only text that tomllib has accepted is scanned, so the scanner knows the grammar's outline and leaves judging to
tomllib. Grammar: TOML 1.0.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from releasegate.core.errors import ConfigurationError

KeyPath = tuple[str | int, ...]
Span = tuple[int, int]

BOM = "\ufeff"
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_PART = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_STRING = re.compile(
    r"""\"{3}(?:[^\\]|\\.)*?\"{3,5}|'{3}.*?'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\r\n]+")
_LINE = re.compile(r"\(at line (\d+), column \d+\)|\(at end of document\)")


@dataclass(frozen=True)
class TomlText:
    """A TOML text, its values, and the span of characters that each value (quotes included) takes in it.

    A path names tables by key and the members of arrays by position: ``("package", 3, "version")``. Headers are
    listed under the path of the table that they open.
    """

    text: str
    values: dict[str, Any]
    spans: Mapping[KeyPath, Span]

    def line(self, path: KeyPath) -> int:
        """Return the line (from 1) of the value at *path*, or of the nearest thing around it that is written."""
        while path and path not in self.spans:
            path = path[:-1]
        return self.text.count("\n", 0, self.spans.get(path, (0, 0))[0]) + 1


def read_toml(text: str, *, where: str) -> TomlText:
    """Parse *text*, which a byte order mark may open; *where* names it in the error.

    Raises:
        ConfigurationError: the text is not TOML; the problem gives the line.
    """
    body = text.removeprefix(BOM)
    try:
        values = tomllib.loads(body)
        spans = _Scan(text, at=len(text) - len(body)).run()
    except ValueError as error:
        found = _LINE.search(str(error))
        line = int(found[1]) if found and found[1] else body.rstrip().count("\n") + 1
        said = _LINE.sub("", str(error)).strip()
        raise ConfigurationError(
            f"{where}:{line} is not TOML: {said}.", hint=f"Correct the syntax in {where}, line {line}."
        ) from error
    except RecursionError as error:
        raise ConfigurationError(f"{where} is nested too deeply.", hint=f"Write {where} flatter.") from error
    return TomlText(text=text, values=values, spans=spans)


def split_key(key: str) -> tuple[str, ...] | None:
    """Return the parts of a dotted key (``project.version``, ``tool."a.b".version``); ``None`` if it is none."""
    scan = _Scan(key, at=0)
    if not re.fullmatch(rf"(?:{_PART.pattern})(?:[ \t]*\.[ \t]*(?:{_PART.pattern}))*", key):
        return None
    try:
        return scan.key()
    except ValueError:
        return None


def join_key(path: KeyPath) -> str:
    """Return *path* as people write it: ``packages[0].name``."""
    shown = ""
    for part in path:
        if isinstance(part, int):
            shown += f"[{part}]"
        else:
            shown += ("." if shown else "") + (part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else ascii(part))
    return shown


class _Scan:
    """One walk through a valid TOML text from its first character to its last."""

    def __init__(self, text: str, *, at: int) -> None:
        self.text = text
        self.at = at
        self.spans: dict[KeyPath, Span] = {}
        self.tables: Counter[KeyPath] = Counter()

    def run(self) -> dict[KeyPath, Span]:
        """Return the span of every value and header."""
        table: KeyPath = ()
        while self.skip():
            table = self.header() if self.text[self.at] == "[" else self.pair(table)
        return self.spans

    def skip(self, characters: int = 0) -> bool:
        """Pass over *characters*, then blanks and comments; return whether anything follows."""
        found = _BLANK.match(self.text, self.at + characters)
        self.at = found.end() if found else self.at
        return self.at < len(self.text)

    def token(self, *patterns: re.Pattern[str]) -> str:
        """Pass over the first of *patterns* that is here and return its characters."""
        found = next(match for match in (pattern.match(self.text, self.at) for pattern in patterns) if match)
        self.at = found.end()
        return found[0]

    def key(self) -> tuple[str, ...]:
        """Pass over a dotted key and return its parts."""
        parts: list[str] = []
        while True:
            part = self.token(_PART)
            parts.append(tomllib.loads(f"part = {part}")["part"] if part[0] in "\"'" else part)
            if not self.skip() or self.text[self.at] != ".":
                return tuple(parts)
            self.skip(1)

    def header(self) -> KeyPath:
        """Pass over ``[table]`` or ``[[table]]`` and return the path of the table that it opens."""
        start, width = self.at, 2 if self.text.startswith("[[", self.at) else 1
        self.skip(width)
        *above, last = self.key()
        self.at += width
        path: KeyPath = ()
        for part in above:
            path = self.current((*path, part))
        path = (*path, last)
        if width == len("[["):
            self.tables[path] += 1
            path = self.current(path)
        self.spans[path] = (start, self.at)
        return path

    def current(self, path: KeyPath) -> KeyPath:
        """Return *path*, or the newest table in it where it is an array of tables."""
        return (*path, self.tables[path] - 1) if path in self.tables else path

    def pair(self, table: KeyPath) -> KeyPath:
        """Pass over ``key = value`` in *table* and return the table."""
        path = (*table, *self.key())
        self.skip(1)
        self.value(path)
        return table

    def value(self, path: KeyPath) -> None:
        """Pass over the value at *path* and remember its span, and those of the values in it."""
        start, opening = self.at, self.text[self.at]
        if opening in "[{":
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
        else:
            self.token(_STRING, _SCALAR)
        self.spans[path] = (start, self.at)

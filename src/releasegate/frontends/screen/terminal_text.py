"""How text is fitted to where it is shown: its colours, the width of a terminal, and where a line is broken."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping
from itertools import accumulate, takewhile
from typing import TextIO

from releasegate.core.report.workflow_commands import in_actions

COLOURS = {"pass": "32", "waived": "33", "wait": "33", "told": "33", "fail": "31", "refused": "31"}
"""The verdicts with the colour of each, as a terminal is told it; all others are as bad as ``fail``."""

_WORDS = {"remembered": "known", "already": "pass"}
_WIDTH = 80
_LEAST = 30
"""The narrowest terminal that lines are broken for."""

_HANGS = re.compile(r"\s*(?:-> |\S+ {2,}(?:\S+ s {2,}|\S+ {2,}|\S{22} )?|\w+ +(?=[\w ]+:\s))?")
"""What the further parts of a broken line stand below of: the first column with its verdict, name or arrow.

The second column may be as wide as a plan's gates are, and then ends with one space.
"""

_COMMAND = re.compile(r"(?:(?<=[:;] )|(?<=  )|(?<=-> ))(?:\S*/)?(?:invoke|nox|git|uv|releasegate|docker) (?!\d)\S.*$")
"""A command at the end of a line: it is pasted, so nothing is broken in it. A program with its version is none."""

_TABLE = r"[\[{](?:[^][{}]|[\[{](?:[^][{}]|[\[{][^][{}]*[\]}])*[\]}])*[\]}]"
_TOML = re.compile(rf'[\w.-]+ = (?:"[^"]*"|{_TABLE})|{{ [\w.-]+ = [^{{}}]*}}')
"""A piece of a TOML file anywhere in a line: it is pasted too, and an inline table of two lines is none."""

_SHELL_WORD = re.compile(r"""(?:-\S+ (?=[^-\s]))?(?:"[^"]*"|'[^']*'|[^\s"'])+""")
"""A word as a shell takes it, an option together with its value."""

_COMMENT = re.compile(r" *# ")

_HELD = "\N{NO-BREAK SPACE}"


def coloured(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether *stream* takes colours: https://no-color.org, https://force-color.org, and what a terminal can."""
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR") not in {None, "", "0"}:
        return True
    return stream.isatty() and environ.get("TERM") not in _DUMB


def redraws(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether a line can be drawn over on *stream*: never in a log, whatever its colours, and never in CI."""
    return stream.isatty() and environ.get("TERM") not in _DUMB and not in_actions(environ)


_DUMB = frozenset({None, "", "dumb", "unknown"})


def width_of(stream: TextIO, environ: Mapping[str, str]) -> int | None:
    """Return how many columns a line may have; ``None`` where it may be of any length, as in a log.

    What a runner of a CI shows is a log, whatever it lets a program believe.
    """
    if not stream.isatty() or in_actions(environ):
        return None
    told = environ.get("COLUMNS", "")
    if told.isascii() and told.isdigit() and int(told[:5]) >= _LEAST:
        return int(told[:5])
    try:
        return max(os.get_terminal_size(stream.fileno()).columns, _LEAST)
    except (OSError, ValueError, AttributeError):
        return _WIDTH


def columns(text: str) -> int:
    """Return how many columns *text* takes."""
    return sum(_columns(each) for each in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def cut(text: str, width: int) -> str:
    """Return *text* in at most *width* columns; what is left out is told by dots."""
    if columns(text) <= width:
        return text
    taken = accumulate(map(_columns, text))
    kept = sum(1 for _ in takewhile(lambda columns: columns <= width - 2, taken))
    return f"{text[:kept].rstrip()}.."


def broken(line: str, width: int | None) -> list[str]:
    """Return *line* in lines of at most *width* columns, those after the first set in below its text.

    A word is never broken, nor a command that a line ends with: both are there to be copied.
    """
    if width is None or columns(line) <= width:
        return [line]
    match = _HANGS.match(line)
    lead = match[0] if match is not None else ""
    if len(lead) > width // 2:
        lead = line[: len(line) - len(line.lstrip())]
    comment = _COMMENT.match(line)
    if comment is not None:
        # Whoever pastes it runs none of its parts.
        return _wrapped(line[comment.end() :], width, lead=comment[0], below=comment[0])
    command = _COMMAND.search(line)
    at = max(command.start(), len(lead)) if command else len(line)
    text = line[len(lead) : at] + line[at:].replace(" ", _HELD)
    text = _TOML.sub(lambda found: found[0].replace(" ", _HELD), text)
    below = " " * len(lead) if lead.strip() else f"{lead}  "
    return [each.replace(_HELD, " ") for each in _wrapped(text, width, lead=lead, below=below)]


def explained(words: str, width: int | None) -> str:
    """Return what a command says of itself in lines of at most *width* columns; its example can be pasted still.

    Its lines are those of a narrow terminal, which invoke prints as they are: a paragraph is broken anew, and an
    example is one line of a shell.
    """
    if width is None:
        return words
    told = []
    for paragraph in words.split("\n\n"):
        line = " ".join(paragraph.replace("\\\n", " ").split())
        example = line.startswith("Example: ")
        told.append("\n".join(_continued(line, width) if example else _wrapped(line, width, lead="", below="")))
    return "\n\n".join(told)


def _continued(line: str, width: int) -> list[str]:
    """Return *line*, which ends with a command, in lines of at most *width* columns that a shell takes as one."""
    if columns(line) <= width:
        return [line]
    first, *words = _SHELL_WORD.findall(line)
    lines = [first]
    for word in words:
        if columns(f"{lines[-1]} {word} \\") <= width:
            lines[-1] += f" {word}"
        else:
            lines[-1] += " \\"
            lines.append(f"  {word}")
    return lines


def _wrapped(text: str, width: int, *, lead: str, below: str) -> list[str]:
    """Return the words of *text* in lines of at most *width* columns, as wide as a terminal shows them."""
    first, *words = re.findall(r" *[^ ]+", text) or [""]
    lines = [lead + first.lstrip(" ")]
    for word in words:
        if columns(lines[-1] + word) <= width:
            lines[-1] += word
        else:
            lines.append(below + word.lstrip(" "))
    return lines


def word_of(verdict: str, how: str) -> str:
    """Return in a word how a step ended: what passed before, on the same subject, is ``known``."""
    return _WORDS.get(how, verdict) if verdict == "pass" else verdict

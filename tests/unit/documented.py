"""What the documents hold: their pages, the fenced blocks of a language, and the commands of ours that they name."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = tuple(sorted((ROOT / "docs").glob("*.md")))
PAGES = (*(ROOT / f"{name}.md" for name in ("README", "CHANGELOG", "CONTRIBUTING", "SECURITY")), *DOCS)
OURS = frozenset({"invoke", "releasegate", "nox"})
SHELLS = ("console", "bash")
"""The languages of blocks whose lines are typed."""


def read(path: Path) -> str:
    """Return the text of a page."""
    return path.read_text(encoding="utf-8")


def blocks(path: Path, language: str) -> list[str]:
    """Return the fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", read(path), re.MULTILINE | re.DOTALL)


def unfenced(path: Path) -> str:
    """Return a page without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", read(path), flags=re.MULTILINE | re.DOTALL)


def typed_lines(page: Path) -> list[str]:
    """Return the lines of the blocks that are typed."""
    return [line for shell in SHELLS for block in blocks(page, shell) for line in block.splitlines()]


def inline(page: Path) -> Iterator[str]:
    """Yield what is set as code within a text, outside of fenced blocks."""
    yield from (" ".join(each.split()) for each in re.findall(r"`([^`]+)`", unfenced(page)))


def commands(line: str) -> Iterator[list[str]]:
    """Yield each command of ours in a line of a shell, from its own name on."""
    for part in re.split(r"&&|\|\||[|;>]|<\(|\$\(", line.replace("…", " ").replace("`", "")):
        words = _words(part)
        at = next((n for n, word in enumerate(words) if Path(word).name in OURS), None)
        if at is not None and not any(word in {"-m", "--from"} for word in words[:at]):
            yield [Path(words[at]).name, *words[at + 1 :]]


def _words(part: str) -> list[str]:
    # A part of a line that was in quotes or brackets has one end of them.
    for text in (part.strip(), part.strip(' )"')):
        try:
            return [word.rstrip(")") for word in shlex.split(text, comments=True)]
        except ValueError:
            continue
    return []


def commands_of(lines: Iterable[str]) -> dict[str, list[str]]:
    """Return every command in *lines*, each with its words; a bare name is no command."""
    return {shlex.join(words): words for line in lines for words in commands(line) if len(words) > 1}


def found() -> dict[str, list[str]]:
    """Return every command of the documents, each with its words."""
    lines = [line for page in PAGES for line in typed_lines(page)]
    return commands_of([*lines, *(text for page in PAGES for text in inline(page) if text.partition(" ")[0] in OURS)])

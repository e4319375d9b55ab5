"""What a command runs of the repository's own: a script, a module, a task runner's target; and what of it uploads.

What is judged is text: a name that is put together when it runs is not seen.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import PurePosixPath

from releasegate.core.audit.code.trees import last_name, parse, walk
from releasegate.core.ci.others.commands import said_in_code
from releasegate.core.ci.others.sections import RUNNERS, Section, reached, sections, usual
from releasegate.core.frozen import dataclass

SCRIPTS = frozenset(
    {".sh", ".bash", ".zsh", ".py", ".ps1", ".rb", ".pl", ".js", ".mjs", ".cjs", ".ts", ".bat", ".cmd", ""}
)
"""How the names of scripts end."""

Files = Mapping[PurePosixPath, str]

_TOKEN = re.compile(r"[^\s\"'`;|&()<>=]+")
_ASIDE = re.compile(r"^(?:\$\{\{.*?\}\}|\$\{?\w+\}?|\.\.?|~)?/+|^\./")
_MODULE = re.compile(r"\s-m\s+([\w.]+)")
_EXPRESSION = re.compile(r"\$\{\{\s*[^}]*?\}\}")
_REMARK = re.compile(r"^\s*#.*$", re.MULTILINE)
_ON_TEXTS = frozenset(
    """all any count endswith find findall fullmatch get index isinstance join len lower match next read_text search set
    sorted split splitlines startswith str strip""".split()  # noqa: SIM905 - names, as one reads them
)
"""What an assertion calls that looks at texts, and runs nothing."""
_CALLED = frozenset(word for words in RUNNERS.values() for word in words)
_GOES_ON = (",", "(", "[", "\\")
_DEEP = 12


@dataclass(frozen=True)
class Ran:
    """A place of a script that uploads."""

    path: PurePosixPath
    line: int
    by: str

    def __str__(self) -> str:
        """Say what uploads, and where."""
        return f"{self.by} in {self.path}:{self.line}"


def runs(words: str, files: Files) -> Ran | None:
    """Return the first place that uploads of what the command *words* runs, or what that runs in turn."""
    waiting, seen = [words], set[tuple[PurePosixPath, int]]()
    for text in waiting:
        for path, lines in _called(text, files):
            key = (path, lines[0][0] if lines else 0)
            if key in seen or len(seen) > len(files) * _DEEP:
                continue
            seen.add(key)
            for number, line in _whole(lines):
                by = said_in_code(line)
                if by:
                    return Ran(path, number, by)
            waiting.append("\n".join(line for _, line in lines))
    return None


def _called(text: str, files: Files) -> Iterator[tuple[PurePosixPath, Sequence[tuple[int, str]]]]:
    """Yield each file, or each target of it, that a text names; with its lines."""
    tokens, named = _named(text)
    if not named and tokens.isdisjoint(_CALLED):
        return
    for path, content in files.items():
        if path.name in RUNNERS and tokens & {*RUNNERS[path.name]}:
            yield from ((path, each.lines) for each in _targets(path, _plain(path, content), text))
        elif not named.isdisjoint(_tails(path)):
            yield path, [*enumerate(_plain(path, content).splitlines(), start=1)]


@lru_cache(maxsize=1000)
def _named(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the words of a text, and those paths of files that it may name with them."""
    plain = _EXPRESSION.sub("$X", _REMARK.sub("", text))
    tokens = {_ASIDE.sub("", token).rstrip(":,") for token in {*_TOKEN.findall(plain)}}
    named = {_joined(token) for token in tokens if "/" in token or ("." in token and _is_script(token))}
    for module in (name.replace(".", "/") for name in _MODULE.findall(plain)):
        named |= {f"{module}.py", f"{module}/__main__.py"}
    return frozenset(tokens), frozenset(named)


def _targets(path: PurePosixPath, content: str, text: str) -> Sequence[Section]:
    """Return the targets in a runner's file that the lines of *text* name which call the runner."""
    words = {*RUNNERS[path.name]}
    lines = [line for line in text.splitlines() if {*re.findall(r"[\w-]+", line)} & words]
    found = sections(path, content)
    return reached(found, "\n".join(lines)) or usual(path, found)


def _is_script(name: str) -> bool:
    return PurePosixPath(name).suffix in SCRIPTS - {""}


def _joined(name: str) -> str:
    """Return a path as it is compared: without a step in place, or two strokes for one."""
    return "/".join(PurePosixPath(name).parts)


@lru_cache(maxsize=2000)
def _tails(path: PurePosixPath) -> frozenset[str]:
    """Return what a path may be called by: its name, and with some or all folders before it."""
    parts = path.parts
    return frozenset("/".join(parts[start:]) for start in range(len(parts)))


@lru_cache(maxsize=200)
def _plain(path: PurePosixPath, text: str) -> str:
    """Return a program without what is said by itself or asserted of texts; any other text as it is."""
    if path.suffix != ".py":
        return text
    tree = parse(text)
    if tree is None:
        return text
    lines = text.splitlines()
    for node in walk(tree):
        if isinstance(node, (ast.Expr, ast.Assert)) and _runs_nothing(node):
            lines[node.lineno - 1 : node.end_lineno] = [""] * ((node.end_lineno or node.lineno) - node.lineno + 1)
    return "\n".join(lines)


def _runs_nothing(node: ast.Expr | ast.Assert) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    return all(last_name(each.func) in _ON_TEXTS for each in walk(node.test) if isinstance(each, ast.Call))


def _whole(lines: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Yield each line with those that it goes on in."""
    at, joined = 0, ""
    for number, line in lines:
        joined, at = (f"{joined} {line.strip()}", at) if joined else (line.strip(), number)
        if joined.endswith(_GOES_ON) and not joined.startswith("#"):
            joined = joined.removesuffix("\\")
            continue
        yield at, joined
        joined = ""
    if joined:
        yield at, joined

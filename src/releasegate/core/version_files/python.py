"""Versions stated by an assignment in a Python file, found in its syntax tree: nothing is imported or run."""

from __future__ import annotations

import ast
import codecs
import io
import re
import tokenize
import warnings
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from releasegate.core.config.version_file_types import PythonVersionFile
from releasegate.core.errors import ConfigurationError, Refused
from releasegate.core.version_files.kind import Found, utf8

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_LINE_END = re.compile(r"\r\n|\r|\n")
_PLAIN = re.compile(r"""[A-Za-z]*(?P<quotes>"{3}|'{3}|"|')(?P<body>.*)(?P=quotes)""", re.DOTALL)
_SCOPES = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_INNER = (ast.stmt, ast.excepthandler, ast.match_case)


@dataclass(frozen=True)
class _Literal:
    """The characters ``text[start:end]`` that state a version, and the line (from 1) that they stand on."""

    start: int
    end: int
    version: str
    line: int


def find(version_file: PythonVersionFile, content: bytes, _package: str) -> Found:
    """Return the string that is assigned to the version file's attribute.

    Raises:
        ConfigurationError: the file is not Python in UTF-8, or assigns no string to the attribute, or assigns it twice.
        Refused: the version is not one plain literal, so that its characters cannot be replaced.
    """
    literal = _locate(version_file, _decode(version_file, content))
    return Found(literal.version, literal.line, version_file.attribute)


def replace(version_file: PythonVersionFile, content: bytes, _package: str, version: str) -> bytes:
    """Return the file with *version* assigned to the attribute, as ``Kind.replace`` says."""
    text = _decode(version_file, content)
    literal = _locate(version_file, text)
    return (text[: literal.start] + version + text[literal.end :]).encode()


def _locate(version_file: PythonVersionFile, text: str) -> _Literal:
    """Return where *text* assigns the version to the attribute; raises as ``find``."""
    where = str(version_file.path)
    body = text.removeprefix("\ufeff")
    *classes, name = version_file.attribute.split(".")
    scopes: list[Sequence[ast.stmt]] = [_parse(body, where=where).body]
    for wanted in classes:
        scopes = [
            node.body
            for scope in scopes
            for node in _statements(scope)
            if isinstance(node, ast.ClassDef) and node.name == wanted
        ]
    values = [value for scope in scopes for node in _statements(scope) for value in _assigned(node, name)]
    if not values:
        raise ConfigurationError(
            f"{where} has no assignment to {version_file.attribute}.",
            hint="Name the file and the attribute that state the version; an import or a function's name is neither",
        )
    if len(values) > 1:
        raise ConfigurationError(
            f"{where} assigns {version_file.attribute} {len(values)} times (lines {_lines(values)}).",
            hint="Leave one assignment: nobody can tell which of them counts",
        )
    return _literal(values[0], body, version_file=version_file, shift=len(text) - len(body))


def _decode(version_file: PythonVersionFile, content: bytes) -> str:
    """Return the text, where Python reads it as UTF-8, too."""
    where = str(version_file.path)
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
    except SyntaxError as error:
        raise ConfigurationError(f"{where}: {error.msg}.", hint=f"Save {where} as UTF-8") from error
    if codecs.lookup(encoding).name not in {"utf-8", "utf-8-sig"}:
        raise ConfigurationError(
            f"{where} declares the encoding {encoding}; only UTF-8 is read.", hint=f"Save {where} as UTF-8"
        )
    return utf8(content, where=where)


def _parse(text: str, *, where: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            # An invalid escape somewhere in the file is for its own project's linter.
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        raise ConfigurationError(
            f"{where}:{error.lineno or 1} is not Python: {error.msg}.",
            hint="Correct the syntax; if it is newer than the Python that releasegate runs on, run it on that one",
        ) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise ConfigurationError(
            f"{where} cannot be read as Python: {error or 'it is nested too deeply'}.", hint=f"Correct {where}"
        ) from error


def _statements(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield the statements of one scope: also those under ``if``, ``try`` and the like, but not of inner scopes."""
    pending = deque(body)
    while pending:
        node = pending.popleft()
        yield node
        if not isinstance(node, _SCOPES):
            pending.extend(child for child in ast.iter_child_nodes(node) if isinstance(child, _INNER))


def _assigned(node: ast.AST, name: str) -> Iterator[ast.expr]:
    """Yield what the statement assigns to *name*; for a part of a tuple, the statement's whole value."""
    if isinstance(node, ast.Assign):
        targets, value = node.targets, node.value
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        targets, value = [node.target], node.value
    elif isinstance(node, ast.AugAssign):
        targets, value = [node.target], ast.BinOp(node.target, node.op, node.value)
        ast.copy_location(value, node)
    else:
        return
    if any(name in _names(target) for target in targets):
        yield value


def _names(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, (ast.Tuple, ast.List, ast.Starred)):
        for inner in ast.iter_child_nodes(target):
            if isinstance(inner, ast.expr):
                yield from _names(inner)


def _literal(value: ast.expr, text: str, *, version_file: PythonVersionFile, shift: int) -> _Literal:
    """Return the version's characters in the literal *value*; *shift* characters precede *text* in the file."""
    where = f"{version_file.path}:{value.lineno}: {version_file.attribute}"
    if isinstance(value, ast.Constant):
        if not isinstance(value.value, str):
            raise ConfigurationError(f"{where} is not a string.", hint='Assign the version in quotes: "1.2.3"')
        start, end = _offsets(value, text)
        plain = _PLAIN.fullmatch(text, start, end)
        if plain is not None and plain["body"] == value.value:
            begin = plain.start("body")
            line = len(_LINE_END.findall(text, 0, begin)) + 1
            return _Literal(begin + shift, begin + len(value.value) + shift, value.value, line)
    raise Refused(
        f"{where} is {_form(value)}, so the version's characters cannot be replaced.",
        hint='Assign the version as one plain literal: "1.2.3"',
    )


def _form(value: ast.expr) -> str:
    if isinstance(value, ast.Constant):
        return "put together from several literals, or written with escapes"
    if isinstance(value, ast.JoinedStr):
        return "an f-string"
    if isinstance(value, (ast.Name, ast.Attribute)):
        return "a reference to another name"
    return "part of a tuple" if isinstance(value, (ast.Tuple, ast.List)) else "computed by an expression"


def _offsets(node: ast.expr, text: str) -> tuple[int, int]:
    """Return the characters of *node*: the tree counts lines, and bytes of UTF-8 within a line."""
    lines = _LINE.findall(text)

    def offset(line: int, column: int) -> int:
        return sum(map(len, lines[: line - 1])) + len(lines[line - 1].encode()[:column].decode())

    # Every expression that the parser makes has an end.
    return offset(node.lineno, node.col_offset), offset(node.end_lineno or 0, node.end_col_offset or 0)


def _lines(values: Iterable[ast.expr]) -> str:
    return ", ".join(str(line) for line in sorted(value.lineno for value in values))

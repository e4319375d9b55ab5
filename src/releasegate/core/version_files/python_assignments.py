"""Where a Python file states a version, found in its syntax tree: nothing is imported or run."""

from __future__ import annotations

import ast
import codecs
import io
import itertools
import re
import tokenize
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence

from packaging.version import Version

from releasegate.core.errors import ConfigurationError, Refused
from releasegate.core.frozen import dataclass
from releasegate.core.version_files.kind import utf8
from releasegate.core.version_files.tuples import TuplePart, parts_of, version_of

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_LINE_END = re.compile(r"\r\n|\r|\n")
_PLAIN = re.compile(r"""[A-Za-z]*(?P<quotes>"{3}|'{3}|"|')(?P<body>.*)(?P=quotes)""", re.DOTALL)
_SCOPES = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_INNER = (ast.stmt, ast.excepthandler, ast.match_case)


@dataclass(frozen=True)
class Literal:
    """The characters ``text[start:end]`` that state a version, and the line (from 1) that they stand on.

    ``parts`` are those of a tuple, and ``between`` is what stands between two of them; ``encoding`` is the file's.
    """

    text: str
    start: int
    end: int
    version: str
    line: int
    parts: tuple[TuplePart, ...] = ()
    between: str = ", "
    encoding: str = "utf-8"

    def replaced(self, version: str, *, where: str) -> bytes:
        """Return the file with *version* in the literal's place, as ``Kind.replace`` says."""
        new = self._tuple(version, where=where) if self.parts else version
        return (self.text[: self.start] + new + self.text[self.end :]).encode(self.encoding)

    def _tuple(self, version: str, *, where: str) -> str:
        parts = parts_of(Version(version), like=self.parts)
        if parts is None:
            raise Refused(
                f"{where}:{self.line} states the version as a tuple in which {version} has no form.",
                hint='State it as text, "1.2.3", and make the tuple from that',
            )
        quote = "'" if "'" in self.text[self.start : self.end] else '"'
        return self.between.join(f"{quote}{part}{quote}" if isinstance(part, str) else str(part) for part in parts)


@dataclass(frozen=True)
class PythonSource:
    """A Python file that was parsed; ``body`` is ``text`` without the byte order mark, as the tree counts it."""

    where: str
    text: str
    body: str
    tree: ast.Module
    encoding: str = "utf-8"

    def assigned(self, attribute: str) -> Literal:
        """Return the version that is assigned to a name of the module, or to an attribute of a class in it.

        Raises:
            ConfigurationError: it is assigned no version, or twice.
            Refused: the version is not one plain literal, so that its characters cannot be replaced.
        """
        *classes, name = attribute.split(".")
        scopes: list[Sequence[ast.stmt]] = [self.tree.body]
        for wanted in classes:
            scopes = [
                node.body
                for scope in scopes
                for node in statements(scope)
                if isinstance(node, ast.ClassDef) and node.name == wanted
            ]
        values = _values(scopes, name)
        if not values:
            raise ConfigurationError(
                f"{self.where} has no assignment to {attribute}.",
                hint="Name the file and the attribute that state the version; an import or a function is neither",
            )
        if len(values) > 1:
            raise ConfigurationError(
                f"{self.where} assigns {attribute} {len(values)} times (lines {_lines(values)}).",
                hint="Leave one assignment: nobody can tell which of them counts",
            )
        return self.literal(values[0], name=attribute, scopes=[*([scopes] if classes else [])])

    def literals(self, wanted: Callable[[str], bool]) -> Iterator[tuple[str, Literal]]:
        """Yield the *wanted* names of the module, and of classes in it, that are once assigned text or a tuple."""
        classes = [node for node in statements(self.tree.body) if isinstance(node, ast.ClassDef)]
        for before, body in [("", self.tree.body), *((f"{node.name}.", node.body) for node in classes)]:
            for name in dict.fromkeys(filter(wanted, _targets(body))):
                try:
                    yield f"{before}{name}", self.assigned(f"{before}{name}")
                except (ConfigurationError, Refused):
                    continue

    def literal(self, value: ast.expr, *, name: str, scopes: Sequence[Sequence[Sequence[ast.stmt]]] = ()) -> Literal:
        """Return the version's characters in *value*, or in what is assigned to the name that it is.

        *scopes* are looked through before the module's own; *name* is what errors call the value.
        """
        followed: set[str] = set()
        while isinstance(value, ast.Name) and value.id not in followed:
            followed.add(value.id)
            found = next((v for scope in (*scopes, [self.tree.body]) if (v := _values(scope, value.id))), [])
            others = [each for each in found if each is not value]
            if len(others) != 1:
                break
            value = others[0]
        return self._plain(value, name=name)

    def _plain(self, value: ast.expr, *, name: str) -> Literal:
        where = f"{self.where}:{value.lineno}: {name}"
        if isinstance(value, (ast.Tuple, ast.List)):
            made = self._parts(value)
            if made is not None:
                return made
        if isinstance(value, ast.Constant):
            if not isinstance(value.value, str):
                raise ConfigurationError(f"{where} is not a string.", hint='Assign the version in quotes: "1.2.3"')
            start, end = self._offsets(value)
            plain = _PLAIN.fullmatch(self.text, start, end)
            if plain is not None and plain["body"] == value.value:
                begin = plain.start("body")
                end, line = begin + len(value.value), self._line(begin)
                return Literal(self.text, begin, end, value.value, line, encoding=self.encoding)
        raise Refused(
            f"{where} is {_form(value)}, so the version's characters cannot be replaced.",
            hint='Assign the version as one plain literal: "1.2.3"',
        )

    def _parts(self, value: ast.Tuple | ast.List) -> Literal | None:
        """Return the version that a tuple of plain numbers and texts states, with nothing but commas in between."""
        parts = [part.value if isinstance(part, ast.Constant) else None for part in value.elts]
        plain = tuple(part for part in parts if isinstance(part, (int, str)) and not isinstance(part, bool))
        version = version_of(plain) if len(plain) == len(parts) else None
        if version is None:
            return None
        spans = [self._offsets(part) for part in value.elts]
        gaps = [self.text[before[1] : after[0]] for before, after in itertools.pairwise(spans)]
        if any(gap.strip() != "," for gap in gaps):
            return None
        start, end = spans[0][0], spans[-1][1]
        return Literal(self.text, start, end, version, self._line(start), plain, (*gaps, ", ")[0], self.encoding)

    def _line(self, at: int) -> int:
        return len(_LINE_END.findall(self.text, 0, at)) + 1

    def _offsets(self, node: ast.expr) -> tuple[int, int]:
        """Return the characters of *node*: the tree counts lines, and bytes of UTF-8 within a line."""
        lines, shift = _LINE.findall(self.body), len(self.text) - len(self.body)

        def offset(line: int, column: int) -> int:
            return shift + sum(map(len, lines[: line - 1])) + len(lines[line - 1].encode()[:column].decode())

        # Every expression that the parser makes has an end.
        return offset(node.lineno, node.col_offset), offset(node.end_lineno or 0, node.end_col_offset or 0)


def read_python(content: bytes, *, where: str) -> PythonSource:
    """Return the file *where*, parsed.

    Raises:
        ConfigurationError: it is not Python, or not in the encoding that it declares.
    """
    text, encoding = _decode(content, where=where)
    body = text.removeprefix("\ufeff")
    return PythonSource(where, text, body, _parse(body, where=where), encoding)


def _decode(content: bytes, *, where: str) -> tuple[str, str]:
    """Return the text as Python reads it, a byte order mark kept, and its encoding: encoded again it is the same."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
    except SyntaxError as error:
        raise ConfigurationError(f"{where}: {error.msg}.", hint=f"Save {where} as UTF-8") from error
    if codecs.lookup(encoding).name in {"utf-8", "utf-8-sig"}:
        return utf8(content, where=where), "utf-8"
    try:
        text = content.decode(encoding)
        same = text.encode(encoding) == content
    except (UnicodeError, LookupError):
        same = False
    if not same:
        raise ConfigurationError(
            f"{where} declares the encoding {encoding} and is not written in it.", hint=f"Save {where} as UTF-8"
        )
    return text, encoding


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


def statements(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield the statements of one scope: also those under ``if``, ``try`` and the like, but not of inner scopes."""
    pending = deque(body)
    while pending:
        node = pending.popleft()
        yield node
        if not isinstance(node, _SCOPES):
            pending.extend(child for child in ast.iter_child_nodes(node) if isinstance(child, _INNER))


def _values(scopes: Iterable[Sequence[ast.stmt]], name: str) -> list[ast.expr]:
    """Return everything that is assigned to *name* in *scopes*."""
    return [value for scope in scopes for node in statements(scope) for value in _assigned(node, name)]


def _assigned(node: ast.AST, name: str) -> Iterator[ast.expr]:
    """Yield what the statement assigns to *name*; for a part of a tuple, the whole value, starred."""
    if isinstance(node, ast.Assign):
        targets, value = node.targets, node.value
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        targets, value = [node.target], node.value
    elif isinstance(node, ast.AugAssign):
        targets, value = [node.target], ast.BinOp(node.target, node.op, node.value)
        ast.copy_location(value, node)
    else:
        return
    if any(isinstance(target, ast.Name) and target.id == name for target in targets):
        yield value
    elif any(name in _names(target) for target in targets):
        yield ast.copy_location(ast.Starred(value), value)


def _targets(body: Sequence[ast.stmt]) -> Iterator[str]:
    """Yield the names that one scope assigns to."""
    for node in statements(body):
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def _names(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, (ast.Tuple, ast.List, ast.Starred)):
        for inner in ast.iter_child_nodes(target):
            if isinstance(inner, ast.expr):
                yield from _names(inner)


def _form(value: ast.expr) -> str:
    if isinstance(value, ast.Constant):
        return "put together from several literals, or written with escapes"
    if isinstance(value, ast.JoinedStr):
        return "an f-string"
    if isinstance(value, (ast.Name, ast.Attribute)):
        return "a reference to a name that this file does not assign once"
    if isinstance(value, ast.Starred):
        return "part of a tuple"
    if isinstance(value, (ast.Tuple, ast.List)):
        return "a tuple that is no version, or has more than commas between its parts"
    return "computed by an expression"


def _lines(values: Iterable[ast.expr]) -> str:
    return ", ".join(str(line) for line in sorted(value.lineno for value in values))

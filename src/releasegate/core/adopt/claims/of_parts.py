"""Versions that a package's own code makes of parts that stand apart: they are told, since no bump can follow them."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from packaging.version import Version

from releasegate.core.adopt.claims.claim import Source, decoded, same
from releasegate.core.adopt.claims.of_code import FILES, NAMES, TUPLES
from releasegate.core.adopt.code import parsed
from releasegate.core.audit.code.computed import constant, rests_on
from releasegate.core.audit.code.trees import assignments, deleted

_FEWEST = 2


def computed(source: Source, version: str) -> Iterator[str]:
    """Yield in words where the package's own code makes *version* of parts: ``f"{MAJOR}.4.0"``, ``Info(1, 4, 0)``.

    Looked at are its top modules, and those that are usually about the version.
    """
    for path in sorted(path for path in source.files if _looked_at(path, source)):
        body = parsed(source.files[path]).body
        held, gone = assignments(body), deleted(body)
        told: set[int] = set()
        for name in [each for each in (*NAMES, *TUPLES) if each in held and each not in gone]:
            line = held[name].lineno
            made = _text(held[name], held, version) or _numbers(held[name]) == _release(version)
            if line not in told and (made or _glued(held[name], source.files[path], version)):
                told.add(line)
                yield (
                    f"{path}:{line} makes {name} of parts, and no bump follows there: write it as one text, "
                    f'{name} = "{version}", and make the parts from that'
                )


def _looked_at(path: PurePosixPath, source: Source) -> bool:
    top = path.parent in source.modules[:1] or path in source.single
    named = path.name in FILES and any(module in path.parents for module in source.modules[:1])
    return path.suffix == ".py" and (top or named) and b"version" in source.files[path].lower()


def _text(node: ast.expr, held: Mapping[str, ast.expr], version: str) -> bool:
    """Whether a text is put together from parts, none of which states the version by itself."""
    made, rests = constant(node, held), rests_on(node, held)
    apart = isinstance(made, str) and not isinstance(node, (ast.Constant, ast.Name))
    stated = any(same(str(constant(each, held)), version) for each in rests) or any(map(_is_tuple, rests))
    return apart and same(str(made), version) and not stated


def _glued(node: ast.expr, content: bytes, version: str) -> bool:
    """Whether a text is written in pieces, or with escapes: ``"1.4" ".0"``."""
    said = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
    return bool(said) and same(said, version) and said not in (ast.get_source_segment(decoded(content), node) or said)


def _is_tuple(node: ast.expr) -> bool:
    return isinstance(node, (ast.Tuple, ast.List))


def _numbers(node: ast.expr) -> tuple[int, ...]:
    """Return the numbers that a dictionary, or the call of a class, begins with; nothing of other code."""
    match node:
        case ast.Dict(values=parts):
            written = parts
        case ast.Call(args=given, keywords=named):
            # incremental's Version("name", 1, 4, 0)
            named_first = itertools.dropwhile(lambda each: isinstance(getattr(each, "value", None), str), given)
            written = [*named_first, *(word.value for word in named)]
        case _:
            return ()
    numbers = []
    for part in written:
        if not isinstance(part, ast.Constant) or type(part.value) is not int:
            break
        numbers.append(part.value)
    return tuple(numbers) if len(numbers) >= _FEWEST else ()


def _release(version: str) -> tuple[int, ...]:
    return Version(version).release

"""The version files in a package's own code: ``__version__`` and its like, and that of a plugin's configuration."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from packaging.utils import canonicalize_name

from releasegate.core.adopt.claims.claim import Claim, Rank, Source, same
from releasegate.core.adopt.code import assigned, parsed
from releasegate.core.audit.code.computed import constant, rests_on
from releasegate.core.audit.code.trees import assignments
from releasegate.core.config.version_file_types import PythonVersionFile

TESTS = frozenset({"test", "tests", "testing", "docs", "doc"})
_NAMES = ("__version__", "VERSION", "version")
_TUPLES = ("version_info", "__version_info__", "version_tuple", "__version_tuple__", "VERSION_INFO")
_FILES = frozenset({"__about__.py", "about.py", "_about.py", "__version__.py", "_version.py", "version.py"})
# The plugins of some hosts state their version in a class.
_BASES = ("PluginConfig", "AppConfig")


def claims(source: Source) -> Iterator[Claim]:
    """Yield the assignments of the package's own code that look like its version, the likeliest first."""
    files, modules = source.files, source.modules
    paths = sorted(_own(source), key=lambda p: (len(p.parts), p.name != "__init__.py", p))
    found = [claim for path in paths for claim in _in_file(path, files[path], modules)]
    yield from sorted(found, key=_likelihood)


def computed(source: Source, version: str) -> Iterator[str]:
    """Yield in words where the package's own top modules make *version* of parts that stand apart."""
    for path in sorted(path for path in source.files if path.suffix == ".py" and path.parent in source.modules[:1]):
        held = assignments(parsed(source.files[path]).body)
        for name in [each for each in _NAMES if each in held]:
            made, rests = constant(held[name], held), rests_on(held[name], held)
            apart = isinstance(made, str) and not isinstance(held[name], (ast.Constant, ast.Name))
            stated = any(same(str(constant(each, held)), version) for each in rests) or any(map(_is_tuple, rests))
            if apart and same(made, version) and not stated:
                yield (
                    f"{path}:{held[name].lineno} makes {name} of parts, and no bump follows there: write it as one "
                    f'text, {name} = "{version}", and make the parts from that'
                )


def _is_tuple(node: ast.expr) -> bool:
    return isinstance(node, (ast.Tuple, ast.List))


def _own(source: Source) -> Iterator[PurePosixPath]:
    for path in source.files:
        single = path.parent in {PurePosixPath(), PurePosixPath("src")} and canonicalize_name(path.stem) == source.name
        inside = any(m in path.parents and TESTS.isdisjoint(path.relative_to(m).parts) for m in source.modules)
        if path.suffix == ".py" and (single or inside or path in source.single):
            yield path


def _in_file(path: PurePosixPath, content: bytes, modules: Sequence[PurePosixPath]) -> Iterator[Claim]:
    configs: set[str] | None = None
    top = path.parent in {*modules, PurePosixPath(), PurePosixPath("src")}
    for attribute, literal in assigned(content, (*_NAMES, *_TUPLES)).items():
        owner, _, last = attribute.rpartition(".")
        if last not in (_TUPLES if literal.parts else ()) and last not in _NAMES:
            continue
        if owner and configs is None:
            configs = set(_configs(content))
        usual = top and (
            owner in (configs or ())
            if owner
            else last == "__version__" or path.name in _FILES or (bool(literal.parts) and path.name == "__init__.py")
        )
        rank: Rank = "value" if owner or last in _TUPLES or _others(path, modules) else "like"
        if usual:
            # What a module of data states may be the version of the data.
            rank = "usual" if owner or path.name in _FILES | {"__init__.py"} or path.parent not in modules else "named"
        yield Claim(PythonVersionFile(path, attribute), rank)


def _others(path: PurePosixPath, modules: Sequence[PurePosixPath]) -> bool:
    """Whether a module is not the package's own: it is carried along, or in a folder beside the likeliest one."""
    carried = any("vendor" in part or part in {"extern", "third_party"} for part in path.parts)
    return carried or (len(modules) > 1 and modules[0] not in path.parents)


def _configs(content: bytes) -> Iterator[str]:
    """Yield the classes that configure a plugin."""
    for node in ast.walk(parsed(content)):
        if isinstance(node, ast.ClassDef):
            bases = [getattr(base, "id", getattr(base, "attr", "")) for base in node.bases]
            if any(base.endswith(_BASES) for base in bases):
                yield node.name


def _likelihood(claim: Claim) -> tuple[bool, bool, bool, bool]:
    attribute = getattr(claim.version_file, "attribute", "")
    return claim.rank != "usual", claim.rank != "named", "." in attribute, attribute != "__version__"

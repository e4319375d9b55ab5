"""The version files in a package's own code: ``__version__`` and its like, and that of a plugin's configuration."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from packaging.utils import canonicalize_name

from releasegate.core.adopt.claims import of_fallbacks
from releasegate.core.adopt.claims.claim import Claim, Rank, Source
from releasegate.core.adopt.claims.of_fallbacks import fallbacks
from releasegate.core.adopt.code import assigned, imported, parsed
from releasegate.core.audit.code.trees import deleted, last_name
from releasegate.core.config.version_file_types import PythonVersionFile

TESTS = frozenset({"test", "tests", "testing", "docs", "doc"})
NAMES = ("__version__", "VERSION", "version")
TUPLES = ("version_info", "__version_info__", "version_tuple", "__version_tuple__", "VERSION_INFO")
FILES = frozenset({"__about__.py", "about.py", "_about.py", "__version__.py", "_version.py", "version.py"})
# The plugins of some hosts state their version in a class.
_BASES = ("PluginConfig", "AppConfig")


def claims(source: Source) -> Iterator[Claim]:
    """Yield the assignments of the package's own code that look like its version, the likeliest first."""
    files, modules = source.files, source.modules
    paths = sorted(_own(source), key=lambda p: (len(p.parts), p.name != "__init__.py", p))
    code = [files[path] for path in paths]
    found = [claim for path in paths for claim in _in_file(path, files[path], modules, code)]
    yield from sorted(found, key=_likelihood)


def _own(source: Source) -> Iterator[PurePosixPath]:
    for path in source.files:
        single = path.parent in {PurePosixPath(), PurePosixPath("src")} and canonicalize_name(path.stem) == source.name
        inside = any(m in path.parents and TESTS.isdisjoint(path.relative_to(m).parts) for m in source.modules)
        if path.suffix == ".py" and (single or inside or path in source.single):
            yield path


def _in_file(
    path: PurePosixPath, content: bytes, modules: Sequence[PurePosixPath], code: Sequence[bytes]
) -> Iterator[Claim]:
    top = path.parent in {*modules, PurePosixPath(), PurePosixPath("src")}
    gone, left = deleted(parsed(content).body), fallbacks(content, NAMES) if top else {}
    yield from of_fallbacks.claims(path, content, left)
    for attribute, literal in assigned(content, (*NAMES, *TUPLES)).items():
        owner, _, last = attribute.rpartition(".")
        if last not in (TUPLES if literal.parts else ()) and last not in NAMES:
            continue
        plugin = bool(owner) and _configures(owner, content, code)
        usual = top and (
            plugin
            if owner
            else last == "__version__" or path.name in FILES or (bool(literal.parts) and path.name == "__init__.py")
        )
        another = (owner and not plugin) or last in TUPLES or _others(path, modules) or attribute in gone
        rank: Rank = "value" if another else "like"
        if attribute in left:
            continue
        if usual and attribute not in gone:
            # What a module of data states may be the version of the data.
            rank = "usual" if owner or path.name in FILES | {"__init__.py"} or path.parent not in modules else "named"
        yield Claim(PythonVersionFile(path, attribute), rank)


def _others(path: PurePosixPath, modules: Sequence[PurePosixPath]) -> bool:
    """Whether a module is not the package's own: it is carried along, or in a folder beside the likeliest one."""
    carried = any("vendor" in part or part in {"extern", "third_party"} for part in path.parts)
    return carried or (len(modules) > 1 and modules[0] not in path.parents)


def _configures(name: str, content: bytes, code: Sequence[bytes], *, depth: int = 4) -> bool:
    """Whether a class of a file configures a plugin: by its bases, and theirs, wherever the package has these."""
    classes = [node for node in ast.walk(parsed(content)) if isinstance(node, ast.ClassDef) and node.name == name]
    for called in [last_name(base) for node in classes for base in node.bases]:
        for base in (called, *(real for _, _, real in imported(content, called))):
            there = (each for each in code if f"class {base}".encode() in each)
            if base.endswith(_BASES) or (depth and any(_configures(base, c, code, depth=depth - 1) for c in there)):
                return True
    return False


def _likelihood(claim: Claim) -> tuple[bool, bool, bool, bool]:
    attribute = getattr(claim.version_file, "attribute", "")
    return claim.rank != "usual", claim.rank != "named", "." in attribute, attribute != "__version__"

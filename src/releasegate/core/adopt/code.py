"""What a repository's own code and its setup files say, its package's name too; nothing is imported or run."""

from __future__ import annotations

import ast
import configparser
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from packaging.utils import InvalidName, NormalizedName, canonicalize_name

from releasegate.core.adopt.claims.claim import Files, decoded, texts, under
from releasegate.core.audit.code.trees import parse
from releasegate.core.errors import ConfigurationError, ReleasegateError
from releasegate.core.toml.lines import BOM
from releasegate.core.version_files.python_assignments import Literal, read_python
from releasegate.core.version_files.setup_call import setup_words

SETUP, CFG = PurePosixPath("setup.py"), PurePosixPath("setup.cfg")
_WRITTEN = re.compile(r"""\bname\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_SOME = 5
_DEEPEST = len(("src", "pkg", "module.py"))


def imported(content: bytes, name: str) -> Iterator[tuple[str, int, str]]:
    """Yield the module, its level and the name by which a Python file imports *name*."""
    for node in ast.walk(parsed(content)):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    yield node.module or "", node.level, alias.name


def assigned(content: bytes, names: Collection[str] = ()) -> Mapping[str, Literal]:
    """Return the texts and tuples that a Python file assigns to *names*, to all if none are named, in classes too."""
    if names and not any(name.encode() in content for name in names):
        return {}
    try:
        return dict(read_python(content, where="").literals(lambda name: not names or name in names))
    except ReleasegateError:
        return {}


def setup_cfg(files: Files, section: str = "metadata") -> Mapping[str, str]:
    """Return a section of ``setup.cfg``; nothing where there is none, or it cannot be read."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(decoded(files.get(CFG, b"")).removeprefix(BOM))
    except configparser.Error:
        return {}
    return dict(parser[section]) if parser.has_section(section) else {}


def setup_call(files: Files) -> Mapping[str, ast.expr]:
    """Return the named arguments of the call of ``setup`` in ``setup.py``."""
    return dict(setup_words(parsed(files.get(SETUP, b""))))


def said_to_setup(files: Files, word: str) -> str | None:
    """Return the text that ``setup.py`` has as an argument: written there, or where the name is that it says.

    ``NAME`` may be assigned in ``setup.py``; ``about["__title__"]`` and ``lamp.__title__`` mean what one module of the
    repository assigns. ``None`` is an argument that is not there, or computed.
    """
    value = setup_call(files).get(word)
    if isinstance(value, ast.Constant):
        return value.value if isinstance(value.value, str) else None
    index = value.slice if isinstance(value, ast.Subscript) else None
    name = index.value if isinstance(index, ast.Constant) else getattr(value, "id", getattr(value, "attr", None))
    if not isinstance(name, str):
        return None
    near = [path for path in files if path.suffix == ".py" and len(path.parts) <= _DEEPEST and path != SETUP]
    found = {text.version for path in near for text in assigned(files[path], (name,)).values() if not text.parts}
    here = assigned(files[SETUP], (name,)).get(name)
    found = {here.version} if here is not None else found
    return found.pop() if len(found) == 1 else None


def parsed(content: bytes) -> ast.Module:
    """Return the tree of a Python file; an empty one for what is none."""
    return parse(content) or ast.Module([], [])


def package_name(project: Mapping[str, Any], files: Files) -> NormalizedName:
    """Return the normalized name of the package; raises ``ConfigurationError`` where there is none."""
    flit = under(project, "tool", "flit", "metadata")
    named = (
        under(project, "project", "name"),
        under(project, "tool", "poetry", "name"),
        under(flit, "dist-name") or under(flit, "module"),
        setup_cfg(files).get("name"),
    )
    said = next((name for name in named if isinstance(name, str)), None) or said_to_setup(files, "name")
    if said is None and "name" not in setup_call(files):
        match = _WRITTEN.search(decoded(files.get(SETUP, b"")))  # in a file that this Python cannot parse
        said = match[1] if match is not None else None
    try:
        return canonicalize_name(said or "", validate=True)
    except InvalidName:
        raise _nameless(project, files) from None


def _named(folders: Sequence[str], patterns: Iterable[str]) -> list[str]:
    """Return those of *folders* that a workspace's patterns name, from its top: each has as many parts."""
    wanted = [each for each in map(PurePosixPath, patterns) if each.parts]
    return [
        str(folder)
        for folder in map(PurePosixPath, folders)
        if any(len(each.parts) == len(folder.parts) and folder.match(str(each)) for each in wanted)
    ]


def _nameless(project: Mapping[str, Any], files: Files) -> ConfigurationError:
    if "name" in setup_call(files):
        return ConfigurationError(
            "setup.py computes the name of the package, which is not told without running it.",
            hint='Write it as text into setup.py: setup(name="...")',
        )
    held = sorted(str(path.parent) for path in files if path.name == "pyproject.toml" and len(path.parts) > 1)
    workspace = under(project, "tool", "uv", "workspace")
    left_out = _named(held, texts(under(workspace, "exclude")))
    members = [each for each in _named(held, texts(under(workspace, "members"))) if each not in left_out]
    if members:
        return ConfigurationError(
            f"This is a workspace of {len(members)} packages, and none by itself: {', '.join(members[:_SOME])}.",
            hint=f"Adopt each that is released: releasegate adopt {members[0]}",
        )
    return ConfigurationError(
        "The repository names no package.", hint='Write name = "..." into [project] of its pyproject.toml'
    )

"""What a repository's own code and its setup files say; nothing is imported or run."""

from __future__ import annotations

import ast
import configparser
import warnings
from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePosixPath

from releasegate.core.adopt.claims.claim import Files, decoded
from releasegate.core.errors import ReleasegateError
from releasegate.core.version_files.python_assignments import Literal, read_python
from releasegate.core.version_files.setup_call import setup_calls

SETUP, CFG = PurePosixPath("setup.py"), PurePosixPath("setup.cfg")


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
        parser.read_string(decoded(files.get(CFG, b"")))
    except configparser.Error:
        return {}
    return dict(parser[section]) if parser.has_section(section) else {}


def setup_call(files: Files) -> Mapping[str, ast.expr]:
    """Return the named arguments of the call of ``setup`` in ``setup.py``."""
    calls = setup_calls(parsed(files.get(SETUP, b"")))
    return {word.arg: word.value for call in calls for word in call.keywords if word.arg is not None}


def parsed(content: bytes) -> ast.Module:
    """Return the tree of a Python file; an empty one for what is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the code's own, of escapes and the like
            return ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])

"""Versions stated by the ``version`` of a call of ``setup`` in a ``setup.py``; nothing is imported or run."""

from __future__ import annotations

import ast

from releasegate.core.config.version_file_types import SetupVersionFile
from releasegate.core.errors import ConfigurationError
from releasegate.core.version_files.kind import Found
from releasegate.core.version_files.python_assignments import Literal, read_python

_WHERE = "setup(version)"


def find(version_file: SetupVersionFile, content: bytes, _package: str) -> Found:
    """Return the version that ``setup`` is called with; a name or a dictionary of the file is followed.

    Raises:
        ConfigurationError: the file is not Python in UTF-8, or does not call ``setup`` with a version, or does twice.
        Refused: the version is not one plain literal, so that its characters cannot be replaced.
    """
    literal = _literal(version_file, content)
    return Found(literal.version, literal.line, _WHERE)


def replace(version_file: SetupVersionFile, content: bytes, _package: str, version: str) -> bytes:
    """Return the file with *version* in the call, as ``Kind.replace`` says."""
    return _literal(version_file, content).replaced(version, where=str(version_file.path))


def _literal(version_file: SetupVersionFile, content: bytes) -> Literal:
    source = read_python(content, where=str(version_file.path))
    found = [value for name, value in setup_words(source.tree) if name == "version"]
    if len(found) != 1:
        raise ConfigurationError(
            f"{version_file.path} calls setup {'twice with a' if found else 'without a'} version.",
            hint='Write setup(version="1.2.3") once, or name the file that states the version',
        )
    return source.literal(found[0], name=_WHERE)


def setup_words(tree: ast.AST) -> list[tuple[str, ast.expr]]:
    """Return the named arguments of the calls of ``setup``, by whatever module it is called.

    Those of a dictionary that the file writes down, ``setup(**described)``, are among them.
    """
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _called(node) == "setup"]
    words = [word for call in calls for word in call.keywords]
    named = {word.value.id for word in words if word.arg is None and isinstance(word.value, ast.Name)}
    written = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id in named for t in node.targets)
    ]
    spread = [word.value for word in words if word.arg is None] + written
    return [(word.arg, word.value) for word in words if word.arg] + [pair for each in spread for pair in _pairs(each)]


def _called(call: ast.Call) -> str:
    return str(getattr(call.func, "id", getattr(call.func, "attr", "")))


def _pairs(node: ast.expr) -> list[tuple[str, ast.expr]]:
    """Return what a dictionary holds that is written as ``{...}`` or ``dict(...)``."""
    if isinstance(node, ast.Dict):
        keys = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
        return [(key, value) for key, value in zip(keys, node.values, strict=True) if isinstance(key, str)]
    if isinstance(node, ast.Call) and _called(node) == "dict":
        return [(word.arg, word.value) for word in node.keywords if word.arg]
    return []

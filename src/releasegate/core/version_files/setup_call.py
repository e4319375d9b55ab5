"""Versions stated by the ``version`` of a call of ``setup`` in a ``setup.py``; nothing is imported or run."""

from __future__ import annotations

import ast

from releasegate.core.config.version_file_types import SetupVersionFile
from releasegate.core.errors import ConfigurationError
from releasegate.core.version_files.kind import Found
from releasegate.core.version_files.python_assignments import Literal, read_python

_WHERE = "setup(version)"


def find(version_file: SetupVersionFile, content: bytes, _package: str) -> Found:
    """Return the version that ``setup`` is called with; a name that the file assigns is followed.

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
    found = [word.value for call in setup_calls(source.tree) for word in call.keywords if word.arg == "version"]
    if len(found) != 1:
        raise ConfigurationError(
            f"{version_file.path} calls setup {'twice with a' if found else 'without a'} version.",
            hint='Write setup(version="1.2.3") once, or name the file that states the version',
        )
    return source.literal(found[0], name=_WHERE)


def setup_calls(tree: ast.AST) -> list[ast.Call]:
    """Return the calls of ``setup``, by whatever module it is called."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call for call in calls if getattr(call.func, "id", getattr(call.func, "attr", "")) == "setup"]

"""Versions stated by an assignment in a Python file, as text or as a tuple."""

from __future__ import annotations

from releasegate.core.config.version_file_types import PythonVersionFile
from releasegate.core.version_files.kind import Found, spelled, stated
from releasegate.core.version_files.python_assignments import Literal, read_python


def find(version_file: PythonVersionFile, content: bytes, _package: str) -> Found:
    """Return the version that is assigned to the version file's attribute, in a tuple's case as PEP 440 writes it.

    Where the attribute is assigned another name of the file, that one is followed.

    Raises:
        ConfigurationError: the file is not Python in the encoding that it declares, or assigns no version to the
            attribute, or assigns it twice.
        Refused: the version is not one plain literal, so that its characters cannot be replaced.
    """
    literal = _literal(version_file, content)
    where = f"{version_file.path}:{literal.line}"
    return Found(stated(literal.version, version_file.spelling, where=where), literal.line, version_file.attribute)


def replace(version_file: PythonVersionFile, content: bytes, _package: str, version: str) -> bytes:
    """Return the file with *version* assigned to the attribute, as ``Kind.replace`` says."""
    where = str(version_file.path)
    return _literal(version_file, content).replaced(spelled(version, version_file.spelling, where=where), where=where)


def _literal(version_file: PythonVersionFile, content: bytes) -> Literal:
    return read_python(content, where=str(version_file.path)).assigned(version_file.attribute)

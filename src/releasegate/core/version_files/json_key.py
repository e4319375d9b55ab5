"""Versions stated under a dotted key of a JSON file: found by json's own decoder, changed character by character."""

from __future__ import annotations

import json
import re

from releasegate.core.config.version_file_types import JsonVersionFile
from releasegate.core.errors import ConfigurationError, Refused
from releasegate.core.toml.lines import BOM, split_key
from releasegate.core.version_files.kind import Found, Span, spelled, stated, utf8

_BLANK = re.compile(r"[ \t\r\n]*")


def find(version_file: JsonVersionFile, content: bytes, _package: str) -> Found:
    """Return the string under the version file's key.

    Raises:
        ConfigurationError: the file is not JSON, or has no such key, or twice, or no string under it.
        Refused: the string is written with escapes, or not spelled as it should be.
    """
    literal = _locate(version_file, content)
    version = stated(literal.version, version_file.spelling, where=f"{version_file.path}:{literal.line}")
    return Found(version, literal.line, version_file.key)


def replace(version_file: JsonVersionFile, content: bytes, _package: str, version: str) -> bytes:
    """Return the file with *version* under the version file's key, as ``Kind.replace`` says."""
    new = spelled(version, version_file.spelling, where=str(version_file.path))
    return _locate(version_file, content).replaced(new).encode()


def _locate(version_file: JsonVersionFile, content: bytes) -> Span:
    where = str(version_file.path)
    text = utf8(content, where=where)
    at = len(text) - len(text.removeprefix(BOM))
    try:
        json.loads(text[at:])
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        raise ConfigurationError(
            f"{where}:{line} is not JSON: {getattr(error, 'msg', error)}.",
            hint=f"Correct {where}; comments are no part of JSON, and a text version file reads any file",
        ) from error
    except RecursionError as error:
        raise ConfigurationError(f"{where} is nested too deeply.", hint=f"Write {where} flatter") from error
    for part in split_key(version_file.key) or (version_file.key,):
        at = _member(text, at, part, version_file)
    at = _after_blanks(text, at)
    name = f"{where}:{text.count(chr(10), 0, at) + 1}: {version_file.key}"
    if text[at] != '"':
        raise ConfigurationError(
            f"{name} is not a string.", hint='Name a key that holds the version in quotes: "1.2.3"'
        )
    value, end = _DECODER.raw_decode(text, at)
    if text[at + 1 : end - 1] != value:
        raise Refused(
            f"{name} is written with escapes, so its characters cannot be replaced.",
            hint="Write the version as a plain string",
        )
    return Span(text, at + 1, end - 1)


def _member(text: str, at: int, key: str, version_file: JsonVersionFile) -> int:
    """Return where the value of *key* begins in the object at *at*; what is no object has no keys."""
    at = _after_blanks(text, at)
    found: list[int] = []
    if text[at] == "{":
        found = [start for name, start in _members(text, at) if name == key]
    if len(found) != 1:
        raise ConfigurationError(
            f"{version_file.path} has {'two keys' if found else 'no key'} {version_file.key}.",
            hint="Correct the key in [tool.releasegate]",
        )
    return found[0]


def _members(text: str, at: int) -> list[tuple[str, int]]:
    """Return every key of the object at *at*, in text that is JSON, and where its value begins."""
    members = []
    at = _after_blanks(text, at + 1)
    while text[at] != "}":
        name, at = _DECODER.raw_decode(text, at)
        at = _after_blanks(text, _after_blanks(text, at) + len(":"))
        members.append((name, at))
        at = _DECODER.raw_decode(text, at)[1]
        at = _after_blanks(text, at)
        at = _after_blanks(text, at + 1) if text[at] == "," else at
    return members


def _after_blanks(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found is not None else at


_DECODER = json.JSONDecoder()

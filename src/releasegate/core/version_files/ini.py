"""Versions stated under a key of an INI file, such as ``setup.cfg``; configparser is asked what the key holds."""

from __future__ import annotations

import re

from releasegate.core.config.version_file_types import IniVersionFile
from releasegate.core.errors import ConfigurationError, Refused
from releasegate.core.toml.lines import BOM
from releasegate.core.version_files.kind import Found, Span, utf8


def find(version_file: IniVersionFile, content: bytes, _package: str) -> Found:
    """Return what the key holds.

    Raises:
        ConfigurationError: the file is not INI in UTF-8, or has no such key.
        Refused: the key's value is not one plain line that can be told from its surroundings.
    """
    stated = _locate(version_file, content)
    return Found(stated.version, stated.line, version_file.key)


def replace(version_file: IniVersionFile, content: bytes, _package: str, version: str) -> bytes:
    """Return the file with *version* under the key, as ``Kind.replace`` says."""
    return _locate(version_file, content).replaced(version).encode()


def _locate(version_file: IniVersionFile, content: bytes) -> Span:
    import configparser

    where, text = str(version_file.path), utf8(content, where=str(version_file.path))
    section, _, key = version_file.key.rpartition(".")
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(text.removeprefix(BOM), source=where)
    except configparser.Error as error:
        said = " ".join(str(error).split())
        raise ConfigurationError(f"{where} is not INI: {said}.", hint=f"Correct {where}") from error
    value = parser.get(section, key, fallback=None)
    if not value:
        raise ConfigurationError(
            f"{where} has no key {key} in [{section}].", hint="Correct the key in [tool.releasegate]"
        )
    # A key stands at the beginning of a line; whether this is the section is for configparser to say.
    pattern = rf"^{re.escape(key)}[ \t]*[=:][ \t]*{re.escape(value)}(?=[ \t]*\r?$)"
    begins = re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    found = [match for match in begins.finditer(text) if _section(text, match.start()) == section]
    if len(found) != 1:
        raise Refused(
            f"{where} does not state {version_file.key} on one line of its own.",
            hint=f"Write it as {key} = 1.2.3, with no comment behind it",
        )
    return Span(text, found[0].end() - len(value), found[0].end())


def _section(text: str, at: int) -> str | None:
    """Return the section that the line at *at* stands in."""
    headers = re.findall(r"^\ufeff?\[(.+)\]", text[:at], re.MULTILINE)
    return headers[-1] if headers else None


def keys_of(content: bytes) -> tuple[str, ...]:
    """Return every key of an INI file, its section first; nothing of what is none."""
    import configparser

    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(content.decode(errors="replace").removeprefix(BOM))
        sections = (parser.default_section, *parser.sections())
        return tuple(f"{section}.{key}" for section in sections for key in parser[section])
    except (configparser.Error, KeyError):
        return ()

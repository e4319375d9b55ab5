"""Versions stated anywhere in a text file, found by the text around them.

Where the pattern begins or ends with a word, it is that whole word: ``version: {version}`` does not fit
``cff-version: 1.2.0``. It may fit several places, which must all state the same. ``{version}`` alone is for a file that
holds nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from releasegate.core.config.version_file_types import TextVersionFile
from releasegate.core.errors import ConfigurationError, Refused
from releasegate.core.version_files.kind import Found, spelled, stated, utf8

VERSION = r"(?:[0-9]+!)?[0-9](?:[0-9A-Za-z.+_-]*[0-9A-Za-z])?"
"""What may be a version; whether it is one is for PEP 440 to say."""


def find(version_file: TextVersionFile, content: bytes, _package: str) -> Found:
    """Return the version in the pattern's place.

    Raises:
        ConfigurationError: the file is not UTF-8, or the pattern fits nowhere in it.
        Refused: it fits several places with different versions, or they are not spelled as they should be.
    """
    text, matches = _matches(version_file, content)
    lines = [text.count("\n", 0, match.start(1)) + 1 for match in matches]
    if len({match[1] for match in matches}) > 1:
        said = ", ".join(f"{match[1]} on line {line}" for line, match in zip(lines, matches, strict=True))
        raise Refused(
            f"The pattern {version_file.pattern!r} fits several versions in {version_file.path}: {said}.",
            hint="Write the same version in each, or more of the line into the pattern",
        )
    version = stated(matches[0][1], version_file.spelling, where=f"{version_file.path}:{lines[0]}")
    return Found(version, lines[0], version_file.pattern)


def replace(version_file: TextVersionFile, content: bytes, _package: str, version: str) -> bytes:
    """Return the file with *version* in every place that the pattern fits, as ``Kind.replace`` says."""
    text, matches = _matches(version_file, content)
    new = spelled(version, version_file.spelling, where=str(version_file.path))
    for match in reversed(matches):
        text = text[: match.start(1)] + new + text[match.end(1) :]
    return text.encode()


def _matches(version_file: TextVersionFile, content: bytes) -> tuple[str, Sequence[re.Match[str]]]:
    text = utf8(content, where=str(version_file.path))
    before, after = version_file.pattern.split("{version}")
    begin = r"(?<![\w.-])" if re.match(r"\w", before) else ""
    # A version is taken whole, or not at all.
    start = "" if before else r"(?<![\w.!+-])"
    end = r"(?![\w!+-]|\.\w)" if not after else ""
    last = r"(?![\w])" if re.search(r"\w$", after) else ""
    pattern = f"{begin}{re.escape(before)}{start}({VERSION}){end}{re.escape(after)}{last}"
    matches = list(re.finditer(pattern, text))
    if not matches:
        raise ConfigurationError(
            f"{version_file.path} has no text that fits the pattern {version_file.pattern!r}.",
            hint="Correct the pattern in [tool.releasegate]; {version} stands for the version alone",
        )
    return text, matches

"""Lines that hold a version and that no version file covers: after a bump they still hold the old one.

They are told and never refused: an example may be about an old version. Change logs are about nothing else, what says
since when something is so is right for ever, and other packages' entries of a lock hold their own; a project says once
which of the rest it means (``left-behind``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import PurePosixPath

from packaging.utils import canonicalize_name
from packaging.version import Version

from releasegate.core.config.exemptions import Exemption
from releasegate.core.frozen import dataclass
from releasegate.core.globs import matching

_ABOUT_CHANGES = r"change(?:s|log)?|history|news(?:fragments)?|release[-_]?notes?|whatsnew"
_CHANGES = re.compile(rf"(?:^|[-_.])(?:{_ABOUT_CHANGES})(?:$|[-_.])|^releases(?:$|[-_.])", re.IGNORECASE)
_LETTERS = {"a": "(?:a|alpha)", "b": "(?:b|beta)", "rc": "(?:rc|c|pre|preview)"}
_MARKS = "a|b|c|rc|alpha|beta|pre|preview|post|rev|r|dev"
_LOCKS = re.compile(r"(?:\.lock|[-.]lock\.(?:json|ya?ml|toml)|^pylock\..*toml|^npm-shrinkwrap\.json|^go\.sum)$")
# Sphinx's directives and their like say since when something is so.
_SINCE = re.compile(r"\bversion-?(?:added|changed|removed|deprecated)\b|\bdeprecated(?:::|\})", re.IGNORECASE)
_REQUIRED = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(?:===?|~=|!=|<=?|>=?)\s*$")
_SHOWN = 100
_LONGEST = 10_000
_BEGINNING = 8_000


@dataclass(frozen=True)
class Leftover:
    """A line (from 1) of a tracked file that holds *version*."""

    path: PurePosixPath
    line: int
    version: str
    text: str

    def __str__(self) -> str:
        """The line as it is shown: its place, and what stands there."""
        shown = " ".join(self.text.split())[:_SHOWN]
        return f"{self.path}:{self.line} holds {self.version} and no bump follows: {shown}"


def lines_with(content: bytes, version: str) -> Iterator[tuple[int, str, re.Match[str]]]:
    """Yield the number (from 1), the text and the place of every *version* in a file, however it is spelled there.

    The place is the match's first group. A file that is not text has none.
    """
    if b"\0" in content[:_BEGINNING]:
        return
    text, pattern, done = content.decode(errors="replace"), spellings(version), -1
    for match in pattern.finditer(text):
        begin, end = text.rfind("\n", 0, match.start()) + 1, text.find("\n", match.end())
        line = text[begin : end if end >= 0 else len(text)]
        if begin > done and len(line) <= _LONGEST:
            for place in pattern.finditer(line):
                yield text.count("\n", 0, begin) + 1, line.rstrip("\r"), place
        done = begin


@lru_cache(maxsize=8)
def spellings(version: str) -> re.Pattern[str]:
    """Return what finds *version* as a token: PEP 440 knows ``2026.01.3``, ``1.2.0-rc.1`` and ``v1.2.0`` as well."""
    parsed = Version(version)
    found = f"{parsed.epoch}!" if parsed.epoch else ""
    found += r"\.".join(f"0*{number}" for number in parsed.release)
    if parsed.pre is not None:
        found += rf"[-_.]?{_LETTERS[parsed.pre[0]]}{_numbered(parsed.pre[1])}"
    found += rf"[-_.]?(?:post|rev|r){_numbered(parsed.post)}" if parsed.post is not None else ""
    found += rf"[-_.]?dev{_numbered(parsed.dev)}" if parsed.dev is not None else ""
    found += rf"\+{re.escape(parsed.local)}" if parsed.local is not None else ""
    after = rf"(?![0-9A-Za-z_!+]|\.[0-9]|[-.]?(?:{_MARKS})[-.]?[0-9])"
    return re.compile(rf"(?<![0-9A-Za-z_.!+])v?({found}){after}", re.IGNORECASE)


def _numbered(number: int) -> str:
    """Return what finds a number behind its word: ``1.4.dev`` is ``1.4.dev0``."""
    return rf"(?:[-_.]?{number})" + ("" if number else "?")


def roughly(version: str) -> str:
    """Return an extended regular expression of POSIX for every line that may hold *version*."""
    return r"\.".join(f"0*{number}" for number in Version(version).release)


def held(path: PurePosixPath, content: bytes, version: str, *, line: int = 0) -> Iterator[Leftover]:
    """Yield the lines of a file, or the one line that *content* is, that hold *version*."""
    for number, text, _ in lines_with(content, version):
        if _SINCE.search(text) is None:
            yield Leftover(path, line or number, version, text)


def left_in(lines: Iterable[Leftover], *, name: str = "", exemptions: Iterable[Exemption] = ()) -> tuple[Leftover, ...]:
    """Return those of *lines* that somebody should know of, in the files' order; *name* is the package's.

    What is required of another package is that one's version.
    """
    kept = [each for each in dict.fromkeys(lines) if not expected(each.path) and not _of_another(each, name)]
    paths = {str(each.path) for each in kept}
    exempted = {path for exemption in exemptions for path in matching(exemption.pattern, paths)}
    return tuple(sorted((e for e in kept if str(e.path) not in exempted), key=lambda e: (e.path, e.line)))


def _of_another(leftover: Leftover, name: str) -> bool:
    """Whether each version in the line is one that another package is required in: ``pier>=1.2.0``."""
    before = [line[: place.start()] for _, line, place in lines_with(leftover.text.encode(), leftover.version)]
    own = canonicalize_name(name)
    required = [match[1] for text in before if (match := _REQUIRED.search(text)) is not None]
    others = [each for each in required if canonicalize_name(each) != own and "version" not in each.lower()]
    return bool(others) and len(others) == len(before)


def is_lock(path: PurePosixPath) -> bool:
    """Whether a file is one that a tool locks versions in."""
    return _LOCKS.search(path.name) is not None


def expected(path: PurePosixPath) -> bool:
    """Whether a file is a lock, or is about what was changed in every version."""
    folders = any(_CHANGES.search(part) for part in path.parts[:-1])
    return folders or _CHANGES.search(path.stem) is not None or is_lock(path)

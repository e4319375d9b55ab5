"""The text of a version inside of files that a build writes: where another's may stand for it, and nothing else.

A tool that reads the version from Git writes down the commit too, which is as much a release's own as its version: its
hash, or the beginning of that, and its day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from packaging.version import Version

# Neither part of a longer number (11.0, 1.0.1, 1.0rc12) nor of a version that goes on (1.0.post1, 1.0+local).
_BEFORE = rb"(?<![0-9])(?<![0-9]\.)(?<!!)"
_AFTER = rb"(?![0-9]|\.[0-9]|\.?(?:post|dev)[0-9]|\+[0-9A-Za-z])"
_SHORTEST = 7
"""Digits of a commit's hash that tools write at least."""


@dataclass(frozen=True)
class Source:
    """The commit that a build is made of: its hash, and the day on which it was committed (``2026-11-26``)."""

    commit: str
    day: str


@dataclass(frozen=True)
class VersionText:
    """The text of one version, as build tools write it (``1.0rc1``, ``(1, 0, 'rc1')``), and of another in its place.

    ``sources`` are what the two are made of.
    """

    before: str
    after: str
    sources: tuple[Source, Source]

    def differs_only(self, one: bytes, other: bytes) -> bool:
        """Whether *other* is *one*, with what is the version after's in place of what is the one before's."""
        position = start = 0
        for found in self._pattern.finditer(one):
            between = one[start : found.start()]
            stands = self._stands(found, other, position + len(between))
            if stands is None or not other.startswith(between, position):
                return False
            position, start = position + len(between) + stands, found.end()
        return other[position:] == one[start:]

    def _stands(self, found: re.Match[bytes], other: bytes, position: int) -> int | None:
        """Return the length of what stands for *found* in *other* at *position*, ``None`` where nothing does."""
        text = found[0]
        if other.startswith(text, position):
            return len(text)
        if text in self._texts:
            return len(self._texts[text]) if other.startswith(self._texts[text], position) else None
        theirs = _commit(self.sources[1].commit).match(other, position)
        return len(theirs[0]) if theirs is not None else None

    @cached_property
    def _texts(self) -> dict[bytes, bytes]:
        before, after = self.sources
        texts = {self.before.encode(): self.after.encode(), before.day.encode(): after.day.encode()}
        for quote in ("'", '"'):
            texts[_tuple(self.before, quote)] = _tuple(self.after, quote)
        return texts

    @cached_property
    def _pattern(self) -> re.Pattern[bytes]:
        plain, day, *tuples = map(re.escape, self._texts)
        own = (_BEFORE + plain + _AFTER, rb"(?<![0-9])" + day + rb"(?![0-9])", *tuples)
        return re.compile(b"|".join([*own, _commit(self.sources[0].commit).pattern]))


def _commit(commit: str) -> re.Pattern[bytes]:
    """Return the pattern of a commit's hash or of its beginning, with Git's ``g`` before it or without."""
    optional = "".join(f"(?:{digit}" for digit in commit[_SHORTEST:]) + ")?" * len(commit[_SHORTEST:])
    return re.compile(rf"(?<![0-9A-Za-z])g?{commit[:_SHORTEST]}{optional}(?![0-9A-Za-z])".encode())


def _tuple(version: str, quote: str) -> bytes:
    """Return the version as the tuple that setuptools-scm writes, in the quotes that it or a formatter uses."""
    parsed = Version(version)
    numbered = (("post", parsed.post), ("dev", parsed.dev))
    words = ("".join(map(str, parsed.pre or ())), *(f"{word}{n}" for word, n in numbered if n is not None))
    return repr((*parsed.release, *filter(None, words))).replace("'", quote).encode()

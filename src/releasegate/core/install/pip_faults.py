"""Whose fault it is that pip could not install: what was to be installed, or what pip stands on.

pip ends with 1 for both, and says of an index page that was answered with 503 nothing but that there is no such
distribution; only its log (``--log``) has the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_GROUND = {
    # disk and memory
    28: "No space left on device",
    122: "Disk quota exceeded",
    30: "Read-only file system",
    5: "Input/output error",
    12: "Cannot allocate memory",
    23: "Too many open files in system",
    24: "Too many open files",
    # network
    32: "Broken pipe",
    100: "Network is down",
    101: "Network is unreachable",
    103: "Software caused connection abort",
    104: "Connection reset by peer",
    110: "Connection timed out",
    111: "Connection refused",
    112: "Host is down",
    113: "No route to host",
    # names are looked up by another table
    -2: "Name or service not known",
    -3: "Temporary failure in name resolution",
}
"""What Linux says where it is at fault, by its number: Python tells both, a compiler the words only."""
_NAMES = frozenset({17, 20, 21, 22, 36, 39})
"""The numbers for files whose names do not fit each other: whoever named them is at fault."""
_KILLED = re.compile(
    r"exit(?:ed with| code:) (?:-9|-15|-7|137|143)\b|\bSIG(?:KILL|TERM|BUS)\b|Killed signal terminated program"
)
_UNREACHED = re.compile(
    r"HTTP error \d{3} while getting|DO NOT MATCH THE HASHES"
    r"|\b(?:connection-(?:failed|timeout)|ssl-(?:missing|verification-failed)|proxy-connection-failed|incomplete-download)\b"
    r"|Max retries exceeded|IncompleteRead\(|CERTIFICATE_VERIFY_FAILED|^MemoryError\b"
    r"|^(?:pip\._vendor\.)?(?:urllib3|requests)\.(?:packages\.urllib3\.)?exceptions\.|^(?:http\.client|ssl|socket)\."
)
TRANSPORT = re.compile(
    r"HTTP error \d{3}|DO NOT MATCH THE HASHES|Connection broken|Connection aborted|Read timed out|IncompleteRead"
    r"|Could not fetch URL|Max retries exceeded|File is not a zip file|incomplete download"
    r"|Name or service not known|Temporary failure in name resolution|nodename nor servname",
    re.IGNORECASE,
)
"""What pip, and what it builds, say of what came damaged, or not at all: nothing of what was to be installed."""

_PAGE = re.compile(r"Could not fetch URL (?!.*: (?:404|410) Client Error)")
"""A page that is not there is an index's plain answer: there is no such project. Any other is none."""
_ERRNO = re.compile(r"\[Errno (-?\d+)\]")
_OS_ERROR = "Could not install packages due to an OSError"
_RECOVERED = re.compile(r"^WARNING: (?:Retrying|Connection (?:interrupted|timed out)|Attempting to resume)")


def outside_fault(lines: Iterable[str]) -> str:
    """Return the line of pip's that lays its failure on what it stands on, nothing where no line does.

    What pip tried again and got is no failure.
    """
    said = (line.strip() for line in lines)
    return next((line for line in said if not _RECOVERED.match(line) and _outside(line)), "")


def ground_gave_way(line: str) -> bool:
    """Whether *line*, whoever wrote it, says that disk, memory or network gave way."""
    return any(words in line for words in _GROUND.values()) or bool(_numbers(line) & _GROUND.keys())


def no_room(line: str) -> bool:
    """Whether *line*, whoever wrote it, says that a disk is full: no code under test can make room there."""
    return any(words in line for words in (_GROUND[28], _GROUND[122])) or bool(_numbers(line) & {28, 122})


def _outside(line: str) -> bool:
    if _PAGE.search(line) or _UNREACHED.search(line) or _KILLED.search(line) or ground_gave_way(line):
        return True
    return _OS_ERROR in line and not _numbers(line) & _NAMES


def _numbers(line: str) -> frozenset[int]:
    return frozenset(int(number) for number in _ERRNO.findall(line))

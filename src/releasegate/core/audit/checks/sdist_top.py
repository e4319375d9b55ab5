"""Nothing has slipped to the top of the sdist that nobody meant to publish: dumps, logs, keys, programs, archives."""

from __future__ import annotations

import re

from releasegate.core.audit.problem import Problem, Problems
from releasegate.core.audit.subject import Subject

_KINDS = (
    (
        "a key or a password",
        re.compile(
            r"\.env(\.(?!example|sample|template|dist)[\w.]+)?|\.pypirc|\.netrc|id_(rsa|dsa|ecdsa|ed25519)|.*\.(pem|key|p12|pfx|jks|kdbx|keystore)"
        ),
    ),
    ("a dump", re.compile(r"core(\.\d+)?|.*\.(sql|dump|dmp|sqlite3?|db|hprof|core|pcap|rdb)(\.(gz|bz2|xz|zst))?")),
    ("a log", re.compile(r"nohup\.out|.*\.log(\.\d+)?(\.gz)?")),
    ("an archive", re.compile(r".*\.(zip|7z|rar|tgz|tar|tar\.(gz|bz2|xz|zst)|whl|deb|rpm|iso)")),
    ("a leftover", re.compile(r".*\.(bak|rej|swp|swo|tmp|orig|pyc|prof)|.*~|\.DS_Store|Thumbs\.db|\.coverage(\..+)?")),
    ("a program", re.compile(r".*\.(exe|dll|dylib|so|msi|bin|jar|class|o|a)")),
)
_MAGIC = (b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa\xcf", b"\xca\xfe\xba\xbe")
_SECRET = re.compile(rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----")
_SUSPECT = re.compile(r"dumps?|logs?|secrets?|credentials|backups?|private|keys|certs?|tmp|temp|\.ssh|\.aws|\.gnupg")
_MADE = frozenset({"pyproject.toml.orig"})
"""What a backend writes there: uv_build keeps the file that it rewrote."""


def top_of_sdist(subject: Subject) -> Problems:
    """No file at the sdist's top, or in a new folder there that is named for such, looks like one that slipped in.

    What the previous sdist had there is known to be meant.
    """
    known = set(subject.previous_sdist or ())
    known_tops = {path.partition("/")[0] for path in known}
    found = []
    for path in sorted(subject.sdist):
        top, _, inside = path.partition("/")
        looked_at = (not inside and path not in known) or (
            inside and top not in known_tops and _SUSPECT.fullmatch(top.lower()) is not None
        )
        kind = _kind(path, subject.sdist[path]) if looked_at and path not in _MADE else None
        if kind is not None:
            cure = "take it out of the repository, or keep it out of the sdist"
            found.append(Problem(f"{path} at the top of the sdist looks like {kind}: {cure}.", path, "allowed"))
    return tuple(found)


def _kind(path: str, content: bytes) -> str | None:
    name = path.rpartition("/")[2].lower()
    if _SECRET.search(content[: 64 * 1024]):
        return "a key or a password"
    named = next((kind for kind, pattern in _KINDS if pattern.fullmatch(name)), None)
    return named or ("a program" if content.startswith(_MAGIC) else None)

"""Nothing has slipped to the top of the sdist that nobody meant to publish: dumps, logs, keys, programs, caches."""

from __future__ import annotations

import re

from releasegate.core.audit.problem import Problem, Problems
from releasegate.core.audit.subject import Subject

_KINDS = tuple(
    (kind, re.compile("|".join(patterns)))
    for kind, patterns in (
        (
            "a key or a password",
            (
                r"\.env(\.[\w.]+)?|\.envrc\.\w+|\.(pypirc|netrc|git-credentials|htpasswd|pgpass|my\.cnf|s3cfg|boto)",
                r"id_(rsa|dsa|ecdsa|ed25519)|.*\.(pem|key|ppk|p12|pfx|jks|kdbx|keystore)|kubeconfig|\.vault_pass(word)?(\..+)?",
                r"((client|app|my)[_-])?(secrets?|credentials?|passwords?|passwd|tokens?)(\.(json|ya?ml|toml|ini|csv|txt))?",
                r"(.*[_-])?service[_-]account.*\.json",
            ),
        ),
        (
            "a dump",
            (
                r"core(\.\d+)?|vgcore\.\d+|perf\.data(\.old)?",
                r".*\.(sql|dump|dmp|sqlite3?|db|hprof|core|pcap|rdb)(\.(gz|bz2|xz|zst))?",
            ),
        ),
        ("a log", (r"nohup\.out|.*\.log(\.\d+)?(\.gz)?",)),
        ("an archive", (r".*\.(zip|7z|rar|tgz|tar|tar\.(gz|bz2|xz|zst)|whl|deb|rpm|iso)",)),
        (
            "a leftover",
            (
                r".*\.(bak|rej|swp|swo|tmp|orig|pyc|prof|pstats)|.*~|\.ds_store|thumbs\.db|\.\w+_history",
                r"\.coverage(\..+)?|coverage\.xml|junit[\w.-]*\.xml|untitled\d*\.ipynb",
            ),
        ),
        ("a program", (r".*\.(exe|dll|dylib|so|msi|bin|jar|class|o|a)",)),
    )
)
_EXAMPLE = re.compile(r".*[._-](ci|defaults?|dist|example|sample|schema|skel|template|test|tpl)")
"""Names of files that are written to be copied and filled in."""
_CACHE = re.compile(
    r"__pycache__|\.?venv|\.(cache|eggs|hypothesis|ipynb_checkpoints|nox|pytype|tox)|\.\w+_cache|htmlcov|node_modules"
)
_MAGIC = (b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa\xcf", b"\xca\xfe\xba\xbe")
_SECRET = re.compile(
    rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----|pypi-AgE[\w-]{40}|gh[oprsu]_[A-Za-z0-9]{36}|github_pat_\w{60}"
    rb"|glpat-[\w-]{20}|\bAKIA[0-9A-Z]{16}\b|xox[abprs]-[\w-]{20}|:_authToken=[\w-]{10}"
)
_SUSPECT = re.compile(r"dumps?|logs?|secrets?|credentials|backups?|private|keys|certs?|tmp|temp|\.ssh|\.aws|\.gnupg")
_MADE = frozenset({"pyproject.toml.orig"})
"""What a backend writes there: uv_build keeps the file that it rewrote."""


def top_of_sdist(subject: Subject) -> Problems:
    """No file at the sdist's top, or in a new folder there that is named for such, looks like one that slipped in.

    What the previous sdist had there is known to be meant.
    """
    known = set(subject.previous_sdist or ())
    known_tops = {path.partition("/")[0] for path in known}
    cure = "take it out of the repository, or keep it out of the sdist"
    tops = sorted({path.partition("/")[0] for path in subject.sdist if "/" in path} - known_tops)
    found = [
        Problem(f"{top} at the top of the sdist looks like a cache: {cure}.", top, "allowed")
        for top in tops
        if _CACHE.fullmatch(top.lower())
    ]
    for path in sorted(subject.sdist):
        top, _, inside = path.partition("/")
        looked_at = (not inside and path not in known) or (
            inside and top not in known_tops and _SUSPECT.fullmatch(top.lower()) is not None
        )
        kind = _kind(path, subject.sdist[path]) if looked_at and path not in _MADE else None
        if kind is not None:
            found.append(Problem(f"{path} at the top of the sdist looks like {kind}: {cure}.", path, "allowed"))
    return tuple(found)


def _kind(path: str, content: bytes) -> str | None:
    name = path.rpartition("/")[2].lower()
    if _SECRET.search(content[: 64 * 1024]):
        return "a key or a password"
    if _EXAMPLE.fullmatch(name):
        return None
    named = next((kind for kind, pattern in _KINDS if pattern.fullmatch(name)), None)
    return named or ("a program" if content.startswith(_MAGIC) else None)

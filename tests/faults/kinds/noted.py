"""The notes themselves: how anybody who may push reads and writes them, and what they then say."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from git_repositories import ENVIRON, git

from tests.faults.project import NAME, Project

RC, FINAL = "1.0.0rc1", "1.0.0"


def ref(_: Project) -> str:
    """Return the ref of the package's notes."""
    return f"refs/notes/releasegate/{NAME}"


def note(project: Project, commit: str) -> bytes:
    """Return the note on a commit of the remote."""
    words = ("git", "notes", "--ref", ref(project), "show", commit)
    return subprocess.run(words, cwd=project.remote, env=ENVIRON, check=False, capture_output=True).stdout


def push(project: Project, commit: str, text: bytes) -> None:
    """Replace the note on a commit of the remote, as somebody does who may push."""
    words = ["git", "hash-object", "-w", "--stdin"]
    blob = subprocess.run(words, cwd=project.remote, env=ENVIRON, input=text, capture_output=True, check=True).stdout
    add = ("add", "--force", "--allow-empty", "-C", blob.decode().strip(), commit)
    git(project.remote, "notes", "--ref", ref(project), *add)


def other_machine(project: Project) -> Path:
    """Return a folder with a clone of the remote that knows only what travels."""
    folder = project.root / "another"
    git(project.root, "clone", "--quiet", str(project.remote), str(folder / NAME))
    shutil.copy(project.root / "pyproject.toml", folder)
    return folder


def line(version: str, step: str, event: str, evidence: object, **more: str) -> bytes:
    """Return a line of a note, as a machine writes it; *more* are its other fields."""
    body = {
        "at": "2026-11-01T00:00:00.000000+00:00",
        "run": "forged",
        "step": step,
        "event": event,
        "line": step,
        "subject": "",
        "kind": "work",
        "verdict": "pass",
        "releasegate": "0.1.0",
        "evidence": evidence,
        "package": NAME,
        "version": version,
        **more,
    }
    return json.dumps(body, sort_keys=True).encode() + b"\n"


def _head(project: Project) -> str:
    return git(project.remote, "rev-parse", "develop")


def _on_head(*lines: bytes) -> Callable[[Project], None]:
    def put(project: Project) -> None:
        push(project, _head(project), note(project, _head(project)) + b"".join(lines))

    return put


def _other_object(project: Project) -> None:
    git(project.remote, "update-ref", ref(project), _head(project))


def _no_commit(project: Project) -> None:
    blob = git(project.remote, "rev-parse", "develop:check.py")
    path = project.remote / ref(project)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{blob}\n", encoding="utf-8")


FUTURE = "2999-01-01T00:00:00.000000+00:00"
LATE = "2027-01-01T00:00:00.000000+00:00"
MALFORMED: dict[str, Callable[[Project], None]] = {
    "lines that are no evidence": _on_head(b"hello\n", b"{}\n", b"[1]\n", b'{"event": "done"}\n', b"\xff\xfe\x00\n"),
    "deeply nested lines": _on_head(b"[" * 50_000 + b"\n", b'{"a":' * 50_000 + b"\n"),
    "a large note": _on_head(b"x" * (9 * 2**20) + b"\n"),
    "many lines": _on_head(*[line(RC, f"x{n}", "done", {}) for n in range(5000)]),
    "control characters": _on_head(line(RC, "\x1b[2J\u202e", "done", {"problem": "\x1b]0;x\x07"})),
    "a time that is none": _on_head(line(RC, "build", "done", {}, at="yesterday")),
    "a time from the future": _on_head(line(FINAL, "build", "done", {}, at=FUTURE)),
    "a version out of reach": _on_head(line("999.0.0", "tag", "started", {}, kind="one-way")),
    "another package": _on_head(line(RC, "seal", "done", {}, package="other")),
    "odd types": _on_head(line(RC, "seal", "done", [], run=1), line(RC, "seal", "done", {"files": 1})),  # type: ignore[arg-type]
    "the notes are a branch": _other_object,
    "the notes are no commit": _no_commit,
}
"""What is no evidence and must keep nobody from a release."""


def _claims(project: Project, commit: str, version: str, **more: str) -> dict[str, object]:
    files = {name: digest for name, digest in project.seen().digests.items() if f"-{version}" in name}
    return {"package": NAME, "version": version, "commit": commit, "files": files, **more}


def _sealed(project: Project, commit: str) -> bytes:
    steps = ("e2e:staging", "e2e:today", "seal")
    claims = _claims(project, commit, RC)
    return b"".join(line(RC, step, "done", claims, subject=commit, at=LATE) for step in steps)


def _released(project: Project, commit: str) -> bytes:
    digests = {name.replace(RC, FINAL): digest for name, digest in project.seen().digests.items()}
    claims = {**_claims(project, commit, FINAL), "files": digests}
    steps = ("upload:production", "propagation:production", "e2e:production", "seal")
    said = b"".join(line(FINAL, step, "done", claims, subject=commit, at="2026-11-26T00:00:00Z") for step in steps)
    return _sealed(project, commit) + said


def _waived(_: Project, commit: str) -> bytes:
    evidence = {"by": "the maintainer", "reason": "it is fine"}
    return line(RC, "e2e:staging", "waived", evidence, subject=commit)


FORGED: dict[str, Callable[[Project, str], bytes]] = {
    "forged: the failed candidate is proven": _sealed,
    "forged: the final is released": _released,
    "forged: the gate is waived": _waived,
    "forged: proven as of now": lambda project, commit: _sealed(project, commit).replace(
        LATE.encode(), b"2026-11-26T23:59:59.000000+00:00"
    ),
}
"""What somebody says who may push notes and nothing else; by the commit of the candidate that failed."""

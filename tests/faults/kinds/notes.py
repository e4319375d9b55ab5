"""Evidence that others push: forged, malformed, and replayed from an older time."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from random import Random

from git_repositories import git

from tests.faults.fault import Fault, Verdict, marked, together
from tests.faults.judge import refused, spoken
from tests.faults.kinds import ledgers, noted
from tests.faults.kinds.releases import disturbed, told
from tests.faults.mutation import NASTY, changed, damaged, torn
from tests.faults.project import Project
from tests.faults.stages import STAGES, Bench

KIND = "notes"
COUNT = 25
FINAL = ("tiny_api-1.0.0-py3-none-any.whl", "tiny_api-1.0.0.tar.gz")
"""What is on the production index once the final is out."""


def faults(seed: int) -> tuple[Fault, ...]:
    """Return malformed notes that are looked at, malformed ones under a release, and forged ones."""
    ways: dict[str, Callable[[bytes, Random], bytes]] = {"damaged": damaged, "text": _text, "values": _values}
    found = [
        Fault(KIND, f"{name} {number}", seed, partial(looked_at, way=way), "final")
        for name, way in ways.items()
        for number in range(COUNT)
    ]
    found += [
        Fault(KIND, f"nasty {number}", seed, partial(looked_at, way=partial(_nasty, number=number)), "final")
        for number in range(len(NASTY))
    ]
    for number, name in enumerate(noted.MALFORMED):
        stage = ("rc", "final")[(number + seed) % 2]
        inject = partial(disturbed, stage=stage, disturb=partial(malformed, name=name))
        found.append(Fault(KIND, f"{stage}: {name}", seed, inject, stage, whole=True))
    found += [Fault(KIND, name, seed, partial(forged, name=name), "rc", whole=True) for name in noted.FORGED]
    replay = partial(disturbed, stage="post", disturb=replayed)
    found.append(Fault(KIND, "post: an older note is put back", seed, replay, "post", whole=True))
    return tuple(found)


def looked_at(bench: Bench, chance: Random, *, way: Callable[[bytes, Random], bytes]) -> Verdict:
    """Change the note on the candidate, and look at the status, here and from another machine."""
    with bench.open(STAGES["final"]) as project:
        commit = git(project.remote, "rev-parse", "v1.0.0rc1^{commit}")
        noted.push(project, commit, way(noted.note(project, commit), chance))
        for cwd in (project.root, noted.other_machine(project)):
            with project.started(("status", "--package", "tiny-api"), cwd=cwd):
                pass
        verdicts = [*map(spoken, project.ran), told(project)]
        if "is released" in project.ran[0].output + project.ran[1].output:
            verdicts.append(marked("green", "a version that does not exist is called released"))
        if "1.0.0rc1 is proven" not in project.ran[0].output:
            said = project.ran[0].output.splitlines()[:3]
            verdicts.append(marked("lost", f"what was proven here is not any more: {' / '.join(said)}"))
        return together(*verdicts)


def malformed(project: Project, _: Random, *, name: str) -> bool:
    """Put something that is no evidence beside the evidence, before the release."""
    noted.MALFORMED[name](project)
    return True


def forged(bench: Bench, _: Random, *, name: str) -> Verdict:
    """Let a candidate fail, push a note that says otherwise, and order the final on another machine."""
    with bench.open(STAGES["rc"]) as project:
        check = project.clone / "check.py"
        check.write_text("raise SystemExit('contract broken: forged')\n", encoding="utf-8")
        git(project.clone, "commit", "--quiet", "--all", "--message=Break it")
        with project.started():
            pass
        commit = git(project.remote, "rev-parse", "v1.0.0rc1^{commit}")
        said = noted.FORGED[name](project, commit)
        noted.push(project, commit, noted.note(project, commit) + said)
        there = noted.other_machine(project)
        for words in (STAGES["final"].words, STAGES["final"].words, ("status", "--package", "tiny-api")):
            with project.started(words, cwd=there):
                pass
        failed, *finals, status = project.ran
        verdicts = [refused(project.ran, project.seen(), forbidden=FINAL)]
        verdicts += [marked("green", "the final of a failed candidate ended with 0") for ran in finals if ran.code == 0]
        if failed.code == 0:
            verdicts.append(marked("green", "the candidate that was to fail did not"))
        if "1.0.0 is released" in status.output:
            verdicts.append(marked("green", "status calls released what is on no index"))
        return together(*verdicts)


def replayed(project: Project, _: Random) -> bool:
    """Put the notes back to their first state before the release goes on."""
    ref = noted.ref(project)
    first = git(project.remote, "rev-list", "--max-parents=0", ref).splitlines()[0]
    git(project.remote, "update-ref", ref, first)
    git(project.clone, "update-ref", ref, first)
    return True


def _text(note: bytes, chance: Random) -> bytes:
    return torn(note.decode(), chance).encode(errors="replace")


def _values(note: bytes, chance: Random) -> bytes:
    lines = note.splitlines()
    at = chance.randrange(len(lines))
    odd = json.dumps(changed(json.loads(lines[at]), chance)).encode(errors="replace")
    return b"\n".join([*lines[:at], odd, *lines[at + chance.randrange(2) :]]) + b"\n"


def _nasty(note: bytes, _: Random, *, number: int) -> bytes:
    return note + NASTY[number] + b"\n" + ledgers.GOOD[0].to_json().encode() + b"\n"

"""A candidate that others proved, forged records, and a proof that is taken back: as it is typed, with real Git."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from begun import begun
from git_repositories import git
from packaging.version import Version
from test_doctor import Folder, folder
from testpair import CHECKS, Pair

from releasegate.adapters.ledger.files import FileLedger
from releasegate.core.evidence.note import write
from releasegate.core.release.entry import SEAL, Entry
from releasegate.core.release.record import record

__all__ = ["folder"]

pytestmark = pytest.mark.no_cover  # what is tested runs in processes of its own

API = "tiny-api"
REF = f"refs/notes/releasegate/{API}"
RC, FINAL = Version("1.0.0rc1"), Version("1.0.0")
YES = ("releasegate", "release", "--yes")


def another(folder: Folder, name: str = "other") -> Folder:
    """Return another machine, with clones of its own and what the remotes have."""
    root = folder.pair.root / name
    root.mkdir()
    for package in CHECKS:
        git(
            root,
            "clone",
            "--quiet",
            "--branch",
            "develop",
            str(folder.pair.root / "remotes" / f"{package}.git"),
            package,
        )
    for file in ("pyproject.toml", "tasks.py"):
        shutil.copy(folder.pair.root / file, root / file)
    return replace(folder, pair=Pair(root))


def ledger(folder: Folder) -> FileLedger:
    return FileLedger(folder.pair.root / ".releasegate" / "ledger" / API)


def done(folder: Folder, *words: str, code: int = 0) -> str:
    """Return what a command said that ends with *code*."""
    ended, output = folder.type(*words)
    assert ended == code, output
    return output


def status(folder: Folder) -> str:
    return done(folder, "releasegate", "status", "--package", API)


def command(output: str) -> list[str]:
    """Return the one next command that the status names, as words to type."""
    (line,) = [each for each in output.splitlines() if each.startswith("  next ")]
    return ["releasegate", *line.split()[2:]]


def push_note(folder: Folder, entries: dict[Version, list[Entry]], commit: str) -> None:
    """Push a note as whoever may push notes can."""
    clone = folder.pair.clone(API)
    git(clone, "fetch", "--quiet", "origin", f"+{REF}:{REF}") if git(clone, "ls-remote", "origin", REF) else None
    note = folder.pair.root / "note"
    note.write_bytes(write(API, entries))
    git(clone, "notes", "--ref", REF, "append", "--file", str(note), commit)
    git(clone, "push", "--quiet", "--force", "origin", f"{REF}:{REF}")


@pytest.fixture
def proven(tmp_path: Path) -> Iterator[Folder]:
    """Give a machine that has proven the candidates of the pair, unsigned."""
    with begun(tmp_path, (*YES, "--rc")) as folder:
        yield folder


def test_what_others_proved_unsigned_is_asked_again_before_the_final_and_the_plan_says_so(proven: Folder) -> None:
    other = another(proven)
    said = status(other)
    assert f"{API}: {RC} is proven by others, and neither a key" in said
    assert "install:staging, e2e:staging, e2e:today are asked again (about " in said
    plan = done(other, "releasegate", "release", "--package", API, "--plan")
    assert "install:staging, e2e:staging, e2e:today are asked again (about " in plan
    run = done(other, *YES, "--package", API)
    assert "install wheel and sdist from staging" in run
    assert record(ledger(other).read(RC)).seal is not None, "it is proven here now"
    assert record(ledger(other).read(FINAL)).seal is not None
    assert f"{FINAL} is released" in status(other)
    assert "asked again" not in status(proven), "who proved it asks nothing again"


def test_a_forged_seal_of_a_candidate_that_failed_gets_it_nowhere(folder: Folder) -> None:
    folder.configure('companion = { name = "tiny-api" }\n', "")  # nobody has its dependent yet
    clone = folder.pair.clone(API)
    (clone / "check.py").write_text("raise SystemExit('it does not do its job')\n")
    git(clone, "commit", "--quiet", "--all", "--message=Break it")
    git(clone, "push", "--quiet", "origin", "develop")
    done(folder, *YES, "--rc", "--package", API, code=4)
    commit = git(clone, "rev-parse", f"v{RC}^{{commit}}")
    other = another(folder)
    built = {e.step: e.evidence for e in ledger(folder).read(RC) if e.event == "done"}["build"]
    evidence = {"package": API, "version": str(RC), "commit": commit, "files": built["files"], "companion": None}
    late = max(e.at for e in ledger(folder).read(RC)).replace("+00:00", "1+00:00")
    forged = Entry(late, "ci-7-ab12", SEAL, "done", "", "record it as proven", evidence=evidence)
    green = [replace(forged, step=step, evidence={}) for step in ("install:staging", "e2e:staging", "e2e:today")]
    waived = replace(forged, step="e2e:staging", event="waived", evidence={"by": "Ada", "reason": "none"})
    push_note(other, {RC: [*green, forged, waived]}, commit)
    said = done(other, "releasegate", "release", "--package", API, "--plan")
    assert "the waiver of e2e:staging does not count" in said
    run = done(other, *YES, "--package", API, code=4)
    assert "fails end to end" in run
    assert git(clone, "ls-remote", "origin", f"refs/tags/v{FINAL}") == ""
    assert record(ledger(other).read(RC)).seal is None


def test_a_forged_released_is_called_released_by_nobody(proven: Folder) -> None:
    other = another(proven)
    clone = other.pair.clone(API)
    commit = git(clone, "rev-parse", "HEAD")
    files = {f"tiny_api-{FINAL}-py3-none-any.whl": "a" * 64}
    evidence = {"package": API, "version": str(FINAL), "commit": commit, "files": files, "companion": None}
    push_note(
        other, {FINAL: [Entry("2026-01-01T00:00:00Z", "r9", SEAL, "done", "", "released", evidence=evidence)]}, commit
    )
    assert f"{FINAL} is released" not in status(other)
    done(other, *YES, "--package", API)
    assert f"{FINAL} is released" in status(other)


def test_a_proof_that_is_revoked_counts_for_nothing_until_it_is_run_green_again(proven: Folder) -> None:
    words = (
        "releasegate",
        "revoke",
        "--package",
        API,
        "--version",
        str(RC),
        "--reason",
        "it loses rows",
        "--by",
        "Ada",
    )
    assert f"{API} {RC} is revoked by Ada: it loses rows" in done(proven, *words)
    other = another(proven)
    for machine in (proven, other):
        said = status(machine)
        assert f"{RC} is not proven any more: {RC} is revoked by Ada: it loses rows" in said
        refusal = done(machine, *YES, "--package", API, code=3)
        assert "is not proven any more" in refusal
        assert f"releasegate release --rc --package {API}" in refusal
    assert "is not proven any more" in done(proven, *words, code=3), "it is taken back once"
    again = done(proven, *command(status(proven)), "--yes")
    assert "install wheel and sdist from staging" in again
    assert f"{RC} is proven" in status(proven)
    assert "is revoked" not in status(proven)
    done(proven, *YES, "--package", API)
    assert f"{FINAL} is released" in status(proven)


def test_a_persons_word_can_be_waived(proven: Folder) -> None:
    done(proven, "releasegate", "revoke", "--package", API, "--version", str(RC), "--reason", "it loses rows")
    word = ("--package", API, "--version", str(RC), "--reason", "it was another version", "--by", "Grace")
    done(proven, "releasegate", "waive", *word, "--gate", "revoked")
    assert f"{RC} is proven" in status(proven)
    done(proven, *YES, "--package", API)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--package", API, "--version", "1.0.0rc1"), 2, "A revocation needs --reason as well."),
        (("--package", API, "--reason", "x"), 2, "A revocation needs --version as well."),
        (("--package", API, "--version", "one", "--reason", "x"), 2, "'one' is not a version."),
        (("--package", API, "--version", "9" * 5000, "--reason", "x"), 2, "is not a version."),
        (("--package", API, "--version", "1.0.0rc1", "--reason", " "), 2, "A revocation needs --reason as well."),
        (("--package", API, "--version", "1.0.0rc1", "--reason", "x"), 3, "is not proven, so there is nothing to take"),
    ],
)
def test_what_is_no_revocation_is_refused_with_what_to_do(
    folder: Folder, words: tuple[str, ...], code: int, said: str
) -> None:
    assert said in done(folder, "releasegate", "revoke", *words, code=code)
    assert ledger(folder).versions() == ()


def test_a_note_of_any_kind_stops_no_release(proven: Folder) -> None:
    other = another(proven)
    clone = other.pair.clone(API)
    commit = git(clone, "rev-parse", f"v{RC}^{{commit}}")
    giant = Version("1000000000.0rc1000000000")
    begun = Entry("2026-01-01T00:00:00Z", "r9", "tag", "started", "", "tag it", kind="one-way")
    future = replace(begun, at="9999-12-31T23:59:59Z")
    push_note(other, {giant: [begun], Version("1.0.0rc2"): [future]}, commit)
    git(clone, "notes", "--ref", REF, "append", "--message", '{"version": [], "signs": 7}\nnothing', commit)
    git(clone, "push", "--quiet", "--force", "origin", f"{REF}:{REF}")
    plan = done(other, "releasegate", "release", "--package", API, "--rc", "--to", "1.0.1", "--plan")
    assert "1.0.1rc1 (rc)" in plan
    assert "is out of reach" in plan
    assert "is from the future" in plan
    assert "2 lines are no evidence" in plan


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody's own Git settings sign or refuse anything."""
    monkeypatch.setenv("HOME", str(tmp_path))

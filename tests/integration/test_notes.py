"""Evidence travels as Git notes: what one machine proved, another finds; what both wrote, neither loses."""

from __future__ import annotations

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from git_repositories import ENVIRON, UNNAMED, add_remote, git, make_repository

from releasegate.adapters.git import GitRepository
from releasegate.adapters.ledger import FileLedger
from releasegate.adapters.notes import GitNotes
from releasegate.adapters.travel import TravellingLedger
from releasegate.core.errors import Refused, Unavailable
from releasegate.core.record import Entry

REF = "refs/notes/releasegate/harbor"


def entry(step: str, *, at: str = "2026-01-01T00:00:00.000000+00:00", commit: str = "", run: str = "r1") -> Entry:
    evidence = {"package": "harbor", "version": "1.0rc1", "commit": commit} if commit else {}
    return Entry(at, run, step, "done", commit, step, evidence=evidence)


def machine(root: Path, *, environ: dict[str, str] = ENVIRON, signed: bool = False) -> TravellingLedger:
    """Return the ledger of the package in a clone; its files are beside the clone, as on another machine."""
    repository = GitRepository(root, environ)
    notes = GitNotes(repository.git, "origin", "harbor", signed)
    return TravellingLedger(FileLedger(root.with_suffix(".ledger")), notes, repository.tags, repository.head, "v")


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    repository = make_repository(tmp_path / "first", {"a": "1"})
    bare = add_remote(repository, tmp_path / "remote.git")
    git(repository.root, "tag", "-a", "-m", "v1.0rc1", "v1.0rc1")
    git(repository.root, "push", "--quiet", "origin", "v1.0rc1")
    return bare


@pytest.fixture
def laptop(remote: Path, tmp_path: Path) -> TravellingLedger:
    del remote
    return machine(tmp_path / "first")


def clone(remote: Path, tmp_path: Path, name: str = "runner", **more: object) -> TravellingLedger:
    git(tmp_path, "clone", "--quiet", str(remote), name)
    return machine(tmp_path / name, **more)  # type: ignore[arg-type]


def commit_of(ledger: TravellingLedger) -> str:
    return ledger.notes.git.tell("rev-parse", "HEAD").text


def test_a_fresh_clone_finds_the_proof_that_another_machine_made(
    laptop: TravellingLedger, remote: Path, tmp_path: Path
) -> None:
    head = commit_of(laptop)
    laptop.append("1.0rc1", entry("build"))
    laptop.append("1.0rc1", entry("seal", at="2026-01-01T00:00:01.000000+00:00", commit=head))
    laptop.send()
    runner = clone(remote, tmp_path)
    assert runner.versions() == ()
    assert runner.bring() == ()
    assert runner.read("1.0rc1") == laptop.read("1.0rc1")
    assert git(remote, "notes", "--ref", REF, "list").split()[1] == head


def test_nothing_but_the_notes_is_touched(laptop: TravellingLedger, remote: Path) -> None:
    before = git(remote, "for-each-ref", "refs/heads", "refs/tags")
    laptop.append("1.0rc1", entry("build"))
    laptop.send()
    assert git(remote, "for-each-ref", "refs/heads", "refs/tags") == before
    assert git(laptop.notes.git.root, "status", "--porcelain") == ""


def test_two_machines_that_wrote_lose_nothing(laptop: TravellingLedger, remote: Path, tmp_path: Path) -> None:
    runner = clone(remote, tmp_path)
    laptop.append("1.0rc1", entry("build"))
    runner.append("1.0rc1", entry("install:staging", at="2026-01-01T00:00:01.000000+00:00", run="r2"))
    laptop.send()
    runner.send()
    laptop.bring()
    runner.bring()
    assert [e.step for e in laptop.read("1.0rc1")] == ["build", "install:staging"]
    assert runner.read("1.0rc1") == laptop.read("1.0rc1")


def test_many_machines_that_write_at_the_same_time_lose_nothing(remote: Path, tmp_path: Path) -> None:
    machines = [clone(remote, tmp_path, f"runner-{n}") for n in range(4)]
    for n, each in enumerate(machines):
        each.append("1.0rc1", entry(f"cell-{n}", run=f"r{n}"))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda each: each.send(), machines))
    machines[0].bring()
    assert {e.step for e in machines[0].read("1.0rc1")} == {f"cell-{n}" for n in range(4)}


def test_what_was_never_pushed_is_not_lost_with_the_files(laptop: TravellingLedger, remote: Path) -> None:
    hook = remote / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    laptop.append("1.0rc1", entry("build"))
    with pytest.raises(Refused):
        laptop.send()
    hook.unlink()
    shutil.rmtree(laptop.files.folder)
    laptop.bring()
    assert [e.step for e in laptop.read("1.0rc1")] == ["build"]
    laptop.send()
    assert git(remote, "notes", "--ref", REF, "list") != ""


def test_a_remote_that_does_not_answer_is_said(laptop: TravellingLedger, remote: Path) -> None:
    remote.rename(remote.with_name("away.git"))
    with pytest.raises(Unavailable, match="does not answer"):
        laptop.bring()
    with pytest.raises(Unavailable, match="does not answer, so evidence does not travel"):
        laptop.notes.fetch()


def test_sending_again_changes_nothing(laptop: TravellingLedger, remote: Path) -> None:
    laptop.append("1.0rc1", entry("build"))
    laptop.send()
    tip = git(remote, "rev-parse", REF)
    laptop.send()
    assert git(remote, "rev-parse", REF) == tip


def test_evidence_on_another_commit_counts_for_nothing(laptop: TravellingLedger, remote: Path, tmp_path: Path) -> None:
    head = commit_of(laptop)
    laptop.append("1.0rc1", entry("seal", commit=head))
    laptop.send()
    stranger = clone(remote, tmp_path, "stranger")
    git(stranger.notes.git.root, "fetch", "--quiet", "origin", f"{REF}:{REF}")
    git(stranger.notes.git.root, "commit", "--quiet", "--allow-empty", "-m", "another")
    other = commit_of(stranger)
    git(stranger.notes.git.root, "notes", "--ref", REF, "copy", head, other)
    git(stranger.notes.git.root, "notes", "--ref", REF, "remove", head)
    git(stranger.notes.git.root, "push", "--quiet", "origin", f"{REF}:{REF}")
    runner = clone(remote, tmp_path)
    said = runner.bring()
    assert said == (f"evidence on {other[:12]} is not about harbor 1.0rc1, which is {head[:12]}",)
    assert runner.versions() == ()


def test_garbage_in_a_note_harms_nobody(laptop: TravellingLedger, remote: Path, tmp_path: Path) -> None:
    head = commit_of(laptop)
    laptop.append("1.0rc1", entry("build"))
    laptop.send()
    root = laptop.notes.git.root
    git(root, "notes", "--ref", REF, "append", "-m", '{"version": "../../etc", "package": "harbor"}', head)
    git(root, "push", "--quiet", "origin", f"{REF}:{REF}")
    runner = clone(remote, tmp_path)
    runner.bring()
    assert [e.step for e in runner.read("1.0rc1")] == ["build"]


def test_a_remote_that_takes_no_notes_is_said_with_its_words(laptop: TravellingLedger, remote: Path) -> None:
    hook = remote / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho no notes here >&2\nexit 1\n")
    hook.chmod(0o755)
    laptop.append("1.0rc1", entry("build"))
    with pytest.raises(Refused, match="does not take the evidence") as refusal:
        laptop.send()
    assert "contents: write" in refusal.value.hint
    assert any("no notes here" in line for line in refusal.value.details)


def test_without_a_remote_the_evidence_stays_here(tmp_path: Path) -> None:
    make_repository(tmp_path / "alone", {"a": "1"})
    alone = machine(tmp_path / "alone")
    assert alone.bring() == ()
    alone.append("1.0rc1", entry("build"))
    alone.send()
    alone.send()
    shutil.rmtree(alone.files.folder)
    alone.bring()
    assert [e.step for e in alone.read("1.0rc1")] == ["build"]


def test_git_need_not_know_who_writes_a_note(remote: Path, tmp_path: Path) -> None:
    runner = clone(remote, tmp_path, environ=UNNAMED)
    runner.append("1.0rc1", entry("build"))
    runner.send()
    assert git(remote, "log", "-1", "--format=%an", REF) == "releasegate"


@pytest.fixture
def signing(tmp_path: Path) -> dict[str, str]:
    """Return an environment in which Git signs with a key of its own, and trusts it."""
    if shutil.which("ssh-keygen") is None:
        pytest.skip("there is no ssh-keygen here")
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    public = key.with_suffix(".pub").read_text()
    (tmp_path / "allowed").write_text(f"releasegate@localhost {public}")
    settings = {
        "gpg.format": "ssh",
        "user.signingkey": str(key),
        "gpg.ssh.allowedSignersFile": str(tmp_path / "allowed"),
    }
    told = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (name, value) in enumerate(settings.items()):
        told |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return {**UNNAMED, **told}


def test_signed_evidence_counts_where_git_verifies_it(remote: Path, tmp_path: Path, signing: dict[str, str]) -> None:
    for name in ("one", "two"):
        signer = clone(remote, tmp_path, name, environ=signing, signed=True)
        signer.append("1.0rc1", entry(f"by-{name}", run=name))
        signer.send()
    reader = clone(remote, tmp_path, "reader", environ=signing, signed=True)
    reader.bring()
    assert {e.step for e in reader.read("1.0rc1")} == {"by-one", "by-two"}


def test_unsigned_evidence_is_refused_where_it_must_be_signed(
    laptop: TravellingLedger, remote: Path, tmp_path: Path, signing: dict[str, str]
) -> None:
    laptop.append("1.0rc1", entry("build"))
    laptop.send()
    reader = clone(remote, tmp_path, "reader", environ=signing, signed=True)
    with pytest.raises(Refused, match="carries no signature that Git verifies"):
        reader.bring()
    reader.append("1.0rc1", entry("build"))
    with pytest.raises(Refused, match="carries no signature that Git verifies"):
        reader.send()


def test_a_signature_of_a_stranger_is_refused(remote: Path, tmp_path: Path, signing: dict[str, str]) -> None:
    signer = clone(remote, tmp_path, "signer", environ=signing, signed=True)
    signer.append("1.0rc1", entry("build"))
    signer.send()
    (tmp_path / "allowed").write_text("")
    with pytest.raises(Refused, match="carries no signature that Git verifies"):
        clone(remote, tmp_path, "reader", environ=signing, signed=True).bring()


def test_without_a_key_nothing_is_sent_unsigned(remote: Path, tmp_path: Path) -> None:
    runner = clone(remote, tmp_path, environ=UNNAMED, signed=True)
    runner.append("1.0rc1", entry("build"))
    with pytest.raises(Refused, match="Git did not sign the evidence"):
        runner.send()
    assert git(remote, "for-each-ref", REF) == ""

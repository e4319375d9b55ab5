"""Evidence travels as Git notes: what one machine proved, another finds; what both wrote, neither loses."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from git_repositories import ENVIRON, UNNAMED, git, make_repository
from machines import REF, clone, commit_of, entry, hook, machine, noted, released
from packaging.version import Version

from releasegate.adapters.ledger.shared import SharedLedger
from releasegate.core.errors import Refused, Unavailable


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    return released(tmp_path)


@pytest.fixture
def laptop(remote: Path, tmp_path: Path) -> SharedLedger:
    del remote
    return machine(tmp_path / "first")


def test_a_fresh_clone_finds_the_proof_that_another_machine_made(
    laptop: SharedLedger, remote: Path, tmp_path: Path
) -> None:
    head = commit_of(laptop)
    laptop.append(Version("1.0rc1"), entry("build"))
    laptop.append(Version("1.0rc1"), entry("seal", at="2026-01-01T00:00:01.000000+00:00", commit=head))
    laptop.push()
    runner = clone(remote, tmp_path)
    assert runner.versions() == ()
    assert runner.pull() == ()
    assert runner.read(Version("1.0rc1")) == laptop.read(Version("1.0rc1"))
    assert noted(remote) == [head]


def test_nothing_but_the_notes_is_touched(laptop: SharedLedger, remote: Path) -> None:
    before = git(remote, "for-each-ref", "refs/heads", "refs/tags")
    laptop.append(Version("1.0rc1"), entry("build"))
    laptop.push()
    assert git(remote, "for-each-ref", "refs/heads", "refs/tags") == before
    assert git(laptop.notes.git.root, "status", "--porcelain") == ""


def test_two_machines_that_wrote_lose_nothing(laptop: SharedLedger, remote: Path, tmp_path: Path) -> None:
    runner = clone(remote, tmp_path)
    laptop.append(Version("1.0rc1"), entry("build"))
    runner.append(Version("1.0rc1"), entry("install:staging", at="2026-01-01T00:00:01.000000+00:00", run="r2"))
    laptop.push()
    runner.push()
    laptop.pull()
    runner.pull()
    assert [e.step for e in laptop.read(Version("1.0rc1"))] == ["build", "install:staging"]
    assert runner.read(Version("1.0rc1")) == laptop.read(Version("1.0rc1"))


def test_many_machines_that_write_at_the_same_time_lose_nothing(remote: Path, tmp_path: Path) -> None:
    machines = [clone(remote, tmp_path, f"runner-{n}") for n in range(4)]
    for n, each in enumerate(machines):
        each.append(Version("1.0rc1"), entry(f"cell-{n}", run=f"r{n}"))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda each: each.push(), machines))
    machines[0].pull()
    assert {e.step for e in machines[0].read(Version("1.0rc1"))} == {f"cell-{n}" for n in range(4)}


def test_what_was_never_pushed_is_not_lost_with_the_files(laptop: SharedLedger, remote: Path) -> None:
    objection = hook(remote, "pre-receive", "exit 1")
    laptop.append(Version("1.0rc1"), entry("build"))
    with pytest.raises(Refused):
        laptop.push()
    objection.unlink()
    shutil.rmtree(laptop.files.folder)
    laptop.pull()
    assert [e.step for e in laptop.read(Version("1.0rc1"))] == ["build"]
    laptop.push()
    assert git(remote, "notes", "--ref", REF, "list") != ""


def test_a_remote_that_does_not_answer_is_said(laptop: SharedLedger, remote: Path) -> None:
    remote.rename(remote.with_name("away.git"))
    with pytest.raises(Unavailable, match="does not answer"):
        laptop.pull()
    with pytest.raises(Unavailable, match="does not answer, so evidence does not travel"):
        laptop.notes.fetch()


def test_sending_again_changes_nothing(laptop: SharedLedger, remote: Path) -> None:
    laptop.append(Version("1.0rc1"), entry("build"))
    laptop.push()
    tip = git(remote, "rev-parse", REF)
    laptop.push()
    assert git(remote, "rev-parse", REF) == tip


def test_evidence_on_another_commit_counts_for_nothing(laptop: SharedLedger, remote: Path, tmp_path: Path) -> None:
    head = commit_of(laptop)
    laptop.append(Version("1.0rc1"), entry("seal", commit=head))
    laptop.push()
    stranger = clone(remote, tmp_path, "stranger")
    git(stranger.notes.git.root, "fetch", "--quiet", "origin", f"{REF}:{REF}")
    git(stranger.notes.git.root, "commit", "--quiet", "--allow-empty", "-m", "another")
    other = commit_of(stranger)
    git(stranger.notes.git.root, "notes", "--ref", REF, "copy", head, other)
    git(stranger.notes.git.root, "notes", "--ref", REF, "remove", head)
    git(stranger.notes.git.root, "push", "--quiet", "origin", f"{REF}:{REF}")
    runner = clone(remote, tmp_path)
    said = runner.pull()
    assert said == (f"evidence on {other[:12]} is not about harbor 1.0rc1, which is {head[:12]}",)
    assert runner.versions() == ()


def test_garbage_in_a_note_harms_nobody(laptop: SharedLedger, remote: Path, tmp_path: Path) -> None:
    head = commit_of(laptop)
    laptop.append(Version("1.0rc1"), entry("build"))
    laptop.push()
    root = laptop.notes.git.root
    git(root, "notes", "--ref", REF, "append", "-m", '{"version": "../../etc", "package": "harbor"}', head)
    git(root, "push", "--quiet", "origin", f"{REF}:{REF}")
    runner = clone(remote, tmp_path)
    assert runner.pull() == (f"1 line is no evidence of harbor in the note on {head[:12]}",)
    assert [e.step for e in runner.read(Version("1.0rc1"))] == ["build"]


def test_a_remote_that_takes_no_notes_is_said_with_its_words(laptop: SharedLedger, remote: Path) -> None:
    hook(remote, "pre-receive", "echo no notes here >&2; exit 1")
    laptop.append(Version("1.0rc1"), entry("build"))
    with pytest.raises(Refused, match="does not take the evidence") as refusal:
        laptop.push()
    assert "contents: write" in refusal.value.hint
    assert any("no notes here" in line for line in refusal.value.details)


def test_without_a_remote_the_evidence_stays_here(tmp_path: Path) -> None:
    make_repository(tmp_path / "alone", {"a": "1"})
    alone = machine(tmp_path / "alone")
    assert alone.pull() == ()
    alone.append(Version("1.0rc1"), entry("build"))
    alone.push()
    alone.push()
    shutil.rmtree(alone.files.folder)
    alone.pull()
    assert [e.step for e in alone.read(Version("1.0rc1"))] == ["build"]


def test_git_need_not_know_who_writes_a_note(remote: Path, tmp_path: Path) -> None:
    runner = clone(remote, tmp_path, environ=UNNAMED)
    runner.append(Version("1.0rc1"), entry("build"))
    runner.push()
    assert git(remote, "log", "-1", "--format=%an", REF) == "releasegate"


def test_a_person_who_has_a_name_writes_under_it(remote: Path, tmp_path: Path) -> None:
    runner = clone(remote, tmp_path, environ=UNNAMED)
    git(runner.notes.git.root, "config", "user.name", "Grace")
    git(runner.notes.git.root, "config", "user.email", "grace@harbor.example")
    runner.append(Version("1.0rc1"), entry("build"))
    runner.push()
    assert git(remote, "log", "-1", "--format=%an %ce", REF) == "Grace grace@harbor.example"


def test_what_is_sent_at_once_is_one_commit_and_leaves_no_draft(laptop: SharedLedger, remote: Path) -> None:
    for version in ("0.8", "0.9", "1.0rc1"):
        laptop.append(Version(version), entry("build", run=version))
    laptop.push()
    assert git(remote, "rev-list", "--count", REF) == "1"
    assert "draft" not in git(laptop.notes.git.root, "for-each-ref")


def test_a_run_that_was_killed_before_its_push_is_sent_by_the_next(
    laptop: SharedLedger, remote: Path, tmp_path: Path
) -> None:
    root = laptop.notes.git.root
    # On the remote: a hook of the clone would not see the process.
    objection = hook(remote, "pre-receive", f"kill -9 $(cat {tmp_path / 'pid'}); exit 1")
    laptop.append(Version("1.0rc1"), entry("build"))
    script = (
        "import os, pathlib, sys; from machines import machine; root = pathlib.Path(sys.argv[1]);"
        " (root.parent / 'pid').write_text(str(os.getpid())); machine(root).push()"
    )
    environ = {**ENVIRON, "PYTHONPATH": str(Path(__file__).parent)}
    died = subprocess.run([sys.executable, "-c", script, str(root)], env=environ, check=False)
    assert died.returncode == -signal.SIGKILL
    assert git(remote, "for-each-ref", REF) == ""
    objection.unlink()
    shutil.rmtree(laptop.files.folder)
    laptop.pull()
    laptop.push()
    runner = clone(remote, tmp_path)
    runner.pull()
    assert runner.read(Version("1.0rc1")) == (entry("build"),)


def test_the_note_of_a_tag_whose_commit_is_not_here_is_on_it_all_the_same(
    laptop: SharedLedger, remote: Path, tmp_path: Path
) -> None:
    head = commit_of(laptop)
    git(laptop.notes.git.root, "commit", "--quiet", "--allow-empty", "-m", "later")
    git(laptop.notes.git.root, "push", "--quiet", "origin", "develop")
    git(tmp_path, "clone", "--quiet", "--depth=1", "--no-tags", remote.as_uri(), "shallow")
    shallow = machine(tmp_path / "shallow")
    assert not shallow.notes.has(head)
    shallow.append(Version("1.0rc1"), entry("build"))
    shallow.push()
    assert noted(remote) == [head]
    shutil.rmtree(shallow.files.folder)
    shallow.pull()
    assert shallow.read(Version("1.0rc1")) == (entry("build"),)


def test_before_its_tag_a_record_is_on_the_last_commit_that_it_names_and_that_is_here(
    laptop: SharedLedger, remote: Path
) -> None:
    head = commit_of(laptop)
    git(laptop.notes.git.root, "commit", "--quiet", "--allow-empty", "-m", "later")
    laptop.append(Version("1.1rc1"), entry("bump", commit=head))
    laptop.append(Version("1.1rc1"), replace(entry("check"), subject="c" * 40))
    laptop.append(Version("1.1rc1"), replace(entry("odd"), evidence={"commit": ["no", "commit"]}))
    laptop.append(Version("1.2rc1"), entry("bump"))
    laptop.push()
    assert sorted(noted(remote)) == sorted([head, commit_of(laptop)])


def test_the_tag_of_another_package_is_not_this_ones(remote: Path, tmp_path: Path) -> None:
    git(tmp_path / "first", "commit", "--quiet", "--allow-empty", "-m", "api")
    git(tmp_path / "first", "push", "--quiet", "origin", "develop")
    api = replace(clone(remote, tmp_path), prefix="api-v")
    api.append(Version("1.0rc1"), entry("build"))
    api.push()
    assert noted(remote) == [commit_of(api)]


def test_what_was_recorded_before_the_tag_is_not_called_a_stranger(
    laptop: SharedLedger, remote: Path, tmp_path: Path
) -> None:
    root = laptop.notes.git.root
    laptop.append(Version("1.1rc1"), entry("bump"))
    laptop.push()
    git(root, "commit", "--quiet", "--allow-empty", "-m", "Release 1.1rc1")
    git(root, "tag", "v1.1rc1")
    git(root, "push", "--quiet", "origin", "develop", "v1.1rc1")
    laptop.push()
    assert laptop.pull() == ()
    assert clone(remote, tmp_path).pull() == ()


def test_hundreds_of_notes_in_folders_are_read_in_a_moment(laptop: SharedLedger, tmp_path: Path) -> None:
    root = laptop.notes.git.root
    lines = ["commit refs/notes/releasegate/harbor", "committer Ada <ada@harbor.example> 1700000000 +0000", "data 0"]
    for number in range(600):
        name, text = f"{number * 7919:08x}" + "0" * 32, f"note {number}\n" if number else ""
        lines += [f"M 100644 inline {name[:2]}/{name[2:]}", f"data {len(text)}", text]
    stream = tmp_path / "stream"
    stream.write_text("\n".join(lines) + "\n")
    laptop.notes.git.tell("fast-import", "--quiet", given=stream.read_bytes())
    git(root, "push", "--quiet", "origin", f"{REF}:{REF}")
    begun = time.monotonic()
    notes = laptop.notes.fetch()
    assert time.monotonic() - begun < 10
    assert len(notes) == 600
    assert notes["0" * 40] == b""
    assert notes[f"{599 * 7919:08x}" + "0" * 32] == b"note 599\n"


def test_a_note_that_is_too_large_is_left_out_and_told_and_not_written_over(laptop: SharedLedger, remote: Path) -> None:
    root, head = laptop.notes.git.root, commit_of(laptop)
    (root / "large").write_bytes(b"x" * (9 * 2**20))
    git(root, "notes", "--ref", REF, "add", "-C", git(root, "hash-object", "-w", "large"), head)
    git(root, "push", "--quiet", "origin", f"{REF}:{REF}")
    tip = git(remote, "rev-parse", REF)
    laptop.append(Version("1.0rc1"), entry("build"))
    for travel in (laptop.pull, laptop.push):
        assert [line for line in travel() if f"{head[:12]} has 9437184 bytes" in line]
    assert git(remote, "rev-parse", REF) == tip


@pytest.mark.parametrize("kind", ["blob", "tree", "notes"])
def test_what_is_no_notes_of_git_keeps_the_evidence_here_and_is_told_with_the_line_that_takes_it_away(
    laptop: SharedLedger, remote: Path, kind: str
) -> None:
    head = git(remote, "rev-parse", "HEAD")
    if kind == "notes":
        laptop.append(Version("0.9rc1"), entry("build"))
        laptop.push()
    trees = {"tree": f"{head}^{{tree}}", "notes": f"{REF}^{{tree}}"}
    stray = git(remote, "rev-parse", trees[kind]) if kind in trees else git(remote, "hash-object", "-w", "HEAD")
    (remote / REF).parent.mkdir(parents=True, exist_ok=True)
    (remote / REF).write_text(f"{stray}\n")
    laptop.append(Version("1.0rc1"), entry("build"))
    (told,) = laptop.push()
    assert "is no notes of Git" in told
    assert laptop.pull() == ()
    git(laptop.notes.git.root, *told.partition("git -C ")[2].partition(")")[0].split()[1:])
    assert laptop.push() == ()
    assert len(laptop.notes.fetch()) == 1


def test_a_note_that_would_become_too_large_is_not_written(laptop: SharedLedger, remote: Path) -> None:
    note = {commit_of(laptop): b"x" * (9 * 2**20)}
    told = laptop.notes.publish(note, merge=lambda theirs, ours: theirs + ours)
    assert [line for line in told if "is the limit" in line]
    assert git(remote, "for-each-ref", REF) == ""


def test_a_note_whose_bytes_are_lost_here_is_left_out(laptop: SharedLedger) -> None:
    root = laptop.notes.git.root
    laptop.append(Version("1.0rc1"), entry("build"))
    laptop.push()
    blob = git(root, "notes", "--ref", REF, "list").split()[0]
    (root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert laptop.notes.here() == {}


def test_notes_that_were_taken_from_the_remote_are_gone_here_too(
    laptop: SharedLedger, remote: Path, tmp_path: Path
) -> None:
    laptop.append(Version("1.0rc1"), entry("build"))
    laptop.push()
    runner = clone(remote, tmp_path)
    assert len(runner.notes.fetch()) == 1
    git(remote, "update-ref", "-d", REF)
    assert runner.notes.fetch() == {}


def test_others_who_are_always_first_are_said_after_some_tries(laptop: SharedLedger, remote: Path) -> None:
    # The remote's update is refused in the words of a lost race.
    hook(remote, "pre-receive", "echo 'cannot lock ref' >&2; exit 1")
    laptop.append(Version("1.0rc1"), entry("build"))
    with pytest.raises(Unavailable, match="others wrote at every try"):
        laptop.push()


def test_a_hook_here_that_objects_is_heard(laptop: SharedLedger) -> None:
    hook(laptop.notes.git.root / ".git", "pre-push", "echo mist; echo fog >&2; exit 1")
    laptop.append(Version("1.0rc1"), entry("build"))
    with pytest.raises(Refused, match="hook pre-push here does not let the evidence be pushed to origin") as refusal:
        laptop.push()
    assert {"mist", "fog"} <= set(refusal.value.details)
    assert "right to push" not in refusal.value.hint


def test_a_remote_that_can_only_be_read_is_unavailable_for_a_push(laptop: SharedLedger, tmp_path: Path) -> None:
    git(laptop.notes.git.root, "remote", "set-url", "--push", "origin", str(tmp_path / "nowhere.git"))
    laptop.append(Version("1.0rc1"), entry("build"))
    with pytest.raises(Unavailable, match="does not answer"):
        laptop.push()


def test_what_git_cannot_write_is_said_in_its_words(laptop: SharedLedger) -> None:
    with pytest.raises(Refused, match="git notes failed") as refusal:
        laptop.notes.publish({"no commit": b"note"}, merge=lambda theirs, ours: theirs + ours)
    assert refusal.value.details


def test_a_run_here_keeps_another_from_the_package(laptop: SharedLedger) -> None:
    with laptop.locked(), pytest.raises(Unavailable, match="Another run"), laptop.locked():
        pass

"""What another machine says is believed where a key that the release branch names signed it, or the forge vouches."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from git_repositories import UNNAMED, git
from machines import REF, SIGNERS, Forge, clone, entry, machine, released
from packaging.version import Version

from releasegate.adapters.ledger.shared import SharedLedger
from releasegate.core.errors import Unavailable
from releasegate.core.evidence.note import parse, write
from releasegate.core.evidence.signed_entries import Statement, statement
from releasegate.core.release.entry import SEAL, Entry
from releasegate.core.release.record import record
from releasegate.core.release.taken_back import REVOKED

RC = Version("1.0rc1")
AFTER = "2026-01-01T00:00:05.000000+00:00"


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """Return the remote of a tagged candidate."""
    return released(tmp_path)


Person = Callable[[str], dict[str, str]]


@pytest.fixture
def person(tmp_path: Path) -> Person:
    """Return what makes a person's environment, in which Git signs with a key of theirs."""
    if shutil.which("ssh-keygen") is None:
        pytest.skip("there is no ssh-keygen here")

    def make(name: str) -> dict[str, str]:
        key = tmp_path / f"key-{name}"
        if not key.exists():
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(key)], check=True)
        settings = {"gpg.format": "ssh", "user.signingkey": str(key)}
        told = {"GIT_CONFIG_COUNT": str(len(settings))}
        for number, (setting, value) in enumerate(settings.items()):
            told |= {f"GIT_CONFIG_KEY_{number}": setting, f"GIT_CONFIG_VALUE_{number}": value}
        return {**UNNAMED, **told}

    return make


def public(tmp_path: Path, *names: str, branch: str = "develop") -> None:
    """Let a branch of the remote name the keys of these persons."""
    root = tmp_path / "first"
    before = git(root, "branch", "--show-current")
    git(root, "checkout", "--quiet", "-B", branch)
    keys = "".join(f"{name}@harbor.example {(tmp_path / f'key-{name}.pub').read_text()}" for name in names)
    (root / SIGNERS).write_text(keys)
    git(root, "add", str(SIGNERS))
    git(root, "commit", "--quiet", "-m", "Name the keys")
    git(root, "push", "--quiet", "origin", branch)
    git(root, "checkout", "--quiet", before)


def seal(commit: str, **more: Any) -> Entry:
    return replace(entry(SEAL, at="2026-01-01T00:00:01.000000+00:00", commit=commit), **more)


def tagged(remote: Path) -> str:
    return git(remote, "rev-parse", "v1.0rc1^{commit}")


def proven(remote: Path, tmp_path: Path, environ: dict[str, str], *, name: str = "prover") -> SharedLedger:
    """Return a machine that proved the candidate and pushed what it found."""
    prover = clone(remote, tmp_path, name, environ=environ, signers=True)
    prover.append(RC, entry("install:staging", run=name))
    prover.append(RC, seal(tagged(remote), run=name))
    prover.push()
    return prover


def reader(remote: Path, tmp_path: Path, name: str = "reader", **more: Any) -> SharedLedger:
    """Return a machine that heard what the remote has."""
    found = clone(remote, tmp_path, name, environ=UNNAMED, **{"signers": True, **more})
    found.pull()
    return found


def push_note(ledger: SharedLedger, note: bytes, *, commit: str) -> None:
    """Push a note as whoever may push notes can."""
    root = ledger.notes.git.root
    git(root, "fetch", "--quiet", "origin", f"+{REF}:{REF}") if git(root, "ls-remote", "origin", REF) else None
    (root / "note").write_bytes(note)
    git(root, "notes", "--ref", REF, "add", "--force", "--file", "note", commit)
    git(root, "push", "--quiet", "--force", "origin", f"{REF}:{REF}")


def note_of(remote: Path, commit: str) -> bytes:
    return git(remote, "notes", "--ref", REF, "show", commit).encode()


def test_what_a_named_key_signed_is_believed(remote: Path, tmp_path: Path, person: Person) -> None:
    ada = person("ada")
    public(tmp_path, "ada")
    proven(remote, tmp_path, ada)
    heard = reader(remote, tmp_path)
    assert heard.believed(RC) == heard.read(RC)
    assert record(heard.believed(RC)).seal is not None


def test_what_nobody_signed_is_heard_and_not_believed(remote: Path, tmp_path: Path, person: Person) -> None:
    person("ada")
    public(tmp_path, "ada")
    proven(remote, tmp_path, UNNAMED)
    heard = reader(remote, tmp_path)
    assert record(heard.read(RC)).seal is not None
    assert heard.believed(RC) == ()


def test_what_was_made_here_is_believed_unsigned(remote: Path, tmp_path: Path) -> None:
    here = proven(remote, tmp_path, UNNAMED)
    here.pull()
    assert here.believed(RC) == here.read(RC) != ()


def test_a_signature_by_an_unknown_key_is_nobodys(remote: Path, tmp_path: Path, person: Person) -> None:
    person("ada")
    mallory = person("mallory")
    public(tmp_path, "ada", "mallory")
    proven(remote, tmp_path, mallory)
    assert record(reader(remote, tmp_path).believed(RC)).seal is not None
    public(tmp_path, "ada")
    assert reader(remote, tmp_path, "later").believed(RC) == ()


def test_a_key_that_another_branch_names_is_unknown(remote: Path, tmp_path: Path, person: Person) -> None:
    person("ada")
    mallory = person("mallory")
    public(tmp_path, "ada")
    forger = clone(remote, tmp_path, "forger", environ=mallory, signers=True)
    public(tmp_path, "ada", "mallory", branch="feature")
    git(tmp_path / "first", "push", "--quiet", "origin", "feature:refs/tags/v9.9")
    said = forge(forger, tmp_path, [seal(tagged(remote))], key="mallory")
    push_note(forger, said, commit=tagged(remote))
    heard = reader(remote, tmp_path)
    git(heard.notes.git.root, "checkout", "--quiet", "feature")
    assert record(heard.read(RC)).seal is not None
    assert heard.believed(RC) == ()


def forge(ledger: SharedLedger, tmp_path: Path, entries: list[Entry], *, key: str, **about: str) -> bytes:
    """Return a note that *key* signed, whoever names it."""
    subject = {"package": "harbor", "version": str(RC), "commit": tagged(tmp_path / "remote.git"), **about}
    unsigned = statement(subject["package"], subject["version"], subject["commit"], entries)
    keys = f"x@x {(tmp_path / f'key-{key}.pub').read_text()}".encode()
    signature = replace(ledger.doubt.signatures, allowed=lambda: keys).sign(unsigned.payload)
    assert signature
    return write("harbor", {RC: entries}, [replace(unsigned, signature=signature)])


@pytest.mark.parametrize("about", [{"version": "1.0rc2"}, {"package": "pier"}, {"commit": "b" * 40}])
def test_a_signature_on_another_subject_proves_nothing(
    remote: Path, tmp_path: Path, person: Person, about: dict[str, str]
) -> None:
    ada = person("ada")
    public(tmp_path, "ada")
    signer = clone(remote, tmp_path, "signer", environ=ada, signers=True)
    commit = tagged(remote)
    said = parse(forge(signer, tmp_path, [seal(commit)], key="ada", **about), package=about.get("package", "harbor"))
    moved = [replace(each, package="harbor", version=str(RC), commit=commit) for each in said.statements]
    push_note(signer, write("harbor", {RC: [seal(commit)]}, moved), commit=commit)
    heard = reader(remote, tmp_path)
    assert record(heard.read(RC)).seal is not None
    assert heard.believed(RC) == ()


def test_an_entry_that_was_changed_is_signed_by_nobody(remote: Path, tmp_path: Path, person: Person) -> None:
    ada = person("ada")
    public(tmp_path, "ada")
    prover = proven(remote, tmp_path, ada)
    commit = tagged(remote)
    push_note(prover, note_of(remote, commit).replace(b"cccc", b"dddd"), commit=commit)
    heard = reader(remote, tmp_path)
    assert record(heard.read(RC)).seal is not None
    assert record(heard.believed(RC)).seal is None


def test_a_signed_note_that_is_moved_to_another_commit_counts_for_nothing(
    remote: Path, tmp_path: Path, person: Person
) -> None:
    ada = person("ada")
    public(tmp_path, "ada")
    prover = proven(remote, tmp_path, ada)
    note, root = note_of(remote, tagged(remote)), tmp_path / "first"
    git(root, "commit", "--quiet", "--allow-empty", "-m", "Another candidate")
    git(root, "tag", "v1.0rc2")
    git(root, "push", "--quiet", "origin", "HEAD:refs/heads/other", "v1.0rc2")
    other = git(root, "rev-parse", "HEAD")
    git(prover.notes.git.root, "fetch", "--quiet", "--tags", "origin")
    push_note(prover, note.replace(b"1.0rc1", b"1.0rc2").replace(tagged(remote).encode(), other.encode()), commit=other)
    heard = reader(remote, tmp_path)
    assert record(heard.read(Version("1.0rc2"))).seal is not None
    assert heard.believed(Version("1.0rc2")) == ()


def test_a_note_that_is_put_back_as_it_was_gains_nothing(remote: Path, tmp_path: Path, person: Person) -> None:
    ada = person("ada")
    public(tmp_path, "ada")
    prover = proven(remote, tmp_path, ada)
    commit = tagged(remote)
    old = note_of(remote, commit)
    prover.append(RC, word(at=AFTER))
    prover.push()
    heard = reader(remote, tmp_path)
    assert record(heard.read(RC)).taken_back is not None
    push_note(prover, old, commit=commit)
    heard.pull()
    assert record(heard.read(RC)).taken_back is not None
    assert record(heard.believed(RC)).seal is None
    heard.push()
    assert record(reader(remote, tmp_path, "third").read(RC)).taken_back is not None, "who heard it tells it again"


def word(*, at: str) -> Entry:
    return replace(entry(REVOKED, at=at), event=REVOKED, evidence={"by": "Ada", "reason": "it loses rows"})


def red(*, at: str = AFTER, run: str = "r9") -> Entry:
    bytes_of = "c" * 64
    return replace(entry("install:staging", at=at, run=run), event="failed", verdict="fail", subject=bytes_of)


def test_a_green_that_is_put_after_a_red_by_its_place_in_the_note_settles_nothing(
    remote: Path, tmp_path: Path, person: Person
) -> None:
    ada = person("ada")
    public(tmp_path, "ada")
    prover = clone(remote, tmp_path, "prover", environ=ada, signers=True)
    green = replace(entry("install:staging"), subject="c" * 64)
    late = replace(entry("propagation:staging", at="2026-01-01T00:00:09.000000+00:00"), run=green.run)
    for each in (green, seal(tagged(remote)), red(), late):
        prover.append(RC, each)
    prover.push()
    lines = note_of(remote, tagged(remote)).splitlines()
    push_note(prover, b"\n".join([*reversed(lines)]) + b"\n", commit=tagged(remote))
    heard = reader(remote, tmp_path)
    assert record(heard.read(RC)).taken_back == red()
    assert record(heard.believed(RC)).taken_back == red()


def test_a_red_that_nobody_vouches_for_takes_no_proof_back(remote: Path, tmp_path: Path, person: Person) -> None:
    ada = person("ada")
    public(tmp_path, "ada")
    prover = clone(remote, tmp_path, "prover", environ=ada, signers=True)
    prover.append(RC, replace(entry("install:staging"), subject="c" * 64))
    prover.append(RC, seal(tagged(remote)))
    prover.push()
    watcher = clone(remote, tmp_path, "watcher", environ=UNNAMED, signers=True)
    watcher.append(RC, red(run="ci-7-ab12"))
    watcher.push()
    assert record(reader(remote, tmp_path).read(RC)).seal is not None
    vouched = reader(remote, tmp_path, "vouched", forge=Forge({"ci-7-ab12"}))
    assert record(vouched.read(RC)).taken_back == red(run="ci-7-ab12")


def test_a_persons_word_must_be_signed_where_keys_are_named_and_counts_from_all_where_none_are(
    remote: Path, tmp_path: Path, person: Person
) -> None:
    ada = person("ada")
    public(tmp_path, "ada")
    proven(remote, tmp_path, ada)
    anybody = clone(remote, tmp_path, "anybody", environ=UNNAMED, signers=True)
    anybody.append(RC, word(at=AFTER))
    anybody.push()
    assert record(reader(remote, tmp_path).read(RC)).seal is not None
    assert record(reader(remote, tmp_path, "without", signers=False).read(RC)).taken_back == word(at=AFTER)


def test_what_the_forge_vouches_for_is_believed_unsigned(remote: Path, tmp_path: Path) -> None:
    proven(remote, tmp_path, UNNAMED, name="ci-7-ab12")
    assert reader(remote, tmp_path).believed(RC) == ()
    believed = reader(remote, tmp_path, "asks", forge=Forge({"ci-7-ab12"}), signers=False).believed(RC)
    assert record(believed).seal is not None


def test_without_a_tag_neither_a_key_nor_the_forge_is_a_reason(remote: Path, tmp_path: Path, person: Person) -> None:
    ada = person("ada")
    public(tmp_path, "ada")
    prover = clone(remote, tmp_path, "prover", environ=ada, signers=True)
    other = Version("1.0rc2")
    prover.append(other, entry("install:staging", run="ci-7-ab12"))
    prover.push()
    heard = reader(remote, tmp_path, forge=Forge({"ci-7-ab12"}))
    assert heard.read(other) != ()
    assert heard.believed(other) == ()


def test_what_is_signed_once_is_not_signed_again(remote: Path, tmp_path: Path, person: Person) -> None:
    ada = person("ada")
    public(tmp_path, "ada")
    prover = proven(remote, tmp_path, ada)
    tip = git(remote, "rev-parse", REF)
    prover.push()
    prover.pull()
    prover.push()
    assert git(remote, "rev-parse", REF) == tip
    forged = Statement("harbor", str(RC), tagged(remote), prover_signs(prover), "no signature")
    assert prover.doubt.statement(RC, tagged(remote), prover.files.read(RC), [forged]) is not None


def prover_signs(ledger: SharedLedger) -> tuple[str, ...]:
    (said,) = ledger.heard.read(RC).statements
    return said.signs


@pytest.mark.parametrize("key", ["", "/nowhere/key", "key::ssh-ed25519 AAAA nobody"])
def test_whoever_has_no_key_that_is_named_signs_nothing_and_pushes_all_the_same(
    remote: Path, tmp_path: Path, person: Person, key: str
) -> None:
    ada = person("ada")
    public(tmp_path, "ada")
    proven(remote, tmp_path, {**ada, "GIT_CONFIG_VALUE_1": key})
    assert parse(note_of(remote, tagged(remote)), package="harbor").statements == ()
    assert record(reader(remote, tmp_path).read(RC)).seal is not None


def test_an_openpgp_key_signs_no_evidence(remote: Path, tmp_path: Path, person: Person) -> None:
    ada = person("ada")
    public(tmp_path, "ada")
    proven(remote, tmp_path, {**ada, "GIT_CONFIG_VALUE_0": "openpgp"})
    assert reader(remote, tmp_path).believed(RC) == ()


def test_where_the_named_file_is_not_on_the_release_branch_nobody_is_named(
    remote: Path, tmp_path: Path, person: Person
) -> None:
    proven(remote, tmp_path, person("ada"))
    assert reader(remote, tmp_path).believed(RC) == ()


def test_the_keys_of_a_repository_without_a_remote_are_those_of_its_branch(tmp_path: Path, person: Person) -> None:
    released(tmp_path)
    ada = person("ada")
    public(tmp_path, "ada")
    alone = tmp_path / "first"
    git(alone, "remote", "remove", "origin")
    here = machine(alone, environ=ada, signers=True)
    assert here.doubt.signatures.named()
    assert here.doubt.signatures.sign(b"said")


def test_what_others_said_and_cannot_be_kept_is_said(remote: Path, tmp_path: Path) -> None:
    proven(remote, tmp_path, UNNAMED)
    found = clone(remote, tmp_path, "reader", environ=UNNAMED, signers=True)
    found.files.folder.mkdir()
    (found.files.folder / "heard").write_text("a file where a folder should be")
    with pytest.raises(Unavailable, match="cannot be kept"):
        found.pull()

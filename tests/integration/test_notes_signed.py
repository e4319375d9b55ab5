"""Signed evidence counts where Git verifies it, and nowhere is it taken or left unsigned."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from git_repositories import ENVIRON, UNNAMED, git, make_repository
from machines import REF, clone, entry, machine, released
from packaging.version import Version

from releasegate.adapters.ledger.shared import SharedLedger
from releasegate.core.errors import Refused


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    return released(tmp_path)


@pytest.fixture
def laptop(remote: Path, tmp_path: Path) -> SharedLedger:
    """Return a machine that signs nothing."""
    del remote
    return machine(tmp_path / "first")


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
        signer.append(Version("1.0rc1"), entry(f"by-{name}", run=name))
        signer.push()
    reader = clone(remote, tmp_path, "reader", environ=signing, signed=True)
    reader.pull()
    assert {e.step for e in reader.read(Version("1.0rc1"))} == {"by-one", "by-two"}


def test_a_tree_of_notes_that_nobody_can_sign_is_not_read(
    laptop: SharedLedger, remote: Path, tmp_path: Path, signing: dict[str, str]
) -> None:
    laptop.append(Version("1.0rc1"), entry("build"))
    laptop.push()
    (remote / REF).parent.mkdir(parents=True, exist_ok=True)
    (remote / REF).write_text(git(remote, "rev-parse", f"{REF}^{{tree}}") + "\n")
    reader = clone(remote, tmp_path, "reader", environ=signing, signed=True)
    reader.pull()
    assert reader.read(Version("1.0rc1")) == ()
    reader.append(Version("1.0rc1"), entry("audit"))
    assert any("is no notes of Git" in line for line in reader.push())


def test_who_signed_is_told(remote: Path, tmp_path: Path, signing: dict[str, str]) -> None:
    signer = clone(remote, tmp_path, "one", environ=signing, signed=True)
    assert signer.notes.signature() == ("N", "")
    signer.append(Version("1.0rc1"), entry("build"))
    signer.push()
    reader = clone(remote, tmp_path, "reader", environ=signing, signed=True)
    reader.pull()
    assert reader.notes.signature() == ("G", "releasegate@localhost")
    stranger = clone(remote, tmp_path, "stranger")
    stranger.pull()
    assert stranger.notes.signature()[0] not in {"G", "B"}


def test_unsigned_evidence_is_told_to_be_so(laptop: SharedLedger) -> None:
    laptop.append(Version("1.0rc1"), entry("build"))
    laptop.push()
    assert laptop.notes.signature() == ("N", "")


def test_unsigned_evidence_is_refused_where_it_must_be_signed(
    laptop: SharedLedger, remote: Path, tmp_path: Path, signing: dict[str, str]
) -> None:
    laptop.append(Version("1.0rc1"), entry("build"))
    laptop.push()
    reader = clone(remote, tmp_path, "reader", environ=signing, signed=True)
    with pytest.raises(Refused, match="carries no signature that Git verifies"):
        reader.pull()
    reader.append(Version("1.0rc1"), entry("build"))
    with pytest.raises(Refused, match="carries no signature that Git verifies"):
        reader.push()


def test_a_signature_of_a_stranger_is_refused(remote: Path, tmp_path: Path, signing: dict[str, str]) -> None:
    signer = clone(remote, tmp_path, "signer", environ=signing, signed=True)
    signer.append(Version("1.0rc1"), entry("build"))
    signer.push()
    (tmp_path / "allowed").write_text("")
    with pytest.raises(Refused, match="carries no signature that Git verifies"):
        clone(remote, tmp_path, "reader", environ=signing, signed=True).pull()


def test_without_a_key_nothing_is_sent_unsigned(remote: Path, tmp_path: Path) -> None:
    runner = clone(remote, tmp_path, environ=UNNAMED, signed=True)
    runner.append(Version("1.0rc1"), entry("build"))
    with pytest.raises(Refused, match="Git did not sign the evidence"):
        runner.push()
    assert git(remote, "for-each-ref", REF) == ""


def test_what_is_signed_is_one_commit_on_what_was_verified(
    remote: Path, tmp_path: Path, signing: dict[str, str]
) -> None:
    signer = clone(remote, tmp_path, environ=signing, signed=True)
    for number in range(3):
        signer.append(Version("1.0rc1"), entry(f"step-{number}", run=f"r{number}"))
        signer.append(Version("0.9"), entry(f"step-{number}", run=f"r{number}"))
        signer.push()
    commits = git(remote, "rev-list", REF).split()
    assert len(commits) == 3
    assert all("gpgsig" in git(remote, "cat-file", "commit", commit) for commit in commits)


def test_unsigned_notes_that_a_person_fetched_by_hand_count_for_nothing(
    laptop: SharedLedger, remote: Path, tmp_path: Path, signing: dict[str, str]
) -> None:
    laptop.append(Version("1.0rc1"), entry("forged"))
    laptop.push()
    reader = clone(remote, tmp_path, "reader", environ=signing, signed=True)
    git(reader.notes.git.root, "fetch", "--quiet", "origin", f"{REF}:{REF}")
    git(remote, "update-ref", "-d", REF)
    reader.pull()
    assert reader.versions() == ()


def test_signed_notes_that_were_never_pushed_count_here(remote: Path, tmp_path: Path, signing: dict[str, str]) -> None:
    signer = clone(remote, tmp_path, environ=signing, signed=True)
    signer.append(Version("1.0rc1"), entry("build"))
    signer.push()
    git(remote, "update-ref", "-d", REF)
    shutil.rmtree(signer.files.folder)
    signer.pull()
    assert signer.read(Version("1.0rc1")) == (entry("build"),)


def test_unsigned_notes_without_a_remote_are_not_signed_over(tmp_path: Path, signing: dict[str, str]) -> None:
    make_repository(tmp_path / "alone", {"a": "1"})
    unsigned = machine(tmp_path / "alone", environ=ENVIRON)
    unsigned.append(Version("1.0rc1"), entry("build"))
    unsigned.push()
    signer = machine(tmp_path / "alone", environ=signing, signed=True)
    signer.append(Version("1.0rc1"), entry("check", run="r2"))
    with pytest.raises(Refused, match="carries no signature that Git verifies"):
        signer.push()


def test_the_way_out_of_a_refusal_works(
    laptop: SharedLedger, remote: Path, tmp_path: Path, signing: dict[str, str]
) -> None:
    laptop.append(Version("1.0rc1"), entry("build"))
    laptop.push()
    signer = machine(tmp_path / "first", environ=signing, signed=True)
    with pytest.raises(Refused) as refusal:
        signer.push()
    assert f"git push --delete origin {REF}" in refusal.value.hint
    git(tmp_path / "first", "push", "--quiet", "--delete", "origin", REF)
    signer.push()
    reader = clone(remote, tmp_path, "reader", environ=signing, signed=True)
    reader.pull()
    assert reader.read(Version("1.0rc1")) == (entry("build"),)

"""The forge's word on a run is a reason to believe what it wrote: of the tag's run of the branch's workflow alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from git_repositories import git
from packaging.version import Version
from testpair import AUTHOR, make_pair

from releasegate.adapters.git.repository import GitRepository
from releasegate.app.project import load
from releasegate.app.verify.evidence import notes_of, record_claims
from releasegate.app.workspace import RunOptions, Workspace, open_workspace
from releasegate.core.config.keys import Package
from releasegate.core.evidence.note import write
from releasegate.core.release.entry import SEAL, Entry
from releasegate.core.release.record import record
from releasegate.rehearsal.forge import EmbeddedForge

API, RC, TAG = "tiny-api", Version("1.0.0rc1"), "v1.0.0rc1"
REF = f"refs/notes/releasegate/{API}"
TOKEN = "of-the-forge"


@dataclass
class World:
    """A tagged candidate on a remote, its forge, and a machine that proved nothing itself."""

    root: Path
    forge: EmbeddedForge
    workspace: Workspace
    said: list[str]

    @property
    def package(self) -> Package:
        """The package."""
        return self.workspace.project.settings.package(API)

    @property
    def clone(self) -> Path:
        """The clone."""
        return self.root / API

    def ran(self, state: str = "passed", *, tag: str = TAG, event: str = "push") -> Entry:
        """Let a run of the CI be over, and return the seal that it wrote."""
        number = self.forge.run(tag, "running", event=event)  # type: ignore[arg-type]
        at = datetime.now(UTC).isoformat()
        self.forge.run(tag, state, event=event)  # type: ignore[arg-type]
        commit = git(self.clone, "rev-parse", f"{TAG}^{{commit}}")
        said = {"package": API, "version": str(RC), "commit": commit, "files": {"x.whl": "c" * 64}, "companion": None}
        return Entry(at, f"ci-{number}-ab12", SEAL, "done", "", "record it as proven", evidence=said)

    def heard(self, entry: Entry) -> None:
        """Let the machine hear an entry that somebody pushed."""
        note = self.root / "note"
        note.write_bytes(write(API, {RC: [entry]}))
        git(self.clone, "notes", "--ref", REF, "append", "--file", str(note), TAG)
        git(self.clone, "push", "--quiet", "--force", "origin", f"{REF}:{REF}")
        self.workspace.pull(self.package)

    def believes(self) -> bool:
        """Whether the machine believes that the candidate is proven."""
        ledger = self.workspace.ledger(self.package)
        assert record(ledger.read(RC)).seal is not None, "it is heard in any case"
        return record(ledger.believed(RC)).seal is not None


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    pair = make_pair(tmp_path)
    remote = GitRepository(tmp_path / "remotes" / f"{API}.git", os.environ)

    def commit_of(name: str) -> str:
        return remote.tagged(name) or git(remote.root, "rev-parse", f"refs/heads/{name}")

    with EmbeddedForge(tmp_path / "forge", f"octo/{API}", token=TOKEN, commit_of=commit_of) as forge:
        table = f'forge = {{ kind = "github", repository = "octo/{API}", address = "{forge.address}" }}\n'
        text = (tmp_path / "pyproject.toml").read_text()
        (tmp_path / "pyproject.toml").write_text(text.replace(f'name = "{API}"\n', f'name = "{API}"\n{table}', 1))
        workflow(tmp_path / API, "name: release\n")
        git(tmp_path / API, "push", "--quiet", "origin", "develop")
        git(tmp_path / API, "tag", TAG)
        git(tmp_path / API, "push", "--quiet", "origin", TAG)
        said: list[str] = []
        environ = {**os.environ, **AUTHOR, "FORGE_TOKEN": TOKEN}
        assert load(pair.root, environ=environ).settings.packages[0].name == API
        opened = open_workspace(pair.root, environ, said.append, RunOptions())
        yield World(tmp_path, forge, opened, said)


def workflow(clone: Path, text: str) -> None:
    """Commit a workflow at the path of the generated one."""
    file = clone / ".github" / "workflows" / "release.yml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    git(clone, "add", ".github")
    git(clone, "commit", "--quiet", "--message=Workflow")


def test_what_the_tags_own_run_wrote_is_believed_once_it_passed(world: World) -> None:
    world.heard(world.ran())
    assert world.believes()


@pytest.mark.parametrize("state", ["failed", "running"])
def test_a_run_that_did_not_pass_is_no_reason(world: World, state: str) -> None:
    world.heard(world.ran(state))
    assert not world.believes()


@pytest.mark.parametrize(
    "forge",
    [
        lambda entry: replace(entry, run="ci-99-ab12"),
        lambda entry: replace(entry, run="ab12"),
        lambda entry: replace(entry, at="2026-01-01T00:00:00Z"),
    ],
    ids=["a run that there is not", "no run of CI", "another time"],
)
def test_an_entry_that_only_names_a_run_is_not_believed(world: World, forge: Callable[[Entry], Entry]) -> None:
    world.heard(forge(world.ran()))
    assert not world.believes()


def test_a_run_of_another_tag_or_of_a_pull_request_is_no_reason(world: World) -> None:
    world.heard(world.ran(tag="v1.0.0rc2"))
    assert not world.believes()
    world.heard(world.ran(event="pull_request"))
    assert not world.believes()


def test_what_a_person_dispatched_is_no_reason_whatever_commit_the_forge_names(world: World) -> None:
    # Such a run is of the commit before the version's own, and may have been asked for anything.
    world.heard(world.ran(tag="develop", event="workflow_dispatch"))
    assert not world.believes()
    world.heard(world.ran(event="workflow_dispatch"))
    assert not world.believes()


@pytest.mark.parametrize(("state", "taken"), [("failed", True), ("passed", False)])
@pytest.mark.parametrize(("tag", "event"), [("v1.0.0", "release"), ("develop", "workflow_dispatch")])
def test_a_red_verdict_of_the_finals_run_takes_the_proof_back_for_everybody(
    world: World, tag: str, event: str, state: str, *, taken: bool
) -> None:
    git(world.clone, "tag", "v1.0.0")
    git(world.clone, "push", "--quiet", "origin", "v1.0.0")
    seal = world.ran()
    gate = replace(seal, step="install:staging", subject="c" * 64, evidence={})
    world.heard(gate)
    world.heard(seal)
    assert world.believes()
    red: Any = {"event": "failed", "verdict": "fail", "evidence": {"problem": "It does not import."}}
    run = world.ran(state, tag=tag, event=event)
    world.heard(replace(gate, at=run.at, run=run.run, **red))
    known = record(world.workspace.ledger(world.package).read(RC))
    assert (known.taken_back is not None) == taken
    assert (record(world.workspace.ledger(world.package).believed(RC)).seal is None) == taken


def test_a_tag_whose_workflow_is_not_the_release_branchs_is_no_reason(world: World) -> None:
    workflow(world.clone, "name: release\n# everything passes\n")
    git(world.clone, "tag", "--force", TAG)
    git(world.clone, "push", "--quiet", "--force", "origin", TAG)
    world.heard(world.ran())
    assert not world.believes()
    git(world.clone, "push", "--quiet", "origin", "develop")
    again = replace(world, workspace=replace(world.workspace, beliefs=type(world.workspace.beliefs)()))
    assert again.believes(), "what the release branch has is what counts"


def test_a_forge_that_does_not_answer_is_no_reason_and_is_told(world: World) -> None:
    entry = world.ran()
    world.forge.limit(1)
    world.heard(entry)
    assert not world.believes()
    assert any("The forge does not say how the run ci-1-ab12 ended" in line for line in world.said)
    # It is asked once in a run, and told once.
    world.heard(replace(entry, run="ci-2-ab12"))
    asked = len(world.forge.app.seen)
    assert not world.believes()
    assert len(world.forge.app.seen) == asked
    assert len([line for line in world.said if "does not say" in line]) == 1


def test_a_package_that_is_on_no_forge_has_none_to_ask(world: World) -> None:
    world.heard(world.ran())
    alone = replace(world, workspace=replace(world.workspace, forges={}))
    assert not alone.believes()


@pytest.mark.parametrize("limited", [0, 1])
def test_a_verification_says_that_the_forge_vouches_or_why_it_is_not_known(world: World, limited: int) -> None:
    entry = world.ran()
    world.heard(entry)
    world.forge.limit(limited) if limited else None
    commit, held = git(world.clone, "rev-parse", f"{TAG}^{{commit}}"), {"x.whl": "c" * 64}
    notes = notes_of(world.workspace, world.package)
    found = record_claims(world.workspace, notes, world.package, RC, commit=commit, held=held, index="staging")
    (seal,) = [claim for claim in found[1] if claim.about == "seal"]
    assert seal.standing == ("not believed" if limited else "proven")
    assert seal.by.startswith("releasegate" if limited else "the forge vouches for its run 1, releasegate")
    silent = "The forge does not say how the run ci-1-ab12 ended"
    assert any(line.startswith(silent) for line in found[2]) == bool(limited)
    assert any("the forge vouches for none of it" in line for line in found[2]) == bool(limited)

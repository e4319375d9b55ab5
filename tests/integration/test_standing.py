"""Where a package stands, read from real Git and real indexes: its lines, and what is said where it cannot be told."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pytest
from git_repositories import git
from packaging.version import Version
from real_indexes import RunningIndex, free_port
from stacks import pair_stack
from stored import store
from testpair import AUTHOR, make_pair, on_indexes, sources

from releasegate.adapters.containers.runner import ContainerRunner
from releasegate.adapters.git.repository import GitRepository
from releasegate.adapters.index.package_index import SimpleIndex
from releasegate.adapters.processes.runner import ProcessRunner
from releasegate.app.deliveries import stated
from releasegate.app.examine import examine
from releasegate.app.orders import Order
from releasegate.app.package_state import side_by_side
from releasegate.app.project import load
from releasegate.app.release import plan
from releasegate.app.reports import commits_since, record_of, seconds_between
from releasegate.app.status import _line_of, status
from releasegate.app.version_gate import versions
from releasegate.app.workspace import Workspace
from releasegate.core.config.keys import Package
from releasegate.core.errors import ConfigurationError, Refused, Unavailable
from releasegate.core.release.entry import SEAL, Entry
from releasegate.core.report.model import Problem
from releasegate.ports import BranchTakes, CiRun, Delivery, Forge, IndexFile
from releasegate.rehearsal.index import EmbeddedIndex, sample_wheel
from releasegate.steps.preflight.preflight import in_the_way


@dataclass
class Heard:
    """Keeps what progress was told."""

    lines: list[str] = field(default_factory=list)

    def __call__(self, line: str, /) -> None:
        """Keep it."""
        self.lines.append(line)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningIndex]:
    with EmbeddedIndex(name="both", root=tmp_path_factory.mktemp("index"), token="secret") as running:
        yield RunningIndex("both", running.upload_url, running.simple_url, "__token__", "secret")


@pytest.fixture
def workspace(index: RunningIndex, tmp_path: Path) -> Workspace:
    pair = make_pair(tmp_path / "project", settings=on_indexes(index, index))
    tokens = {"STAGING_TOKEN": "secret", "PRODUCTION_TOKEN": "secret"}
    return Workspace(load(pair.root, environ={**os.environ, **AUTHOR, **tokens}), Heard())


def api(workspace: Workspace) -> Package:
    return workspace.project.settings.packages[0]


def commit(workspace: Workspace, version: str, *, tag: bool = True) -> str:
    """Let every version file state *version*, and tag the commit of it; return the commit."""
    folder = workspace.project.where(api(workspace))
    for path, content in sources("tiny-api", version=version).items():
        (folder / path).write_text(content, encoding="utf-8")
    git(folder, "commit", "--all", "--quiet", "--allow-empty", f"--message={version}")
    if tag:
        git(folder, "tag", f"v{version}")
    return git(folder, "rev-parse", "HEAD")


def lines(workspace: Workspace) -> tuple[str, ...]:
    return side_by_side(workspace, workspace.package_state(api(workspace)))


def test_one_line_is_not_called_one(workspace: Workspace) -> None:
    commit(workspace, "1.0.0")
    commit(workspace, "1.1.0")
    assert lines(workspace) == ()
    assert status(workspace, api(workspace)).lines == ()


def test_lines_side_by_side_are_told_by_their_newest_version_that_of_head_first(workspace: Workspace) -> None:
    start = commit(workspace, "1.0.0")
    for version in ("2.0.0", "2.1.0"):
        commit(workspace, version)
    git(workspace.project.where(api(workspace)), "checkout", "--quiet", "-b", "release/1", start)
    commit(workspace, "1.0.1")
    assert lines(workspace) == ("1.0.1: HEAD descends from it", "2.1.0: another line, beside it")
    assert status(workspace, api(workspace)).lines == lines(workspace)
    assert workspace.consumed(api(workspace)).apart == {Version("2.0.0"), Version("2.1.0")}


def test_of_what_has_no_tag_it_is_not_said_that_head_descends_from_it(workspace: Workspace) -> None:
    start = commit(workspace, "1.0.0")
    commit(workspace, "2.0.0")
    git(workspace.project.where(api(workspace)), "checkout", "--quiet", "-b", "release/1", start)
    found = workspace.package_state(api(workspace))
    seen = {**found.consumed.seen, Version("3.0.0"): ("production",)}
    assert side_by_side(workspace, replace(found, consumed=replace(found.consumed, seen=seen))) == (
        "1.0.0: HEAD descends from it",
        "3.0.0: no tag says whether HEAD descends from it",
        "2.0.0: another line, beside it",
    )


def test_a_head_before_every_final_is_said_to_be_on_none(workspace: Workspace) -> None:
    folder = workspace.project.where(api(workspace))
    start = git(folder, "rev-parse", "HEAD")
    commit(workspace, "2.0.0")
    git(folder, "checkout", "--quiet", "-b", "again", start)
    assert lines(workspace) == ("HEAD descends from no final", "2.0.0: another line, beside it")


def test_what_the_version_files_state_is_of_head_s_line_after_a_squash_merge(workspace: Workspace) -> None:
    folder = workspace.project.where(api(workspace))
    start = git(folder, "rev-parse", "HEAD")
    commit(workspace, "1.1.0")
    git(folder, "checkout", "--quiet", "-b", "squashed", start)
    commit(workspace, "1.1.0", tag=False)
    assert workspace.consumed(api(workspace)).apart == set()
    assert lines(workspace) == ()


def test_tags_that_name_no_version_are_nobody_s_line(workspace: Workspace) -> None:
    folder = workspace.project.where(api(workspace))
    git(folder, "tag", "vessel")
    git(folder, "tag", "nightly")
    assert not workspace.consumed(api(workspace)).apart


def test_a_tag_of_another_line_is_consumed_even_where_the_version_files_do_not_agree(workspace: Workspace) -> None:
    folder = workspace.project.where(api(workspace))
    start = git(folder, "rev-parse", "HEAD")
    commit(workspace, "2.0.0")
    git(folder, "checkout", "--quiet", "-b", "again", start)
    file = folder / "tiny_api" / "__init__.py"
    file.write_text(file.read_text().replace("1.0.0", "1.0.1"))
    git(folder, "commit", "--all", "--quiet", "--message=Differ")
    assert workspace.consumed(api(workspace)).apart == {Version("2.0.0")}


def test_a_package_of_which_git_cannot_tell_the_lines_is_told_with_why(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tips(*_: object) -> set[str]:
        raise Unavailable("Git does not answer.", hint="Try again")

    start = commit(workspace, "1.0.0")
    commit(workspace, "2.0.0")
    git(workspace.project.where(api(workspace)), "checkout", "--quiet", "-b", "again", start)
    monkeypatch.setattr(GitRepository, "tips", tips)
    found = status(workspace, api(workspace))
    assert (found.state, found.missing) == ("it cannot be told where it stands", "Try again")
    assert found.look == Problem("Git does not answer.", "Try again", "unavailable", 6)
    assert found.command == "invoke status --package tiny-api"


def test_an_index_that_lets_nobody_read_is_a_look_that_failed_and_no_fault_of_the_version_files(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def files(*_: object) -> tuple[IndexFile, ...]:
        raise ConfigurationError("The index does not let this machine read.", hint="Set A_TOKEN")

    monkeypatch.setattr(SimpleIndex, "files", files)
    found = status(workspace, api(workspace))
    assert found.look == Problem("The index does not let this machine read.", "Set A_TOKEN", "unavailable", 6)
    assert found.command == "invoke status --package tiny-api"


def test_evidence_that_cannot_be_sent_does_not_hide_why_a_run_ended(workspace: Workspace) -> None:
    heard, package = workspace.progress, api(workspace)
    assert isinstance(heard, Heard)
    remote = workspace.project.root / "remotes" / "tiny-api.git"
    entry = Entry("2026-01-01T00:00:00.000000+00:00", "run", "tag", "done", "x", "tag it")

    def run() -> None:
        with workspace.shared(package):
            git(workspace.project.where(package), "tag", "v1.0.0")
            git(workspace.project.where(package), "push", "--quiet", "origin", "v1.0.0")
            workspace.ledger(package).append(Version("1.0.0"), entry)
            remote.rename(remote.with_name("gone.git"))
            raise Refused("It is the release that failed.", hint="Mend it")

    with pytest.raises(Refused, match="the release"):
        run()
    assert len(heard.lines) == 1, heard.lines


def test_a_companion_whose_remote_is_away_keeps_nobody_from_the_package_s_own_evidence(workspace: Workspace) -> None:
    plugin = workspace.project.settings.packages[1]
    remote = workspace.project.root / "remotes" / "tiny-api.git"
    remote.rename(remote.with_name("gone.git"))
    workspace.pull(plugin)
    with pytest.raises(Unavailable):
        workspace.pull(api(workspace))


def test_an_index_that_does_not_answer_is_what_status_says(workspace: Workspace, tmp_path: Path) -> None:
    dead = RunningIndex(
        "dead", f"http://127.0.0.1:{free_port()}/", f"http://127.0.0.1:{free_port()}/simple", "__token__", "x"
    )
    pair = make_pair(tmp_path / "other", settings=on_indexes(dead, dead))
    found = status(Workspace(load(pair.root, environ={**os.environ, **AUTHOR}), Heard()), api(workspace))
    assert found.command == "invoke status --package tiny-api"
    assert found.version_files == ()


def test_a_package_that_is_published_and_unchanged_has_nothing_in_its_way_and_nothing_to_do(tmp_path: Path) -> None:
    with EmbeddedIndex(name="own", root=tmp_path / "index", token="secret") as running:
        index = RunningIndex("own", running.upload_url, running.simple_url, "__token__", "secret")
        tokens = {"STAGING_TOKEN": "secret", "PRODUCTION_TOKEN": "secret"}
        pair = make_pair(tmp_path / "project", settings=on_indexes(index, index))
        workspace = Workspace(load(pair.root, environ={**os.environ, **AUTHOR, **tokens}), Heard())
        commit(workspace, "1.0.0")
        sample = sample_wheel("tiny-api", "1.0.0")
        store(running.upload_url, "secret", sample)
        begun = Entry("2026-01-01T00:00:00.000000+00:00", "run", "tag", "started", "x", "tag it", kind="one-way")
        workspace.ledger(api(workspace)).append(Version("1.0.0"), begun)
        half = f"1.0.0 on production: {sample.filename} is stored and the sdist is not; 13 days remain to send it"
        assert half in status(workspace, api(workspace)).notes
        files = {"files": {sample.filename: hashlib.sha256(sample.content).hexdigest()}}
        sealed = Entry("2026-01-01T00:00:00.000000+00:00", "run", SEAL, "done", "x", "seal it", evidence=files)
        workspace.ledger(api(workspace)).append(Version("1.0.0"), sealed)
        planned = plan(workspace, Order("rc"), api(workspace))
        assert (planned.plan, planned.steps) == (None, ())
        assert planned.reason == "1.0.0 is published and nothing has changed since"
        assert examine(workspace, api(workspace), Order("rc")).answers
        assert half not in status(workspace, api(workspace)).notes
        finished = plan(workspace, Order("final", "tiny-api"), api(workspace))
        assert (finished.steps, finished.reason) == ((), "1.0.0 is released")


def test_an_order_that_is_refused_is_in_its_own_way(workspace: Workspace) -> None:
    found = examine(workspace, api(workspace), Order("final", "tiny-api"))
    assert any("1.0.0 has no release candidate" in str(answer.error) for answer in in_the_way(found.answers))
    assert not isinstance(found.state, Exception), "where it stands is known all the same"


def test_the_pair_of_the_stack_runs_in_containers_and_another_in_processes(workspace: Workspace) -> None:
    package, plugin = workspace.project.settings.packages
    stack = pair_stack("tiny-plugin", "tiny-api")
    stacked = replace(
        workspace, project=replace(workspace.project, settings=replace(workspace.project.settings, stack=stack))
    )
    delivery = Delivery(plugin, Version("1.0.0"), "dist", "", ())
    assert isinstance(stacked.runner(delivery), ContainerRunner)
    assert isinstance(workspace.runner(replace(delivery, package=package)), ProcessRunner)


def test_evidence_about_another_commit_than_the_tag_s_is_told_and_left_out(workspace: Workspace) -> None:
    package, heard = api(workspace), workspace.progress
    assert isinstance(heard, Heard)
    folder = workspace.project.where(package)
    first = commit(workspace, "1.0.0")
    git(folder, "push", "--quiet", "origin", "develop", "v1.0.0")
    entry = Entry("2026-01-01T00:00:00.000000+00:00", "run", "tag", "done", "x", "tag it")
    workspace.ledger(package).append(Version("1.0.0"), entry)
    workspace.ledger(package).push()
    git(folder, "commit", "--quiet", "--allow-empty", "--message=Another")
    git(folder, "tag", "--force", "v1.0.0")
    git(folder, "push", "--quiet", "--force", "origin", "v1.0.0")
    shutil.rmtree(workspace.project.state / "ledger")
    workspace.pull(package)
    assert [line.partition(" is not about ")[0] for line in heard.lines] == [f"evidence on {first[:12]}"]
    assert workspace.ledger(package).versions() == ()


def test_where_tags_alone_state_the_version_the_one_at_head_does(workspace: Workspace) -> None:
    package = replace(api(workspace), version_files=())
    commit(workspace, "1.0.0")
    assert stated(workspace, package).version == Version("1.0.0")
    assert versions(workspace, package)[0].version == "1.0.0"


def test_what_a_proof_stands_on_and_what_the_work_tree_is_are_told(workspace: Workspace) -> None:
    package, folder = api(workspace), workspace.project.where(api(workspace))
    commit(workspace, "1.0.0rc1")
    assert status(workspace, package).notes == ()
    cells = [{"cell": "3.11 wheel", "verdict": "pass", "tried": "0 modules imported, all exempted"}]
    waived = {"by": "Ada", "reason": "no host"}
    for entry in (
        Entry("2026-01-01T00:00:00.000000+00:00", "run", "install:staging", "done", "x", "", evidence={"cells": cells}),
        Entry("2026-01-01T00:00:01.000000+00:00", "run", "e2e:staging", "waived", "", "", evidence=waived),
        Entry("2026-01-01T00:00:02.000000+00:00", "run", SEAL, "done", "x", ""),
    ):
        workspace.ledger(package).append(Version("1.0.0rc1"), entry)
    git(folder, "checkout", "--quiet", "--detach")
    for name in ("check.py", "backend.py"):
        (folder / name).write_text("changed")
    detached = "HEAD is detached: no branch is checked out, and releases are cut from develop"
    waiver = "1.0.0rc1 stands on a waiver: e2e:staging, by Ada: no host"
    nothing = "1.0.0rc1 was installed, and no module of it was imported: install.not-imported exempts all"
    dirty = "the work tree is not clean: backend.py and 1 more"
    assert status(workspace, package).notes == (dirty, detached, waiver, nothing)
    git(folder, "checkout", "--quiet", "backend.py")
    assert status(workspace, package).notes[0] == "the work tree is not clean: check.py"


class Waiting:
    """A forge on which runs wait for an approval, or that does not answer."""

    def __init__(self, *runs: str, away: bool = False) -> None:
        self.runs, self.away = runs, away

    def ci_run(self, tag: str) -> CiRun | None:  # noqa: ARG002 - the port's
        """Return none."""
        return None

    def takes(self, branch: str) -> BranchTakes | None:  # noqa: ARG002 - the port's
        """Return nothing: it does not tell."""
        return None

    def waiting(self) -> tuple[CiRun, ...]:
        """Return the runs."""
        if self.away:
            raise Unavailable("The forge is away.", hint="Come back later")
        return tuple(CiRun("waiting", url) for url in self.runs)


def test_runs_that_wait_for_an_approval_on_the_forge_are_told(workspace: Workspace) -> None:
    package = api(workspace)

    def notes(forge: Waiting) -> list[str]:
        asked = replace(workspace, forges={package.name: cast("Forge", forge)})
        return [note for note in status(asked, package).notes if "approval" in note]

    assert notes(Waiting()) == []
    assert notes(Waiting("https://forge.test/runs/7")) == [
        "a run waits for an approval on the forge: https://forge.test/runs/7"
    ]
    assert notes(Waiting(away=True)) == [
        "whether a run waits for an approval on the forge cannot be told: The forge is away."
    ]


def test_an_index_that_is_away_keeps_nobody_from_the_other_where_the_repository_is_not_here(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(self: SimpleIndex, _: str) -> tuple[Version, ...]:
        if self.name == "staging":
            raise Unavailable("It is away.", hint="Try again")
        return (Version("1.0.0"),)

    monkeypatch.setattr(SimpleIndex, "versions", away)
    workspace.project.where(api(workspace)).rename(workspace.project.root / "gone")
    found = status(workspace, api(workspace))
    assert found.consumed == {"production": ("1.0.0",)}
    assert found.look is not None
    assert found.look.exit_code == 6


def test_where_git_itself_is_not_asked_in_vain_the_look_is_what_failed(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def head(_: object) -> str:
        raise Unavailable("There is no Git.", hint="Install it")

    monkeypatch.setattr(GitRepository, "head", head)
    found = status(workspace, api(workspace))
    assert found.look == Problem("There is no Git.", "Install it", "unavailable", 6)


def test_moments_that_a_record_does_not_have_are_no_time() -> None:
    one, later = "2026-01-01T00:00:00.000000+00:00", "2026-01-01T00:00:02.500000+00:00"
    assert seconds_between(one, later) == 2.5
    assert seconds_between(later, one) is None
    assert seconds_between("x", one) is None
    assert seconds_between("2026-01-01", one) is None


def test_what_a_record_calls_its_commit_is_not_believed_to_be_one(workspace: Workspace) -> None:
    package, version = api(workspace), Version("1.0.0rc1")
    for number, named in enumerate(("--output=x", "a" * 40)):
        evidence = {"commit": named}
        at = f"2026-01-01T00:00:0{number}.000000+00:00"
        workspace.ledger(package).append(version, Entry(at, "run", "build", "done", "x", "", evidence=evidence))
        assert record_of(workspace, package, version).commit == named
        assert record_of(workspace, package, version).commits is None


def test_commits_are_told_since_the_last_final_that_came_before(workspace: Workspace) -> None:
    package = api(workspace)
    commit(workspace, "1.0.0")
    commit(workspace, "1.1.0rc1")
    commit(workspace, "1.1.0")
    for version, since, total in ((None, "v1.1.0", 0), (Version("1.1.0"), "v1.0.0", 2), (Version("1.0.0"), "", 3)):
        found = commits_since(workspace, package, version)
        assert found is not None
        assert (found.since, found.total) == (since, total)


@pytest.mark.parametrize(
    ("hint", "line"),
    [
        (
            "Prove the pair first: invoke release --rc --package tiny-plugin",
            "invoke release --rc --package tiny-plugin",
        ),
        ("Bring them in: git pull --rebase origin develop", "git pull --rebase origin develop"),
        ("Install it: uv python install 3.98", "uv python install 3.98"),
        ("Set it, or record a waiver: invoke waive --package x --reason WHY", ""),
        ("Say --yes where that is meant", ""),
        ("Write it: yes", ""),
    ],
)
def test_what_is_first_in_the_way_is_the_next_command_where_it_has_a_line_to_paste(hint: str, line: str) -> None:
    assert _line_of(hint) == line


SEALED_AT = "2026-01-01T00:00:00.000000+00:00"


def _proven(workspace: Workspace) -> Package:
    """Leave a candidate behind that is sealed and pushed, and return its package."""
    package, version = api(workspace), "1.0.0rc1"
    head = commit(workspace, version)
    git(workspace.project.where(package), "push", "--quiet", "origin", "develop", f"v{version}")
    sealed = Entry(SEALED_AT, "run", SEAL, "done", "x", "", evidence={"commit": head, "files": {}})
    workspace.ledger(package).append(Version(version), sealed)
    return package


def test_a_proven_candidate_whose_dependent_nobody_has_is_followed_by_the_dependent(workspace: Workspace) -> None:
    package = _proven(workspace)
    found = status(workspace, package)
    assert found.state == "1.0.0rc1 is proven"
    assert found.command == "invoke release --rc --package tiny-plugin"


def test_a_proven_candidate_whose_final_was_judged_bad_waits_for_a_commit(workspace: Workspace) -> None:
    package = _proven(workspace)
    workspace.ledger(package).append(
        Version("1.0.0"), Entry(SEALED_AT, "run", "pair", "failed", "x", "", verdict="fail")
    )
    found = status(workspace, package)
    assert found.state == "1.0.0rc1 is proven, and 1.0.0 failed at pair"
    assert found.command == "invoke release --rc --package tiny-api"
    asked = {each.key: each.found for each in examine(workspace, package).answers}
    assert asked["plan"] == (
        "1.0.0rc1 is proven, and 1.0.0 failed at pair: commit what mends it; "
        "the next number is chosen once there is a commit"
    )
    assert "number" not in asked
    again = plan(workspace, Order("rc", "tiny-api"), package)
    assert (again.steps, again.reason) == ((), "1.0.0rc1 is proven, and 1.0.0 failed at pair: commit what mends it")

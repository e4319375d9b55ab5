"""The single gates on a real project: what each makes of a package, and how each refuses."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from git_repositories import git
from packaging.version import Version
from real_indexes import RunningIndex
from stored import store_files
from testpair import AUTHOR, Quiet, make_pair, on_indexes, sources

from releasegate.about import version
from releasegate.app import gates
from releasegate.app.deliveries import Source, checked_out, recorded, stated
from releasegate.app.gates import EndToEndRequest
from releasegate.app.project import load
from releasegate.app.version_gate import versions
from releasegate.app.workspace import RunOptions, Workspace
from releasegate.core.ci.event_payload import Event
from releasegate.core.config.keys import Package
from releasegate.core.errors import ConfigurationError, GateFailed, NotYet, Refused, ReleasegateError, Unavailable
from releasegate.core.release.taken_back import CELL
from releasegate.ports import Delivery, EndToEndReport, Progress
from releasegate.rehearsal.index import EmbeddedIndex
from releasegate.steps.end_to_end import cell_subject


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with EmbeddedIndex(name="both", root=tmp_path / "index", token="secret") as index:
        running = RunningIndex("both", index.upload_url, index.simple_url, "__token__", "secret")
        pair = make_pair(tmp_path / "project", settings=on_indexes(running, running))
        tokens = {"STAGING_TOKEN": "secret", "PRODUCTION_TOKEN": "secret"}
        yield Workspace(load(pair.root, environ={**os.environ, **AUTHOR, **tokens}), Quiet())


def state(workspace: Workspace, package: Package, version: str, *, committed: bool = True) -> None:
    """Let every version file of *package* state *version*."""
    folder = workspace.project.where(package)
    for path, content in sources(package.name, version=version).items():
        (folder / path).write_text(content, encoding="utf-8")
    if committed:
        git(folder, "commit", "--all", "--quiet", f"--message={version}")


def publish(workspace: Workspace, package: Package) -> None:
    """Put what is built of *package* on the production index."""
    release = stated(workspace, package)
    for artifact in release.manifest().artifacts:
        store_files(workspace.index("production"), workspace.builds().path(package, release.version, artifact))


def written(workspace: Workspace) -> dict[str, list[str]]:
    """Return the steps that the packages' ledgers know, here and as notes on the remotes."""
    found = {}
    for package in workspace.project.settings.packages:
        ledger = workspace.ledger(package)
        ledger.pull()
        found[package.name] = [entry.step for version in ledger.versions() for entry in ledger.read(version)]
    return found


NOTHING: dict[str, list[str]] = {"tiny-api": [], "tiny-plugin": []}


def test_a_tag_at_head_must_say_what_the_places_say(workspace: Workspace) -> None:
    api = workspace.project.settings.packages[0]
    assert {s.version for s in versions(workspace, api)} == {"1.0.0"}
    git(workspace.project.where(api), "tag", "v1.0.0")
    git(workspace.project.where(api), "tag", "vessel")
    assert len(versions(workspace, api)) == 2
    git(workspace.project.where(api), "tag", "v1.0.1")
    with pytest.raises(GateFailed) as caught:
        versions(workspace, api)
    assert any("tag v1.0.1" in line for line in caught.value.details)


@pytest.mark.parametrize("tag", ["1.0.0", "v1.0.1", "refs/tags/v1.0.0", "x"])
def test_of_a_tag_that_is_not_of_what_is_stated_the_right_one_is_named(workspace: Workspace, tag: str) -> None:
    with pytest.raises(GateFailed) as caught:
        versions(workspace, workspace.project.settings.packages[0], tag=tag)
    assert caught.value.problem == "The tag of tiny-api is not of the version that is stated: that one's is v1.0.0."
    assert caught.value.hint.startswith("Name that tag, or write what the tag states in every version file")


def test_a_place_that_is_gone_is_named_with_all_other_problems(workspace: Workspace) -> None:
    api = workspace.project.settings.packages[0]
    (workspace.project.where(api) / "tiny_api" / "__init__.py").unlink()
    with pytest.raises(GateFailed) as caught:
        versions(workspace, api, tag="1.0.0")
    assert caught.value.details == ("tiny_api/__init__.py is not there", "tag 1.0.0 does not begin with 'v'")


def test_files_in_no_repository_are_judged_without_a_tag(workspace: Workspace) -> None:
    api = workspace.project.settings.packages[0]
    folder = workspace.project.where(api)
    (folder / ".git").rename(folder.with_name("elsewhere"))
    assert len(versions(workspace, api)) == 2


def test_a_work_tree_is_judged_as_it_lies_there(workspace: Workspace) -> None:
    api = workspace.project.settings.packages[0]
    state(workspace, api, "1.1.0", committed=False)
    assert {s.version for s in versions(workspace, api)} == {"1.1.0"}
    git(workspace.project.where(api), "checkout", "--quiet", "pyproject.toml")
    with pytest.raises(GateFailed, match="tiny-api does not state one version everywhere") as caught:
        versions(workspace, api)
    assert caught.value.details == (
        "pyproject.toml:8 states 1.0.0 (project.version), tiny_api/__init__.py:3 states 1.1.0 (__version__)",
    )
    assert written(workspace) == NOTHING


def test_files_that_all_cannot_be_read_are_all_named(workspace: Workspace) -> None:
    api = workspace.project.settings.packages[0]
    for path in ("pyproject.toml", "tiny_api/__init__.py"):
        (workspace.project.where(api) / path).unlink()
    with pytest.raises(GateFailed) as caught:
        versions(workspace, api)
    assert caught.value.details == ("pyproject.toml is not there", "tiny_api/__init__.py is not there")


def test_a_commit_whose_places_disagree_is_not_built(workspace: Workspace) -> None:
    api = workspace.project.settings.packages[0]
    folder = workspace.project.where(api)
    (folder / "tiny_api" / "__init__.py").write_text('__version__ = "2.0.0"\n')
    git(folder, "commit", "--all", "--quiet", "--message=Differ")
    with pytest.raises(GateFailed, match="does not state one version everywhere"):
        gates.build(workspace, api, watch=Quiet())


def test_a_commit_that_lacks_a_version_file_is_not_said_to_disagree(workspace: Workspace) -> None:
    api = workspace.project.settings.packages[0]
    folder = workspace.project.where(api)
    git(folder, "rm", "--quiet", "tiny_api/__init__.py")
    git(folder, "commit", "--quiet", "--message=Lack")
    with pytest.raises(GateFailed, match="has version files that are missing or cannot be read") as caught:
        gates.build(workspace, api, watch=Quiet())
    assert caught.value.details == ("tiny_api/__init__.py is not there",)


def test_a_pair_is_built_installed_and_run_together_from_dist_from_the_tree_and_from_an_index(
    workspace: Workspace,
) -> None:
    api, plugin = workspace.project.settings.packages
    with pytest.raises(Refused, match="are not here"):
        gates.install_check(workspace, api, source=Source("dist"))
    for package in (api, plugin):
        assert [o.verdict for o in gates.build(workspace, package, watch=Quiet())] == ["pass", "pass"]
    assert all(c.verdict == "pass" for c in gates.install_check(workspace, api, source=Source("local")))
    for backend in (Source("dist"), Source("local")):
        report = gates.end_to_end(workspace, plugin, EndToEndRequest(Source("dist"), {"tiny-api": backend}))
        assert report.verdict == "pass"
    publish(workspace, api)
    published = Source("production", Version("1.0.0"))
    report = gates.end_to_end(workspace, plugin, EndToEndRequest(Source("dist"), {"tiny-api": published}))
    assert report.verdict == "pass"
    with pytest.raises(ConfigurationError, match="There is no source nowhere"):
        gates.install_check(workspace, api, source=Source("nowhere"))
    other = {"tiny-api": Source("local", Version("0.9"))}
    with pytest.raises(ConfigurationError, match=r"tiny-api 0\.9 is asked for, and 1\.0\.0 is checked out") as refusal:
        gates.end_to_end(workspace, plugin, EndToEndRequest(Source("local", Version("1.0")), other))
    assert refusal.value.hint == "Leave 0.9 out, or take it from an index: --source production"
    # None of it is evidence.
    assert written(workspace) == NOTHING


def test_work_after_a_tag_that_still_states_the_version_is_built_itself_and_the_version_s_files_stay(
    workspace: Workspace,
) -> None:
    api = workspace.project.settings.packages[0]
    folder, ours = workspace.project.where(api), Version("1.0.0")
    git(folder, "tag", "v1.0.0")
    gates.build(workspace, api, watch=Quiet())
    released = workspace.builds().find(api, ours)
    publish(workspace, api)
    with (folder / "tiny_api" / "__init__.py").open("a") as module:
        module.write("raise RuntimeError('no berth')\n")
    git(folder, "commit", "--all", "--quiet", "--message=Break it")
    gates.build(workspace, api, watch=Quiet())
    assert checked_out(workspace, api).manifest().commit == git(folder, "rev-parse", "HEAD")
    assert workspace.builds().find(api, ours) == released
    with pytest.raises(GateFailed, match=r"tiny-api 1\.0\.0 from dist fails its install check"):
        gates.install_check(workspace, api, source=Source("dist"))


def test_a_pair_that_does_not_do_its_job_together_fails_with_the_checks_own_words(workspace: Workspace) -> None:
    plugin = workspace.project.settings.packages[1]
    folder = workspace.project.where(plugin)
    (folder / "check.py").write_text("raise SystemExit('the berth is not shown')\n")
    git(folder, "commit", "--all", "--quiet", "--message=Break it")
    wanted, told = EndToEndRequest(Source("local"), {"tiny-api": Source("local")}), list[EndToEndReport]()
    with pytest.raises(GateFailed, match=r"tiny-plugin 1\.0\.0 from local with tiny-api 1\.0\.0 from local") as caught:
        gates.end_to_end(workspace, plugin, wanted, told=told.append)
    assert any("the berth is not shown" in line for line in caught.value.details)
    assert [report.verdict for report in told] == ["fail"]
    assert written(workspace) == NOTHING


def test_an_install_that_does_not_work_fails_with_what_was_tried(workspace: Workspace) -> None:
    api = workspace.project.settings.packages[0]
    folder = workspace.project.where(api)
    with (folder / "tiny_api" / "__init__.py").open("a") as module:
        module.write("raise RuntimeError('no berth')\n")
    git(folder, "commit", "--all", "--quiet", "--message=Break it")
    with pytest.raises(GateFailed, match=r"tiny-api 1\.0\.0 from local fails its install check") as caught:
        gates.install_check(workspace, api, source=Source("local"))
    assert any("no berth" in line for line in caught.value.details)
    assert written(workspace) == NOTHING


def test_a_version_that_an_index_does_not_list_is_not_yet_there(workspace: Workspace) -> None:
    api = workspace.project.settings.packages[0]
    with pytest.raises(NotYet, match=r"production does not list all files of tiny-api 7\.0"):
        gates.install_check(workspace, api, source=Source("production", Version("7.0")))


class Cells:
    """A stage of one cell that passes unless *verdict* says otherwise; *unjudged* is why another one has no verdict."""

    def __init__(self, unjudged: ReleasegateError | None = None, *, verdict: str = "pass") -> None:
        self.unjudged, self.verdict = unjudged, verdict
        self.known: list[Sequence[Mapping[str, Any]]] = []
        self.seen: list[tuple[Delivery, Sequence[Delivery]]] = []

    def run(
        self,
        delivery: Delivery,
        *,
        companions: Sequence[Delivery],
        progress: Progress,  # noqa: ARG002 - the port's signature
        known: Sequence[Mapping[str, Any]] = (),
    ) -> EndToEndReport:
        """Judge it."""
        self.known.append(known)
        self.seen.append((delivery, companions))
        cells = [{"cell": "one", "verdict": self.verdict}]
        cells += [{"cell": "two", "verdict": "not run"}] if self.unjudged else []
        verdict = "not run" if self.unjudged else self.verdict
        return EndToEndReport(verdict, (), (), 1.0, {"cells": cells}, self.unjudged)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the pair's files are kept once they are built: each test has the same commits, and a copy."""
    return tmp_path_factory.mktemp("kept") / "state"


@pytest.fixture
def built(workspace: Workspace, kept: Path) -> Workspace:
    """Return the workspace with the pair's files."""
    if kept.is_dir():
        shutil.copytree(kept, workspace.project.state, dirs_exist_ok=True)
        return workspace
    for package in workspace.project.settings.packages:
        gates.build(workspace, package, watch=Quiet())
    shutil.copytree(workspace.project.state, kept)
    return workspace


def test_without_a_word_about_it_the_companion_is_the_one_that_its_rule_picks(
    built: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Cells()
    monkeypatch.setattr(Workspace, "runner", lambda *_: stage)
    for package in built.project.settings.packages:
        publish(built, package)
    workspace = replace(built, choices=RunOptions(companions={"": "1.0.0"}))
    plugin = workspace.project.settings.packages[1]
    for name in ("staging", "production"):
        gates.end_to_end(workspace, plugin, EndToEndRequest(Source(name)))
    # Only what is not yet published is run with what is staged.
    named = [(delivery.source, companion.source) for delivery, (companion,) in stage.seen]
    assert named == [("staging", "staging"), ("production", "production")]


def test_a_package_without_a_companion_runs_alone_whatever_is_named(
    built: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Cells()
    monkeypatch.setattr(Workspace, "runner", lambda *_: stage)
    api = built.project.settings.packages[0]
    report = gates.end_to_end(built, api, EndToEndRequest(Source("dist"), {"tiny-api": Source("dist")}))
    assert report.evidence["cells"] == [{"cell": "one", "verdict": "pass"}]
    ((_, companions),) = stage.seen
    assert companions == ()


def test_what_an_index_has_is_of_its_tags_commit_else_of_the_one_that_is_here_if_any_is(
    built: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Cells()
    monkeypatch.setattr(Workspace, "runner", lambda *_: stage)
    api = built.project.settings.packages[0]
    folder, published = built.project.where(api), EndToEndRequest(Source("production", Version("1.0.0")))
    publish(built, api)
    released = built.repository(api).head()
    state(built, api, "1.0.1")
    gates.end_to_end(built, api, published)
    git(folder, "tag", "v1.0.0", released)
    gates.end_to_end(built, api, published)
    folder.rename(folder.with_name("elsewhere"))
    gates.end_to_end(built, api, published)
    head = git(folder.with_name("elsewhere"), "rev-parse", "HEAD")
    assert [delivery.commit for delivery, _ in stage.seen] == [head, released, ""]


def test_a_recorded_run_writes_its_cells_and_nothing_else(built: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Cells(verdict="fail")
    monkeypatch.setattr(Workspace, "runner", lambda *_: stage)
    plugin = built.project.settings.packages[1]
    with pytest.raises(GateFailed, match="fails end to end"):
        gates.end_to_end(built, plugin, EndToEndRequest(Source("dist"), {"tiny-api": Source("dist")}, recorded=True))
    assert written(built) == {"tiny-api": [], "tiny-plugin": [CELL]}
    (entry,) = built.ledger(plugin).read(Version("1.0.0"))
    assert (entry.event, entry.verdict, entry.line) == ("done", "fail", "one: fail")
    assert entry.subject == cell_subject(*stage.seen[0])
    assert entry.releasegate == version()
    assert git(built.project.where(plugin), "ls-remote", "origin", "refs/notes/releasegate/tiny-plugin") != ""


def test_a_cell_that_one_machine_recorded_is_known_to_another(
    built: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    workspace, plugin = built, built.project.settings.packages[1]
    stage = Cells()
    monkeypatch.setattr(Workspace, "runner", lambda *_: stage)
    wanted = EndToEndRequest(Source("dist"), {"tiny-api": Source("dist")}, recorded=True)
    gates.end_to_end(workspace, plugin, wanted)
    # Another machine has the notes, and not the ledger.
    (workspace.project.state / "ledger").rename(tmp_path / "of another machine")
    gates.end_to_end(workspace, plugin, wanted)
    gates.end_to_end(workspace, plugin, EndToEndRequest(Source("dist"), {"tiny-api": Source("dist")}))
    assert [[row["cell"] for row in known] for known in stage.known] == [[], ["one"], []]


def test_what_passed_is_told_and_recorded_though_another_cell_could_not_be_judged(
    built: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, plugin = built, built.project.settings.packages[1]
    stage, told = Cells(Unavailable("two could not be judged", hint="Make room")), list[EndToEndReport]()
    monkeypatch.setattr(Workspace, "runner", lambda *_: stage)
    for _ in range(2):
        with pytest.raises(Unavailable, match="two could not be judged"):
            gates.end_to_end(
                workspace,
                plugin,
                EndToEndRequest(Source("dist"), {"tiny-api": Source("dist")}, recorded=True),
                told=told.append,
            )
    assert [report.verdict for report in told] == ["not run", "not run"]
    assert [[row["cell"] for row in known] for known in stage.known] == [[], ["one"]]


def test_what_is_recorded_is_about_one_package_and_the_index_that_proves_its_version(workspace: Workspace) -> None:
    assert recorded(workspace, "tiny-plugin") == ("tiny-plugin", "production")
    with pytest.raises(ConfigurationError, match="whose evidence it is") as error:
        recorded(workspace, None)
    assert "tiny-api, tiny-plugin" in error.value.hint


def test_what_an_event_asks_for_is_what_is_recorded(workspace: Workspace) -> None:
    plugin = workspace.project.settings.packages[1]
    asked = {"package": "tiny-plugin", "target": "staging"}
    dispatch = Event("dispatch", "github", "octo/tiny", plugin.branch, "0" * 40, inputs=asked)
    state(workspace, plugin, "1.0.1rc1")
    assert recorded(replace(workspace, event=dispatch), None) == ("tiny-plugin", "staging")
    state(workspace, plugin, "1.0.1")
    assert recorded(replace(workspace, event=dispatch), None) == ("tiny-plugin", "production")

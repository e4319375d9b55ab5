"""The single gates on a real project: what each makes of a package, and how each refuses."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from git_repositories import git
from packaging.version import Version
from real_indexes import RunningIndex
from testpair import AUTHOR, Quiet, make_pair, on_indexes

from releasegate.app import gates
from releasegate.app.deliveries import Source, recorded, stated
from releasegate.app.gates import EndToEndRequest
from releasegate.app.project import load
from releasegate.app.workspace import Workspace
from releasegate.core.errors import ConfigurationError, GateFailed, Refused, ReleasegateError, Unavailable
from releasegate.ports import Delivery, EndToEndReport, Progress
from releasegate.rehearsal.index import EmbeddedIndex


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with EmbeddedIndex(name="both", root=tmp_path / "index", token="secret") as index:
        running = RunningIndex("both", index.upload_url, index.simple_url, "__token__", "secret")
        pair = make_pair(tmp_path / "project", settings=on_indexes(running, running))
        tokens = {"STAGING_TOKEN": "secret", "PRODUCTION_TOKEN": "secret"}
        yield Workspace(load(pair.root, environ={**os.environ, **AUTHOR, **tokens}), Quiet())


def test_a_tag_at_head_must_say_what_the_places_say(workspace: Workspace) -> None:
    api = workspace.project.settings.packages[0]
    assert {s.version for s in gates.versions(workspace, api)} == {"1.0.0"}
    git(workspace.project.where(api), "tag", "v1.0.0")
    git(workspace.project.where(api), "tag", "vessel")
    assert len(gates.versions(workspace, api)) == 2
    git(workspace.project.where(api), "tag", "v1.0.1")
    with pytest.raises(GateFailed) as caught:
        gates.versions(workspace, api)
    assert any("tag v1.0.1" in line for line in caught.value.details)


def test_a_place_that_is_gone_is_named_with_all_other_problems(workspace: Workspace) -> None:
    api = workspace.project.settings.packages[0]
    (workspace.project.where(api) / "tiny_api" / "__init__.py").unlink()
    with pytest.raises(GateFailed) as caught:
        gates.versions(workspace, api, tag="1.0.0")
    assert caught.value.details == ("tiny_api/__init__.py is not there", "tag 1.0.0 does not begin with 'v'")


def test_files_in_no_repository_are_judged_without_a_tag(workspace: Workspace) -> None:
    api = workspace.project.settings.packages[0]
    folder = workspace.project.where(api)
    (folder / ".git").rename(folder.with_name("elsewhere"))
    assert len(gates.versions(workspace, api)) == 2


def test_a_commit_whose_places_disagree_is_not_built(workspace: Workspace) -> None:
    api = workspace.project.settings.packages[0]
    folder = workspace.project.where(api)
    (folder / "tiny_api" / "__init__.py").write_text('__version__ = "2.0.0"\n')
    git(folder, "commit", "--all", "--quiet", "--message=Differ")
    with pytest.raises(GateFailed, match="does not state one version everywhere"):
        gates.build(workspace, api, watch=Quiet())


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
        report = gates.end_to_end(workspace, plugin, EndToEndRequest(Source("dist"), backend))
        assert report.verdict == "pass"
    manifest = stated(workspace, api).manifest()
    for artifact in manifest.artifacts:
        path = workspace.builds().path(api, Version("1.0.0"), artifact)
        assert workspace.index("production").upload(path).exit_code == 0
    published = Source("production", Version("1.0.0"))
    report = gates.end_to_end(workspace, plugin, EndToEndRequest(Source("dist"), published))
    assert report.verdict == "pass"
    with pytest.raises(ConfigurationError, match="There is no source nowhere"):
        gates.install_check(workspace, api, source=Source("nowhere"))


def test_a_pair_that_does_not_do_its_job_together_fails_with_the_checks_own_words(workspace: Workspace) -> None:
    plugin = workspace.project.settings.packages[1]
    folder = workspace.project.where(plugin)
    (folder / "check.py").write_text("raise SystemExit('the berth is not shown')\n")
    git(folder, "commit", "--all", "--quiet", "--message=Break it")
    with pytest.raises(GateFailed, match=r"tiny-plugin 1\.0\.0 from local with tiny-api 1\.0\.0 from local") as caught:
        gates.end_to_end(workspace, plugin, EndToEndRequest(Source("local"), Source("local")))
    assert any("the berth is not shown" in line for line in caught.value.details)


class Cells:
    """A stage of one cell that passes, and keeps what is known; *unjudged* is why another one has no verdict."""

    def __init__(self, unjudged: ReleasegateError | None = None) -> None:
        self.unjudged = unjudged
        self.known: list[Sequence[Mapping[str, Any]]] = []

    def run(
        self,
        delivery: Delivery,  # noqa: ARG002 - the port's signature
        *,
        companion: Delivery | None,  # noqa: ARG002
        progress: Progress,  # noqa: ARG002
        known: Sequence[Mapping[str, Any]] = (),
    ) -> EndToEndReport:
        """Pass."""
        self.known.append(known)
        cells = [{"cell": "one", "verdict": "pass"}]
        return EndToEndReport("not run" if self.unjudged else "pass", (), (), 1.0, {"cells": cells}, self.unjudged)


def test_a_cell_that_one_machine_recorded_is_known_to_another(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    api, plugin = workspace.project.settings.packages
    for package in (api, plugin):
        gates.build(workspace, package, watch=Quiet())
    stage = Cells()
    monkeypatch.setattr(Workspace, "runner", lambda *_: stage)
    wanted = EndToEndRequest(Source("dist"), Source("dist"), recorded=True)
    gates.end_to_end(workspace, plugin, wanted)
    # Another machine has the notes, and not the ledger.
    (workspace.project.state / "ledger").rename(tmp_path / "of another machine")
    gates.end_to_end(workspace, plugin, wanted)
    gates.end_to_end(workspace, plugin, EndToEndRequest(Source("dist"), Source("dist")))
    assert [[row["cell"] for row in known] for known in stage.known] == [[], ["one"], []]


def test_what_passed_is_told_and_recorded_though_another_cell_could_not_be_judged(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    api, plugin = workspace.project.settings.packages
    for package in (api, plugin):
        gates.build(workspace, package, watch=Quiet())
    stage, told = Cells(Unavailable("two could not be judged", hint="Make room")), list[EndToEndReport]()
    monkeypatch.setattr(Workspace, "runner", lambda *_: stage)
    for _ in range(2):
        with pytest.raises(Unavailable, match="two could not be judged"):
            gates.end_to_end(
                workspace, plugin, EndToEndRequest(Source("dist"), Source("dist"), recorded=True), told=told.append
            )
    assert [report.verdict for report in told] == ["not run", "not run"]
    assert [[row["cell"] for row in known] for known in stage.known] == [[], ["one"]]


def test_what_is_recorded_is_about_one_package_and_the_index_that_proves_its_version(workspace: Workspace) -> None:
    assert recorded(workspace, "tiny-plugin") == ("tiny-plugin", "production")
    with pytest.raises(ConfigurationError, match="whose evidence it is") as error:
        recorded(workspace, None)
    assert "tiny-api, tiny-plugin" in error.value.hint

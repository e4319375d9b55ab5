"""A package whose repository is not here: what the indexes hold is told and judged, and how its sources are had."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from packaging.version import Version
from real_indexes import RunningIndex
from stored import store
from testpair import AUTHOR, Quiet, make_pair, on_indexes

from releasegate.adapters.git.command import NoFolder
from releasegate.adapters.index.package_index import SimpleIndex
from releasegate.adapters.ledger.shared import SharedLedger
from releasegate.app import gates
from releasegate.app.checkout import explained, judged
from releasegate.app.deliveries import Source
from releasegate.app.examine import examine
from releasegate.app.ledgers import companion_sources
from releasegate.app.project import load
from releasegate.app.status import status
from releasegate.app.version_gate import versions
from releasegate.app.workspace import Workspace
from releasegate.core.config.keys import ForgeConfig, Package
from releasegate.core.errors import GateFailed, Refused, Unavailable
from releasegate.core.release.entry import SEAL, Entry
from releasegate.rehearsal.index import EmbeddedIndex, sample_sdist, sample_wheel
from releasegate.steps.preflight.preflight import exit_code

HOME = "Metadata-Version: 2.4\nName: tiny-api\nVersion: 1.0.0\nProject-URL: Source, https://code.test/tiny/tiny-api\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A pair that is published and not checked out."""
    with EmbeddedIndex(name="both", root=tmp_path / "index", token="secret") as index:
        running = RunningIndex("both", index.upload_url, index.simple_url, "__token__", "secret")
        pair = make_pair(tmp_path / "project", settings=on_indexes(running, running))
        tokens = {"STAGING_TOKEN": "secret", "PRODUCTION_TOKEN": "secret"}
        workspace = Workspace(load(pair.root, environ={**os.environ, **AUTHOR, **tokens}), Quiet())
        for number in ("0.9.0", "1.0.0", "1.1.0rc1"):
            for made in (sample_wheel("tiny-api", number), sample_sdist("tiny-api", number)):
                store(index.upload_url, "secret", made)
        for name in ("tiny-api", "tiny-plugin"):
            shutil.rmtree(pair.clone(name))
        yield workspace


def api(workspace: Workspace) -> Package:
    return workspace.project.settings.packages[0]


def local(workspace: Workspace, package: Package) -> object:
    return gates.install_check(workspace, package, source=Source("local"))


def built(workspace: Workspace, package: Package) -> object:
    return gates.build(workspace, package, watch=Quiet())


def from_here(workspace: Workspace, package: Package) -> object:
    return gates.end_to_end(workspace, package, gates.EndToEndRequest(Source("dist")))


@pytest.mark.parametrize("ask", [versions, built, local, from_here])
def test_a_gate_that_needs_the_sources_says_what_the_indexes_hold_and_how_to_get_them(
    workspace: Workspace, ask: Callable[[Workspace, Package], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Unavailable, match="tiny-api is not checked out: there is no folder ") as error:
        ask(workspace, api(workspace))
    assert error.value.details == ("staging holds 1.1.0rc1 and 2 older", "production holds 1.1.0rc1 and 2 older")
    assert error.value.hint.startswith("Clone its repository to ")
    forge = ForgeConfig("gitea", "tiny/tiny-api", address="https://code.test")
    with pytest.raises(Unavailable) as error:
        ask(workspace, replace(api(workspace), forge=forge))
    assert error.value.hint.startswith("Get it: git clone https://code.test/tiny/tiny-api.git ")

    def metadata(*_: object) -> bytes:
        return HOME.encode()

    monkeypatch.setattr(SimpleIndex, "metadata", metadata)
    with pytest.raises(Unavailable) as error:
        ask(workspace, api(workspace))
    assert error.value.hint.startswith("Get it: git clone https://code.test/tiny/tiny-api ")
    found = status(workspace, api(workspace))
    assert found.command.startswith("git clone https://code.test/tiny/tiny-api ")
    assert found.look is not None
    assert found.look.problem.startswith("tiny-api is not checked out: there is no folder ")
    assert found.missing == "its repository"
    assert "not checked out" not in str([each.problem for each in found.in_the_way]), "it is told once"
    assert found.consumed["production"] == ("0.9.0", "1.0.0", "1.1.0rc1")


def test_doctor_and_plan_say_once_that_it_is_not_checked_out_and_how_it_is_had(workspace: Workspace) -> None:
    package = replace(api(workspace), forge=ForgeConfig("gitea", "tiny/tiny-api", address="https://code.test"))
    settings = replace(workspace.project.settings, packages=(package, *workspace.project.settings.packages[1:]))
    workspace = replace(workspace, project=replace(workspace.project, settings=settings))
    found = [each.error for each in examine(workspace, package).answers if each.error is not None]
    (error,) = [each for each in found if "no folder" in each.problem]
    assert error.problem.startswith("tiny-api is not checked out: there is no folder ")
    assert error.hint.startswith("Get it: git clone https://code.test/tiny/tiny-api.git ")
    assert exit_code(examine(workspace, package).answers) in {Refused.exit_code, Unavailable.exit_code}


def test_what_begins_a_release_says_how_a_package_that_is_not_here_is_had(workspace: Workspace) -> None:
    with pytest.raises(Unavailable, match="tiny-api is not checked out"), workspace.shared(api(workspace)):
        pass


def test_a_folder_of_nobody_stays_what_git_says_of_it(workspace: Workspace, tmp_path: Path) -> None:
    assert str(explained(workspace, NoFolder.at(tmp_path / "other"))).startswith(f"There is no folder {tmp_path}/other")


def test_a_companion_that_is_not_here_names_no_version_of_itself_for_the_production_index(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def believed(*_: object) -> tuple[Entry, ...]:
        raise NoFolder.at(workspace.project.where(api(workspace)))

    sealed = Entry("2026-01-01T00:00:00.000000+00:00", "of another machine", SEAL, "done", "x", "seal it")
    monkeypatch.setattr(SharedLedger, "versions", lambda _: (Version("1.0.0"),))
    monkeypatch.setattr(SharedLedger, "read", lambda *_: (sealed,))
    monkeypatch.setattr(SharedLedger, "believed", believed)
    _, plugin = workspace.project.settings.packages
    assert companion_sources(workspace, plugin, "tiny-api", "production").of_pair is None
    assert companion_sources(workspace, plugin, "tiny-api", "staging").of_pair == "1.0.0"


def test_of_a_package_that_nobody_holds_that_is_said(workspace: Workspace) -> None:
    plugin = workspace.project.settings.packages[1]
    with pytest.raises(Unavailable) as error:
        versions(workspace, plugin)
    assert error.value.details == ("staging holds nothing of it", "production holds nothing of it")
    with pytest.raises(Unavailable, match="tiny-plugin is not checked out, and staging holds nothing of it"):
        judged(workspace, plugin, Source("staging"))


def test_an_index_is_judged_by_its_newest_version_and_which_that_is_is_told(workspace: Workspace) -> None:
    told: list[str] = []
    asked = replace(workspace, tells=told.append)
    assert judged(asked, api(workspace), Source("staging")) == Source("staging", Version("1.1.0rc1"))
    assert told == ["tiny-api is not checked out: 1.1.0rc1, the newest on staging, is judged"]
    named = Source("staging", Version("1.0.0"))
    assert judged(asked, api(workspace), named) == named
    # Its sdist needs a build backend, and this index has none: what is judged is fetched and tried.
    with pytest.raises(GateFailed, match=r"tiny-api 1\.1\.0rc1 from production fails its install check"):
        gates.install_check(asked, api(workspace), source=Source("production"))

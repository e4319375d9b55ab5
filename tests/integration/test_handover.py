"""What one job of CI hands over to another is looked at before it counts: files, a commit, evidence."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from git_repositories import git
from packaging.version import Version
from testpair import AUTHOR, Quiet, make_pair

from releasegate.adapters.ledger.files import FileLedger
from releasegate.app.ci.handover import Handover
from releasegate.app.ci.parts import PartOrder, _kept
from releasegate.app.project import load
from releasegate.app.workspace import RunOptions, Workspace
from releasegate.core.ci.part import Part
from releasegate.core.config.keys import Package
from releasegate.core.errors import GateFailed, Refused
from releasegate.core.release.entry import SEAL, Entry
from releasegate.core.version_files.occurrences import bump_all
from releasegate.steps.stated import version_file_contents

RC = Version("1.1.0rc1")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project and what its building job handed over."""
    root = tmp_path_factory.mktemp("made")
    workspace = opened(make_pair(root / "project", settings="production-without-forge = true\n").root, "build")
    shutil.copytree(root / "project", root / "before", symlinks=True)
    package = workspace.project.settings.packages[0]
    repository = workspace.repository(package)
    since = repository.head()
    contents = version_file_contents(repository, package)
    commit = repository.commit(bump_all(package, contents, version=str(RC)), message="Release")
    workspace.builds().build(package, version=RC, commit=commit, progress=Quiet())
    Handover(root / "given", "testpypi").give_files(workspace, package, RC, since=since)
    return root


@pytest.fixture
def job(made: Path, tmp_path: Path) -> tuple[Workspace, Package, Path]:
    """Return a publishing job's own checkout, and the folder that it takes over."""
    shutil.copytree(made / "before", tmp_path / "project", symlinks=True)
    shutil.copytree(made / "given", tmp_path / "taken" / "files-staging")
    workspace = opened(tmp_path / "project", "publish")
    return workspace, workspace.project.settings.packages[0], tmp_path / "taken"


def opened(root: Path, job: str) -> Workspace:
    choices = RunOptions(part=Part(job, "testpypi"))  # type: ignore[arg-type]
    return Workspace(load(root, environ={**os.environ, **AUTHOR}), Quiet(), choices)


def test_the_next_job_goes_on_from_the_commit_and_the_files(job: tuple[Workspace, Package, Path]) -> None:
    workspace, package, folder = job
    taken, repository = Handover(folder, "testpypi"), workspace.repository(package)
    before = repository.head()
    assert taken.version(package) == RC
    taken.take_commit(workspace, package, RC)
    assert git(repository.root, "rev-parse", "HEAD^") == before
    assert repository.branch() == "develop"
    manifest = taken.take_files(workspace, package, RC)
    assert manifest.commit == repository.head()
    assert workspace.builds().find(package, RC) == manifest
    assert list(workspace.builds().rebuilt(package, RC)) == [manifest.artifacts[0].filename]


def test_without_a_commit_of_its_own_a_job_hands_over_files_alone(
    job: tuple[Workspace, Package, Path], tmp_path: Path
) -> None:
    workspace, package, folder = job
    Handover(folder, "testpypi").take_files(workspace, package, RC)
    head = workspace.repository(package).head()
    Handover(tmp_path / "again", "testpypi").give_files(workspace, package, RC, since=head)
    assert Handover(tmp_path / "again", "testpypi").version(package) == RC
    assert not list((tmp_path / "again").rglob("commit.bundle"))


def test_what_goes_to_another_index_is_not_seen(job: tuple[Workspace, Package, Path]) -> None:
    workspace, package, folder = job
    assert Handover(folder, "pypi").version(package) is None
    with pytest.raises(GateFailed, match="not those of their manifest"):
        Handover(folder, "pypi").take_files(workspace, package, RC)


def test_a_job_that_takes_over_builds_nothing(job: tuple[Workspace, Package, Path]) -> None:
    workspace, package, _ = job
    with pytest.raises(Refused, match="is not built in this job"):
        workspace.builds().build(package, version=RC, commit="a" * 40, progress=Quiet())


def changed_bytes(home: Path) -> None:
    wheel = next(home.glob("*.whl"))
    wheel.write_bytes(wheel.read_bytes() + b"x")


def one_file_less(home: Path) -> None:
    next(home.glob("*.tar.gz")).unlink()


def leading_out(home: Path) -> None:
    body = json.loads((home / "manifest.json").read_text())
    body["files"][0]["filename"] = "../../x.whl"
    (home / "manifest.json").write_text(json.dumps(body))


def another_version(home: Path) -> None:
    body = json.loads((home / "manifest.json").read_text())
    (home / "manifest.json").write_text(json.dumps({**body, "version": "1.1.0"}))


@pytest.mark.parametrize("tamper", [changed_bytes, one_file_less, leading_out, another_version])
def test_files_that_are_not_their_manifests_are_refused(
    tamper: Callable[[Path], None], job: tuple[Workspace, Package, Path]
) -> None:
    workspace, package, folder = job
    (manifest,) = folder.rglob("manifest.json")
    tamper(manifest.parent)
    with pytest.raises(GateFailed, match="not those of their manifest"):
        Handover(folder, "testpypi").take_files(workspace, package, RC)
    assert workspace.builds().find(package, RC) is None


def test_two_builds_are_one_too_many(job: tuple[Workspace, Package, Path]) -> None:
    _, package, folder = job
    (home,) = (path.parent for path in folder.rglob("manifest.json"))
    shutil.copytree(home, home.with_name("1.1.0rc2"))
    with pytest.raises(Refused, match="2 builds of tiny-api for testpypi"):
        Handover(folder, "testpypi").version(package)


def bundled(job: tuple[Workspace, Package, Path], made: Callable[[Path], None]) -> None:
    """Replace the commit that was handed over by what *made* commits in a clone."""
    workspace, package, folder = job
    (bundle,) = folder.rglob("commit.bundle")
    clone = folder.parent / "clone"
    git(folder.parent, "clone", "--quiet", str(workspace.repository(package).root), "clone")
    made(clone)
    bundle.unlink()
    git(clone, "bundle", "create", "--quiet", str(bundle), "develop", "^origin/develop")


def bump(clone: Path) -> None:
    for name in ("pyproject.toml", "tiny_api/__init__.py"):
        (clone / name).write_text((clone / name).read_text().replace("1.0.0", str(RC)))


def and_code(clone: Path) -> None:
    bump(clone)
    (clone / "tiny_api" / "__main__.py").write_text("import os\n")
    git(clone, "commit", "--quiet", "--all", "--message=more")


def and_a_workflow(clone: Path) -> None:
    bump(clone)
    (clone / ".github" / "workflows").mkdir(parents=True)
    (clone / ".github" / "workflows" / "x.yml").write_text("on: push\n")
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "--message=more")


def with_another_mode(clone: Path) -> None:
    bump(clone)
    (clone / "pyproject.toml").chmod(0o755)
    git(clone, "commit", "--quiet", "--all", "--message=more")


def with_other_words(clone: Path) -> None:
    bump(clone)
    (clone / "pyproject.toml").write_text((clone / "pyproject.toml").read_text() + "# more\n")
    git(clone, "commit", "--quiet", "--all", "--message=more")


@pytest.mark.parametrize("made_so", [and_code, and_a_workflow, with_another_mode, with_other_words])
def test_a_commit_that_does_more_than_state_the_version_is_refused(
    made_so: Callable[[Path], None], job: tuple[Workspace, Package, Path]
) -> None:
    workspace, package, folder = job
    bundled(job, made_so)
    before = workspace.repository(package).head()
    with pytest.raises(Refused, match="does more than state") as refusal:
        Handover(folder, "testpypi").take_commit(workspace, package, RC)
    assert refusal.value.details
    assert workspace.repository(package).head() == before


def test_more_than_one_commit_is_refused(job: tuple[Workspace, Package, Path]) -> None:
    workspace, package, folder = job

    def two(clone: Path) -> None:
        for number in range(2):
            git(clone, "commit", "--quiet", "--allow-empty", f"--message={number}")

    bundled(job, two)
    with pytest.raises(Refused, match="is no commit on top of"):
        Handover(folder, "testpypi").take_commit(workspace, package, RC)


def test_a_bundle_that_is_none_or_begins_elsewhere_is_refused(job: tuple[Workspace, Package, Path]) -> None:
    workspace, package, folder = job
    git(workspace.repository(package).root, "commit", "--quiet", "--allow-empty", "--message=moved")
    with pytest.raises(Refused, match="is no commit on top of"):
        Handover(folder, "testpypi").take_commit(workspace, package, RC)
    (bundle,) = folder.rglob("commit.bundle")
    bundle.write_bytes(b"none")
    with pytest.raises(Refused, match="is no commit on top of"):
        Handover(folder, "testpypi").take_commit(workspace, package, RC)


def entry(step: str, event: str = "done") -> Entry:
    return Entry("2026-01-01T00:00:00.000000+00:00", "run", step, event, "bytes", step)  # type: ignore[arg-type]


def test_what_was_proven_again_is_handed_over_for_every_version_also_where_it_failed(
    job: tuple[Workspace, Package, Path],
) -> None:
    workspace, package, folder = job
    for version in ("1.0.0rc1", "1.0.0"):
        FileLedger(folder / "judged" / "pypi" / "ledger" / package.name).append(Version(version), entry("e2e:today"))
    (folder / "judged" / "pypi" / "ledger" / package.name / "nonsense.jsonl").write_text("{}")
    Handover(folder, "pypi").take_proofs(workspace, package)
    given = folder / "given"
    with pytest.raises(GateFailed), _kept(workspace, package, PartOrder(Part("prove", "pypi"), folder, given)):
        raise GateFailed("It broke.", hint="Mend it")
    assert sorted(path.name for path in given.rglob("*.jsonl")) == ["1.0.0.jsonl", "1.0.0rc1.jsonl"]
    assert (given / "pypi" / "nothing").is_file()
    with _kept(workspace, package, PartOrder(Part("prove", "pypi"), folder)):
        pass


def test_of_evidence_only_what_is_judged_elsewhere_counts(job: tuple[Workspace, Package, Path]) -> None:
    workspace, package, folder = job
    built = [entry("promotable"), entry("installable")]
    judged = [*built, entry("install:staging"), entry("e2e:cell"), entry("e2e:staging", "failed")]
    forged = [entry(SEAL), entry("e2e:staging", "waived"), entry("audit"), entry("upload:staging")]
    for number, one in enumerate([*judged, *forged]):
        FileLedger(folder / f"judged-{number}" / "testpypi" / "ledger" / package.name).append(RC, one)
    judging = replace(workspace, choices=RunOptions(part=Part("seal", "testpypi")))
    Handover(folder, "testpypi").take_evidence(judging, package, RC)
    Handover(folder, "testpypi").take_evidence(judging, package, RC)
    assert {(each.step, each.event) for each in judging.ledger(package).read(RC)} == {
        (each.step, each.event) for each in judged
    }
    Handover(folder / "again", "testpypi").give_evidence(judging, package, RC)
    Handover(folder / "again", "testpypi").give_evidence(judging, package, Version("9"))
    (given,) = (folder / "again").rglob("*.jsonl")
    assert given.read_bytes() == (judging.project.state / "ledger" / package.name / f"{RC}.jsonl").read_bytes()

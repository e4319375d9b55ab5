"""What each build backend makes of a candidate can be promoted: really built, and compared as the pipeline does."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import pytest
from backends import BACKENDS, TAGGED, Backend
from git_repositories import ENVIRON, make_repository
from packaging.version import Version
from pypi_simple import PYPI_SIMPLE_ENDPOINT

from releasegate.adapters.build.kept import LocalBuilds
from releasegate.core.config.keys import Package
from releasegate.core.dists.archive import read_sdist, read_wheel
from releasegate.core.dists.promotion import Built, PromotionProof, compare
from releasegate.core.dists.version_text import Source
from releasegate.core.version_files.occurrences import bump_all

pytestmark = pytest.mark.network  # the backends come from the default index


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A person's empty home folder; what a backend is built with is kept there, as it is on a laptop."""
    return tmp_path_factory.mktemp("home")


def promoted(folder: Path, home: Path, backend: Backend, *, before: str, after: str) -> tuple[PromotionProof, set[str]]:
    """Return the proof of what *before* leads to, and the files of the candidate's archives."""
    files = {path: text.replace("0.4.1rc1", before) for path, text in backend.files(before).items()}
    repository = make_repository(folder / "repo", files)
    package = Package("quay-lamp", PurePosixPath(), backend.version_files, ("3.12",))
    environ = {**os.environ, **ENVIRON, "HOME": str(home)}
    builds = LocalBuilds(folder / "dist", lambda _: repository, PYPI_SIMPLE_ENDPOINT, environ)
    commit, said = repository.head(), list[str]()
    manifest = builds.build(package, version=Version(before), commit=commit, progress=said.append)
    ours = {a.filename: builds.path(package, Version(before), a).read_bytes() for a in manifest.artifacts}
    contents = {file.path: repository.read(file.path, commit=commit) for file in backend.version_files}
    bumped = bump_all(package, contents, version=after)
    trial = builds.trial(package, version=Version(after), commit=commit, files=bumped, progress=said.append)
    assert builds.find(package, Version(after)) is None
    candidate, final = _built(before, ours, repository.source(commit)), _built(after, trial.files, trial.source)
    proof = compare(candidate, final, package=package, tracked=repository.tree(commit))
    return proof, {*(f"wheel: {path}" for path in candidate.wheel), *(f"sdist: {path}" for path in candidate.sdist)}


def _built(version: str, files: Mapping[str, bytes], source: Source) -> Built:
    wheel, sdist = sorted(files, key=lambda name: not name.endswith(".whl"))
    assert wheel.startswith(f"quay_lamp-{version}-")
    return Built(version, read_wheel(wheel, files[wheel]), read_sdist(sdist, files[sdist]), source)


@pytest.mark.parametrize("name", BACKENDS)
def test_a_candidate_of_this_backend_can_be_promoted(tmp_path: Path, home: Path, name: str) -> None:
    backend = BACKENDS[name]
    proof, held = promoted(tmp_path, home, backend, before="0.4.1rc1", after="0.4.1")
    assert [(str(d), *d.lines) for d in proof.differences] == []
    # These are what a backend writes on its own: without a rule for them no final is ever possible.
    assert set(backend.shows) <= held
    assert set(backend.shows) <= set(proof.changed)


TAGGING = [name for name, each in BACKENDS.items() if each.version_files == TAGGED]


@pytest.mark.parametrize("name", [*TAGGING, "uv_build"])
def test_a_staged_post_of_this_backend_can_be_promoted(tmp_path: Path, home: Path, name: str) -> None:
    proof, _ = promoted(tmp_path, home, BACKENDS[name], before="0.4.0.post1.dev2", after="0.4.0.post1")
    assert [(str(d), *d.lines) for d in proof.differences] == []


def test_what_a_build_takes_from_the_clock_is_seen_before_the_tag(tmp_path: Path, home: Path) -> None:
    hook = (
        "import os\nfrom hatchling.builders.hooks.plugin.interface import BuildHookInterface\n\n\n"
        "class Hook(BuildHookInterface):\n    def initialize(self, version, build_data):\n"
        "        with open('src/quay_lamp/_version.py', 'w') as file:\n"
        "            file.write(f'BUILT = {os.environ[\"SOURCE_DATE_EPOCH\"]}\\n')\n"
        "        build_data['artifacts'].append('src/quay_lamp/_version.py')\n"
    )
    dated = Backend(
        "hatchling", "hatchling.build", settings="[tool.hatch.build.hooks.custom]\n", more={"hatch_build.py": hook}
    )
    proof, _ = promoted(tmp_path, home, dated, before="0.4.1rc1", after="0.4.1")
    assert "quay_lamp/_version.py in the wheel differs" in map(str, proof.differences)

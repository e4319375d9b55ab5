"""A build is what the commit makes, kept whole or not at all."""

from __future__ import annotations

import io
import os
import platform
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from importlib.metadata import version as installed
from pathlib import Path, PurePosixPath

import pytest
from git_repositories import ENVIRON, make_repository
from packaging.version import Version
from pypi_simple import PYPI_SIMPLE_ENDPOINT
from source_trees import BACKEND, PYPROJECT, SOURCE

from releasegate.adapters import process
from releasegate.adapters.build.kept import LocalBuilds
from releasegate.adapters.git.repository import GitRepository
from releasegate.core.config.keys import Package
from releasegate.core.dists.manifest import Artifact, Manifest
from releasegate.core.errors import GateFailed, Refused, Unavailable

PACKAGE = Package("harbor-api", PurePosixPath(), (), ("3.12",))
V1 = Version("1.0")
NOWHERE = "http://127.0.0.1:9/simple/"
WHEEL, SDIST = "harbor_api-1.0-py3-none-any.whl", "harbor_api-1.0.tar.gz"


def quiet(_line: str) -> None:
    """Show nothing."""


def builds(tmp_path: Path, files: Mapping[str, str] = SOURCE) -> LocalBuilds:
    repository = make_repository(tmp_path / "harbor-api", files)
    environ = {**ENVIRON, "HOME": str(tmp_path), "PIP_INDEX_URL": "x:", "UV_INDEX": "x:"}
    return LocalBuilds(tmp_path / "dist", lambda _: repository, NOWHERE, environ)


def build(local: LocalBuilds, *, commit: str = "HEAD") -> Manifest:
    return local.build(PACKAGE, version=V1, commit=commit, progress=quiet)


def wheel_text(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read("harbor_api.py").decode()


def kept(*contents: tuple[str, bytes], name: str = "harbor-api", version: str = "1.0") -> Manifest:
    """Return the manifest of files that are not built but given."""
    artifacts = tuple(Artifact(filename, len(c), sha256(c).hexdigest()) for filename, c in contents)
    return Manifest(name, version, "0" * 40, 1, artifacts, {})


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[LocalBuilds, Manifest]:
    local = builds(tmp_path_factory.mktemp("built"))
    return local, build(local)


def test_a_build_makes_the_wheel_and_the_sdist_and_names_what_made_them(built: tuple[LocalBuilds, Manifest]) -> None:
    local, manifest = built
    assert [a.filename for a in manifest.artifacts] == [WHEEL, SDIST]
    assert (manifest.name, manifest.version, manifest.epoch) == ("harbor-api", "1.0", 1_700_000_000)
    assert manifest.tools == {
        "python": platform.python_version(),
        "build": installed("build"),
        "uv": installed("uv"),
        "backend": "quay 3",
    }
    assert local.find(PACKAGE, V1) == manifest


def test_the_wheel_of_the_sdist_is_kept_beside_and_is_the_same(built: tuple[LocalBuilds, Manifest]) -> None:
    local, manifest = built
    wheel = local.path(PACKAGE, V1, manifest.artifacts[0])
    assert local.rebuilt(PACKAGE, V1) == {WHEEL: wheel.read_bytes()}


def test_the_commit_is_built_and_not_what_lies_there(tmp_path: Path) -> None:
    local = builds(tmp_path)
    repository = local.repository(PACKAGE)
    first = repository.head()
    repository.commit({PurePosixPath("harbor_api.py"): b"VALUE = 2\n"}, message="Second")
    (repository.root / "harbor_api.py").write_text("VALUE = 3\n")
    manifest = build(local, commit=first)
    assert manifest.commit == first
    assert wheel_text(local.path(PACKAGE, V1, manifest.artifacts[0]).read_bytes()) == "VALUE = 1\n"


def test_what_one_build_writes_into_the_tree_does_not_reach_the_other(tmp_path: Path) -> None:
    spoil = "\nimport uuid\npathlib.Path('harbor_api.py').open('a').write(f'# {uuid.uuid4()}\\n')\n"
    local = builds(tmp_path, {**SOURCE, "backend.py": BACKEND + spoil})
    manifest = build(local)
    text = wheel_text(local.path(PACKAGE, V1, manifest.artifacts[0]).read_bytes())
    (again,) = local.rebuilt(PACKAGE, V1).values()
    assert not set(text.splitlines()[1:]) & set(wheel_text(again).splitlines()[1:])


def test_a_build_that_fails_shows_its_last_words_and_keeps_nothing(tmp_path: Path) -> None:
    local = builds(tmp_path, {**SOURCE, "backend.py": BACKEND + "\nraise RuntimeError('the crane is broken')\n"})
    with pytest.raises(GateFailed, match="The build failed") as failure:
        build(local)
    assert any("the crane is broken" in line for line in failure.value.details)
    assert 0 < len(failure.value.details) <= 30
    assert not any("Traceback" in line or line.startswith("  File") for line in failure.value.details)
    assert local.find(PACKAGE, V1) is None
    assert not list(tmp_path.glob("dist/**/*.whl"))


def test_a_link_that_leads_out_of_the_sdist_is_told_with_what_to_do(tmp_path: Path) -> None:
    linking = "        link = tarfile.TarInfo('harbor_api-1.0/LICENSE')\n        link.type = tarfile.SYMTYPE\n"
    linking += "        link.linkname = '../../LICENSE'\n        archive.addfile(link)\n    return name\n"
    first, _, last = BACKEND.rpartition("    return name\n")
    local = builds(tmp_path, {**SOURCE, "backend.py": first + linking + last})
    with pytest.raises(GateFailed, match="LICENSE in the sdist is a link that leads out of it") as failure:
        build(local)
    assert failure.value.hint.startswith("Commit the file itself in the link's place")


def test_a_build_that_fails_once_does_not_take_the_last_one_away(tmp_path: Path) -> None:
    local = builds(tmp_path)
    manifest = build(local)
    broken = local.repository(PACKAGE).commit({PurePosixPath("backend.py"): b"raise SystemExit(3)"}, message="Broken")
    with pytest.raises(GateFailed):
        build(local, commit=broken)
    assert local.find(PACKAGE, V1) == manifest


@pytest.mark.parametrize("stray", ["harbor_api-1.0-py2-none-any.whl", "harbor_api-0.9.tar.gz", "harbor_api-1.0.zip"])
def test_anything_but_one_wheel_and_one_sdist_is_refused_by_name(tmp_path: Path, stray: str) -> None:
    also = BACKEND.replace("    return name\n", f"    pathlib.Path(folder, '{stray}').touch()\n    return name\n")
    local = builds(tmp_path, {**SOURCE, "backend.py": also})
    with pytest.raises(GateFailed, match="exactly one wheel and one sdist") as failure:
        build(local)
    assert stray in failure.value.details


def test_an_index_that_cannot_be_reached_says_nothing_about_the_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(process.SET, "UV_HTTP_RETRIES", "0")
    local = builds(tmp_path, {**SOURCE, "pyproject.toml": PYPROJECT.replace("[]", '["quay-not-there"]', 1)})
    with pytest.raises(Unavailable, match="cannot be fetched"):
        build(local)


def test_a_build_that_asks_the_network_in_vain_says_nothing_about_the_release(tmp_path: Path) -> None:
    asking = "import urllib.error\nraise urllib.error.URLError(OSError(-2, 'Name or service not known'))\n"
    with pytest.raises(Unavailable, match="cannot be fetched"):
        build(builds(tmp_path, {**SOURCE, "backend.py": asking}))


def test_no_secret_of_the_person_reaches_the_build(tmp_path: Path) -> None:
    look = "\nassert not {'TWINE_PASSWORD', 'PIP_INDEX_URL', 'UV_INDEX'} & set(os.environ)\n"
    local = builds(tmp_path, {**SOURCE, "backend.py": BACKEND + look})
    assert build(replace(local, environ={**local.environ, "TWINE_PASSWORD": "secret"})).artifacts


def test_when_one_build_fails_the_other_is_not_waited_for_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = BACKEND.replace("def build_wheel(", "def build_wheel(*a, **k):\n    time.sleep(120)\n\ndef old(")
    slow = slow.replace("def build_sdist(", "def build_sdist(*a, **k):\n    raise RuntimeError('first')\n\ndef older(")
    local = builds(tmp_path, {**SOURCE, "backend.py": slow})
    (temporary := tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    begun = time.monotonic()
    with pytest.raises(GateFailed) as failure:
        build(replace(local, environ={**local.environ, "TMPDIR": str(temporary)}))
    assert time.monotonic() - begun < 60
    assert not list(temporary.iterdir())
    assert any("first" in line for line in failure.value.details)


@pytest.mark.parametrize("harm", ["missing", "shorter", "other bytes", "no manifest", "torn manifest"])
def test_a_build_that_is_not_whole_is_not_found(tmp_path: Path, harm: str) -> None:
    local = builds(tmp_path)
    content = {WHEEL: b"wheel", SDIST: b"sdist"}
    manifest = kept(*content.items())
    local.adopt(manifest, content)
    assert local.find(PACKAGE, V1) == manifest
    wheel, listing = local.path(PACKAGE, V1, manifest.artifacts[0]), tmp_path / "dist/harbor-api/1.0/manifest.json"
    harms: dict[str, Callable[[], object]] = {
        "missing": wheel.unlink,
        "shorter": lambda: wheel.write_bytes(b"whee"),
        "other bytes": lambda: wheel.write_bytes(b"whale"),
        "no manifest": listing.unlink,
        "torn manifest": lambda: listing.write_bytes(listing.read_bytes()[:-9]),
    }
    harms[harm]()
    assert local.find(PACKAGE, V1) is None


def test_a_manifest_of_another_release_or_of_no_file_is_not_found(tmp_path: Path) -> None:
    local = builds(tmp_path)
    content = {WHEEL: b"wheel", SDIST: b"sdist"}
    local.adopt(kept(*content.items()), content)
    listing = tmp_path / "dist/harbor-api/1.0/manifest.json"
    for manifest in (kept(*content.items(), version="2.0"), kept(*content.items(), name="other"), kept()):
        listing.write_text(manifest.to_json())
        assert local.find(PACKAGE, V1) is None


def test_what_is_adopted_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    local = builds(tmp_path)
    for content in ({WHEEL: b"old", "harbor_api-1.0-1-py3-none-any.whl": b"old"}, {WHEEL: b"new", SDIST: b"new"}):
        local.adopt(kept(*content.items()), content)
    found = {path.name for path in (tmp_path / "dist/harbor-api/1.0").iterdir()}
    assert found == {WHEEL, SDIST, "manifest.json"}


@pytest.mark.parametrize(
    "content", [{WHEEL: b"other", SDIST: b"sdist"}, {WHEEL: b"wheel"}, {WHEEL: b"wheel", SDIST: b"sdist", "x.whl": b""}]
)
def test_files_that_are_not_the_manifest_s_are_not_adopted(tmp_path: Path, content: dict[str, bytes]) -> None:
    local = builds(tmp_path)
    with pytest.raises(Refused, match="not those of their manifest"):
        local.adopt(kept((WHEEL, b"wheel"), (SDIST, b"sdist")), content)
    assert not (tmp_path / "dist").exists()


@pytest.mark.parametrize("filename", ["../x.whl", "/x.whl", "a\\x.whl", "C:x.whl", ".x.whl", "..", "", "manifest.json"])
def test_a_file_name_that_leads_elsewhere_is_refused(tmp_path: Path, filename: str) -> None:
    local = builds(tmp_path)
    manifest = kept((filename, b"x"))
    with pytest.raises(Refused, match="not the name of a wheel or an sdist"):
        local.adopt(manifest, {filename: b"x"})
    with pytest.raises(Refused, match="not the name of a wheel or an sdist"):
        local.path(PACKAGE, V1, manifest.artifacts[0])
    assert not (tmp_path / "dist").exists()


@pytest.mark.parametrize(("name", "version"), [("harbor-api", "../../1.0"), ("../harbor-api", "1.0"), ("", "1.0")])
def test_a_manifest_whose_name_or_version_leads_elsewhere_is_refused(tmp_path: Path, name: str, version: str) -> None:
    local = builds(tmp_path)
    with pytest.raises(Refused, match="not a package and a version"):
        local.adopt(kept((WHEEL, b"x"), name=name, version=version), {WHEEL: b"x"})
    assert not (tmp_path / "dist").exists()


def test_a_trial_is_the_commit_with_the_files_changed_and_leaves_nothing(tmp_path: Path) -> None:
    local = builds(tmp_path)
    repository = local.repository(PACKAGE)
    commit, changed = repository.head(), {PurePosixPath("harbor_api.py"): b"VALUE = 7\n"}
    trial = local.trial(PACKAGE, version=V1, commit=commit, files=changed, progress=quiet)
    assert sorted(trial.files) == [WHEEL, SDIST]
    assert wheel_text(trial.files[WHEEL]) == "VALUE = 7\n"
    assert (len(trial.source.commit), trial.source.day) == (40, "2023-11-15")
    assert trial.source.commit != commit
    with zipfile.ZipFile(io.BytesIO(trial.files[WHEEL])) as archive:
        assert archive.infolist()[0].date_time[:3] == (2023, 11, 15)
    assert (repository.head(), repository.tags(), repository.changed()) == (commit, {}, ())
    assert local.find(PACKAGE, V1) is None
    assert not (tmp_path / "dist").exists()


def test_a_package_in_a_folder_of_a_larger_repository_is_built(tmp_path: Path) -> None:
    top = make_repository(tmp_path / "mono", {f"packages/api/{path}": text for path, text in SOURCE.items()})
    nested = GitRepository(top.root / "packages" / "api", ENVIRON)
    local = LocalBuilds(tmp_path / "dist", lambda _: nested, NOWHERE, ENVIRON)
    assert [a.filename for a in build(local).artifacts] == [WHEEL, SDIST]


@pytest.mark.network
def test_a_package_with_a_backend_from_the_index_is_built_byte_for_byte_again(tmp_path: Path) -> None:
    example = Path(__file__).parents[2] / "examples" / "harbor-plugin"
    files = {p.relative_to(example).as_posix(): p.read_bytes() for p in example.rglob("*") if p.is_file()}
    repository = make_repository(tmp_path / "plugin", {k: v for k, v in files.items() if "__pycache__" not in k})
    package = replace(PACKAGE, name="harbor-plugin")
    local = LocalBuilds(tmp_path / "dist", lambda _: repository, PYPI_SIMPLE_ENDPOINT, os.environ)
    made = [local.build(package, version=V1, commit="HEAD", progress=quiet) for _ in range(2)]
    assert made[0] == made[1] == local.find(package, V1)
    (again,) = local.rebuilt(package, V1).values()
    assert again == local.path(package, V1, made[0].artifacts[0]).read_bytes()
    assert made[0].tools["backend"].startswith("hatchling ")


def test_a_backend_that_reads_the_tag_finds_the_versions_own(tmp_path: Path) -> None:
    asks = """
import subprocess
VALUE = subprocess.run(["git", "describe", "--dirty"], capture_output=True, text=True).stdout
"""
    read = 'pathlib.Path("harbor_api.py").read_text()'
    files = {**SOURCE, "backend.py": f"{BACKEND.replace(read, 'VALUE')}\n{asks}\n"}
    local = builds(tmp_path, files)
    tagged = replace(PACKAGE, version_from_tag=True, tag_prefix="api@")
    manifest = local.build(tagged, version=V1, commit="HEAD", progress=quiet)
    assert wheel_text(local.path(PACKAGE, V1, manifest.artifacts[0]).read_bytes()) == "api@1.0\n"

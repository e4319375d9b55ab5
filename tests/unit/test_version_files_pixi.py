"""The package's own entry of a pixi.lock follows the bump, and the sum of its folder with it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath as Path

import pytest
from archives import PACKAGE, sdist, tracked, wheel, wheel_files

from releasegate.core.config.version_file_types import LockVersionFile, TomlVersionFile
from releasegate.core.dists.promotion import Built, compare
from releasegate.core.dists.version_text import Source
from releasegate.core.errors import ConfigurationError
from releasegate.core.version_files.occurrences import bump, bump_all, files_of, find

PIXI = LockVersionFile(Path("pixi.lock"))
PROJECT = TomlVersionFile(Path("pyproject.toml"), "project.version")
OTHERS = """\
version: 6
environments:
  default:
    packages:
      linux-64:
      - pypi: ./
packages:
- conda: https://conda.example/noarch/my-package-1.4.0-h0_0.conda
  name: my-package
  version: 1.4.0
- pypi: ../wheels/my_package-1.4.0-py3-none-any.whl
  name: my-package
  version: 1.4.0
"""
FIELDS = "  requires_dist:\n  - anyio\n  editable: true\n"
AFTER = "- conda: https://conda.example/noarch/z-1.4.0-h0_0.conda\n  name: z\n  version: 1.4.0\n"


@pytest.mark.parametrize(
    ("own", "bumped"),
    [
        ("- pypi: ./\n  name: my-package\n  version: {}\n", "1.4.1rc1"),
        ("- pypi: .\r\n  name: My_Package\r\n  version: {}\r\n", "1.4.1rc1"),
        ("- conda: .\n  name: my-package\n  version: {}\n  build: h0\n", "1.4.1rc1"),
        ("- kind: pypi\n  name: my-package\n  version: {}\n  path: .\n", "1.4.1rc1"),
        ("- pypi: ./\n  name: my-package\n  version: '{}'\n", "2026.10"),
    ],
)
def test_the_own_entry_is_found_and_nothing_but_its_version_changes(own: str, bumped: str) -> None:
    text = OTHERS + own + FIELDS + AFTER
    content = text.replace("{}", "1.4.0").encode()
    found = find(PIXI, content, package="my-package")
    assert (found.version, found.where) == ("1.4.0", "package my-package")
    assert content.decode().splitlines()[found.line - 1].strip().startswith("version")
    changed = bump(PIXI, content, package="my-package", version=bumped)
    assert changed == text.replace("{}", bumped).encode()
    assert bump(PIXI, changed, package="my-package", version="1.4.0") == content


def test_what_yaml_would_read_as_a_number_is_put_into_quotes() -> None:
    content = f"{OTHERS}- pypi: ./\n  name: my-package\n  version: 2026.9.1\n".encode()
    changed = bump(PIXI, content, package="my-package", version="2026.10")
    assert changed.endswith(b"  version: '2026.10'\n")
    assert find(PIXI, changed, package="my-package").version == "2026.10"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "pixi.lock has no entry for my-package"),
        ("packages:\n- 3\n", "pixi.lock has no entry for my-package"),
        (OTHERS, "pixi.lock has no entry for my-package"),
        (OTHERS + 2 * "- pypi: ./\n  name: my-package\n  version: 1.0\n", "pixi.lock has several entries for"),
        (f"{OTHERS}- pypi: ./\n  name: my-package\n{FIELDS}", "pixi.lock states no version for my-package"),
    ],
)
def test_what_has_no_own_version_is_refused_with_what_to_do(text: str, problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem) as caught:
        find(PIXI, text.encode(), package="my-package")
    assert "emove the version file pixi.lock" in caught.value.hint


def state(version: str, *, summed: Mapping[str, bytes] | None = None) -> dict[Path, bytes | None]:
    """Return a folder whose lock has the sum of its files, or of what is *summed*."""
    project = f'[project]\r\nname = "sample-app"\r\nversion = "{version}"\r\n'.encode()
    files = summed or {"pyproject.toml": project, "setup.cfg": b"[metadata]\n"}
    total = hashlib.sha256(b"".join(files.values()).replace(b"\r\n", b"\n")).hexdigest()
    lock = f"{OTHERS}- pypi: ./\n  name: sample-app\n  version: '{version}'\n  sha256: {total}\n".encode()
    return {PROJECT.path: project, PIXI.path: lock, Path("setup.py"): None, Path("setup.cfg"): b"[metadata]\n"}


def test_the_sum_of_the_folder_follows_the_bump_with_the_version() -> None:
    package = replace(PACKAGE, version_files=(PROJECT, PIXI))
    after = state("1.4.1rc1")
    assert bump_all(package, state("1.4.0"), version="1.4.1rc1") == {f.path: after[f.path] for f in (PROJECT, PIXI)}
    stale = {"pyproject.toml": b"another"}  # which pixi says, and nobody else mends
    kept = state("1.4.1rc1", summed=stale)[PIXI.path]
    assert bump_all(package, state("1.4.0", summed=stale), version="1.4.1rc1")[PIXI.path] == kept


def test_a_final_is_proven_though_the_sum_in_its_lock_is_another() -> None:
    def tree(version: str, *, summed: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
        files = state(version, summed=summed).items()
        return {**tracked(version), **{str(path): data for path, data in files if data is not None}}

    def built(version: str, files: Mapping[str, bytes]) -> Built:
        made = wheel(wheel_files(files, version=version), version=version), sdist(files, version=version)
        return Built(version, *made, Source("0" * 40, "2026-11-26"))

    package = replace(PACKAGE, version_files=(PROJECT, PIXI, *PACKAGE.version_files[1:]))
    before, after, stale = tree("1.0rc1"), tree("1.0"), tree("1.0", summed={"pyproject.toml": b"another"})
    proof = compare(built("1.0rc1", before), built("1.0", after), package=package, tracked=before)
    assert (proof.differences, "sdist: pixi.lock" in proof.changed) == ((), True)
    proof = compare(built("1.0rc1", before), built("1.0", stale), package=package, tracked=before)
    assert [each.path for each in proof.differences] == ["pixi.lock"]


def test_what_the_sum_is_made_from_is_read_where_there_is_such_a_lock() -> None:
    with_lock = replace(PACKAGE, version_files=(PROJECT, PIXI))
    assert set(map(str, files_of(with_lock))) == {"pyproject.toml", "pixi.lock", "setup.py", "setup.cfg"}
    assert files_of(replace(PACKAGE, version_files=(PROJECT,))) == (PROJECT.path,)

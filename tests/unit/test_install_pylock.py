"""Proof of origin where uv installed: the lock names one file of each distribution that is present, or none counts."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from packaging.tags import parse_tag

from releasegate.core.install.installed_from import Expected, InstalledFrom, provenance_problems
from releasegate.core.install.pylock import Present, located

DIGEST, OTHER = "a" * 64, "b" * 64
FOLDER = PurePosixPath("/wheels")
PURE, NATIVE = "py3-none-any", "cp312-cp312-manylinux2014_x86_64"
HEAD = 'lock-version = "1.0"\n[[packages]]\nname = "Some_Dep"\n'


def wheel(tags: str, digest: str = DIGEST) -> str:
    return f'{{ url = "https://files.example/some_dep-2.0-{tags}.whl", hashes = {{ sha256 = "{digest}" }} }}'


def found(lock: str, tags: str = PURE) -> InstalledFrom:
    (one,) = located(lock, {"some-dep": Present("some_dep", "2.0", frozenset(parse_tag(tags)))}, folder=FOLDER)
    return one


NOWHERE = InstalledFrom("some-dep", "2.0", "", None)


def test_of_several_wheels_it_is_the_one_whose_tags_were_installed() -> None:
    lock = f'{HEAD}version = "2.0"\nwheels = [{wheel(PURE)}, {wheel(NATIVE, OTHER)}]\n'

    assert found(lock) == InstalledFrom("some-dep", "2.0", f"https://files.example/some_dep-2.0-{PURE}.whl", DIGEST)
    assert found(lock, NATIVE).sha256 == OTHER


def test_without_a_wheel_it_is_the_sdist_or_what_lies_beside_the_lock() -> None:
    sdist = 'sdist = { name = "some_dep-2.0.tar.gz", url = "https://files.example/x", hashes = { sha256 = "%s" } }'
    archive = 'archive = { path = "given/some_dep-2.0.tar.gz", hashes = { sha256 = "%s" } }'

    assert found(f'{HEAD}version = "2.0"\n{sdist % DIGEST}\n') == InstalledFrom(
        "some-dep", "2.0", "https://files.example/x", DIGEST
    )
    assert found(HEAD + archive % DIGEST).url == "file:///wheels/given/some_dep-2.0.tar.gz"
    assert found(HEAD + 'directory = { path = "/tree" }') == InstalledFrom("some-dep", "2.0", "file:///tree", None)


@pytest.mark.parametrize(
    "lock",
    [
        "",
        "no toml",
        'packages = "text"',
        "packages = [{}]",
        f'{HEAD}version = "3.0"\nwheels = [{wheel(PURE)}]',
        f"{HEAD}wheels = [{wheel(PURE)}, {wheel('py2.py3-none-any')}]",
        f"{HEAD}wheels = [{wheel(NATIVE)}]",
        f'{HEAD}wheels = [{{ name = "other.whl", url = "https://files.example/some_dep-2.0-{PURE}.whl" }}]',
        f"{HEAD}wheels = [{{}}]",
        f'{HEAD}wheels = ["text"]',
        f'{HEAD}sdist = {{ url = "https://[bad/x" }}',
        f'{HEAD}sdist = {{ url = "https://files.example/x", hashes = "none" }}',
        f'{HEAD}vcs = {{ type = "git", url = "https://files.example/x" }}',
        HEAD.replace("Some_Dep", "another") + f"wheels = [{wheel(PURE)}]",
    ],
)
def test_where_a_lock_does_not_name_one_file_nothing_is_known(lock: str) -> None:
    assert found(lock) == NOWHERE


def test_what_came_from_nowhere_is_no_proof() -> None:
    own = Expected("mine", "file:///wheels/mine.whl", DIGEST)
    mine = InstalledFrom("mine", "1.0", own.url, DIGEST)

    assert provenance_problems([mine], own=own, staging_hosts=()) == ()
    assert provenance_problems([mine, NOWHERE], own=own, staging_hosts=())


@pytest.mark.parametrize("hashes", ["{}", '{ sha256 = "short" }', '{ md5 = "0" }'])
def test_what_is_no_sha256_counts_as_none(hashes: str) -> None:
    url = f"https://files.example/some_dep-2.0-{PURE}.whl"

    assert found(f'{HEAD}wheels = [{{ url = "{url}", hashes = {hashes} }}]') == InstalledFrom(
        "some-dep", "2.0", url, None
    )

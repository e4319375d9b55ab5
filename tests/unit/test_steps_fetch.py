"""Deliveries: what is tried is what an index serves, file by file, known by its sha256."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FakeIndex, sha256
from packaging.version import Version
from release_fixture import CORE, ReleaseFixture

from releasegate.core.errors import GateFailed, NotYet, Unavailable
from releasegate.ports import Delivery, IndexFile
from releasegate.steps.fetch import (
    GivenFiles,
    OwnFiles,
    deliver,
    newest,
    own,
    published,
    sha256s,
)

HUGE = "9" * 5000
"""A version that is formed well and has more digits than a number may have."""


@pytest.fixture
def fixture(tmp_path: Path) -> ReleaseFixture:
    return ReleaseFixture(tmp_path)


def delivered(fixture: ReleaseFixture, version: str, known: dict[str, str] | None = None, option: str = "") -> Delivery:
    run, index = fixture.run(), fixture.production
    return deliver(run, CORE, version=Version(version), index=index, known=known, option=option)


def test_the_files_of_a_version_are_found_in_any_spelling_the_wheel_first(fixture: ReleaseFixture) -> None:
    fixture.production.put("sample_core-1.0.tar.gz", b"sdist")
    fixture.production.put("sample_core-1.0.0-py3-none-any.whl", b"wheel")
    fixture.production.put("sample_core-1.0.1.tar.gz", b"another version")
    for version in ("no version", HUGE):
        fixture.production.put("sample_core-odd.tar.gz", b"", version=version)
    found = published(fixture.production, CORE.name, Version("1.0"))
    assert [file.filename for file in found] == ["sample_core-1.0.0-py3-none-any.whl", "sample_core-1.0.tar.gz"]


def test_a_delivery_is_the_wheel_and_the_sdist_and_no_older_kind_of_file(fixture: ReleaseFixture) -> None:
    fixture.publish_core("1.0", on=fixture.production)
    fixture.production.put("sample_core-1.0.zip", b"an old kind of sdist")
    got = delivered(fixture, "1.0")
    assert [path.name for path in got.files] == ["sample_core-1.0-py3-none-any.whl", "sample_core-1.0.tar.gz"]
    assert (got.package, got.version, got.source, got.commit) == (CORE, Version("1.0"), "pypi", "")
    assert sha256s(got) == {held.filename: sha256(held.content) for held in fixture.production.held[:2]}
    assert fixture.said[0] == "fetching sample_core-1.0-py3-none-any.whl from pypi"


def test_a_version_that_is_not_listed_is_not_yet_there(fixture: ReleaseFixture) -> None:
    with pytest.raises(NotYet, match=r"pypi does not list all files of sample-core 1\.0") as wait:
        delivered(fixture, "1.0")
    assert wait.value.hint.endswith("what the indexes hold says invoke status --package sample-core")


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("--version VERSION", ": --version 1.2"),
        ("--backend-version sample-core=VERSION", ": --backend-version sample-core=1.2"),
        ("", " is 1.2"),
    ],
)
def test_a_version_that_nobody_may_ever_upload_is_told_with_the_newest_that_is_there_by_the_option_that_takes_it(
    fixture: ReleaseFixture, option: str, told: str
) -> None:
    fixture.publish_core("1.0", on=fixture.production)
    fixture.publish_core("1.2", on=fixture.production)
    with pytest.raises(NotYet) as wait:
        delivered(fixture, "1.1rc1", option=option)
    assert wait.value.hint.endswith(f"if it was uploaded just now; the newest that pypi holds{told}")


def test_a_delivery_that_is_not_whole_is_not_yet_there(fixture: ReleaseFixture) -> None:
    fixture.publish_core("1.0", on=fixture.production)
    known = {held.filename: sha256(held.content) for held in fixture.production.held}
    fixture.production.held.pop()
    with pytest.raises(NotYet, match="does not list all files"):
        delivered(fixture, "1.0", known)


def test_other_bytes_than_were_uploaded_are_a_failure(fixture: ReleaseFixture) -> None:
    fixture.publish_core("1.0", on=fixture.production)
    known = {held.filename: sha256(held.content) for held in fixture.production.held}
    fixture.production.swapped["sample_core-1.0.tar.gz"] = b"theirs"
    with pytest.raises(GateFailed, match=r"pypi serves other bytes of sample_core-1\.0\.tar\.gz") as failure:
        delivered(fixture, "1.0", known)
    assert failure.value.details == (
        f"uploaded {known['sample_core-1.0.tar.gz']}",
        f"served   {sha256(b'theirs')}",
    )


def test_one_damaged_download_is_no_verdict(fixture: ReleaseFixture) -> None:
    fixture.publish_core("1.0", on=fixture.production)
    known = {held.filename: sha256(held.content) for held in fixture.production.held}
    fixture.production.damaged = [b"damaged"]
    assert sha256s(delivered(fixture, "1.0", known)) == known


def test_bytes_that_are_others_each_time_are_no_verdict(fixture: ReleaseFixture) -> None:
    fixture.publish_core("1.0", on=fixture.production)
    known = {held.filename: sha256(held.content) for held in fixture.production.held}
    fixture.production.damaged = [b"damaged", b"damaged otherwise"]
    with pytest.raises(Unavailable, match="otherwise each time"):
        delivered(fixture, "1.0", known)
    assert sha256s(delivered(fixture, "1.0", known)) == known


def test_a_damaged_file_that_is_listed_no_longer_is_no_verdict(fixture: ReleaseFixture) -> None:
    class Vanishing(FakeIndex):
        def fetch(self, file: IndexFile) -> bytes:  # noqa: ARG002
            self.held.clear()
            return b"damaged"

    fixture.production = Vanishing("pypi", fixture.clock)
    fixture.publish_core("1.0", on=fixture.production)
    known = {held.filename: sha256(held.content) for held in fixture.production.held}
    with pytest.raises(Unavailable, match="otherwise each time"):
        delivered(fixture, "1.0", known)


def test_a_releases_own_files_are_those_of_its_manifest_and_carry_its_commit(fixture: ReleaseFixture) -> None:
    release = fixture.uploaded("1.0rc1")
    fixture.staging.put("sample_app-1.0rc1-py2-none-any.whl", b"another wheel")
    got = own(release, "staging")
    assert sha256s(got) == {a.filename: a.sha256 for a in release.manifest().artifacts}
    assert got.commit == fixture.repository.head()


def test_what_lies_in_a_folder_is_a_checkout_and_has_no_hashes(fixture: ReleaseFixture) -> None:
    assert sha256s(Delivery(CORE, Version("1.0"), "local", "0" * 40, (fixture.root,))) == {}


def test_a_releases_own_files_are_known_by_its_manifest(fixture: ReleaseFixture) -> None:
    release = fixture.uploaded("1.0rc1")
    source = OwnFiles("staging")
    assert source.name_in(release) == "testpypi"
    assert source.subject(release) == release.manifest().identity
    with source.open(release) as got:
        assert got == own(release, "staging")


def test_files_from_elsewhere_are_known_by_where_they_come_from(fixture: ReleaseFixture) -> None:
    fixture.publish_core("1.0", on=fixture.production)
    got = delivered(fixture, "1.0")
    source, release = GivenFiles("dist", lambda: nullcontext(got)), fixture.release("1.0rc1")
    assert (source.name_in(release), source.subject(release)) == ("dist", "dist")
    with source.open(release) as opened:
        assert opened is got


def test_users_get_the_newest_final_or_post_that_is_not_yanked(fixture: ReleaseFixture) -> None:
    assert newest(fixture.production, CORE.name) is None
    for version in ("2.0rc1", "1.9", "1.10", "1.10.post1", "1.10.post2.dev1"):
        fixture.publish_core(version, on=fixture.production)
    fixture.publish_core("1.11", on=fixture.production, yanked=True)
    for version in ("no version", HUGE):
        fixture.production.put("sample_core-odd.tar.gz", b"", version=version)
    assert newest(fixture.production, CORE.name) == Version("1.10.post1")


def test_a_file_without_a_version_is_nobodys(fixture: ReleaseFixture) -> None:
    fixture.publish_core("1.0", on=fixture.production)
    fixture.production.held = [replace(held, version=None) for held in fixture.production.held]
    assert newest(fixture.production, CORE.name) is None
    assert published(fixture.production, CORE.name, Version("1.0")) == ()

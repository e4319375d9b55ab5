"""What the index finds in an uploaded archive: broken ones, missing members, names and metadata that disagree."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from index_client import local_index, upload
from werkzeug.test import TestResponse

from releasegate.rehearsal.index import LocalIndex, Sample, sample_sdist, sample_wheel
from releasegate.rehearsal.index.upload.members import Contents, Unreadable, look_into

INFO = "sample-1.0.dist-info"


@pytest.fixture
def index(tmp_path: Path) -> Iterator[LocalIndex]:
    with local_index(tmp_path) as index:
        yield index


def sent(index: LocalIndex, sample: Sample, fields: Mapping[str, str] | None = None) -> TestResponse:
    """Upload a file whose content is not the sample's any more."""
    return upload(index, sample, {"sha256_digest": hashlib.sha256(sample.content).hexdigest(), **(fields or {})})


def metadata(**headers: str) -> str:
    known = {"Metadata_Version": "2.4", "Name": "sample", "Version": "1.0", **headers}
    return "".join(f"{key.replace('_', '-')}: {value}\n" for key, value in known.items())


def look(content: bytes, filename: str) -> Contents | Unreadable:
    return look_into(io.BytesIO(content), filename=filename, size=len(content))


def tar_of(*members: tarfile.TarInfo) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for member in members:
            archive.addfile(member, io.BytesIO(b"\0" * member.size))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("sample", "words"),
    [
        (replace(sample_wheel(), content=b"no archive"), "File is not a zipfile"),
        (replace(sample_wheel(), content=sample_wheel().content[:-30]), "File is not a zipfile"),
        (replace(sample_sdist(), content=b"no archive"), "File is not a tarfile"),
        (replace(sample_sdist(), content=sample_sdist().content[:99]), "File is not a tarfile"),
        (sample_wheel(without={"WHEEL"}), f"WHEEL not found at {INFO}/WHEEL"),
        (sample_sdist(without={"PKG-INFO"}), "PKG-INFO not found at sample-1.0/PKG-INFO"),
        (sample_wheel(without={"RECORD"}), f"does not contain the required RECORD file: {INFO}/RECORD"),
        (sample_wheel(without={"METADATA"}), f"does not contain the required METADATA file: {INFO}/METADATA"),
        (replace(sample_wheel(), filename="sample.whl"), "Unable to parse name and version from wheel filename"),
    ],
)
def test_a_file_that_is_no_whole_distribution_is_refused(index: LocalIndex, sample: Sample, words: str) -> None:
    response = sent(index, sample)
    assert response.status_code == 400
    assert words in response.status
    assert index.stored == {}


@pytest.mark.parametrize(
    ("sample", "fields", "words"),
    [
        (sample_sdist("other"), {"name": "sample"}, "Start filename for 'sample' with 'sample'."),
        (sample_sdist(version="1.1"), {"version": "1.0"}, "should be 'sample-1.0.tar.gz'."),
        (sample_sdist(version="1.0.0"), {"version": "1.0"}, "should be 'sample-1.0.tar.gz'."),
        (sample_wheel("other"), {"name": "sample"}, "Start filename for 'sample' with 'sample'."),
        (sample_wheel(version="1.1"), {"version": "1.0"}, "Version in filename should be '1.0' not '1.1'."),
    ],
)
def test_a_file_name_of_another_project_or_version_is_refused(
    index: LocalIndex, sample: Sample, fields: Mapping[str, str], words: str
) -> None:
    response = sent(index, sample, fields)
    assert response.status_code == 400
    assert words in response.status


def test_a_zip_is_no_name_of_an_sdist(index: LocalIndex) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("sample-1.0/PKG-INFO", metadata())
    response = sent(index, replace(sample_sdist(), filename="sample-1.0.zip", content=packed.getvalue()))
    assert "should be 'sample-1.0.tar.gz'." in response.status


def test_an_sdist_name_that_is_not_normalized_is_refused(index: LocalIndex) -> None:
    named = replace(sample_sdist("two-words"), filename="two-words-1.0.tar.gz")
    assert "should be 'two_words-1.0.tar.gz'." in sent(index, named).status


def test_a_wheel_name_that_is_not_normalized_is_refused(index: LocalIndex) -> None:
    wheel = sample_wheel(files={f"Sample-1.0.dist-info/{name}": "" for name in ("WHEEL", "RECORD", "METADATA")})
    named = replace(wheel, filename="Sample-1.0-py3-none-any.whl")
    assert "should contain the normalized project name 'sample', not 'Sample'." in sent(index, named).status


def test_a_wheel_name_without_tags_is_refused(index: LocalIndex) -> None:
    response = sent(index, replace(sample_wheel(), filename="sample-1.0-py3.whl"))
    assert response.status_code == 400
    assert "Invalid wheel filename" in response.status


@pytest.mark.parametrize(
    ("platform", "status"),
    [
        ("linux_x86_64", 400),
        ("manylinux1_aarch64", 400),
        ("manylinux2014_riscv64", 400),
        ("musllinux_1_2_ppc64", 400),
        ("macosx_16_0_arm64", 400),
        ("manylinux_2_39_ppc64", 200),
        ("manylinux_2_28_x86_64", 200),
        ("manylinux2014_x86_64.manylinux_2_17_x86_64", 200),
        ("macosx_11_0_arm64", 200),
        ("win_amd64", 200),
    ],
)
def test_a_wheel_for_a_platform_that_is_no_standard_is_refused(index: LocalIndex, platform: str, status: int) -> None:
    wheel = replace(sample_wheel(), filename=f"sample-1.0-cp312-cp312-{platform}.whl")
    assert sent(index, wheel).status_code == status


@pytest.mark.parametrize(
    "text",
    ["[console_scripts]\nto do = sample:main\n", "[gui_scripts]\na/b = sample:main\n", "no = section\n", "[a]\n[a]\n"],
)
def test_a_wheel_with_entry_points_that_no_installer_can_make_is_refused(index: LocalIndex, text: str) -> None:
    response = sent(index, sample_wheel(files={f"{INFO}/entry_points.txt": text}))
    said = "has invalid entry points defined in the entry_points.txt file"
    assert response.status == f"400 Wheel 'sample-1.0-py3-none-any.whl' {said}"


def test_names_of_other_entry_points_are_free(index: LocalIndex) -> None:
    text = "[console_scripts]\nsample = sample:main\n[other]\nto do = sample:main\n"
    assert sent(index, sample_wheel(files={f"{INFO}/entry_points.txt": text})).status_code == 200


def test_an_sdist_name_without_a_version_is_none(index: LocalIndex) -> None:
    response = sent(index, replace(sample_sdist(), filename="sample.tar.gz"))
    assert response.status == "400 Invalid source distribution filename: sample.tar.gz"


def test_a_project_name_is_compared_normalized(index: LocalIndex) -> None:
    assert sent(index, sample_wheel("Two.Words"), {"name": "two-words"}).status_code == 200


def test_a_licence_file_that_the_metadata_names_must_be_in_a_wheel(index: LocalIndex) -> None:
    response = sent(index, sample_wheel(), {"license_file": "LICENSE"})
    assert f"License-File LICENSE does not exist in distribution file sample-1.0-py3-none-any.whl at {INFO}" in (
        response.status
    )
    whole = sample_wheel(files={f"{INFO}/licenses/LICENSE": "text"})
    assert sent(index, whole, {"license_file": "LICENSE"}).status_code == 200


def test_a_licence_file_that_the_metadata_names_must_be_in_an_sdist(index: LocalIndex) -> None:
    response = sent(index, sample_sdist(), {"license_file": "LICENSE"})
    assert "License-File LICENSE does not exist" in response.status
    whole = sample_sdist(files={"LICENSE": "text"})
    assert sent(index, whole, {"license_file": "LICENSE"}).status_code == 200


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (metadata(Name="other"), "Name is 'other' in the metadata of"),
        (metadata(Version="2.0"), "Version is '2.0' in the metadata of"),
        (metadata(Version="two"), "Version is 'two' in the metadata of"),
        (metadata(Version="9" * 4400), "Version is '9999"),
        (metadata(Metadata_Version="9.9"), "'9.9' is not a valid metadata version in the metadata of"),
        ("", "None is not a valid metadata version in the metadata of"),
    ],
)
def test_metadata_in_the_file_that_disagrees_with_the_form_is_refused(index: LocalIndex, text: str, words: str) -> None:
    for sample in (sample_wheel(files={f"{INFO}/METADATA": text}), sample_sdist(files={"PKG-INFO": text})):
        response = sent(index, sample)
        assert response.status_code == 400
        assert words in response.status


def test_a_version_in_the_file_may_be_spelled_otherwise(index: LocalIndex) -> None:
    assert sent(index, sample_wheel(files={f"{INFO}/METADATA": metadata(Version="1.0.0")})).status_code == 200


def test_an_sdist_with_two_top_folders_is_refused() -> None:
    content = tar_of(tarfile.TarInfo("one/PKG-INFO"), tarfile.TarInfo("two/PKG-INFO"))
    assert look(content, "sample-1.0.tar.gz") == Unreadable("Incorrect number of top-level directories in sdist")


def test_an_sdist_that_climbs_out_of_its_folder_is_refused() -> None:
    content = tar_of(tarfile.TarInfo("../PKG-INFO"))
    assert look(content, "sample-1.0.tar.gz") == Unreadable("Incorrect number of top-level directories in sdist")


def test_a_link_is_no_core_metadata() -> None:
    link = tarfile.TarInfo("sample-1.0/PKG-INFO")
    link.type, link.linkname = tarfile.SYMTYPE, "elsewhere"
    found = look(tar_of(link), "sample-1.0.tar.gz")
    assert isinstance(found, Contents)
    assert found.core_metadata is None


def test_a_zip_with_two_top_folders_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("one/PKG-INFO", "")
        archive.writestr("two/PKG-INFO", "")
    found = look(packed.getvalue(), "sample-1.0.zip")
    assert found == Unreadable("Incorrect number of top-level directories in sdist")


def test_a_tar_that_grows_out_of_all_proportion_is_not_read_to_its_end() -> None:
    bomb = tarfile.TarInfo("sample-1.0/zeros")
    bomb.size = 65 * 1024 * 1024
    assert look(tar_of(bomb), "sample-1.0.tar.gz") == Unreadable("File exceeds compression ratio of 50")


def test_a_zip_that_grows_out_of_all_proportion_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"\0" * (65 * 1024 * 1024))
    assert look(packed.getvalue(), "sample-1.0-py3-none-any.whl") == Unreadable("File exceeds compression ratio of 50")


def test_core_metadata_is_read_up_to_a_bound() -> None:
    wheel = sample_wheel(files={f"{INFO}/METADATA": "x" * (9 * 1024 * 1024)})
    assert look(wheel.content, wheel.filename) == Unreadable("File is not a zipfile")


def test_a_zip_with_an_unusual_compression_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("one", "one")
    found = look(packed.getvalue(), "sample-1.0-py3-none-any.whl")
    assert found == Unreadable("File does not use a supported compression type")


def test_a_sparse_member_is_refused() -> None:
    sparse = tarfile.TarInfo("sample-1.0/hole")
    sparse.pax_headers = {
        "GNU.sparse.major": "0",
        "GNU.sparse.minor": "1",
        "GNU.sparse.map": "0,0",
        "GNU.sparse.size": "9",
    }
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(sparse, io.BytesIO())
    found = look(packed.getvalue(), "sample-1.0.tar.gz")
    assert found == Unreadable("tar archive not accepted: Sparse members are not allowed.")


def test_a_tar_in_another_compression_is_refused() -> None:
    plain = gzip.decompress(sample_sdist().content)
    assert look(bz2.compress(plain), "sample-1.0.tar.gz") == Unreadable("File is not a tarfile")


def test_an_archive_with_too_many_members_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("releasegate.rehearsal.index.upload.members._MEMBERS", 1)
    assert look(sample_sdist().content, "sample-1.0.tar.gz") == Unreadable("File has more than 1 members")

"""Faults: each one happens as often as it says, and then the index answers as before."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from index_client import JSON, TOKEN, Clock, upload
from werkzeug.test import Client, TestResponse

from releasegate.core.errors import ConfigurationError
from releasegate.rehearsal.index import (
    BrokenFile,
    BrokenPage,
    Cut,
    Fault,
    HideForReads,
    HideForSeconds,
    LocalIndex,
    LoseAnswer,
    OtherMetadata,
    Refuse,
    Slow,
    StalePage,
    Trickle,
    sample_sdist,
    sample_wheel,
)
from releasegate.rehearsal.index.app import IndexApp
from releasegate.rehearsal.index.held.store import IndexStore


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def index(tmp_path: Path, clock: Clock) -> Iterator[LocalIndex]:
    with LocalIndex(name="testpypi", root=tmp_path / "index", token=TOKEN, clock=clock) as index:
        yield index


def page(index: LocalIndex) -> TestResponse:
    return Client(index.app).get("/simple/sample/", headers=JSON)


def listed(index: LocalIndex) -> list[str]:
    body: Any = page(index).json
    return [file["filename"] for file in body["files"]]


def file_bytes(index: LocalIndex) -> bytes:
    body: Any = page(index).json
    with Client(index.app).get(urlsplit(str(body["files"][0]["url"])).path) as response:
        return bytes(response.data)


def test_an_upload_can_be_refused_before_it_is_stored(index: LocalIndex) -> None:
    index.faults.add(Refuse(503, times=2))
    assert [upload(index, sample_wheel()).status_code for _ in range(3)] == [503, 503, 200]
    assert index.faults.happened == (Refuse(503, times=2),) * 2
    assert index.faults.waiting == ()


def test_a_connection_can_be_cut_before_the_upload_is_stored(index: LocalIndex) -> None:
    index.faults.add(Cut())
    with pytest.raises(ConnectionResetError):
        upload(index, sample_wheel())
    assert index.stored == {}
    assert index.requests[0].status is None
    assert index.requests[0].filename == sample_wheel().filename
    assert upload(index, sample_wheel()).status_code == 200


def test_an_answer_can_be_lost_after_the_upload_was_stored(index: LocalIndex) -> None:
    index.faults.add(LoseAnswer())
    with pytest.raises(ConnectionResetError):
        upload(index, sample_wheel())
    assert index.stored == {sample_wheel().filename: 1}
    assert upload(index, sample_wheel()).status_code == 200
    assert index.stored == {sample_wheel().filename: 1}


def test_a_stored_upload_can_be_answered_502(index: LocalIndex) -> None:
    index.faults.add(LoseAnswer(502))
    assert upload(index, sample_wheel()).status_code == 502
    assert listed(index) == [sample_wheel().filename]


def test_only_an_answer_about_a_file_that_was_stored_is_lost(index: LocalIndex) -> None:
    upload(index, sample_wheel())
    index.faults.add(LoseAnswer(502))
    assert upload(index, sample_wheel()).status_code == 200
    assert upload(index, sample_wheel(files={"more.py": ""})).status_code == 400
    assert index.faults.waiting == (LoseAnswer(502),)


def test_a_slow_answer_waits_and_then_comes(tmp_path: Path) -> None:
    waits: list[float] = []
    store = IndexStore(tmp_path / "slow")
    store.open()
    app = IndexApp(store, token=TOKEN, clock=Clock(), wait=waits.append)
    app.faults.add(Slow(2.5, of="page"))
    assert Client(app).get("/simple/sample/").status_code == 404
    assert Client(app).get("/simple/sample/").status_code == 404
    store.close()
    assert waits == [2.5]


def test_pages_and_files_can_be_refused_and_cut_too(index: LocalIndex) -> None:
    upload(index, sample_wheel())
    index.faults.add(Refuse(500, of="page", target="sample"))
    assert page(index).status_code == 500
    index.faults.add(Refuse(404, of="file", target="*.whl"))
    with pytest.raises(AssertionError):
        assert file_bytes(index) == sample_wheel().content
    index.faults.add(Cut(of="file", target="*.whl.metadata"))
    assert file_bytes(index) == sample_wheel().content
    assert index.faults.waiting == (Cut(of="file", target="*.whl.metadata"),)


def test_a_fault_happens_only_to_its_target(index: LocalIndex) -> None:
    index.faults.add(Refuse(target="*.tar.gz"))
    assert upload(index, sample_wheel()).status_code == 200
    assert upload(index, sample_sdist()).status_code == 503


def test_faults_that_wait_can_be_dropped(index: LocalIndex) -> None:
    index.faults.add(Refuse(times=5))
    index.faults.clear()
    assert upload(index, sample_wheel()).status_code == 200
    assert index.faults.happened == ()


def test_a_new_file_can_stay_off_the_page_for_some_reads(index: LocalIndex) -> None:
    upload(index, sample_wheel())
    index.faults.add(HideForReads(2))
    upload(index, sample_sdist())
    wheel, sdist = sample_wheel().filename, sample_sdist().filename
    assert [listed(index) for _ in range(3)] == [[wheel], [wheel], [wheel, sdist]]


def test_a_project_that_has_not_propagated_at_all_is_404(index: LocalIndex) -> None:
    index.faults.add(HideForReads(1))
    upload(index, sample_wheel())
    assert Client(index.app).get("/pypi/sample/json").status_code == 200
    assert page(index).status_code == 404
    assert page(index).status_code == 200


def test_a_new_file_can_stay_off_the_page_for_some_seconds(index: LocalIndex, clock: Clock) -> None:
    index.faults.add(HideForSeconds(30))
    upload(index, sample_wheel())
    clock.now += timedelta(seconds=29)
    assert page(index).status_code == 404
    clock.now += timedelta(seconds=1)
    assert listed(index) == [sample_wheel().filename]


def test_a_stale_page_is_the_one_that_was_served_last(index: LocalIndex) -> None:
    index.faults.add(StalePage())
    upload(index, sample_wheel())
    assert page(index).status_code == 404
    assert listed(index) == [sample_wheel().filename]
    index.faults.add(StalePage(times=2))
    upload(index, sample_sdist())
    assert [len(listed(index)) for _ in range(3)] == [1, 1, 2]


def test_simple_json_can_be_malformed(index: LocalIndex) -> None:
    upload(index, sample_wheel())
    index.faults.add(BrokenPage("malformed"))
    with pytest.raises(json.JSONDecodeError):
        json.loads(page(index).text)
    assert listed(index) == [sample_wheel().filename]


def test_simple_json_can_lack_what_mirrors_leave_out(index: LocalIndex) -> None:
    upload(index, sample_wheel())
    for damage in ("no hashes", "no versions", "numbers as text"):
        index.faults.add(BrokenPage(damage))
    first: Any = page(index).json
    second: Any = page(index).json
    third: Any = page(index).json
    assert first["files"][0]["hashes"] == {}
    assert "versions" not in second
    assert third["files"][0]["size"] == str(len(sample_wheel().content))
    assert third["meta"]["_last-serial"] == "1"


def test_html_readers_do_not_spend_a_fault_of_the_json(index: LocalIndex) -> None:
    upload(index, sample_wheel())
    index.faults.add(BrokenPage("malformed"))
    assert sample_wheel().filename in Client(index.app).get("/simple/sample/").text
    assert index.faults.waiting == (BrokenPage("malformed"),)


@pytest.mark.parametrize("damage", ["truncated", "altered"])
def test_a_files_bytes_can_be_damaged_on_the_way(index: LocalIndex, damage: Any) -> None:
    wheel = sample_wheel()
    upload(index, wheel)
    index.faults.add(BrokenFile(damage))
    spoiled = file_bytes(index)
    assert hashlib.sha256(spoiled).digest() != hashlib.sha256(wheel.content).digest()
    assert (len(spoiled) < len(wheel.content)) == (damage == "truncated")
    assert file_bytes(index) == wheel.content


@pytest.mark.parametrize(
    "fault", [Refuse(times=0), Cut(times=10_001), Slow(301), HideForSeconds(-1), HideForReads(10_001)]
)
def test_a_fault_without_a_bounded_end_is_refused(index: LocalIndex, fault: Fault) -> None:
    with pytest.raises(ConfigurationError, match="no bounded end"):
        index.faults.add(fault)


def test_a_refusal_may_have_a_reason_of_its_own(index: LocalIndex) -> None:
    index.faults.add(Refuse(400, reason="This filename was previously used."))
    answer = upload(index, sample_wheel())
    assert answer.status == "400 This filename was previously used."
    assert index.stored == {}


@pytest.mark.parametrize(
    ("damage", "kind", "held"), [("html", "text/html", "Just a moment"), ("empty", "application/", '"files": []')]
)
def test_a_page_may_be_something_else(index: LocalIndex, damage: Any, kind: str, held: str) -> None:
    upload(index, sample_wheel())
    index.faults.add(BrokenPage(damage))
    answer = page(index)
    assert answer.content_type.startswith(kind)
    assert held in answer.text
    assert listed(index) == [sample_wheel().filename]


def test_an_answer_may_be_short_of_the_length_that_it_tells(index: LocalIndex) -> None:
    upload(index, sample_wheel())
    index.faults.add(BrokenPage("short"))
    index.faults.add(BrokenFile("short"))
    assert len(page(index).data) < int(page(index).headers["Content-Length"])
    answer = Client(index.app).get(urlsplit(page(index).json["files"][0]["url"]).path)  # type: ignore[index]
    assert len(answer.data) * 2 <= int(answer.headers["Content-Length"])


def test_core_metadata_may_be_of_another_version_with_the_hash_that_it_has(index: LocalIndex) -> None:
    index.faults.add(OtherMetadata(times=2))
    upload(index, sample_wheel())
    upload(index, sample_sdist())
    wheel, sdist = page(index).json["files"]  # type: ignore[index]
    with Client(index.app).get(f"{urlsplit(wheel['url']).path}.metadata") as answer:
        beside = answer.data
    assert b"\nVersion: 99.1.0\n" in beside
    assert wheel["core-metadata"] == {"sha256": hashlib.sha256(beside).hexdigest()}
    assert sdist["core-metadata"] is False


def test_an_answer_may_come_one_byte_after_the_other(tmp_path: Path, clock: Clock) -> None:
    waited: list[float] = []
    store = IndexStore(tmp_path / "index")
    store.open()
    app = IndexApp(store, token=TOKEN, clock=clock, wait=waited.append)
    sample = sample_wheel()
    content = (io.BytesIO(sample.content), sample.filename, "application/octet-stream")
    Client(app).post("/legacy/", data={**sample.fields, "content": content}, auth=("__token__", TOKEN))
    app.faults.add(Trickle(seconds=2.0))
    answer = Client(app).get("/simple/sample/", headers=JSON)
    assert answer.json["name"] == "sample"  # type: ignore[index]
    assert waited == [2.0] * len(answer.data)
    store.close()

"""What an index says once is not believed where much hangs on it, and every read of it ends."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
import requests
from fake_index import CONTENT, LISTED, PAGE, SHA256, WHEEL, FakeIndex, Reply, entry, index, page
from requests.adapters import BaseAdapter

from releasegate.adapters.index import deadline
from releasegate.adapters.index.deadline import Arrived, TooSlowError, in_time
from releasegate.adapters.index.get import reading_session
from releasegate.adapters.index.package_index import SimpleIndex
from releasegate.adapters.index.second_look import Sight, settled
from releasegate.core.config.keys import IndexConfig
from releasegate.core.errors import ConfigurationError, GateFailed, Unavailable

GOOD = Reply(json.dumps(page(entry())).encode())
EMPTY = Reply(json.dumps(page()).encode())
HTML = Reply(b"<html><body>Just a moment...</body></html>", kind="text/html")
MALFORMED = Reply(GOOD.body[:20])
DAMAGED = Reply(b"x wheel's bytes")
ONCE = {"404": Reply(status=404), "403": Reply(status=403), "empty": EMPTY, "HTML": HTML, "malformed": MALFORMED}


@pytest.mark.parametrize("first", ONCE.values(), ids=ONCE)
def test_a_page_that_is_wrong_once_is_asked_for_again(first: Reply) -> None:
    reader, _ = index({PAGE: [first, GOOD]})
    assert reader.files("sample") == (LISTED,)


@pytest.mark.parametrize("last", [Reply(status=404), EMPTY, HTML], ids=["404", "empty", "HTML"])
def test_a_project_is_not_there_when_a_second_look_agrees(last: Reply) -> None:
    reader, fake = index({PAGE: last})
    assert reader.files("sample") == ()
    assert len(fake.asked) == 2
    # What two looks agreed on is believed at once from then on, until it is there.
    assert reader.files("sample") == ()
    assert len(fake.asked) == 3
    fake.replies = {PAGE: [GOOD, Reply(status=404), GOOD]}
    assert reader.files("sample") == (LISTED,)
    assert reader.files("sample") == (LISTED,)


def test_looks_that_do_not_agree_say_nothing() -> None:
    reader, _ = index({PAGE: [Reply(status=404), Reply(status=403), MALFORMED]})
    with pytest.raises(Unavailable, match="answers otherwise each time") as unavailable:
        reader.files("sample")
    assert unavailable.value.details == ("no simple page", "nothing of the project", "withheld")


@pytest.mark.parametrize("file", [Reply(status=404), Reply(status=403), DAMAGED, Reply(CONTENT[:5])], ids=str)
def test_a_file_that_is_wrong_once_is_fetched_again(file: Reply) -> None:
    reader, fake = index({LISTED.url: [file, Reply(CONTENT)]})
    assert reader.fetch(LISTED) == CONTENT
    # Past whatever keeps what was damaged on its way.
    assert [each.url for each in fake.asked] == [LISTED.url, f"{LISTED.url}?look=2"]


def test_bytes_are_called_others_when_every_look_finds_the_same() -> None:
    reader, fake = index({LISTED.url: DAMAGED})
    with pytest.raises(GateFailed, match=f"The bytes of {WHEEL} that staging served are not what it lists") as failure:
        reader.fetch(LISTED)
    assert failure.value.details == (f"listed: {SHA256}", f"served: {hashlib.sha256(DAMAGED.body).hexdigest()}")
    assert len(fake.asked) == 3


def test_bytes_that_are_others_each_time_say_nothing() -> None:
    reader, _ = index({LISTED.url: [DAMAGED, DAMAGED, Reply(b"and otherwise")]})
    with pytest.raises(Unavailable, match="answers otherwise each time"):
        reader.fetch(LISTED)


def test_a_file_of_another_length_than_is_listed_was_cut_off_and_is_no_verdict() -> None:
    reader, _ = index(
        {PAGE: Reply(json.dumps(page(entry(size=len(CONTENT)))).encode()), LISTED.url: Reply(CONTENT[:5])}
    )
    with pytest.raises(Unavailable, match=f"serves 5 of the {len(CONTENT)} bytes of {WHEEL}"):
        reader.fetch(reader.files("sample")[0])


def test_an_address_that_is_signed_is_left_as_it_is() -> None:
    url = f"{LISTED.url}?signature=x"
    reader, fake = index({url: [DAMAGED, Reply(CONTENT)]})
    assert reader.fetch(replace(LISTED, url=url)) == CONTENT
    assert {each.url for each in fake.asked} == {url}


def test_who_was_let_in_before_is_not_told_to_set_a_token() -> None:
    reader, _ = index({PAGE: [GOOD, Reply(status=403)], LISTED.url: Reply(status=403)})
    assert reader.files("sample") == (LISTED,)
    for ask in (lambda: reader.files("sample"), lambda: reader.fetch(LISTED)):
        with pytest.raises(Unavailable, match="answered 403"):
            ask()
    stranger, _ = index({PAGE: Reply(status=403)})
    with pytest.raises(ConfigurationError, match="does not let this machine read"):
        stranger.files("sample")


def test_core_metadata_is_read_beside_its_file_and_checked() -> None:
    told = hashlib.sha256(b"Name: sample").hexdigest()
    listed = page(entry(**{"core-metadata": {"sha256": told}}))
    beside = f"{LISTED.url}.metadata"
    reader, fake = index({PAGE: Reply(json.dumps(listed).encode()), beside: [DAMAGED, Reply(b"Name: sample")]})
    (file,) = reader.files("sample")
    assert file.metadata == told
    assert reader.metadata(file) == b"Name: sample"
    assert reader.metadata(LISTED) is None
    fake.replies = {beside: DAMAGED}
    with pytest.raises(GateFailed, match=f"The bytes of {WHEEL}.metadata that staging served"):
        reader.metadata(file)
    assert reader.metadata(replace(file, metadata="")) == DAMAGED.body


@pytest.mark.parametrize(
    ("told", "read"), [(True, ""), (False, None), ({}, None), ({"md5": "0"}, ""), ("yes", None), ({"sha256": 7}, None)]
)
def test_what_a_page_tells_of_core_metadata_is_taken_if_it_is_sound(told: object, read: str | None) -> None:
    reader, _ = index({PAGE: Reply(json.dumps(page(entry(**{"core-metadata": told}))).encode())})
    assert reader.files("sample")[0].metadata == read


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("2026-11-26T18:00:00.000000Z", "2026-11-26T18:00:00+00:00"),
        ("2026-11-26T18:00:00", "2026-11-26T18:00:00+00:00"),
        ("yesterday", None),
        (7, None),
    ],
)
def test_when_a_file_was_uploaded_is_told_in_utc(told: object, read: str | None) -> None:
    reader, _ = index({PAGE: Reply(json.dumps(page(entry(**{"upload-time": told}))).encode())})
    assert reader.files("sample")[0].uploaded == read


def test_a_sight_beyond_doubt_is_believed_at_once() -> None:
    assert settled(lambda number: Sight(lambda: f"look {number}"), index="staging") == "look 0"


class Trickling(BaseAdapter):
    """A transport that answers one byte after the other until it is told to stop."""

    def __init__(self) -> None:
        super().__init__()
        self.stop = Event()

    def send(self, *_: object, **__: object) -> requests.Response:
        """Send headers for as long as somebody waits."""
        self.stop.wait()
        raise requests.ConnectionError

    def close(self) -> None:
        """Let nobody wait."""
        self.stop.set()


def test_a_server_that_never_ends_its_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "SECONDS", 0.05)
    session, endless = reading_session(), Trickling()
    session.mount("https://", endless)
    config = IndexConfig("staging", "https://index.test/legacy/", "https://index.test/simple/")
    with pytest.raises(Unavailable, match="The index staging cannot be read") as unavailable:
        SimpleIndex(config, environ={}, workdir=Path("unused"), session=session).files("sample")
    assert "TooSlowError: 0 bytes came" in unavailable.value.details[0]
    endless.close()


def test_what_arrives_gives_an_answer_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "SECONDS", 0.2)

    def large(arrived: Arrived) -> str:
        arrived.count = 100 * deadline.RATE
        time.sleep(0.5)
        return "all of it"

    def little(arrived: Arrived) -> str:
        while not arrived.given_up:
            arrived.count += 1
            time.sleep(0.01)
        return "never"

    assert in_time(large) == "all of it"
    with pytest.raises(TooSlowError, match="bytes came in"):
        in_time(little)


def test_what_a_read_raises_is_raised_where_it_is_waited_for() -> None:
    def broken(_: Arrived) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        in_time(broken)


def test_an_answer_that_breaks_off_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    cut: list[int] = []

    class Breaking(FakeIndex):
        def send(self, request: requests.PreparedRequest, *args: object, **more: object) -> requests.Response:
            cut.append(1)
            if len(cut) <= 2:
                raise requests.exceptions.ChunkedEncodingError("broken off")
            return super().send(request, *args, **more)

    session = reading_session()
    session.mount("https://", Breaking({PAGE: GOOD}))
    config = IndexConfig("staging", "https://index.test/legacy/", "https://index.test/simple/")
    reader = SimpleIndex(config, environ={}, workdir=Path("unused"), session=session)
    assert reader.files("sample") == (LISTED,)
    monkeypatch.setattr(Breaking, "send", _broken)
    with pytest.raises(Unavailable, match="cannot be read"):
        reader.files("sample")


def _broken(*_: object, **__: object) -> requests.Response:
    raise requests.exceptions.ChunkedEncodingError("broken off")

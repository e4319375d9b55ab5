"""What is believed of an index's answers, without a socket: a fake transport answers in its place."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter
from urllib3.response import HTTPResponse

from releasegate.adapters import simple
from releasegate.adapters.addresses import addresses
from releasegate.adapters.index import SimpleIndex
from releasegate.adapters.web import reading_session
from releasegate.core.config import IndexConfig
from releasegate.core.errors import ConfigurationError, GateFailed, Unavailable
from releasegate.ports import IndexFile

PAGE = "https://index.test/simple/sample/"
JSON_API = "https://index.test/pypi/sample/json"
WHEEL = "sample-1.0-py3-none-any.whl"
CONTENT = b"a wheel's bytes"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
JSON = "application/vnd.pypi.simple.v1+json"


@dataclass(frozen=True)
class Reply:
    """What the fake index answers under one address."""

    body: bytes = b""
    kind: str = JSON
    status: int = 200
    location: str | None = None


@dataclass
class FakeIndex(BaseAdapter):
    """A transport that answers from a table, and 404 for everything else; it keeps what it was asked."""

    replies: Mapping[str, Reply]
    asked: list[requests.PreparedRequest] = field(default_factory=list)

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        self.asked.append(request)
        reply = self.replies.get(str(request.url), Reply(status=404))
        headers = {"Content-Type": reply.kind, **({"Location": reply.location} if reply.location else {})}
        raw = HTTPResponse(BytesIO(reply.body), headers=headers, status=reply.status, preload_content=False)
        return requests.adapters.HTTPAdapter().build_response(request, raw)

    def close(self) -> None:
        self.asked.clear()


def index(replies: Mapping[str, Reply], *, upload: str = "https://index.test/legacy/") -> tuple[SimpleIndex, FakeIndex]:
    fake = FakeIndex(replies)
    session = reading_session()
    session.mount("https://", fake)
    config = IndexConfig("staging", upload, "https://index.test/simple/", token_env="TOKEN")
    return SimpleIndex(config, environ={}, workdir=Path("unused"), session=session), fake


def answering(body: object, **more: Reply) -> SimpleIndex:
    """Return an index whose page of the project ``sample`` is *body*, as JSON unless it is bytes."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return index({PAGE: Reply(content), **more})[0]


def page(*files: object, **more: object) -> dict[str, object]:
    return {"meta": {"api-version": "1.1"}, "name": "sample", "files": list(files), **more}


def entry(**more: object) -> dict[str, object]:
    return {"filename": WHEEL, "url": f"/files/{WHEEL}", "hashes": {"sha256": SHA256}, **more}


LISTED = IndexFile(WHEEL, f"https://index.test/files/{WHEEL}", "1.0", SHA256)


def test_a_file_is_listed_with_its_version_and_its_address_resolved() -> None:
    assert answering(page(entry())).files("sample") == (LISTED,)


def test_an_unknown_project_has_no_files_and_no_versions() -> None:
    unknown, _ = index({})
    assert unknown.files("sample") == ()
    assert unknown.versions("sample") == ()


def test_pages_are_asked_for_past_caches_and_without_credentials() -> None:
    reader, fake = index({PAGE: Reply(json.dumps(page()).encode())})
    reader.files("Sample")
    (asked,) = fake.asked
    assert asked.headers["Cache-Control"] == "no-cache"
    assert asked.headers["User-Agent"] == "releasegate"
    assert asked.headers["Accept"].startswith(JSON)
    assert "Authorization" not in asked.headers


@pytest.mark.parametrize("hashes", [{}, None, {"md5": "0" * 32}, {"sha256": ""}])
def test_a_missing_hash_is_missing(hashes: object) -> None:
    (file,) = answering(page(entry(hashes=hashes))).files("sample")
    assert file.sha256 is None


def test_an_entry_without_the_hashes_key_has_no_hash() -> None:
    (file,) = answering(page({"filename": WHEEL, "url": "/x"})).files("sample")
    assert file.sha256 is None


def test_a_hash_in_capitals_is_the_same_hash() -> None:
    (file,) = answering(page(entry(hashes={"sha256": SHA256.upper()}))).files("sample")
    assert file.sha256 == SHA256


@pytest.mark.parametrize("yanked", [True, "", "broken"])
def test_a_yanked_file_is_listed_as_yanked(yanked: object) -> None:
    # PEP 691: a reason, even an empty one, means yanked; an empty one in JSON is false in practice.
    (file,) = answering(page(entry(yanked=yanked))).files("sample")
    assert file.yanked is (yanked != "")


@pytest.mark.parametrize(
    "careless",
    [
        page(entry(size="12", **{"upload-time": "yesterday", "requires-python": 3})),
        page(entry(**{"core-metadata": "yes", "provenance": 7})),
        page(entry(), meta={"api-version": 1.0, "_last-serial": "17", "tracks": None}),
        page(entry(), meta={"api-version": "1.999"}),
        page(entry(), meta=None),
        page(entry(), name=None, versions=None),
        {"files": [entry()]},
    ],
)
def test_what_is_not_needed_may_be_wrong_or_missing(careless: object) -> None:
    assert answering(careless).files("sample") == (LISTED,)


@pytest.mark.parametrize(
    "name",
    ["../../x-1.0.tar.gz", "a/b-1.0.tar.gz", "a\\b-1.0.tar.gz", "/etc/passwd", "..", "", "C:x", "a\nb", "x" * 256],
)
def test_a_file_name_that_is_a_path_is_dropped(name: str) -> None:
    assert answering(page(entry(filename=name), entry())).files("sample") == (LISTED,)


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b"[]",
        b"null",
        b'"text"',
        {},
        {"files": None},
        {"files": [1]},
        {"files": [{"url": "/x"}]},
        page(entry(filename=7)),
        page(entry(url=None)),
        page(entry(url="file:///etc/passwd")),
        page(entry(url="https://[")),
        page(entry(hashes=["sha256"])),
        page(entry(hashes={"sha256": 7})),
        page(entry(hashes={"sha256": "abc"})),
        page(entry(), meta={"api-version": "2.0"}),
        page(entry(), meta={"api-version": "new"}),
        page(entry(), meta="1.0"),
        page(entry(), versions=7),
        b'{"files": [], "versions": [' + b"9" * 5000 + b"]}",
    ],
)
def test_what_is_no_simple_page_is_an_error_of_the_index(broken: object) -> None:
    with pytest.raises(Unavailable, match="The index staging answered something that is no simple page for sample"):
        answering(broken).files("sample")


def html(body: str, kind: str = "text/html; charset=utf-8") -> SimpleIndex:
    return index({PAGE: Reply(body.encode(), kind)})[0]


def test_a_page_of_html_is_read_with_its_hash_in_the_fragment() -> None:
    link = f'<a href="../../files/{WHEEL}#sha256={SHA256}" data-yanked="bad">{WHEEL}</a>'
    (file,) = html(link).files("sample")
    assert file == IndexFile(WHEEL, f"https://index.test/files/{WHEEL}", "1.0", SHA256, yanked=True)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ('<a href="/login">Log in</a>', "text/html"),
        (f'<a href="https://[/{WHEEL}">{WHEEL}</a>', "text/html"),
        (f'<meta name="pypi:repository-version" content="9.0"><a href="x">{WHEEL}</a>', "text/html"),
        (f'<a href="x#sha256=short">{WHEEL}</a>', "text/html"),
        ("%PDF", "application/pdf"),
    ],
)
def test_html_that_lists_no_distributions_is_no_simple_page(body: str, kind: str) -> None:
    with pytest.raises(Unavailable, match="no simple page"):
        html(body, kind).files("sample")


def test_a_project_without_links_has_no_files() -> None:
    assert html("<!DOCTYPE html><html><body></body></html>").files("sample") == ()


def test_an_answer_larger_than_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simple, "PAGE_LIMIT", 2**20)
    assert answering(json.dumps(page(entry())).encode().ljust(2**20)).files("sample") == (LISTED,)
    with pytest.raises(Unavailable, match="The index staging answered more than 1 MiB"):
        answering(json.dumps(page(entry())).encode().ljust(2**20 + 1)).files("sample")


@pytest.mark.parametrize("status", [403, 429, 500])
def test_another_status_is_no_answer(status: int) -> None:
    broken, _ = index({PAGE: Reply(status=status)})
    with pytest.raises(Unavailable, match=f"The index staging answered {status}"):
        broken.files("sample")


def test_an_index_that_sends_readers_to_another_host_is_not_read_there() -> None:
    elsewhere = "https://other.test/simple/sample/"
    reader, _ = index(
        {
            PAGE: Reply(status=303, location=elsewhere),
            JSON_API: Reply(status=303, location="https://other.test/pypi/sample/json"),
            elsewhere: Reply(json.dumps(page(entry())).encode()),
        }
    )
    with pytest.raises(Unavailable, match=r"sends readers of sample to other\.test"):
        reader.files("sample")


def test_endless_redirects_are_no_answer() -> None:
    reader, _ = index({PAGE: Reply(status=302, location=PAGE)})
    with pytest.raises(Unavailable, match="The index staging cannot be read"):
        reader.files("sample")


def test_versions_are_those_of_the_page_the_files_and_the_releases() -> None:
    reader, _ = index(
        {
            PAGE: Reply(json.dumps(page(entry(), versions=["0.9", "1.0"])).encode()),
            JSON_API: Reply(b'{"releases": {"0.8": [], "1.0": []}}'),
        }
    )
    assert reader.versions("sample") == ("0.9", "1.0", "0.8")


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"<html>"),
        Reply(b'{"releases": ["1.0"]}'),
        Reply(b"[]"),
        Reply(status=500),
        Reply(status=303, location="https://other.test/pypi/sample/json"),
    ],
)
def test_an_index_without_a_project_json_api_is_enough(reply: Reply) -> None:
    other = Reply(b'{"releases": {"7.0": []}}')
    reader, _ = index(
        {PAGE: Reply(json.dumps(page(entry())).encode()), JSON_API: reply, "https://other.test/pypi/sample/json": other}
    )
    assert reader.versions("sample") == ("1.0",)


def test_a_file_is_fetched_and_checked() -> None:
    reader, fake = index({LISTED.url: Reply(CONTENT)})
    assert reader.fetch(LISTED) == CONTENT
    assert fake.asked[0].headers["Accept-Encoding"] == "identity"


def test_bytes_that_are_not_what_the_index_lists_fail_the_gate() -> None:
    reader, _ = index({LISTED.url: Reply(b"other bytes")})
    with pytest.raises(GateFailed, match=f"The bytes of {WHEEL} that staging served are not what it lists"):
        reader.fetch(LISTED)


def test_a_file_without_a_listed_hash_is_fetched_as_it_is() -> None:
    reader, _ = index({LISTED.url: Reply(CONTENT)})
    assert reader.fetch(IndexFile(WHEEL, f"../files/{WHEEL}", "1.0", None)) == CONTENT


@pytest.mark.parametrize("url", [LISTED.url, "file:///etc/passwd", "ftp://index.test/x"])
def test_a_file_that_is_not_served_is_unavailable(url: str) -> None:
    reader, fake = index({})
    with pytest.raises(Unavailable, match=f"The index staging lists {WHEEL} but does not serve it"):
        reader.fetch(IndexFile(WHEEL, url, "1.0", SHA256))
    assert [request.url for request in fake.asked] == ([url] if url == LISTED.url else [])


def test_a_file_larger_than_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simple, "FILE_LIMIT", len(CONTENT) - 1)
    reader, _ = index({LISTED.url: Reply(CONTENT)})
    with pytest.raises(Unavailable, match="answered more than"):
        reader.fetch(LISTED)


def test_the_hosts_of_an_index_are_told() -> None:
    reader = answering(page(entry(), entry(filename="sample-1.0.tar.gz", url="https://files.test/x")))
    assert (reader.name, reader.host) == ("staging", "index.test")
    assert reader.simple_url == "https://index.test/simple"
    assert reader.file_hosts("sample") == {"index.test", "files.test"}


def test_an_alias_stands_for_the_addresses_that_twine_and_pip_know() -> None:
    production, staging = addresses(IndexConfig("pypi")), addresses(IndexConfig("testpypi"))
    assert len({production.upload, production.simple, staging.upload, staging.simple}) == 4
    for each in (production, staging):
        assert each.upload.endswith("/legacy/")
        assert each.simple.endswith("/simple")


def test_configured_addresses_replace_those_of_an_alias() -> None:
    own = addresses(IndexConfig("testpypi", "http://127.0.0.1:1/legacy/", "http://127.0.0.1:1/simple/"))
    assert (own.upload, own.simple) == ("http://127.0.0.1:1/legacy/", "http://127.0.0.1:1/simple")


@pytest.mark.parametrize(
    ("upload", "simple_url", "missing"),
    [
        (None, "https://index.test/simple", "upload"),
        ("https://index.test/", None, "simple"),
        ("ftp://index.test/", "https://index.test/simple", "upload"),
        ("https://index.test/", "https://[", "simple"),
        ("https://index.test/", "https:///simple", "simple"),
    ],
)
def test_an_index_without_an_address_is_refused(upload: str | None, simple_url: str | None, missing: str) -> None:
    with pytest.raises(ConfigurationError, match=f"The index staging has no {missing} address"):
        addresses(IndexConfig("staging", upload, simple_url))

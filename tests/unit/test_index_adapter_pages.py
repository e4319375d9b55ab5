"""What is believed of an index's pages."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from fake_index import JSON, JSON_API, LISTED, PAGE, SHA256, WHEEL, Reply, answering, entry, index, page
from packaging.version import Version
from pypi_simple import PYPI_SIMPLE_ENDPOINT
from requests import Response, Session
from requests.exceptions import SSLError

from releasegate.adapters.index import simple
from releasegate.adapters.index.package_index import SimpleIndex
from releasegate.adapters.index.web import Web
from releasegate.core.errors import Unavailable
from releasegate.ports import IndexFile


def test_a_file_is_listed_with_its_version_and_its_address_resolved() -> None:
    assert answering(page(entry())).files("sample") == (LISTED,)


def test_an_unknown_project_has_no_files_and_no_versions() -> None:
    unknown, _ = index({})
    assert unknown.files("sample") == ()
    assert unknown.versions("sample") == ()


def test_pages_are_asked_for_past_caches_and_without_credentials() -> None:
    reader, fake = index({PAGE: Reply(json.dumps(page()).encode())})
    reader.files("Sample")
    asked, _ = fake.asked
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
def test_a_file_is_yanked_where_the_page_says_so_or_why(yanked: object) -> None:
    # PEP 691 allows no empty reason.
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
    (file,) = answering(careless).files("sample")
    assert replace(file, size=None) == LISTED


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
    assert file == IndexFile(WHEEL, f"https://index.test/files/{WHEEL}", Version("1.0"), SHA256, yanked=True)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ('<a href="/login">Log in</a>', "text/html"),
        (f'<a href="https://[/{WHEEL}">{WHEEL}</a>', "text/html"),
        (f'<meta name="pypi:repository-version" content="9.0"><a href="x">{WHEEL}</a>', "text/html"),
        (f'<a href="x#sha256=short">{WHEEL}</a>', "text/html"),
        ('<form action="/login"><input name="user"></form>', "text/html"),
        ('<meta http-equiv="refresh" content="0; url=/portal">', "text/html"),
        ("<html><body><h1>Sign in</h1><p>to read packages</p></body></html>", "text/html"),
        ("<html><body>Down for maintenance.</body></html>", "text/html"),
        ("<noscript>Enable it</noscript><SCRIPT src=app.js></SCRIPT>", "text/html"),
        ("%PDF", "application/pdf"),
    ],
)
def test_html_that_lists_no_distributions_is_no_simple_page(body: str, kind: str) -> None:
    with pytest.raises(Unavailable, match="no simple page"):
        html(body, kind).files("sample")


def test_a_page_that_says_what_it_would_list_is_one_with_a_button_on_it_too() -> None:
    assert html("<h1>dev: Links for sample</h1><form><input value=Refresh></form>").files("sample") == ()


def test_a_project_without_links_has_no_files() -> None:
    assert html("<!DOCTYPE html><html><body></body></html>").files("sample") == ()


def test_an_answer_larger_than_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simple, "PAGE_LIMIT", 2**20)
    assert answering(json.dumps(page(entry())).encode().ljust(2**20)).files("sample") == (LISTED,)
    with pytest.raises(Unavailable, match="The index staging answered more than 1 MiB"):
        answering(json.dumps(page(entry())).encode().ljust(2**20 + 1)).files("sample")


@pytest.mark.parametrize("status", [402, 429, 500])
def test_another_status_is_no_answer(status: int) -> None:
    broken, _ = index({PAGE: Reply(status=status)})
    with pytest.raises(Unavailable, match=f"The index staging answered {status}"):
        broken.files("sample")


def test_an_index_that_falls_back_on_the_public_one_does_not_hold_the_project() -> None:
    reader, fake = index({PAGE: Reply(status=303, location=f"{PYPI_SIMPLE_ENDPOINT}sample/")})
    assert reader.files("sample") == ()
    assert reader.versions("sample") == ()
    # Nobody is asked there.
    assert {urlsplit(str(each.url)).hostname for each in fake.asked} == {"index.test"}


def test_a_redirect_on_the_same_host_is_followed() -> None:
    moved = "http://index.test/other/sample/"
    reader, fake = index(
        {
            PAGE: Reply(status=302, location="/more/"),
            "https://index.test/more/": Reply(status=301, location=moved),
            moved: Reply(json.dumps(page(entry())).encode()),
        }
    )
    reader._pages.web.session.mount("http://", fake)
    assert [file.filename for file in reader.files("sample")] == [LISTED.filename]


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


@pytest.mark.parametrize(
    ("problem", "hint"),
    [
        ("[SSL: CERTIFICATE_VERIFY_FAILED] unable to get local issuer certificate", "export SSL_CERT_FILE=FILE"),
        ("[SSL: WRONG_VERSION_NUMBER]", "Check its address and the network"),
    ],
)
def test_who_does_not_trust_the_certificate_of_an_index_is_told_how_to(problem: str, hint: str) -> None:
    class Refusing(Session):
        def get(self, *_: object, **__: object) -> Response:
            raise SSLError(problem)

    with pytest.raises(Unavailable, match="The index staging cannot be read") as away:
        Web("staging", given=Refusing()).get(PAGE, headers={}, limit=10)
    assert f"{hint}, then run the same command again" in away.value.hint

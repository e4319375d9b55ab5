"""The versions, files and addresses of an index."""

from __future__ import annotations

import json
import string
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from fake_index import CONTENT, JSON_API, LISTED, PAGE, SHA256, WHEEL, Reply, answering, entry, index, page
from packaging.version import Version
from pypi_simple import PYPI_SIMPLE_ENDPOINT
from twine.utils import DEFAULT_REPOSITORY, TEST_REPOSITORY

from releasegate.adapters.index import simple
from releasegate.adapters.index.addresses import addresses, constant
from releasegate.core.config.keys import IndexConfig
from releasegate.core.errors import ConfigurationError, GateFailed, Unavailable
from releasegate.ports import IndexFile


def test_versions_are_those_of_the_page_the_files_and_the_releases() -> None:
    reader, _ = index(
        {
            PAGE: Reply(json.dumps(page(entry(), versions=["0.9", "1.0"])).encode()),
            JSON_API: Reply(b'{"releases": {"0.8": [], "1.0": []}}'),
        }
    )
    assert reader.versions("sample") == (Version("1.0"), Version("0.9"), Version("0.8"))


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
    assert reader.versions("sample") == (Version("1.0"),)


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
    assert reader.fetch(IndexFile(WHEEL, f"../files/{WHEEL}", Version("1.0"), None)) == CONTENT


@pytest.mark.parametrize("url", [LISTED.url, "file:///etc/passwd", "ftp://index.test/x"])
def test_a_file_that_is_not_served_is_unavailable(url: str) -> None:
    reader, fake = index({})
    with pytest.raises(Unavailable, match=f"The index staging lists {WHEEL} but does not serve it"):
        reader.fetch(IndexFile(WHEEL, url, Version("1.0"), SHA256))
    assert [request.url for request in fake.asked] == ([url, f"{url}?look=2"] if url == LISTED.url else [])


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


def test_an_alias_stands_for_the_addresses_that_the_libraries_know() -> None:
    production, staging = addresses(IndexConfig("pypi")), addresses(IndexConfig("testpypi"))
    assert (production.upload, staging.upload) == (DEFAULT_REPOSITORY, TEST_REPOSITORY)
    assert production.simple == PYPI_SIMPLE_ENDPOINT.rstrip("/")
    assert len({production.upload, production.simple, staging.upload, staging.simple}) == 4
    for each in (production, staging):
        assert each.upload.endswith("/legacy/")
        assert each.simple.endswith("/simple")


def test_the_pages_of_testpypi_are_where_pypis_are_on_the_host_of_its_uploads() -> None:
    production, staging = (urlsplit(addresses(IndexConfig(name)).simple) for name in ("pypi", "testpypi"))
    assert staging == production._replace(netloc=urlsplit(TEST_REPOSITORY).netloc)
    assert staging.netloc == f"test.{production.netloc}"


def test_one_address_of_an_alias_can_be_replaced_alone() -> None:
    real = addresses(IndexConfig("testpypi"))
    assert addresses(IndexConfig("testpypi", simple="https://index.test/simple")).upload == real.upload
    assert addresses(IndexConfig("testpypi", "https://index.test/")).simple == real.simple


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


def test_the_addresses_of_the_aliases_are_known_without_importing_the_libraries_that_know_them() -> None:
    code = (
        "import sys; from releasegate.adapters.index.addresses import addresses;"
        "from releasegate.core.config.keys import IndexConfig;"
        "[addresses(IndexConfig(alias)) for alias in ('pypi', 'testpypi')];"
        "print([name for name in ('twine', 'pypi_simple', 'requests') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_constant_that_the_source_does_not_state_plainly_is_asked_of_the_module() -> None:
    assert constant("string", "ascii_letters") == string.ascii_letters
    assert constant("string", "digits") == string.digits

"""An index that wants its token for reading gets it, and nobody else does."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import requests
from fake_index import CONTENT, LISTED, PAGE, WHEEL, FakeIndex, Reply, entry, page
from pypi_simple import PYPI_SIMPLE_ENDPOINT

from releasegate.adapters.index.access import Access, access
from releasegate.adapters.index.addresses import Addresses
from releasegate.adapters.index.get import reading_session
from releasegate.adapters.index.package_index import SimpleIndex
from releasegate.core.config.keys import IndexConfig
from releasegate.core.errors import ConfigurationError

FILE = f"https://index.test/files/{WHEEL}"
OTHER = "https://other.test/files/x"
TOKEN = "s3cret"
KNOWN = "Basic " + base64.b64encode(f"team:{TOKEN}".encode()).decode()
CONFIG = IndexConfig(
    "staging", "https://index.test/legacy/", "https://index.test/simple/", token_env="TOKEN", username="team"
)


@dataclass
class Closed(FakeIndex):
    """An index that answers *stranger* where it is not told the token, and *other* for one that it does not know."""

    stranger: int = 401
    other: int = 401

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        """Answer whom it knows as the table says."""
        told = request.headers.get("Authorization")
        if "other.test" in str(request.url) or told == KNOWN or self.stranger == 200:
            return super().send(request, *args, **more)
        refused = FakeIndex(
            {str(request.url).partition("?look=")[0]: Reply(status=self.stranger if told is None else self.other)}
        )
        self.asked.append(request)
        return refused.send(request)

    def told(self) -> list[tuple[str, bool]]:
        """Return what was asked for, whatever is looked at twice once, and whether the token was sent along."""
        asked = ((str(each.url).partition("?look=")[0], "Authorization" in each.headers) for each in self.asked)
        return list(dict.fromkeys(asked))


def closed(
    replies: Mapping[str, Reply | list[Reply]] | None = None,
    *,
    token: str = TOKEN,
    config: IndexConfig = CONFIG,
    stranger: int = 401,
    other: int = 401,
) -> tuple[SimpleIndex, Closed]:
    """Return an index of the project ``sample``, and what is behind it."""
    table = {PAGE: Reply(json.dumps(page(entry())).encode()), FILE: Reply(CONTENT), **(replies or {})}
    fake = Closed(table, stranger=stranger, other=other)
    session = reading_session()
    session.mount("https://", fake)
    environ = {"TOKEN": token} if token else {}
    return SimpleIndex(config, environ=environ, workdir=Path("unused"), session=session), fake


@pytest.mark.parametrize("stranger", [401, 403, 404])
def test_an_index_that_lets_no_stranger_read_is_told_the_token(stranger: int) -> None:
    index, fake = closed(stranger=stranger)
    assert index.files("sample") == (LISTED,)
    assert index.fetch(LISTED) == CONTENT
    # Once learned, it is told at once.
    assert fake.told() == [(PAGE, False), (PAGE, True), (FILE, True)]


def test_an_index_that_anybody_reads_is_told_nothing() -> None:
    index, fake = closed(stranger=200)
    assert index.files("sample") == (LISTED,)
    assert index.fetch(LISTED) == CONTENT
    assert not any("Authorization" in each.headers for each in fake.asked)


def test_an_index_that_showed_a_stranger_something_hides_nothing() -> None:
    index, fake = closed(stranger=200)
    assert index.files("sample") == (LISTED,)
    assert index.files("other") == ()
    assert [told for _, told in fake.told()] == [False, False]


@pytest.mark.parametrize("stranger", [401, 404])
def test_a_project_that_a_closed_index_does_not_have_is_unknown(stranger: int) -> None:
    index, fake = closed({PAGE: Reply(status=404)}, stranger=stranger)
    assert index.files("sample") == ()
    assert fake.told() == [(PAGE, False), (PAGE, True)]


def test_a_token_for_uploads_alone_hinders_nobody_where_strangers_may_ask() -> None:
    index, _ = closed(token="uploads", stranger=404, other=403)
    assert index.files("sample") == ()


@pytest.mark.parametrize(
    ("token", "stranger", "other", "config", "hint"),
    [
        ("", 401, 401, CONFIG, "Set TOKEN to a token that may read"),
        ("", 403, 401, CONFIG, "Set TOKEN to a token that may read"),
        ("stale", 401, 401, CONFIG, "Set TOKEN to a token that may read as well as upload, and"),
        ("stale", 401, 403, CONFIG, "tool.releasegate.indexes.staging.username"),
        ("stale", 404, 401, CONFIG, "Set TOKEN to a token"),
        ("s3cret", 401, 401, replace(CONFIG, token_env=None), "tool.releasegate.indexes.staging.token-env"),
    ],
)
def test_who_may_not_read_is_told_what_to_set(
    token: str, stranger: int, other: int, config: IndexConfig, hint: str
) -> None:
    index, _ = closed(token=token, stranger=stranger, other=other, config=config)
    with pytest.raises(ConfigurationError, match="The index staging does not let this machine read") as refusal:
        index.files("sample")
    assert hint in refusal.value.hint
    assert "stale" not in str(refusal.value)


@pytest.mark.parametrize(
    "elsewhere", [OTHER, "http://index.test/files/x", "https://index.test:8443/files/x"], ids=["host", "scheme", "port"]
)
def test_a_redirect_takes_the_token_nowhere_else(elsewhere: str) -> None:
    index, fake = closed({FILE: Reply(status=302, location=elsewhere), elsewhere: Reply(CONTENT)})
    index._pages.web.session.mount("http://", fake)
    assert index.files("sample") == (LISTED,)
    fake.stranger = 403
    with pytest.raises(ConfigurationError) if "index.test" in elsewhere else nullcontext():
        index.fetch(LISTED)
    assert fake.told()[2:4] == [(FILE, True), (elsewhere, False)]


def test_a_page_that_moved_is_told_the_token_where_it_is_the_same_origin() -> None:
    for moved, told in (("https://index.test/more/", True), ("https://index.test:8443/more/", False)):
        index, fake = closed({PAGE: Reply(status=302, location=moved), moved: Reply(json.dumps(page()).encode())})
        with nullcontext() if told else pytest.raises(ConfigurationError):
            assert index.files("sample") == ()
        assert fake.told()[:3] == [(PAGE, False), (PAGE, True), (moved, told)]


def test_a_closed_index_may_send_readers_elsewhere_for_what_it_does_not_hold() -> None:
    index, fake = closed({PAGE: Reply(status=303, location=f"{PYPI_SIMPLE_ENDPOINT}sample/")})
    assert index.files("sample") == ()
    assert index.files("sample") == ()
    assert fake.told() == [(PAGE, False), (PAGE, True)]


def test_a_redirect_on_the_same_host_keeps_the_token() -> None:
    moved = "https://index.test/store/x"
    index, fake = closed({FILE: Reply(status=302, location=moved), moved: Reply(CONTENT)})
    assert index.files("sample") == (LISTED,)
    assert index.fetch(LISTED) == CONTENT
    assert fake.told()[-2:] == [(FILE, True), (moved, True)]


def test_a_file_on_another_host_is_asked_for_without_the_token() -> None:
    index, fake = closed({OTHER: Reply(status=403)})
    assert index.files("sample") == (LISTED,)
    with pytest.raises(ConfigurationError, match=r"sends readers to other\.test, which answered 403") as refusal:
        index.fetch(replace(LISTED, url=OTHER))
    assert "The token goes to index.test alone" in refusal.value.hint
    assert fake.told()[-1] == (OTHER, False)


def test_the_public_indexes_are_read_without_their_tokens() -> None:
    config = IndexConfig("pypi", token_env="TOKEN")
    made = access(config, Addresses("https://a.test/legacy/", "https://a.test/simple"), {"TOKEN": "s3cret"})
    assert (made.token, made.credentials("https://a.test/simple/x/")) == ("", None)
    assert "proxy" in made.refusal(403, "https://a.test/simple/x/").hint


def test_a_token_for_https_is_not_sent_in_the_clear() -> None:
    config = replace(CONFIG, simple="http://index.test/simple/")
    made = access(config, Addresses(str(config.upload), "http://index.test/simple"), {"TOKEN": "s3cret"})
    assert made.credentials("http://index.test/simple/x/") is None
    assert "the token is not sent in the clear" in made.refusal(401, "http://index.test/simple/x/").hint


def test_an_installer_is_told_in_one_address_that_is_never_shown() -> None:
    made = Access("staging", "https://index.test:8443/simple", "te@m", "s/3:cret")
    assert made.simple_with_token() == "https://te%40m:s%2F3%3Acret@index.test:8443/simple/"
    assert "s/3:cret" not in repr(made)

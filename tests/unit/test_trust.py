"""Certificates that a person names for one program are trusted by all that a release runs."""

from __future__ import annotations

import pytest
from requests import Request

from releasegate.adapters.index.get import reading_session
from releasegate.adapters.process import clean_environment
from releasegate.core.trust import for_all, trusted


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_whichever_variable_names_them_an_index_is_read_with_them(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for each in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(each, raising=False)
    monkeypatch.setenv(name, "/own/ca.pem")
    session = reading_session()
    address = session.prepare_request(Request("GET", "https://index.test/simple/")).url or ""
    assert session.merge_environment_settings(address, {}, None, None, None)["verify"] == "/own/ca.pem"


def test_what_requests_was_told_comes_before_what_others_were() -> None:
    assert trusted({"SSL_CERT_FILE": "theirs", "REQUESTS_CA_BUNDLE": "own"}) == "own"


@pytest.mark.parametrize("environ", [{}, {"SSL_CERT_FILE": ""}])
def test_where_none_are_named_the_usual_ones_are_trusted(environ: dict[str, str]) -> None:
    assert trusted(environ) is True
    assert for_all(environ) == {}


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ({"SSL_CERT_FILE": "own"}, {"REQUESTS_CA_BUNDLE": "own"}),
        ({"SSL_CERT_DIR": "own"}, {"REQUESTS_CA_BUNDLE": "own"}),
        ({"REQUESTS_CA_BUNDLE": "own"}, {"SSL_CERT_FILE": "own"}),
        ({"CURL_CA_BUNDLE": "own"}, {"SSL_CERT_FILE": "own"}),
        ({"CURL_CA_BUNDLE": "one", "SSL_CERT_DIR": "other"}, {}),
    ],
)
def test_a_child_is_told_in_the_words_of_each_program(named: dict[str, str], told: dict[str, str]) -> None:
    child = clean_environment({**named, "PYPI_TOKEN": "secret"})
    assert {**named, **told}.items() <= child.items()
    assert for_all(named) == told
    assert "PYPI_TOKEN" not in child

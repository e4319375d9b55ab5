"""No secret is shown, in whatever form it was sent or echoed."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest

from releasegate.adapters.masking import masked, secrets_of, without_user_info

# A made-up one, with all that is ever escaped.
TOKEN = "pypi-AgE/cH+lw aS5v\"cm='<x>\\y"
FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "for a path": quote,
    "for a user": lambda text: quote(text, safe=""),
    "for a form": quote_plus,
    "in JSON": json.dumps,
    "in JSON in JSON": lambda text: json.dumps(json.dumps(text)),
    "in HTML": html.escape,
    "in an exception": lambda text: repr(ValueError(text)),
    "in an exception, as bytes": lambda text: repr(ValueError(text.encode())),
    "in hexadecimal": lambda text: text.encode().hex(),
    "in base64": lambda text: base64.b64encode(text.encode()).decode(),
    "behind a user": lambda text: base64.b64encode(f"__token__:{text}".encode()).decode(),
    "behind another user": lambda text: base64.b64encode(f"ada:{text}".encode()).decode(),
    "in base64 for an address": lambda text: base64.urlsafe_b64encode(f"u:{text}".encode()).decode(),
    "over two lines": lambda text: f"{text[:9]}\n{text[9:]}",
    "over two lines of a box": lambda text: f"{text[:9]}  │\n│  {text[9:]}",
    "in two colours": lambda text: f"{text[:9]}\x1b[31m{text[9:]}\x1b[0m",
    "with a link's address around it": lambda text: f"\x1b]8;;{text}\x07{text}\x1b]8;;\x07",
    "with nothing in it": "\u200b".join,
}


@pytest.mark.parametrize("form", FORMS)
def test_a_token_is_masked_in_every_form(form: str) -> None:
    said = f"before {FORMS[form](TOKEN)} after"
    hidden = masked(said, [TOKEN])
    assert "***" in hidden
    assert hidden.startswith("before ")
    assert hidden.endswith(" after")
    assert TOKEN[5:12] not in hidden
    assert len(hidden) < len("before  after") + 40


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
def test_a_token_in_base64_is_masked_wherever_it_begins(before: str) -> None:
    for after in ("", "x", "xy"):
        said = base64.b64encode(f"{before}{TOKEN}{after}".encode()).decode()
        assert masked(said, [TOKEN]) == "***"


def test_percent_encoding_in_small_letters_is_masked() -> None:
    assert masked("s3%2fcret-token", ["s3/cret-token"]) == "***"


def test_a_text_that_begins_or_ends_in_a_token_is_masked_there() -> None:
    assert masked(f"{TOKEN[4:]} is the rest; next {TOKEN[:12]}", [TOKEN]) == "*** is the rest; next ***"


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("secret-of-tiny-api", "tiny-api 1.1.0"),
        ("/run/secrets/NETBOX/netbox-proxbox", "netbox-proxbox 1.1.0: seal it"),
        ("tiny-plugin:secret", "released tiny-plugin"),
        ("/home/ada/Release keys/pypi", "in /home/ada/Release"),
    ],
)
def test_words_that_end_a_secret_are_words_all_the_same(secret: str, said: str) -> None:
    assert masked(said, [secret]) == said


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("pypi-AgEIcHlwaS5vcmc-abcdefgh1jk", "abcdefgh1jk is left over"),
        ("abcdefgh-ijklmnopq", "bcdefgh-ijklmnopq is left over"),
        ("deadbeefdeadbeef", "adbeefdeadbeef is left over"),
        ("Xy-qwertzuiopasdfg", "wertzuiopasdfg is left over"),
        ("sAf3-Horse+Battery", "f3-Horse+Battery is left over"),
    ],
)
def test_what_is_random_or_a_broken_word_is_masked_where_a_text_begins_with_it(secret: str, said: str) -> None:
    assert masked(said, [secret]) == "*** is left over"


@pytest.mark.parametrize("at", range(1, 17))
def test_a_secret_of_words_that_is_broken_over_lines_is_masked_wherever_it_breaks(at: int) -> None:
    secret = "correct-horse-battery"
    said = masked(f"the token is\n  {secret[:at]}\n  {secret[at:]}\nand no other", [secret])
    assert said == "the token is\n  ***\nand no other"


def test_short_secrets_are_masked_as_words_are_and_longer_ones_first() -> None:
    assert masked("a s3/cret, s3%2Fcret and s3/cret-longer", ["s3/cret", "", "s3/cret-longer"]) == "a ***, *** and ***"
    assert masked("s 3 / c r e t", ["s3/cret"]) == "s 3 / c r e t"


def test_text_without_a_secret_stays_as_it_is() -> None:
    said = "Uploading sample-1.0.tar.gz\n  HTTPError: 400 Bad Request\n"
    assert masked(said, [TOKEN]) == said
    assert masked(said, []) == said


def test_no_address_shows_a_password() -> None:
    said = "fatal: unable to access 'https://ada:secret@forge.example/x.git/': refused; see https://forge.example"
    assert without_user_info(said) == said.replace("ada:secret", "***")


def test_secrets_are_told_by_the_names_of_their_variables() -> None:
    environ = {"PYPI_TOKEN": "long-enough", "TWINE_PASSWORD": "also-long", "TOKEN": "short", "PATH": "/usr/bin:/bin"}
    assert secrets_of(environ.items()) == ("long-enough", "also-long")

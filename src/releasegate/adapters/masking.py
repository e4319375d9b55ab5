"""Secrets in the words of others become ``***``, in every form in which they may have been sent or echoed."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from urllib.parse import quote, quote_plus

from releasegate.core.printable import ESCAPE

MASK = "***"
LONG = 8
"""Characters from which on a secret, or a part of one, is no word that may stand anywhere."""

_NAMED = re.compile(r"TOKEN|PASSW(?:OR)?D|SECRET|CREDENTIAL|API_?KEY|PRIVATE_?KEY", re.IGNORECASE)
_USER_INFO = re.compile(r"(?<=://)[^/@\s]+(?=@)")
# What a terminal's width, a box, a colour or an escape of an escape puts between two characters.
_BETWEEN = rf"(?:{ESCAPE.pattern}|[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069│\\])"
_BETWEEN_ANY = re.compile(_BETWEEN)
_WORDS = re.compile(r"[^A-Za-z0-9]*(?:(?:[a-z]{2,}|[A-Z][a-z]+|[A-Z]{2,})(?:[^A-Za-z0-9]+|$))+")
_BASE64 = "[A-Za-z0-9+/_=-]{0,200}"


def secrets_of(environ: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return the values of the variables that are named as secrets are."""
    return tuple(value for name, value in environ if len(value) >= LONG and _NAMED.search(name))


def masked(text: str, secrets: Iterable[str]) -> str:
    """Return *text* with every secret replaced by ``***``.

    Also where it is escaped for an address, JSON, HTML or Python, where it is in base64 (alone or behind a user's
    name), where it is broken over lines, and where the text begins or ends in the middle of it. Words that may stand
    anywhere stay where they are all that is left of it: so what belongs together is handed over as one text.
    """
    known = sorted({secret for secret in secrets if secret}, key=len, reverse=True)
    squeezed = _BETWEEN_ANY.sub("", text) if any(len(secret) >= LONG for secret in known) else text
    for secret in known:
        for form, encoded in _forms(secret):
            if form in text or _BETWEEN_ANY.sub("", form) in squeezed or "%" in form:
                text = _pattern(form, encoded=encoded).sub(MASK, text)
    for secret in known:
        text = _without_ends(text, secret)
    return text


def without_user_info(text: str) -> str:
    """Return *text* with the user and the password of every address in it replaced by ``***``."""
    return _USER_INFO.sub(MASK, text)


@lru_cache(maxsize=32)
def _forms(secret: str) -> tuple[tuple[str, bool], ...]:
    """Return the forms of a secret, the longest first, each with whether it is in base64."""
    # It loads every name that HTML has for a character.
    import html

    content = secret.encode(errors="surrogateescape")
    as_text = (
        *(secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]),
        *(repr(secret)[1:-1], repr(content)[2:-1], html.escape(secret), content.hex()),
        *(quote(secret, safe="", errors="replace"), quote(secret, errors="replace")),
        quote_plus(secret, errors="replace"),
    )
    found = dict.fromkeys(as_text, False)
    if len(secret) >= LONG:
        found |= dict.fromkeys(_base64_forms(content), True)
    return tuple(sorted(found.items(), key=lambda each: len(each[0]), reverse=True))


@lru_cache(maxsize=256)
def _pattern(form: str, *, encoded: bool) -> re.Pattern[str]:
    """Return what finds a form: made where it may be there, since a run has many secrets that no text has."""
    spread = _spread(form) if len(form) >= LONG else _any_case(form)
    return re.compile(f"{_BASE64}{spread}{_BASE64}" if encoded else spread)


def _spread(form: str) -> str:
    """Return a pattern for *form* with anything between its characters that a terminal may have put there."""
    return f"{_BETWEEN}*".join(_any_case(piece) for piece in re.findall(r"%[0-9A-F]{2}|.", form, re.DOTALL))


def _any_case(form: str) -> str:
    """Return a pattern for *form*; a percent-encoded byte may be written in small letters."""
    return re.sub(r"%([0-9A-F]{2})", lambda byte: f"(?i:{byte[0]})", re.escape(form))


def _base64_forms(content: bytes) -> Iterator[str]:
    """Yield what stands in base64 for *content*, wherever in the encoded bytes it begins."""
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + content).decode()
        # A character is six bits: those that share them with what is around the secret are left out.
        form = whole[-(-8 * before // 6) : 8 * (before + len(content)) // 6]
        if len(form) >= LONG:
            yield from {form, form.replace("+", "-").replace("/", "_")}


def _without_ends(text: str, secret: str) -> str:
    """Mask the rest of *secret* that *text* begins with, and the part of it that it ends with."""
    for size in range(len(secret) - 1, LONG - 1, -1):
        if text.startswith(secret[-size:]) and not _is_words(secret[-size:], cut=secret[-size - 1 :][:2]):
            text = MASK + text[size:]
            break
    for size in range(len(secret) - 1, LONG - 1, -1):
        if text.endswith(secret[:size]) and not _is_words(secret[:size], cut=secret[size - 1 : size + 1]):
            return text[:-size] + MASK
    return text


def _is_words(part: str, *, cut: str) -> bool:
    """Whether a part of a secret is words that may stand anywhere, such as a package's name at the end of a path.

    Nothing in it is random, and no word is broken where it was cut: *cut* are the two characters there.
    """
    return not cut.isalnum() and _WORDS.fullmatch(part) is not None

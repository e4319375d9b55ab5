"""Inputs that nobody wrote: one part of a good one is another, missing, or there twice."""

from __future__ import annotations

from random import Random
from typing import Any

ODD: tuple[Any, ...] = (
    *(None, True, -1, 0, 2**80, 1e308, float("nan"), float("inf"), "", "x", "\x00", "\udcff", "\u202e", "9" * 5000),
    *([], {}, [[]], [None], {"": None}, {"a": {"b": []}}, ["x"] * 50, "x" * 10_000, "../../x", "/etc/x", "-x"),
)
"""Values that a field does not expect."""

NASTY: tuple[bytes, ...] = (
    *(b"", b"\x00", b"\xff\xfe", b"{", b"[" * 20_000, b'{"a":' * 20_000, b"null", b"1", b'"x"', b"NaN", b"1" * 5000),
    *(b"\xef\xbb\xbf{}", b"x" * 2**16, b"[]", b"{}", b"\n" * 5000, b"<html></html>"),
)
"""Whole texts that are none."""

PIECES = (
    *("", "[", "]", '"', "'''", "=", "{", "}", "\x00", "\n", "\udcff", "\u202e", "1e999", "[" * 5000, "9" * 5000, "é"),
    *("=[{", "\r", "\\", "#", "\ufeff", "a.b.c", '"""'),
)


def changed(value: Any, chance: Random) -> Any:
    """Return a JSON value of which one part is another, missing, or there twice."""
    if not isinstance(value, dict | list) or not value or chance.random() < 0.15:
        return chance.choice(ODD)
    if isinstance(value, list):
        at = chance.randrange(len(value))
        new = [changed(value[at], chance)] if chance.random() < 0.8 else chance.choice([[], [value[at]] * 2])
        return [*value[:at], *new, *value[at + 1 :]]
    key = chance.choice(sorted(value))
    if chance.random() < 0.2:
        return {name: each for name, each in value.items() if name != key}
    return {**value, key: changed(value[key], chance)}


def torn(text: str, chance: Random) -> str:
    """Return *text* with a piece of it gone, doubled, or replaced, up to four times."""
    for _ in range(chance.choice([1, 1, 2, 4])):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.choice([1, 1, 2, 5, 40]))
        text = text[:start] + chance.choice([*PIECES, text[start:end] * 2]) + text[end:]
    return text


def damaged(data: bytes, chance: Random) -> bytes:
    """Return *data* with some of its bytes altered, gone, or more of them."""
    way = chance.randrange(4)
    start = chance.randrange(len(data) + 1)
    if way == 0:
        return data[:start]
    if way == 1:
        return data[:start] + chance.randbytes(chance.choice([1, 4, 100])) + data[start:]
    if way == 2:
        return data[:start] + data[min(len(data), start + chance.choice([1, 8, 200])) :]
    altered = bytearray(data)
    for _ in range(chance.choice([1, 1, 3, 20])):
        altered[chance.randrange(len(altered))] ^= 1 << chance.randrange(8)
    return bytes(altered)

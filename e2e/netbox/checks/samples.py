"""Values that a field may take, by its description and by what was said of an earlier value."""

import itertools
import os
import re
from collections.abc import Callable, Mapping
from typing import Any

from stack_cell import RELEASED

COUNT = itertools.count(401 if os.environ.get("RELEASEGATE_PHASE") == RELEASED else 1)
"""Numbers of samples: those of the last final's records, which stay, are others than the candidate's."""
FORMATS: dict[str, Callable[[int], Any]] = {
    "date": lambda _: "2026-01-02",
    "date-time": lambda _: "2026-01-02T03:04:05Z",
    "time": lambda _: "03:04:05",
    "uri": lambda n: f"https://sample-{n}.example.com/",
    "email": lambda n: f"sample-{n}@example.com",
    "uuid": lambda n: f"00000000-0000-4000-8000-{n:012}",
    "ipv4": lambda n: f"198.51.100.{n % 250 + 1}",
    "ipv6": lambda n: f"2001:db8::{n:x}",
    "byte": lambda _: "c2FtcGxl",
}
FORMED = itertools.cycle(("65000:1", "10", "sample-1.example.com", "1.1", "Aa1", "+1 555 0100"))
"""What fields take whose form nobody tells: a community, a number, a host's name, a version, a word, a telephone's."""
IMAGE = b"GIF89a\1\0\1\0\200\0\0\0\0\0\377\377\377!\371\4\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"
"""A picture of one point."""
SAID: tuple[tuple[re.Pattern[str], Callable[[int], Any]], ...] = (
    (re.compile(r"(content|object) type", re.IGNORECASE), lambda _: "dcim.device"),
    (
        re.compile(r"address and mask|CIDR|network|prefix", re.IGNORECASE),
        lambda n: f"198.51.{n % 250}.0/24",
    ),
    (re.compile(r"MAC address|EUI", re.IGNORECASE), lambda n: f"02:00:00:00:{n // 256 % 256:02X}:{n % 256:02X}"),
    (re.compile(r"URL", re.IGNORECASE), FORMATS["uri"]),
    (re.compile(r"slug|letters, numbers, underscores", re.IGNORECASE), lambda n: f"sample-{n}"),
    (re.compile(r"hex|color", re.IGNORECASE), lambda n: f"{n % 256:02x}00ff"),
    (re.compile(r"JSON|dictionary", re.IGNORECASE), lambda _: {}),
    (re.compile(r"a list|array|iterable", re.IGNORECASE), lambda _: []),
    (re.compile(r"integer|number", re.IGNORECASE), lambda n: n),
    (re.compile(r"boolean", re.IGNORECASE), lambda _: True),
    (re.compile(r"date", re.IGNORECASE), FORMATS["date"]),
    (re.compile(r"email", re.IGNORECASE), FORMATS["email"]),
    (re.compile(r"IPv4|IPv6|IP address", re.IGNORECASE), FORMATS["ipv4"]),
    (re.compile(r"host ?name|domain|qualified", re.IGNORECASE), lambda n: f"sample-{n}.example.com"),
    (re.compile(r"unique|already exists", re.IGNORECASE), lambda n: f"sample-{n}"),
    (re.compile(r"valid value", re.IGNORECASE), lambda _: next(FORMED)),
    (re.compile(r"not a file|no file", re.IGNORECASE), lambda n: f"sample {n}\n".encode()),
    (re.compile(r"valid image", re.IGNORECASE), lambda _: IMAGE),
)
NAMED = tuple((re.compile(word, re.IGNORECASE), value) for word, value in (
    (r"^(address|prefix|network|cidr|subnet)$", SAID[1][1]),
    (r"mac", SAID[2][1]),
    (r"colou?r", SAID[5][1]),
    (r"slug", SAID[4][1]),
))  # fmt: skip


def sample(name: str, schema: Mapping[str, Any], choice: int = 0) -> Any:
    """Return a value as the description wants it, another one each time where it may differ; of choices that one."""
    number = next(COUNT)
    if choices := [each for each in schema.get("enum", ()) if each not in {None, ""}]:
        return choices[choice % len(choices)]
    kind = schema.get("type")
    if kind == "string":
        return _text(name, schema, number)
    if kind in {"integer", "number"}:
        low = int(schema.get("minimum", 0))
        return min(max(low, number), int(schema.get("maximum", 2**31 - 1)))
    plain: dict[Any, Any] = {"boolean": False, "array": _items(name, schema), "object": {}}
    return plain.get(kind, {})


def said_of(words: str) -> Any:
    """Return a value as the words of a refusal want it; nothing where they say nothing of it."""
    choice = re.search(r"must be one of[: ]+\W*([\w.-]+)", words)
    if choice:
        return choice[1]
    return next((value(next(COUNT)) for said, value in SAID if said.search(words)), None)


def _text(name: str, schema: Mapping[str, Any], number: int) -> str:
    if made := FORMATS.get(str(schema.get("format", ""))):
        return str(made(number))
    value = next((made(number) for named, made in NAMED if named.search(name)), f"sample-{number}")
    return str(value)[: int(schema.get("maxLength", 200))]


def _items(name: str, schema: Mapping[str, Any]) -> list[Any]:
    """Return as few items as the description allows."""
    return [sample(name, schema.get("items", {})) for _ in range(int(schema.get("minItems", 0)))]

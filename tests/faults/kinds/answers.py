"""Answers of an index, of pip and of a build that nobody gave."""

from __future__ import annotations

import json
from functools import partial
from random import Random

from fake_index import CONTENT, JSON_API, PAGE, Reply, entry, index, page

from releasegate.core.dists.manifest import manifest_from_json
from releasegate.core.install.pip_report import installed_from
from tests.faults.fault import Fault, Verdict, together
from tests.faults.kinds.bounds import refused, understood
from tests.faults.mutation import NASTY, changed, damaged, torn
from tests.faults.stages import Bench

KIND = "answers"
COUNT = 60
FILE = "https://index.test/files/sample-1.0-py3-none-any.whl"
GOOD = page(entry(), versions=["0.9", "1.0"])
REPORT = {
    "version": "1",
    "install": [{"metadata": {"name": "a", "version": "1"}, "download_info": {"url": "https://index.test/a.whl"}}],
}
MANIFEST = {
    "name": "sample",
    "version": "1.0",
    "commit": "0" * 40,
    "epoch": 1,
    "schema": 1,
    "files": [{"filename": "sample-1.0-py3-none-any.whl", "size": 1, "sha256": "0" * 64}],
}


def faults(seed: int) -> tuple[Fault, ...]:
    """Return pages with other values, torn pages, damaged files, and odd reports and manifests."""
    ways = {"page values": values, "page text": text, "file": file, "report": report, "manifest": manifest}
    found = [Fault(KIND, f"{name} {number}", seed, way) for name, way in ways.items() for number in range(COUNT)]
    found += [Fault(KIND, f"nasty {number}", seed, partial(nasty, number=number)) for number in range(len(NASTY))]
    return tuple(found)


def values(_: Bench, chance: Random) -> Verdict:
    """Read a page with another value somewhere."""
    return answered(json.dumps(changed(GOOD, chance)).encode(errors="replace"), chance)


def text(_: Bench, chance: Random) -> Verdict:
    """Read a torn page."""
    return answered(torn(json.dumps(GOOD), chance).encode(errors="replace"), chance)


def nasty(_: Bench, chance: Random, *, number: int) -> Verdict:
    """Read what is no answer at all."""
    read = NASTY[number].decode(errors="replace")
    return together(
        answered(NASTY[number], chance),
        understood(lambda: installed_from(read)),
        understood(lambda: manifest_from_json(read, where="manifest.json")),
    )


def file(_: Bench, chance: Random) -> Verdict:
    """Fetch a file whose bytes are others than the page lists."""
    reader, _fake = index({PAGE: Reply(json.dumps(GOOD).encode()), FILE: Reply(_other(chance))})
    (listed,) = reader.files("sample")
    return refused(lambda: reader.fetch(listed), "a file with other bytes than its index lists")


def report(_: Bench, chance: Random) -> Verdict:
    """Read what pip says of an install."""
    odd = json.dumps(changed(REPORT, chance)) if chance.random() < 0.7 else torn(json.dumps(REPORT), chance)
    return understood(lambda: installed_from(odd))


def manifest(_: Bench, chance: Random) -> Verdict:
    """Read what a build says of its files."""
    odd = json.dumps(changed(MANIFEST, chance)) if chance.random() < 0.7 else torn(json.dumps(MANIFEST), chance)
    return understood(lambda: manifest_from_json(odd, where="manifest.json"))


def answered(body: bytes, chance: Random) -> Verdict:
    """Ask an index whose pages are all *body*, of some kind and with some status."""
    kinds = ("application/vnd.pypi.simple.v1+json", "text/html", "application/json", "", "x/\u00e9")
    kind = chance.choices(kinds, [4, 1, 1, 1, 1])[0]
    reply = Reply(body, kind, chance.choice([200] * 6 + [204, 301, 404, 500]))

    def ask() -> object:
        reader, _fake = index({PAGE: reply, JSON_API: reply, FILE: Reply(CONTENT)})
        return reader.versions("sample"), [reader.fetch(each) for each in reader.files("sample")]

    return understood(ask)


def _other(chance: Random) -> bytes:
    while (body := damaged(CONTENT, chance)) == CONTENT:
        pass
    return body

"""What comes from outside may be anything: it is understood, left out, or refused with a sentence; nothing else."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

import pytest
from fake_index import CONTENT, JSON_API, LISTED, PAGE, Reply, entry, index, page

from releasegate.core.config.parse import parse_settings
from releasegate.core.dists.manifest import manifest_from_json
from releasegate.core.errors import ReleasegateError
from releasegate.core.evidence.merge import following, merge
from releasegate.core.install.pip_report import installed_from
from releasegate.core.release.entry import Entry, entry_from_json
from releasegate.core.release.record import record
from tests.faults.mutation import NASTY, ODD, changed, torn

SEED = 15
ROUNDS = 120
SETTINGS = """\
[project]
name = "sample"
version = "1.0.0"

[tool.releasegate]
staging = "testpypi"
production = "pypi"

[[tool.releasegate.packages]]
name = "sample"
path = "."
version-files = [{ toml = "pyproject.toml", key = "project.version" }]
pythons = ["3.12", "3.13"]

[tool.releasegate.packages.install]
smoke = [["python", "-c", "import sample"]]
extras = ["cli"]
not-imported = [{ pattern = "sample.*", reason = "it is a plugin" }]
"""
ENTRY = Entry(
    *("2026-01-01T00:00:00.000000+00:00", "r1", "seal", "done", "abc", "seal"),
    evidence={"files": {"a.whl": "0" * 64}, "commit": "0" * 40},
)


def answered(body: bytes) -> Callable[[], object]:
    """Return what asks an index whose pages, files and project JSON are all *body*."""

    def ask() -> object:
        reader, _ = index({PAGE: Reply(body), JSON_API: Reply(body), LISTED.url: Reply(CONTENT)})
        return reader.versions("sample"), [reader.fetch(each) for each in reader.files("sample")]

    return ask


def understood(ask: Callable[[], object]) -> bool:
    """Whether *ask* comes to an end; a refusal has two sentences, and every other error is a failure of the test."""
    try:
        ask()
    except ReleasegateError as error:
        refused = error
    else:
        return True
    assert all([refused.problem.strip(), refused.hint.strip()])
    return False


def replayed(line: str) -> None:
    """Do with a line of a ledger all that is done with ledgers."""
    found = entry_from_json(line)
    if found is None:
        return
    entries = merge([found, ENTRY], [ENTRY])
    told = record(entries)
    assert (told.seal, told.failure, told.attempted, told.pushed_back) is not None
    assert told.last(found.step, subject=found.subject) is not None
    assert following(entries, "2026-01-01T00:00:00+00:00")
    assert entry_from_json(found.to_json()) is not None


def test_a_configuration_may_be_anything() -> None:
    chance = random.Random(SEED)  # noqa: S311 - the same inputs every time
    heard = []
    for _ in range(ROUNDS):
        text = SETTINGS
        for _ in range(chance.choice([1, 1, 2, 4])):
            text = torn(text, chance)
        heard.append(understood(lambda text=text: parse_settings(text, where="pyproject.toml")))  # type: ignore[misc]
    assert {True, False} == set(heard)


def test_a_line_of_a_ledger_may_be_anything() -> None:
    chance = random.Random(SEED)  # noqa: S311 - the same inputs every time
    body = json.loads(ENTRY.to_json())
    for _ in range(ROUNDS):
        replayed(json.dumps(changed(body, chance)))
        replayed(torn(ENTRY.to_json(), chance))
    for nasty in NASTY:
        replayed(nasty.decode(errors="replace"))


@pytest.mark.parametrize("field", sorted(vars(ENTRY)))
def test_a_field_of_a_ledgers_line_may_be_anything(field: str) -> None:
    for odd in ODD:
        replayed(json.dumps({**json.loads(ENTRY.to_json()), field: odd}))


def test_an_answer_of_an_index_may_be_anything() -> None:
    chance = random.Random(SEED)  # noqa: S311 - the same inputs every time
    good = page(entry(), versions=["0.9", "1.0"])
    heard = [understood(answered(json.dumps(good).encode()))]
    for _ in range(ROUNDS):
        heard.append(understood(answered(json.dumps(changed(good, chance)).encode())))  # noqa: PERF401
    heard += [understood(answered(nasty)) for nasty in NASTY]
    assert {True, False} == set(heard)


def test_a_manifest_and_a_report_may_be_anything() -> None:
    chance = random.Random(SEED)  # noqa: S311 - the same inputs every time
    report = {"version": "1", "install": [{"metadata": {"name": "a", "version": "1"}, "download_info": {"url": "x"}}]}
    manifest = {
        "name": "sample",
        "version": "1.0",
        "commit": "0" * 40,
        "epoch": 1,
        "schema": 1,
        "files": [{"filename": "a.whl", "size": 1, "sha256": "0" * 64}],
    }
    for _ in range(ROUNDS):
        understood(lambda: installed_from(json.dumps(changed(report, chance))))
        understood(lambda: manifest_from_json(json.dumps(changed(manifest, chance)), where="manifest.json"))
    for nasty in NASTY:
        text = nasty.decode(errors="replace")
        understood(lambda text=text: installed_from(text))  # type: ignore[misc]
        understood(lambda text=text: manifest_from_json(text, where="manifest.json"))  # type: ignore[misc]

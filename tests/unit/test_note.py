"""Notes are untrusted input: what is malformed, from the future or out of reach is left out and told."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import Any

import pytest
from packaging.version import Version

from releasegate.core.evidence.merge import merge
from releasegate.core.evidence.note import Known, accepted, parse, within_reach, write
from releasegate.core.evidence.signed_entries import Statement, statement, statement_from
from releasegate.core.release.entry import SEAL, Entry
from releasegate.core.release.record import record
from releasegate.core.release.taken_back import CELL, REVOKED

COMMIT, VERSION = "a" * 40, Version("1.0rc1")
NOW = "2026-06-01T00:00:00Z"
FILES = {"demo.whl": "c" * 64}


def entry(step: str = "build", at: str = "2026-01-01T00:00:00Z", **more: Any) -> Entry:
    return replace(Entry(at, "r1", step, "done", "", step), **more)


def known(*versions: str, tagged: str | None = COMMIT) -> Known:
    return Known(lambda _: tagged, [Version(each) for each in versions], NOW)


def left_out(note: bytes, seen: Known) -> list[str]:
    return [each.why for each in accepted(note, package="demo", commit=COMMIT, known=seen).left_out]


SEALED: dict[str, Any] = {"package": "demo", "version": "1.0rc1", "commit": COMMIT, "files": FILES, "companion": None}
BESIDE: dict[str, Any] = {"name": "api", "version": "2.0", "files": FILES}
WORD: dict[str, Any] = {"by": "Ada", "reason": "it loses rows"}
RUN: dict[str, Any] = {"companion": {"version": "2.0", "files": FILES}, "cells": [{"cell": "4.7", "verdict": "pass"}]}


@pytest.mark.parametrize(
    "sound",
    [
        entry(SEAL, evidence=SEALED),
        entry(SEAL, evidence={**SEALED, "companion": {"version": "2.0"}}),
        entry(SEAL, evidence={**SEALED, "companions": [BESIDE, {"name": "mail", "version": "3.0"}]}),
        entry("e2e:staging", evidence=RUN),
        entry("e2e:production", evidence={**RUN, "companions": [BESIDE]}),
        entry("e2e:today", evidence={"companion": "2.0", "reason": "none is published"}),
        entry("e2e:staging", event="waived", evidence=WORD),
        entry(REVOKED, event=REVOKED, evidence=WORD),
        entry(CELL, evidence={"cell": "4.7", "verdict": "fail"}),
        entry("build", evidence={"anything": [None]}),
    ],
)
def test_what_is_well_formed_counts(sound: Entry) -> None:
    assert parse(write("demo", {VERSION: [sound]}), package="demo").records == {VERSION: [sound]}


def changed(sound: Entry, key: str, *values: object) -> list[Entry]:
    """Return the entry with each of *values* in its evidence."""
    return [replace(sound, evidence={**sound.evidence, key: value}) for value in values]


@pytest.mark.parametrize(
    "odd",
    [
        *changed(entry(SEAL, evidence=SEALED), "files", {}, [], None, {"a": 7}, {"a": "xyz"}, "c" * 64),
        *changed(entry(SEAL, evidence=SEALED), "commit", None, "HEAD", [COMMIT], "a" * 39),
        *changed(entry(SEAL, evidence=SEALED), "companion", {}, [], 7, {"version": "x"}, {"version": 2}),
        *changed(entry(SEAL, evidence=SEALED), "companion", {"version": "2.0", "files": [1]}),
        *changed(entry(SEAL, evidence=SEALED), "companions", BESIDE, None, [7], ["2.0"], [{"version": "2.0"}]),
        *changed(entry("e2e:today", evidence=RUN), "companions", [{**BESIDE, "version": "x"}], [{"name": "api"}]),
        *changed(entry(SEAL, evidence=SEALED), "package", None, 7),
        *changed(entry(SEAL, evidence=SEALED), "version", None, 7, "x"),
        *changed(entry("e2e:staging", evidence=RUN), "cells", {}, [7], [{"cell": 7, "verdict": "pass"}]),
        *changed(entry("e2e:x", event="waived", evidence=WORD), "by", None, 1, " "),
        *changed(entry(REVOKED, event=REVOKED, evidence=WORD), "reason", None, [], ""),
        entry(CELL, evidence={"cell": "4.7"}),
    ],
)
def test_what_is_malformed_is_left_out_and_told(odd: Entry) -> None:
    note = write("demo", {VERSION: [entry(), odd]})
    assert left_out(note, known("1.0")) == ["1 line is no evidence of demo in the note on aaaaaaaaaaaa"]
    assert accepted(note, package="demo", commit=COMMIT, known=known("1.0")).records == {VERSION: [entry()]}


KEYS = ("at", "run", "step", "event", "subject", "line", "kind", "verdict", "evidence", "package", "version")
SHAPES = (
    "files",
    "companion",
    "companions",
    "cells",
    "commit",
    "package",
    "version",
    "by",
    "reason",
    "cell",
    "verdict",
    "signs",
)
STEPS = (SEAL, CELL, "e2e:staging", "install:staging", REVOKED, "tag")
WORDS = {
    "at": ("2026-01-01T00:00:00Z", "2026-99-99T99:99:99Z", "9999-12-31T23:59:59Z"),
    "run": ("r1", "ci-7-ab"),
    "step": STEPS,
    "event": ("started", "done", "failed", "waived", "revoked"),
    "subject": ("", "c" * 64),
    "line": ("x",),
    "kind": ("work", "one-way"),
    "verdict": ("pass", "fail"),
    "package": ("demo",),
    "version": ("1.0rc1", "1.0", "9" * 5000, "1.0rc1000000000", "1000000000.0"),
}
SOUND: tuple[dict[str, Any], ...] = (SEALED, WORD, RUN, {"cell": "4.7", "verdict": "fail"})


def value(dice: random.Random, depth: int = 0) -> Any:
    """Return any value that JSON has."""
    plain = [None, True, 7, -1e300, float("nan"), "", "x", "\udcff", "c" * 64, COMMIT, "1.0rc1", 10**400]
    if depth > 2 or dice.random() < 0.6:
        return dice.choice(plain)
    if dice.random() < 0.5:
        return [value(dice, depth + 1) for _ in range(dice.randrange(3))]
    return {dice.choice((*SHAPES, *KEYS, "")): value(dice, depth + 1) for _ in range(dice.randrange(3))}


def line(dice: random.Random) -> str:
    """Return a line of a note: an entry or a statement, with some of it changed, cut or left out."""
    body: dict[str, Any] = {key: dice.choice(words) for key, words in WORDS.items()}
    body["evidence"] = dict(dice.choice(SOUND))
    if dice.random() < 0.1:
        body = json.loads(Statement("demo", "1.0rc1", COMMIT, ("d",), "s").to_json())
    for _ in range(dice.randrange(3)):
        target = body["evidence"] if "evidence" in body and dice.random() < 0.6 else body
        if isinstance(target, dict):
            target[dice.choice(SHAPES if target is not body else KEYS)] = value(dice)
    if dice.random() < 0.1:
        body.pop(dice.choice(KEYS), None)
    text = json.dumps(body if dice.random() < 0.9 else value(dice))
    return text[: dice.randrange(len(text) + 1)] if dice.random() < 0.1 else text


@pytest.mark.parametrize("seed", range(400))
def test_a_note_of_any_shape_stops_nobody(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - the same cases every time
    tagged = dice.choice([COMMIT, None])
    lines = [line(dice) for _ in range(dice.randrange(1, 7))]
    note = "\n".join(lines).encode("utf-8", "surrogatepass") + dice.randbytes(dice.randrange(4))
    counted = accepted(note, package="demo", commit=COMMIT, known=known("1.0", tagged=tagged))
    for version, entries in counted.records.items():
        assert within_reach(version, [Version("1.0")]) or tagged
        assert all(e.at <= NOW for e in entries)
        told = record(merge(entries))
        assert (told.seal, told.taken_back, told.failure) is not None
        for step in STEPS:
            told.done(step, subject="c" * 64)
        if told.seal is not None:
            assert list(told.seal.evidence["files"].values())
    assert parse(write("demo", counted.records), package="demo").malformed == 0


@pytest.mark.parametrize("at", ["2026-06-01T00:00:00.000001Z", "9999-12-31T23:59:59Z", "2026-13-01T00:00:00Z"])
def test_what_is_from_the_future_counts_for_nothing(at: str) -> None:
    note = write("demo", {VERSION: [entry(), entry("tag", at)]})
    assert left_out(note, known("1.0")) == [
        f"evidence of demo 1.0rc1 in the note on aaaaaaaaaaaa is from the future ({at[:19]})"
    ]
    assert accepted(note, package="demo", commit=COMMIT, known=known("1.0")).records == {VERSION: [entry()]}


@pytest.mark.parametrize(
    "giant",
    [
        *("1000000000.0", "1.0rc1000000000", "1.1000000000", "1.0.post1000000000", "1.0.post1.dev1000000000"),
        *("1000000000!1.0", "12.0", "1.0rc20", "1.0.0.99"),
    ],
)
def test_a_version_out_of_reach_counts_for_nothing_unless_it_is_tagged(giant: str) -> None:
    note = write("demo", {Version(giant): [entry(kind="one-way", event="started")]})
    seen = known("1.0rc3", "0.9.post2", tagged=None)
    assert left_out(note, seen) == [
        f"evidence in the note on aaaaaaaaaaaa is about a version of demo that is out of reach ({giant})"
    ]
    assert accepted(note, package="demo", commit=COMMIT, known=seen).records == {}
    assert Version(giant) in accepted(note, package="demo", commit=COMMIT, known=known("1.0")).records


@pytest.mark.parametrize("near", ["1.0rc4", "1.0", "1.0.1", "1.1", "2.0", "1.0.post1", "1.0.post1.dev1"])
def test_what_comes_next_is_within_reach(near: str) -> None:
    assert within_reach(Version(near), [Version("1.0rc3"), Version("0.9")])


def test_where_nothing_is_known_small_numbers_are_within_reach() -> None:
    assert within_reach(Version("0.1rc1"), [])
    assert not within_reach(Version("2026.1"), [])
    assert within_reach(Version("2026.1"), [Version("2025.12")])


def test_a_statement_is_a_line_of_a_note_and_counts_on_its_commit_alone() -> None:
    said = replace(statement("demo", "1.0rc1", COMMIT, [entry()]), signature="signed")
    other = replace(said, commit="b" * 40)
    note = write("demo", {VERSION: [entry()]}, [said, other, said])
    assert parse(note, package="demo").malformed == 0
    assert accepted(note, package="demo", commit=COMMIT, known=known("1.0")).statements == {VERSION: [said]}
    assert said.covers(entry())
    assert not said.covers(entry("tag"))
    assert parse(note, package="other").malformed == 3


@pytest.mark.parametrize("key", ["package", "version", "commit", "signature", "signs"])
@pytest.mark.parametrize("value", [None, 7, [7], {}, "\udcff", "ü"])
def test_what_is_not_written_as_a_statement_is_none(key: str, value: object) -> None:
    body = json.loads(Statement("demo", "1.0", COMMIT, ("d",), "s").to_json())
    assert statement_from(body) is not None
    assert statement_from({**body, key: value}) is None


def test_what_is_signed_names_package_version_and_commit_and_every_entry() -> None:
    said = statement("demo", "1.0rc1", COMMIT, [entry()])
    others = [
        statement("other", "1.0rc1", COMMIT, [entry()]),
        statement("demo", "1.0rc2", COMMIT, [entry()]),
        statement("demo", "1.0rc1", "b" * 40, [entry()]),
        statement("demo", "1.0rc1", COMMIT, [entry(verdict="fail")]),
    ]
    assert len({said.payload, *(each.payload for each in others)}) == 5

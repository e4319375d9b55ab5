"""The bench's own judgement: what must never be is said where it is, and nothing is said where all is well."""

from __future__ import annotations

from dataclasses import replace

import pytest

from releasegate.core.errors import InternalError, NotYet, Refused
from tests.faults.fault import Mark
from tests.faults.judge import Ran, Seen, foreseen, judged, leaked, refused, spoken

FILES = {"a-1.0.whl": "1" * 64, "a-1.0.tar.gz": "2" * 64}
CALM = Seen(
    stored={"staging": dict.fromkeys(FILES, 1), "production": {}},
    digests=FILES,
    assets={"v1.0": tuple(FILES)},
    tags=frozenset({"v1.0"}),
    sealed={"1.0": FILES},
    subjects=("Release a 1.0", "First"),
)
WELL = Ran(("release",), 0, "pass\n")
KILLED = Ran(("release",), -9, "", killed=True)
TRACE = 'Traceback (most recent call last):\n  File "x.py", line 1\nValueError: x\n'


def marks(seen: Seen, *ran: Ran) -> set[Mark]:
    return set(judged(ran or (WELL,), seen, CALM).marks)


def test_a_release_that_was_killed_and_ends_as_an_undisturbed_one_survived() -> None:
    verdict = judged((KILLED, WELL), CALM, CALM)
    assert verdict.survived
    assert verdict.words == ()


@pytest.mark.parametrize(
    ("seen", "word"),
    [
        (replace(CALM, stored={"staging": {**dict.fromkeys(FILES, 1), "a-1.0.whl": 2}}), "stored 2 times on staging"),
        (replace(CALM, again=("a-1.0.whl",)), "sent although it is taken"),
        (replace(CALM, moved=("v1.0",)), "the tag v1.0 was moved"),
        (replace(CALM, assets={"v1.0": (*FILES, "a-1.0.whl")}), "v1.0 has an attachment twice"),
    ],
    ids=["stored", "sent", "moved", "attached"],
)
def test_a_number_that_is_used_again_is_sent_twice(seen: Seen, word: str) -> None:
    verdict = judged((WELL,), seen, CALM)
    assert verdict.marks == {"twice"}
    assert word in verdict.words[0]


def test_an_end_without_a_seal_is_wrongly_green() -> None:
    assert marks(replace(CALM, sealed={})) == {"green", "lost"}


def test_a_seal_on_bytes_that_the_index_does_not_hold_is_wrongly_green() -> None:
    seen = replace(CALM, digests={**FILES, "a-1.0.whl": "3" * 64})
    assert marks(seen) == {"green"}
    assert marks(seen, Ran(("release",), 3, "refused\n")) == {"green", "lost"}


def test_what_is_out_that_must_not_be_is_wrongly_green() -> None:
    said = Ran(("release",), 3, "It is not proven.\n-> Prove it\n")
    seen = replace(CALM, stored={**CALM.stored, "production": {"a-1.0.whl": 1}})
    assert refused((said,), CALM, forbidden=["a-2.0.whl"]).survived
    assert refused((said,), seen, forbidden=["a-2.0.whl"]).survived
    assert refused((said,), replace(seen, sealed={}), forbidden=["a-1.0.whl"]).marks == {"green"}


@pytest.mark.parametrize(
    "seen",
    [
        replace(CALM, stored={"staging": {**dict.fromkeys(FILES, 1), "a-1.1.whl": 1}, "production": {}}),
        replace(CALM, stored={"staging": {"a-1.0.whl": 1}, "production": {}}),
        replace(CALM, sealed={**CALM.sealed, "1.1": {}}),
        replace(CALM, tags=frozenset()),
        replace(CALM, assets={"v1.0": ("a-1.0.whl",)}),
        replace(CALM, subjects=("Release a 1.0", "Release a 1.0", "First")),
        replace(CALM, changed=(" M pyproject.toml",)),
        replace(CALM, level=False),
    ],
    ids=["another number", "half", "another seal", "no tag", "not attached", "a commit more", "changed", "not pushed"],
)
def test_another_end_than_the_undisturbed_one_is_lost(seen: Seen) -> None:
    assert marks(seen) == {"lost"}


def test_a_release_that_comes_to_no_end_is_lost_whatever_its_sentence() -> None:
    verdict = judged((KILLED, Ran(("release",), 6, "It does not answer.\n-> Again\n")), CALM, CALM)
    assert verdict.marks == {"lost"}
    assert "the last of 2 runs ended with 6: It does not answer." in verdict.words[0]


@pytest.mark.parametrize(
    "ran",
    [
        Ran(("status",), 1, TRACE),
        Ran(("status",), 3, f"a sentence\n{TRACE}-> a hint\n"),
        Ran(("status",), 1, "error\n"),
        Ran(("status",), InternalError.exit_code, "releasegate met what it does not know.\n"),
        Ran(("status",), -11, "", killed=True),
        Ran(("status",), -9, "It did not end within 400 s.\n"),
        Ran(("status",), -6, "", killed=True),
    ],
    ids=["traceback", "in a refusal", "code 1", "unforeseen", "crashed", "endless", "aborted"],
)
def test_a_traceback_and_an_end_that_nobody_foresaw_are_tracebacks(ran: Ran) -> None:
    assert spoken(ran).marks == {"traceback"}


@pytest.mark.parametrize(
    "ran", [WELL, KILLED, Ran((), Refused.exit_code, ""), Ran((), NotYet.exit_code, "Traceback, he said\n")]
)
def test_a_foreseen_end_is_none(ran: Ran) -> None:
    assert spoken(ran).survived


def test_every_exit_code_of_an_end_that_somebody_foresaw_is_known() -> None:
    assert foreseen() == {0, 2, 3, 4, 5, 6, 75, 130}


def test_a_token_is_seen_in_every_form_and_place() -> None:
    tokens = {"TOKEN": (b"a/b", b"a%2Fb")}
    assert leaked({"the output": b"a b", "log": b""}, tokens).survived
    verdict = leaked({"the output": b"-> a%2Fb", "log": b"x a/b x"}, tokens)
    assert verdict.marks == {"token"}
    assert verdict.words == ("TOKEN is seen in the output", "TOKEN is seen in log")

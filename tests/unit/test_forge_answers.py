"""What a forge's bad answers become, without a forge."""

from __future__ import annotations

import pytest

from releasegate.adapters.forges.outcomes import ForgeResponse, UnknownOutcome, failure, looked_at_again, state
from releasegate.core.config.keys import ForgeConfig
from releasegate.core.errors import Refused, Unavailable

CONFIG = ForgeConfig("github", "octo/harbor", token_env="HARBOR_TOKEN")
SECRET = "the-secret"


@pytest.mark.parametrize(
    ("answer", "when"),
    [
        (ForgeResponse(429), "later"),
        (ForgeResponse(429, headers={"Retry-After": "60"}), "in 60 s"),
        (ForgeResponse(403, headers={"retry-after": "7"}), "in 7 s"),
        (ForgeResponse(403, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "3600"}), "after 01:00 UTC"),
        (ForgeResponse(403, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9" * 40}), "later"),
        (ForgeResponse(403, "You have exceeded a secondary rate limit."), "later"),
    ],
)
def test_too_many_requests_is_no_verdict_and_says_when(answer: ForgeResponse, when: str) -> None:
    error = failure(CONFIG, SECRET, answer)
    assert isinstance(error, Unavailable)
    assert not isinstance(error, UnknownOutcome)
    assert error.hint.endswith(f"again {when}")


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_does_not_do_is_named_by_its_variable(status: int) -> None:
    error = failure(CONFIG, SECRET, ForgeResponse(status, "Bad credentials: the-secret"))
    assert isinstance(error, Unavailable)
    assert "HARBOR_TOKEN" in error.hint
    assert error.details == ("Bad credentials: ***",)


@pytest.mark.parametrize("status", [400, 409, 410, 422, 451])
def test_what_the_forge_would_not_have_is_refused_in_its_own_words(status: int) -> None:
    error = failure(CONFIG, SECRET, ForgeResponse(status, "one\n\n two \nthree\nfour"))
    assert isinstance(error, Refused)
    assert error.details == ("one", "two", "three")


@pytest.mark.parametrize("status", [None, 408, 500, 502, 503, 504])
def test_no_answer_leaves_open_what_was_done(status: int | None) -> None:
    assert isinstance(failure(CONFIG, SECRET, ForgeResponse(status)), UnknownOutcome)


def test_what_is_not_shown_was_not_done() -> None:
    error = failure(CONFIG, SECRET, ForgeResponse(404))
    assert isinstance(error, Unavailable)
    assert not isinstance(error, UnknownOutcome)


def test_only_an_unknown_outcome_is_looked_at_again() -> None:
    with pytest.raises(Refused), looked_at_again(lambda: True):
        raise Refused("No.", hint="Stop")


def test_the_second_look_decides() -> None:
    def unanswered() -> None:
        raise UnknownOutcome("No answer.", hint="Look")

    with looked_at_again(lambda: True):
        unanswered()
    with pytest.raises(UnknownOutcome), looked_at_again(lambda: False):
        unanswered()


@pytest.mark.parametrize(
    ("status", "conclusion", "said"),
    [
        ("queued", None, "waiting"),
        ("blocked", "", "waiting"),
        ("in_progress", None, "running"),
        ("unknown", "", "running"),
        ("completed", "success", "passed"),
        ("completed", "skipped", "passed"),
        ("completed", "timed_out", "failed"),
        ("completed", None, "failed"),
        ("success", "", "passed"),
        ("cancelled", "", "failed"),
    ],
)
def test_a_run_has_passed_only_where_the_forge_says_so(status: str, conclusion: str | None, said: str) -> None:
    assert state(status, conclusion) == said

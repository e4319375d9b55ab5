"""What a cell's contracts came to in words: the line that helps, and the name of what broke."""

from __future__ import annotations

import pytest

from releasegate.core.e2e.contracts import Judged, broken, broken_names, telling_line

PAGE = """<!DOCTYPE html>
<html><head><title>Server Error</title><style>h1 { color: red }</style></head>
<body><h1>Server Error</h1><p class="x">
ValueError: no such field
</p></body></html>"""


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (["Applying one... OK", "django.db.utils.ProgrammingError: relation gone", "worker exits"], "relation gone"),
        (["Traceback (most recent call last):", '  File "x"', "KeyError: 'route'"], "KeyError: 'route'"),
        (["collected 2", "E   assert 1 == 2", "E    +  where", "FAILED test_x.py", "1 failed"], "assert 1 == 2"),
        (["INTERNALERROR> RuntimeError: a hook", "=== no tests ran ==="], "RuntimeError: a hook"),
        (["Collecting x", "ERROR: one", "ERROR: No matching distribution found for x", ""], "found for x"),
        (["ERROR: <IncompleteDownloadError: incomplete-download>"], "<IncompleteDownloadError: incomplete-download>"),
        (["all is well", "connect() failed", "bye"], "connect() failed"),
        (["one", "two", "  "], "two"),
        (["contract broken: the field is gone", '1.2.3.4 - - [x] "POST /error/ HTTP/1.1" 502 -'], "the field is gone"),
        (["it is not so", 'api: "GET /a HTTP/1.1" 200 -'], "it is not so"),
        (['"GET /a HTTP/1.1" 200 -', '"GET /b HTTP/1.1" 500 -'], '"GET /b HTTP/1.1" 500 -'),
        (PAGE.splitlines(), "ValueError: no such field"),
        ([], ""),
    ],
)
def test_the_line_that_says_why_is_found_wherever_it_stands(said: list[str], told: str) -> None:
    found = telling_line(said)
    assert found.endswith(told)
    assert "<p" not in found


def test_a_line_is_short() -> None:
    assert len(telling_line(["Error: " + "x" * 999])) == 300


def test_a_problem_names_its_contract_or_stands_for_itself() -> None:
    assert broken("contract pair.sync broke: it ended errored", ["one"]) == Judged(
        "pair.sync", "fail", "contract pair.sync broke: it ended errored", ("one",)
    )
    assert broken_names(["contract pair.sync broke: no", "  contract x broke", "it is bad"]) == {
        "pair.sync",
        "it is bad",
    }
    assert broken("bad", ["seen"]).lines == ("bad", "  seen")

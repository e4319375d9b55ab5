"""The forms of a report: each tells all of it, and none lets a stranger's text be more than text."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from described import problems
from markdown_it import MarkdownIt

from releasegate.core.report import json_form, markdown, terminal, workflow_commands
from releasegate.core.report.markdown_text import bounded, code, escaped
from releasegate.core.report.model import (
    SCHEMA,
    AnswerReport,
    Artifact,
    CellVerdict,
    Commit,
    CommitsReport,
    PackageReport,
    PairAnswer,
    PairMember,
    PairRow,
    Problem,
    PromotionReport,
    QuestionReport,
    Report,
    StepReport,
    VersionReport,
    WaiverReport,
)
from releasegate.frontends.generated.report_schema import schema

STORED = Path(__file__).parents[2] / "src" / "releasegate" / "report.schema.json"
EVIL = "x](http://e.example) <img src=y> |`a` *b* _c_ #1 @me ![i](j) \\ www.e.example\n# H\n- l &amp; $m$ ~~s~~"
BROKEN = Problem(EVIL, EVIL, "fail", 4, (EVIL,))


def version(text: str = "1.0") -> VersionReport:
    """Return a version of which everything is known, with *text* wherever a stranger may write."""
    return VersionReport(
        text,
        text,
        text,
        "final",
        text,
        text,
        path=(
            StepReport("build", "work", text, text, "pass", "done", 3.25, text, text),
            StepReport("tag", "one-way", text, text, "fail", "failed", None, text, text, text),
        ),
        pair=(PairMember("e2e:staging", text, text, text, (Artifact(text, text),), text),),
        cells=(
            CellVerdict("e2e", text, text, "fresh", "pass", 2.0, {text: 2.0}),
            CellVerdict("e2e", text, "other", text, "fail", 2.0, {}, text, (text,)),
        ),
        artifacts=(Artifact(text, text),),
        promotion=PromotionReport(text, (text,)),
        waivers=(WaiverReport("e2e", text, text, text),),
        commits=CommitsReport(text, 2, (Commit(text, text),)),
    )


def package(text: str = "1.0") -> PackageReport:
    return PackageReport(
        text,
        text,
        text,
        text,
        text,
        (text,),
        (text,),
        {text: tuple(text for _ in range(9)), "pypi": ()},
        (text,),
        (AnswerReport("token", Problem(text, text, "refused", 3, (text,))),),
        Problem(text, text, "unavailable", 6),
        versions=(version(text),),
        questions=(
            QuestionReport("plan", "ok", text),
            QuestionReport(text, "told", text),
            QuestionReport("space", "unavailable", problem=Problem(text, text, "unavailable", 6, (text,))),
        ),
    )


ROW = PairRow("plugin", "1.0", "api", "2.0", "green", "4.7.3", "3.13", ("r1",), ("a" * 64,), "1.0rc1")
WHOLE = Report(
    "status",
    (package(),),
    (ROW, replace(ROW, verdict="unknown", host="", python="", runs=(), files=(), proven_as="")),
    PairAnswer("api", "2.0", "unknown", ("nox -s e2e -- --package plugin",)),
    Problem("It broke.", "Mend it", "fail", 4, ("a line",)),
    4,
    "0.1.0",
)


def told(report: Report) -> Any:
    return json.loads(json_form.text(report))


def test_the_schema_that_is_shipped_is_the_model_s() -> None:
    hint = "run: python -m releasegate.frontends.generated.report_schema > src/releasegate/report.schema.json"
    assert STORED.read_text(encoding="utf-8") == schema(), hint


@pytest.mark.parametrize("report", [WHOLE, Report("run"), Report("plan", (PackageReport("x", reason="it is there"),))])
def test_what_is_told_as_json_is_what_the_schema_describes(report: Report) -> None:
    whole = json.loads(schema())
    assert problems(told(report), whole, whole) == []
    assert told(report)["schema"] == SCHEMA


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("schema", "other/1"),
        ("kind", "nonsense"),
        ("exit_code", "4"),
        ("packages", [{"package": "x"}]),
        ("pairs", {}),
        ("answer", {"package": 1}),
        ("more", 1),
    ],
)
def test_what_the_schema_does_not_describe_is_found(path: str, value: Any) -> None:
    whole = json.loads(schema())
    assert problems({**told(WHOLE), path: value}, whole, whole) != []


def test_every_key_of_the_schema_is_documented() -> None:
    whole = json.loads(schema())
    for each in (whole, *whole["$defs"].values()):
        assert each["description"]
        assert [key for key, said in each["properties"].items() if "description" not in said and key != "schema"] == []


def rendered(text: str) -> str:
    return str(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text))


def test_markdown_has_a_section_for_everything_that_is_known() -> None:
    text = markdown.text(WHOLE)
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    assert titles == [
        "1.0: 1.0",
        "1.0 1.0 (final): 1.0",
        "The path",
        "The pair",
        "The matrix",
        "Files",
        "What differs from the candidate",
        "Where the time went",
        "Waivers",
        "Commits since the last final",
        "May api 2.0 go out? unknown",
    ]
    assert "| plugin 1.0 | api 2.0 | 4.7.3 | 3.13 | green, as 1.0rc1 | r1 | `aaaaaaaaaaaa` |" in text
    assert "| plugin 1.0 | api 2.0 |  |  | unknown |  |  |" in text
    assert "- `nox -s e2e -- --package plugin`" in text
    assert rendered(text).count("<table>") == 9
    assert "**fail**: It broke." in text


def test_markdown_tells_of_a_status_what_the_terminal_does() -> None:
    known = PackageReport("a", "1.0 is released", version_files=("a.py:1 states 1.0",), lines=("2.0: another line",))
    shown = markdown.text(Report("status", (known,)))
    assert "- a.py:1 states 1.0\n- 2.0: another line\n" in shown.replace("\\", "")


def test_what_is_not_known_has_no_section() -> None:
    bare = VersionReport("demo", "1.0", "under way", path=(StepReport("a", "work", "1.0", "do", "pass"),))
    text = markdown.text(Report("run", (PackageReport("demo", versions=(bare,)),)))
    assert re.findall(r"^#+ (.*)$", text, re.MULTILINE) == ["demo 1.0: under way", "The path"]
    empty = replace(bare, promotion=PromotionReport("1.0rc1", ()), commits=CommitsReport("", 0, ()))
    text = markdown.text(Report("run", (PackageReport("demo", versions=(empty,)),)))
    assert "in\n\nno file\n" in text
    assert "0 since the beginning" in text
    assert markdown.text(Report("plan", (PackageReport("demo", reason="it is there"),))).split() == [
        "##",
        "demo:",
        "it",
        "is",
        "there",
    ]
    assert "## What was proven with what\n\n| package |" in markdown.text(Report("pairs", pairs=WHOLE.pairs))
    answered = Report("pairs", answer=PairAnswer("api", "2.0", "green"))
    assert markdown.text(answered) == "## May api 2.0 go out? green\n"


@pytest.mark.parametrize("text", ["- item", "+ item", "1. item", "12) item", "---", "=== so", "-", "3.", "-v is said"])
def test_what_would_begin_a_list_or_a_rule_is_text_where_a_line_begins(text: str) -> None:
    assert rendered(escaped(text)) == f"<p>{text}</p>\n"
    assert rendered(f"Above\n{escaped(text)}") == f"<p>Above\n{text}</p>\n"
    assert rendered(f"- {escaped(text)}").count("<li>") == 1
    assert escaped("1.0.post1") == "1.0.post1"


def test_the_line_to_paste_of_a_hint_is_code() -> None:
    problem = Problem("It broke.", "Mend it, then go on: invoke release --rc --package demo", "fail", 4, ())
    assert "Mend it, then go on: `invoke release --rc --package demo`" in markdown.text(Report("run", error=problem))
    other = replace(problem, hint="Mend it: git -C 'a b' commit --all")
    assert "<code>" not in rendered(markdown.text(Report("run", error=other))), "what is no plain words stays text"


@pytest.mark.parametrize(
    ("asked", "wrong", "title"),
    [
        (2, 0, "demo: all 2 answers are well"),
        (2, 1, "demo: 1 of 2 answers are in the way"),
        (0, 1, "demo: something is in the way"),
    ],
)
def test_answers_stand_below_the_name_of_the_package_that_they_are_about(asked: int, wrong: int, title: str) -> None:
    problem = Problem("It is away.", "Look for it: git status", "refused", 3, ())
    report = PackageReport(
        "demo",
        in_the_way=(AnswerReport("remote", problem),) * wrong,
        questions=(QuestionReport("remote", "ok", "it answers"),) * asked,
    )
    text = markdown.text(Report("doctor", (report,)))
    assert text.startswith(f"## {title}\n\n")
    assert ("- remote: It is away. Look for it: `git status`" in text) is bool(wrong)


@pytest.mark.parametrize(
    ("number", "title"),
    [
        ("1.0rc1", "What the final will differ in"),
        ("1.0.post1.dev1", "What the final will differ in"),
        ("1.0", "What differs from the candidate"),
        ("no version", "What differs from the candidate"),
    ],
)
def test_a_candidate_is_compared_with_the_final_that_it_may_become(number: str, title: str) -> None:
    compared = replace(version(), version=number, promotion=PromotionReport("x", ()))
    text = markdown.text(Report("run", (PackageReport("demo", versions=(compared,)),)))
    assert re.findall(r"^### (What .*)$", text, re.MULTILINE) == [title]


def test_a_stranger_s_text_is_no_markup_anywhere() -> None:
    row = replace(ROW, package=EVIL, host=EVIL, python=EVIL, runs=(EVIL,), files=(EVIL,), proven_as=EVIL)
    report = Report("run", (package(EVIL),), (row,), PairAnswer(EVIL, EVIL, "red", (EVIL,)), BROKEN, 4)
    html = rendered(markdown.text(report))
    assert set(re.findall(r"<(\w+)", html)) <= {
        *("h2", "h3", "p", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "code", "strong"),
    }
    assert {len(re.findall(r"<t[hd]", row)) for row in re.findall(r"<tr>.*?</tr>", html, re.DOTALL)} <= {2, 3, 4, 6, 7}
    titles = re.findall(r"<h\d>(.*?)</h\d>", html)
    assert "H" not in titles
    assert html.count("<strong>") == 2, "the two verdicts"
    assert "<code>http" not in html


@pytest.mark.parametrize("text", ["a|b", "`", "<b>", "[x](y)", "*a*", "_a_", "#1", "@a", "\\", "&lt;", "~a~", "$a$"])
def test_text_is_read_as_it_was_written(text: str) -> None:
    html = rendered(f"| h |\n| --- |\n| {escaped(text)} |")
    plain = re.findall(r"<td>(.*?)</td>", html)
    assert [p.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") for p in plain] == [text]


def test_an_address_is_no_link_where_addresses_become_links() -> None:
    assert escaped("see https://e.example and www.e.example") == "see https\\://e.example and www\\.e.example"


def test_plain_words_are_code_and_others_are_text() -> None:
    assert code("nox -s e2e -- --source pypi") == "`nox -s e2e -- --source pypi`"
    assert code("a`b|c") == "a\\`b\\|c"


@pytest.mark.parametrize("size", [-5, 0, 10, 60, 70, 100, 1000, 2**20])
def test_a_text_that_is_too_long_ends_with_a_whole_line_and_says_so(size: int) -> None:
    text = "".join(f"line {n} é\n" for n in range(2000))
    cut = bounded(text, size=size)
    assert len(cut.encode()) <= max(size, 0)
    if size == 2**20:
        assert cut == text
    elif cut:
        assert cut.endswith("*The rest is left out: it is too long for this place.*\n")
        assert text.startswith(cut.partition("\n\n")[0] + "\n")


def test_a_finding_is_said_beside_its_line_and_another_without_one() -> None:
    placed = Problem("demo: two, versions", "Write one", "fail", 4, ("demo/__init__.py:3 states 1.0%\nnot 1.1",))
    away = Problem("The index is away: 127.0.0.1:8080", "Ask again", "unavailable", 6)
    report = Report(
        "status", (PackageReport("demo", in_the_way=(AnswerReport("token", away),), look=away),), error=placed
    )
    lines = workflow_commands.lines(report, folders={"demo": "pkg"}, is_file=lambda path: path.endswith(".py"))
    at = "file=pkg/demo/__init__.py,line=3,title=demo%3A two%2C versions"
    assert lines == (
        f"::error {at}::demo/__init__.py:3 states 1.0%25%0Anot 1.1",
        "::warning title=The index is away%3A 127.0.0.1%3A8080::Ask again",
    )


def test_a_stranger_s_text_is_no_workflow_command() -> None:
    evil = "a\r\n::set-env name=X::y %0A::error::"
    (line,) = workflow_commands.lines(
        Report("run", error=Problem(evil, evil, details=(evil,))), folders={}, is_file=lambda _: True
    )
    assert "\n" not in line
    assert "\r" not in line
    assert line.startswith("::error title=a%0D%0A%3A%3Aset-env name=X%3A%3Ay %250A%3A%3Aerror%3A%3A::a%0D%0A::set-env")


def test_no_more_is_annotated_than_a_forge_shows() -> None:
    many = tuple(AnswerReport("q", Problem(f"{n}", "h")) for n in range(30))
    report = Report("plan", (PackageReport("demo", in_the_way=many),))
    assert len(workflow_commands.lines(report, folders={}, is_file=lambda _: False)) == 10


def test_the_terminal_tells_a_record_and_what_fits() -> None:
    lines = list(terminal.record(version()))
    assert lines[0] == "1.0 1.0: 1.0"
    assert "         pass     3.2 s  1.0" in lines
    assert "         fail            1.0: 1.0" in lines
    assert "  ran     e2e:staging: 1.0 1.0 from 1.0, named by 1.0" in lines
    assert "  waived  e2e by 1.0: 1.0" in lines
    assert "  commits 2 since 1.0" in lines
    bare = VersionReport("demo", "1.0", "under way", pair=(PairMember("e2e", "demo", "1.0", "pypi"),))
    assert list(terminal.record(bare)) == ["demo 1.0: under way", "  ran     e2e: demo 1.0 from pypi"]
    since = replace(bare, pair=(), commits=CommitsReport("", 0, ()))
    assert list(terminal.record(since))[1:] == ["  commits 0 since the beginning"]
    assert list(terminal.pairs(WHOLE.pairs)) == [
        "  green   plugin 1.0 with api 2.0 on 4.7.3, Python 3.13, as 1.0rc1 (r1)",
        "  unknown plugin 1.0 with api 2.0",
    ]
    assert list(terminal.answer(PairAnswer("api", "2.0", "unknown", ("nox",)))) == [
        "api 2.0: unknown, not everything was run",
        "  run     nox",
    ]


def test_the_terminal_tells_a_status_with_its_look_and_notes() -> None:
    lines = list(terminal.status(package()))
    assert "  consumed  1.0: (and 1 older) " + ", ".join(["1.0"] * 8) in lines
    assert "  consumed  pypi: nothing" in lines
    assert "  note      1.0" in lines
    assert [line.split()[0] for line in terminal.status(package(), brief=True)] == [
        *("1.0:", "look", "missing", "next", "refused", "1.0", "->"),
    ]
    assert "  look      unavailable: 1.0" in lines
    quiet = list(terminal.status(PackageReport("demo", "1.0 is proven", "1.0", "invoke release")))
    assert quiet == ["demo: 1.0 is proven", "  missing   1.0", "  next      invoke release"]


def test_the_terminal_tells_a_plan_with_a_heading_for_each_of_its_versions() -> None:
    assert list(terminal.plan(PackageReport("demo", reason="it is there"))) == ["demo: nothing to do, it is there"]
    planned = PackageReport("demo", versions=(version(),))
    assert len(list(terminal.plan(planned))) == 3
    steps = (StepReport("build", "work", "1.1rc1", "build it", "planned"), StepReport("tag", "work", "1.1", "t", "p"))
    both = PackageReport("demo", versions=(replace(version(), package="demo", version="1.1", path=steps),))
    assert list(terminal.plan(both)) == [
        *("demo 1.1 (final)", " 1.1rc1", "  work     build                  build it"),
        *(" 1.1", "  work     tag                    t"),
    ]

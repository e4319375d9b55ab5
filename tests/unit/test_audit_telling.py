"""Findings in words: groups, exemptions, lines to paste."""

from __future__ import annotations

import pytest
from archives import PACKAGE

from releasegate.core.audit.code.trees import LARGEST, last_name, parse, parsed
from releasegate.core.audit.grouping import escaped, grouped
from releasegate.core.audit.problem import Problem
from releasegate.core.audit.telling import Finding, told
from releasegate.core.config.exemptions import Exemption
from releasegate.core.config.keys import Wheel
from releasegate.core.globs import matching

TABLE = "if it is meant so, in [tool.releasegate.packages.wheel]:"


def left_out(*paths: str, among: tuple[str, ...] = ()) -> list[Problem]:
    every = frozenset((*paths, *among))
    return [Problem(f"{path} is tracked, but not there.", path, "omitted", among=every) for path in paths]


def lines(problems: list[Problem]) -> list[str]:
    return [group.sentence for group in grouped(problems)]


def test_many_files_of_one_name_are_told_by_their_pattern() -> None:
    paths = [f"pkg/{folder}/CLAUDE.md" for folder in "abcde"]
    assert lines(left_out(*paths)) == [
        "5 x **/CLAUDE.md is tracked, but not there (pkg/a/CLAUDE.md, pkg/b/CLAUDE.md, pkg/c/CLAUDE.md and 2 more)."
    ]


@pytest.mark.parametrize(
    ("paths", "among", "pattern"),
    [
        (["p/a/X.md", "p/b/X.md", "p/X.md"], ["p/a.py"], "**/X.md"),
        (["p/s/a.js", "p/s/b.css", "p/s/c.map"], ["p/a.py"], "p/s/**"),
        (["p/s/a.map", "p/t/b.map", "p/c.map"], ["p/s/a.js", "p/t/b.js"], "p/**/*.map"),
        (["p/s/a.map", "p/s/b.map", "p/s/c.map"], ["p/s/a.js", "p/s/x/b.js"], "p/s/**/*.map"),
    ],
)
def test_a_pattern_takes_in_no_file_that_is_sound(paths: list[str], among: list[str], pattern: str) -> None:
    (group,) = grouped(left_out(*paths, among=tuple(among)))
    assert group.pattern == pattern
    assert set(matching(pattern, [*paths, *among])) == set(paths)


def test_three_files_without_anything_in_common_are_told_one_by_one() -> None:
    assert len(lines(left_out("a/x.md", "b/y.txt", "LICENSE", among=("a/z.md", "b/z.txt")))) == 3


def test_files_of_more_patterns_than_anybody_reads_are_told_one_by_one_in_the_end() -> None:
    paths = [f"p/{folder}/{name}.x{name}" for name in range(30) for folder in "abc"]
    sizes = [len(group.problems) for group in grouped(left_out(*paths, among=("p/a/z", "p/b/z", "p/c/z")))]
    assert (sizes.count(3), sizes.count(1)) == (25, 15)


def test_what_code_loads_comes_first_then_data_then_the_rest() -> None:
    problems = [*left_out("a/z.md", "b/a.html", "c/m.py"), Problem("Something else.")]
    firsts = [group.problems[0].about for group in grouped(problems)]
    assert firsts == ["c/m.py", "b/a.html", "a/z.md", ""]


def test_different_complaints_are_not_mixed() -> None:
    other = [Problem(f"a/{n}.md is in the way.", f"a/{n}.md", "omitted") for n in range(3)]
    assert [len(g.problems) for g in grouped([*other, *left_out("a/3.md", "a/4.md", "a/5.md")])] == [3, 3]


@pytest.mark.parametrize("path", ["a[1].md", "x*y", "!important", "#notes", "pkg/{{name}}/a b.md"])
def test_a_path_as_a_pattern_names_that_path_alone(path: str) -> None:
    assert matching(escaped(path), [path, "a1.md", "xy", "other"]) == (path,)


def test_each_group_has_the_line_to_paste() -> None:
    both = [*left_out("a/x.md"), *left_out("b/y.md")]
    (first, second) = told({"tree": both}, Wheel(), known=())
    assert first.lines == (f'{TABLE} omitted = [{{ pattern = "a/x.md", reason = "say why" }}]',)
    assert second.lines == ('if it is meant so, in omitted: { pattern = "b/y.md", reason = "say why" },',)
    written = Wheel(omitted=(Exemption("c", "d"),))
    assert told({"tree": both[:1]}, written, known=())[0].lines[0].startswith("if it is meant so, in omitted: {")


def test_a_compiled_module_is_exempted_for_every_platform() -> None:
    path = "pkg/fast.cpython-312-x86_64-linux-gnu.so"
    (found,) = told({"tree": [Problem(f"{path} is new.", path, "generated")]}, Wheel(), known=())
    assert '{ pattern = "pkg/fast.*.so", ' in found.lines[0]


def test_the_name_of_another_finding_stands_behind_its_check() -> None:
    problem = Problem("It is strange.", "benchmarks", "allowed", lines=("more",))
    (found,) = told({"top-level": [problem]}, Wheel(), known=())
    assert found == Finding(
        "top-level",
        "It is strange.",
        ("more", f'{TABLE} allowed = [{{ pattern = "top-level: benchmarks", reason = "say why" }}]'),
    )


def test_a_finding_that_is_allowed_is_not_told() -> None:
    problem = Problem("It is strange.", "benchmarks", "allowed")
    fixed = Problem("It is wrong.", "benchmarks")
    wheel = Wheel(allowed=(Exemption("top-level: bench*", "they are meant"),))
    assert told({"top-level": [problem, fixed]}, wheel, known=("top-level",)) == (Finding("top-level", "It is wrong."),)


def test_what_is_allowed_and_never_found_is_told_but_where_a_release_takes_it_away() -> None:
    wheel = Wheel(
        allowed=tuple(Exemption(f"{check}: x", "why") for check in ("index", "top-level", "imports", "nothing"))
    )
    found = told({"index": ["A sentence."], "top-level": []}, wheel, known=("index", "top-level", "imports"))
    assert [(f.check, f.problem) for f in found] == [
        ("index", "A sentence."),
        ("allowed", "wheel.allowed 'index: x' allows nothing: remove it."),
        ("allowed", "wheel.allowed 'nothing: x' names no check: begin it with one of index, top-level, imports."),
    ]


def test_a_check_that_finds_more_than_anybody_reads_is_cut() -> None:
    many = [Problem(f"Number {n}.") for n in range(50)]
    found = told({"names": many}, PACKAGE.wheel, known=())
    assert len(found) == 41
    assert found[-1].problem == "10 more findings of this check are not shown."


def test_code_that_cannot_be_read_in_time_is_not_read() -> None:
    assert parse(b"x = 1") is not None
    assert parse(b"#" * (LARGEST + 1)) is None
    assert parse(b"(" * 5000) is None
    many = parsed({f"{n}.py": b"#" * LARGEST for n in range(40)})
    assert many["0.py"] is not None
    assert many["39.py"] is None


def test_the_last_name_of_deep_code_is_found_without_reading_it_all() -> None:
    tree = parse(b"a" + b".b" * 2000)
    assert tree is not None
    (node,) = tree.body
    assert last_name(node.value) == "b"  # type: ignore[attr-defined]

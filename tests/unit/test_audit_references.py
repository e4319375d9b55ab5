"""Files that the code names are in the wheel; other applications' files are not ours."""

from __future__ import annotations

from dataclasses import replace

import pytest
from archives import PACKAGE, said, subject

from releasegate.core.audit.checks.references import references
from releasegate.core.audit.subject import Subject
from releasegate.core.config.keys import Wheel

PAGE = "sample_app/templates/sample_app/page.html"
DECLARED = replace(PACKAGE, wheel=Wheel(references=("sample_app/templates",)))
STYLED = replace(PACKAGE, wheel=Wheel(references=("sample_app/templates", "sample_app/static/")))
STYLE = "sample_app/static/sample_app/style.css"


def code(text: str, **files: bytes) -> Subject:
    return subject(package=DECLARED, add={"sample_app/cli.py": text.encode(), **files})


def test_names_of_files_that_are_there_are_no_finding() -> None:
    assert said(references(subject(package=DECLARED))) == ()


def test_a_named_file_that_the_wheel_lacks_is_a_finding() -> None:
    found = said(references(code('A = 1\nB = "sample_app/gone.html"\n')))
    assert found == ('sample_app/cli.py:2 names "sample_app/gone.html", which the wheel does not hold.',)


def test_a_tracked_file_that_the_wheel_lost_is_a_finding() -> None:
    lost = subject(package=DECLARED, remove=[PAGE], add={"sample_app/templates/base.html": b""})
    assert said(references(lost)) == (
        'sample_app/cli.py:1 names "sample_app/page.html", which the wheel does not hold.',
    )


@pytest.mark.parametrize(
    "text",
    [
        'A = "generic/object.html"',
        'A = "sample_app/cli.py"',
        'A = "sample_app/view.xml"',
        'A = "see sample_app/gone.html"',
        'A = "sample_app/"',
        'A = f"sample_app/{name}/gone.html"',
        'A = f"sample_app/gone.html{query}"',
        'A = prefix + "sample_app/gone.html"',
        'A = "sample_app/gone.html" + suffix',
        'A = "sample_app/templates/sample_app/page.html"',
        'A = "sample_app/%s.html" % name',
        'A = b"sample_app/gone.html"',
        "# sample_app/gone.html",
    ],
)
def test_what_is_not_one_of_our_files_names_nothing(text: str) -> None:
    assert said(references(code(f"{text}\n"))) == ()


def test_a_module_that_this_python_cannot_parse_is_searched_for_quoted_names() -> None:
    newer = "def (:\nA = 'sample_app/gone.html'\nB = f'sample_app/other.html'\n"
    found = said(references(code(newer)))
    assert found == ('sample_app/cli.py:2 names "sample_app/gone.html", which the wheel does not hold.',)


def test_a_module_with_an_odd_escape_warns_nobody() -> None:
    assert said(references(code('A = "\\d"\n'))) == ()


@pytest.mark.parametrize("tag", ["{% extends 'sample_app/no.html' %}", '{%- include "sample_app/no.html" with a=b %}'])
def test_what_a_template_extends_or_includes_must_be_there(tag: str) -> None:
    found = said(references(subject(package=DECLARED, add={PAGE: f"<p>\n{tag}".encode()})))
    assert found == (f'{PAGE}:2 names "sample_app/no.html", which the wheel does not hold.',)


def test_what_a_template_links_as_static_must_be_there() -> None:
    page = b"{% load static %}{% static 'sample_app/style.css' %}{% static 'sample_app/gone.css' %}"
    found = said(references(subject(package=STYLED, add={PAGE: page, STYLE: b""})))
    assert found == (f'{PAGE}:1 names "sample_app/gone.css", which the wheel does not hold.',)


@pytest.mark.parametrize(
    "text",
    [
        "{# {% include 'sample_app/no.html' %} #}",
        "{% comment %}\n{% include 'sample_app/no.html' %}\n{% endcomment %}",
        "{% include template %}",
        "{% include 'generic/object.html' %}",
        "<a href='sample_app/no.html'>",
    ],
)
def test_comments_variables_and_the_hosts_templates_name_nothing(text: str) -> None:
    assert said(references(subject(package=DECLARED, add={PAGE: text.encode()}))) == ()


def test_a_comment_does_not_move_the_lines_below_it() -> None:
    page = b"{% comment %}\n\n{% endcomment %}\n{% include 'sample_app/no.html' %}"
    found = said(references(subject(package=DECLARED, add={PAGE: page})))
    assert found == (f'{PAGE}:4 names "sample_app/no.html", which the wheel does not hold.',)


def test_a_template_outside_the_roots_is_not_read() -> None:
    page = {"sample_app/other/page.html": b"{% include 'sample_app/no.html' %}"}
    assert said(references(subject(package=DECLARED, add=page))) == ()


def test_a_root_without_files_is_a_finding() -> None:
    found = said(references(subject(package=STYLED)))
    assert found == ("wheel.references 'sample_app/static/' is no folder in the wheel.",)


def test_without_roots_nothing_is_asked() -> None:
    assert said(references(subject(add={"sample_app/cli.py": b'A = "sample_app/gone.html"'}))) == ()

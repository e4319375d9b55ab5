"""What an expression makes of constants is known without running it; of anything else nothing is."""

from __future__ import annotations

import ast

import pytest

from releasegate.core.audit.code.computed import constant, rests_on
from releasegate.core.audit.code.trees import assignments

CODE = "MAJOR = 1\nMINOR = '4'\nNUMBERS = (MAJOR, MINOR, 0)\nLOOP = LOOP\nBOTH = [*NUMBERS]\nMETA = version('x')\n"


def held(code: str = CODE) -> dict[str, ast.expr]:
    """Return what is assigned in *code*."""
    return assignments(ast.parse(code).body)


@pytest.mark.parametrize(
    ("code", "made"),
    [
        ("'1.4.0'", "1.4.0"),
        ("MAJOR", 1),
        ("NUMBERS[:2]", (1, "4")),
        ('f"{MAJOR}.{MINOR}.0"', "1.4.0"),
        ('MINOR + ".0"', "4.0"),
        ('".".join(map(str, NUMBERS))', "1.4.0"),
        ('".".join(str(n) for n in NUMBERS)', "1.4.0"),
        ('".".join([str(n) for n in NUMBERS])', "1.4.0"),
        ('"{}.{}".format(MAJOR, MINOR)', "1.4"),
        ('"%s.%d" % (MAJOR, MINOR)', "1.4"),
        ('"v%s" % MAJOR', "v1"),
        ('str(MAJOR) + "." + MINOR', "1.4"),
    ],
)
def test_what_is_made_of_constants_is_known(code: str, made: object) -> None:
    assert constant(ast.parse(code, mode="eval").body, held()) == made


@pytest.mark.parametrize(
    "code",
    [
        *("LOOP", "NOWHERE", "META", "BOTH", "True", "1.4", "MAJOR + 1", "MINOR + 1", "MINOR[:1]", "NUMBERS[1:]"),
        *(
            'f"{MAJOR!r}"',
            'f"{MAJOR:03}"',
            'f"{META}"',
            '"a".join(1)',
            '"a".join(NUMBERS, 1)',
            '"a".strip()',
            "str(META)",
        ),
        *('"%s" % NUMBERS', '"%5d" % MAJOR', '"{0}.{1}".format(MAJOR, MINOR)', '"{}".format(META)', '"%s" % META'),
        *("map(int, NUMBERS)", '".".join(str(n) for n in NUMBERS if n)', '".".join(str(m) for n in NUMBERS)'),
        *('".".join(str(n) for n, in NUMBERS)', '".".join((NUMBERS, NUMBERS))', "read()", "NUMBERS[0]"),
    ],
)
def test_of_other_code_nothing_is_known(code: str) -> None:
    assert constant(ast.parse(code, mode="eval").body, held()) is None


def test_an_expression_rests_on_what_its_names_are_made_from() -> None:
    code = held("A = (1, 4)\nB = A\nC = C\n")
    found = rests_on(ast.parse('f"{B}{C}{D}"', mode="eval").body, code)
    assert {ast.unparse(each) for each in found} == {"A", "(1, 4)", "C"}

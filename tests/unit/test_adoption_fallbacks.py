"""What a module says where its package is not installed is asked about, and never made red."""

from __future__ import annotations

import pytest
from adopted import INIT, STATIC, look, shown

PROJECT = "pyproject.toml project.version"
ASKED = 'try:\n    __version__ = version("quay-lamp")\nexcept LookupError:\n    __version__ = "{}"\n'
IMPORTED = 'try:\n    from ._built import version as __version__\nexcept ImportError:\n    __version__ = "{}"\n'


@pytest.mark.parametrize("text", [ASKED, IMPORTED])
@pytest.mark.parametrize(
    ("stated", "proposed", "asked"),
    [
        ("1.4.0", [f'{INIT} __version__ = "{{version}}"'], []),
        ("1.3.9", [], [f'{INIT}:4 states 1.3.9 (__version__ = "{{version}}")']),
        ("0.0.0", [], []),
        ("0+unknown", [], []),
        ("1.4.0+dev", [], []),
        ("unknown", [], []),
    ],
)
def test_a_fallback_is_proposed_where_it_agrees_and_asked_about_where_it_says_something_else(
    text: str, stated: str, proposed: list[str], asked: list[str]
) -> None:
    found = look({"pyproject.toml": STATIC, INIT: text.replace("{}", stated)})
    assert shown(found) == [PROJECT, *proposed]
    assert ([str(each.occurrence) for each in found.others], found.notes) == (asked, ())


@pytest.mark.parametrize(
    "text",
    [
        'if TYPE_CHECKING:\n    __version__: str = "0.1"\nelse:\n    __version__ = "0.2"\n',
        "__version__ = \\\n    '1.3.9' if True else find()\n__version__ = find()\n",
        "a.__version__ = __version__ = find()\nfrom ._built import __version__\n",
    ],
)
def test_what_is_not_one_text_beside_another_way_is_no_fallback(text: str) -> None:
    found = look({"pyproject.toml": STATIC, INIT: text})
    assert (shown(found), found.others) == ([PROJECT], ())


def test_a_fallback_that_no_line_can_be_told_of_is_left_alone() -> None:
    text = '__version__ = find()\n__version__ = (  # the last\n    "1.3" ".9"\n)\n'
    assert look({"pyproject.toml": STATIC, INIT: text}).others == ()

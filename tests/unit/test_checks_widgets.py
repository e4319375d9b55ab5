"""Widgets for NetBox's start page: which are tried, and that one which crashes there is told."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from suite_modules import imported

VIEWS = Path(__file__).parents[2] / "e2e" / "netbox" / "images" / "netbox" / "views.py"


@pytest.fixture(scope="module")
def suite(pytestconfig: pytest.Config) -> Iterator[SimpleNamespace]:
    """Return the modules of the checks."""
    for mark in ("contract", "phases"):
        pytestconfig.addinivalue_line("markers", f"{mark}(): as the suites say")
    with imported("netbox", "pages", "test_4_widgets") as modules:
        yield modules


def widget(name: str, default: Any = None, *, module: str = "app.widgets", **fields: tuple[bool, Any]) -> type:
    """Return a widget's class whose form has these fields: whether each is required, and what it offers."""

    class Form:
        def __init__(self, initial: dict[str, Any]) -> None:
            self.initial = initial
            self.fields = {
                key: SimpleNamespace(required=needed, offers=offers) for key, (needed, offers) in fields.items()
            }

        def get_initial_for_field(self, field: Any, key: str) -> Any:
            return self.initial.get(key, field.offers)

    return type(name, (), {"ConfigForm": Form, "default_config": default, "__module__": module})


def offered(monkeypatch: pytest.MonkeyPatch, registry: dict[str, Any]) -> dict[str, Any]:
    """Return what NetBox's Django would tell of the plugin's widgets."""
    host, spec = ModuleType("netbox.registry"), importlib.util.spec_from_file_location("views", VIEWS)
    host.registry = registry  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "netbox", ModuleType("netbox"))
    monkeypatch.setitem(sys.modules, "netbox.registry", host)
    assert spec is not None
    assert spec.loader is not None
    views = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(views)
    found: dict[str, Any] = views.widgets(["app"])
    return found


def test_the_plugin_s_own_widgets_are_tried_as_their_forms_offer_them(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = widget("Closed")
    closed.ConfigForm = None  # type: ignore[attr-defined]
    widgets = {
        "app.Plain": widget("Plain"),
        "app.Settled": widget("Settled", {"of": "x"}, of=(True, None), many=(False, None)),
        "app.Wants": widget("Wants", of=(True, None)),
        "app.Closed": closed,
        "app.Odd": widget("Odd", of=(False, object())),
        "extras.Note": widget("Note", module="extras.dashboard"),
        "apple.Note": widget("Note", module="apple"),
    }
    assert offered(monkeypatch, {"widgets": widgets}) == {"app.Plain": {}, "app.Settled": {"of": "x", "many": None}}
    assert offered(monkeypatch, {}) == {}


BOARD: dict[str, Any] = {"layout": [], "config": {}}
CRASH = """<p><span></span> An error was encountered when attempting to render this widget:</p>
<p class="font-monospace">no such &#x27;thing&#x27;</p>"""


def judged(suite: SimpleNamespace, pages: dict[str, Any], allowed: tuple[str, ...] = ()) -> list[Any]:
    """Judge the widgets of *pages*, what the start page shows with each, and return what the start page became."""
    told: list[Any] = []

    def request(method: str, path: str, *, json: Any) -> None:
        assert (method, path) == ("PATCH", "/api/extras/dashboard/")
        told.append(json)

    def get(_: str) -> SimpleNamespace:
        shown = [each["class"] for each in told[-1]["config"].values()] if told else []
        status, text = pages[shown[0]] if shown else (200, "")
        return SimpleNamespace(ok=status < 400, status_code=status, text=text, headers={})

    netbox = SimpleNamespace(json=request, has=lambda _: True, get=lambda _: BOARD)
    cell = SimpleNamespace(undeclared=lambda refused: {k: v for k, v in refused.items() if k not in allowed})
    check, browser = suite.test_4_widgets, SimpleNamespace(get=get)
    around = check.board.__wrapped__(netbox, browser)
    check.test_the_widgets_for_the_start_page_show_themselves(
        netbox, browser, {"widgets": {key: {} for key in pages}}, next(around), cell
    )
    next(around, None)
    return told


def test_a_start_page_that_shows_each_widget_is_fine_and_is_left_as_it_was(suite: SimpleNamespace) -> None:
    told = judged(suite, {"app.A": (200, "a"), "app.B": (200, "b")})
    assert [[each["class"] for each in board["config"].values()] for board in told] == [["app.A"], ["app.B"], []]


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ((200, CRASH), r"of 2 widgets 1 did not answer: app.A crashed \(no such 'thing'\)"),
        ((500, "<title>Server Error</title>"), r"app.A answered 500 \(Server Error\)"),
    ],
)
def test_a_widget_that_crashes_is_told_also_where_the_page_answers(
    suite: SimpleNamespace, page: tuple[int, str], words: str
) -> None:
    with pytest.raises(AssertionError, match=words):
        judged(suite, {"app.A": page, "app.B": (200, "")})
    assert judged(suite, {"app.A": page}, allowed=("app.A",))


def test_a_plugin_without_widgets_is_not_judged_by_them(suite: SimpleNamespace) -> None:
    with pytest.raises(pytest.skip.Exception, match="offers no widgets"):
        judged(suite, {})


def test_a_netbox_without_a_board_is_left_alone(suite: SimpleNamespace) -> None:
    netbox = SimpleNamespace(has=lambda _: False)
    around = suite.test_4_widgets.board.__wrapped__(netbox, SimpleNamespace(get=lambda _: None))
    assert next(around) == {}
    assert next(around, None) is None

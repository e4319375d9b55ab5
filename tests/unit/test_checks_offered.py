"""What a plugin offers: widgets for NetBox's start page are tried, and what the last final offered is still there."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from suite_modules import imported, of_the_image


@pytest.fixture(scope="module")
def suite(pytestconfig: pytest.Config) -> Iterator[SimpleNamespace]:
    """Return the modules of the checks."""
    for mark in ("contract", "phases"):
        pytestconfig.addinivalue_line("markers", f"{mark}(): as the suites say")
    with imported("netbox", "pages", "cell", "stack_cell", "series", "test_3_offered", "test_4_widgets") as modules:
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


@pytest.fixture(autouse=True)
def _beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the image's modules find each other."""
    monkeypatch.setitem(sys.modules, "kinds", of_the_image("kinds"))


def tried(monkeypatch: pytest.MonkeyPatch, registry: dict[str, Any]) -> dict[str, Any]:
    """Return what NetBox's Django would tell of the plugin's widgets."""
    host = ModuleType("netbox.registry")
    host.registry = registry  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "netbox", ModuleType("netbox"))
    monkeypatch.setitem(sys.modules, "netbox.registry", host)
    found: dict[str, Any] = of_the_image("views").widgets(["app"])
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
    assert tried(monkeypatch, {"widgets": widgets}) == {"app.Plain": {}, "app.Settled": {"of": "x", "many": None}}
    assert tried(monkeypatch, {}) == {}


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


def route(path: str, **view: Any) -> SimpleNamespace:
    """Return a URL pattern with its view."""
    return SimpleNamespace(pattern=path, callback=SimpleNamespace(**view))


def shows(**parts: dict[str, Any]) -> Any:
    """Return a page's class: its form, table and filters, each with its names."""
    return SimpleNamespace(**{name: SimpleNamespace(**inside) for name, inside in parts.items()})


class Serializer:
    """Of records with two fields."""

    fields = ("id", "name")


class Shy:
    """Of records that depend on what is asked."""

    def __init__(self) -> None:
        raise LookupError


def test_a_plugin_offers_pages_and_routes_and_what_its_own_classes_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "views", of_the_image("views"))
    listed = shows(table={"base_columns": ["name", "pk"]}, filterset={"base_filters": ["name", "name__ic", "q"]})
    pages = [
        SimpleNamespace(
            pattern="app/",
            url_patterns=[
                route("things/", view_class=listed),
                route("things/<int:pk>/edit/", view_class=shows(form={"base_fields": ["name", "site"]})),
                route("plain/"),
            ],
        )
    ]
    api = [
        SimpleNamespace(
            pattern="app/",
            url_patterns=[
                route(
                    "things/",
                    actions={"get": "list", "post": "create"},
                    cls=SimpleNamespace(serializer_class=Serializer),
                ),
                route("things<drf_format_suffix:format>/?", actions={"get": "list"}),
                route("things.<format>/?", actions={"get": "list"}),
                route("shy/", actions={"get": "list"}, cls=SimpleNamespace(serializer_class=Shy)),
            ],
        )
    ]
    found = of_the_image("offered").offered(pages, api, "app")
    assert found["page"] == {f"plugins/app/{each}": [] for each in ("things/", "things/{}/edit/", "plain/")}
    assert found["form field"] == {"plugins/app/things/{}/edit/": ["name", "site"]}
    assert found["column"] == {"plugins/app/things/": ["name", "pk"]}
    assert found["filter"] == {"plugins/app/things/": ["name", "q"]}
    assert found["route"]["api/plugins/app/things/"] == ["GET", "POST"]
    assert "api/plugins/app/things.{}/?" not in found["route"]
    assert found["field"] == {"api/plugins/app/things/": ["id", "name"]}


BEFORE: dict[str, dict[str, list[str]]] = {
    "page": {"plugins/app/a/": [], "plugins/app/b/": []},
    "route": {"api/plugins/app/a/": ["GET", "POST"]},
    "field": {"api/plugins/app/a/": ["id", "name"]},
    "form field": {"plugins/app/a/": ["name"], "plugins/app/b/": ["name"]},
}
AFTER = {
    "page": {"plugins/app/a/": [], "plugins/app/new/": []},
    "route": {"api/plugins/app/a/": ["GET"]},
    "field": {"api/plugins/app/a/": ["id", "more"]},
    "form field": {},
}
LOST = [
    "the page /plugins/app/b/",
    "the method POST of /api/plugins/app/a/",
    "the field name of /api/plugins/app/a/",
    "the form field name of /plugins/app/a/",
]


def test_what_is_gone_is_told_and_of_a_page_that_is_gone_nothing_more(suite: SimpleNamespace) -> None:
    assert list(suite.test_3_offered.gone(BEFORE, AFTER)) == LOST
    assert list(suite.test_3_offered.gone(BEFORE, {**BEFORE, "page": {**BEFORE["page"], "plugins/app/c/": []}})) == []


def compared(
    suite: SimpleNamespace, folder: Path, versions: tuple[str, str], allowed: tuple[str, ...] = ()
) -> list[Any]:
    """Judge what two versions offer, the last final first, and return what was told."""
    told: list[Any] = []
    check = suite.test_3_offered.test_what_the_last_final_offered_is_still_there
    for phase, version, offers in zip(("released", "candidate"), versions, ([BEFORE], [AFTER]), strict=True):
        cell = SimpleNamespace(
            path="fresh",
            phase=phase,
            plugin_version=version,
            report=folder,
            undeclared=lambda refused: {k: v for k, v in refused.items() if k not in allowed},
        )
        check({"offered": offers}, cell, None, lambda name, value: told.append((name, json.loads(value))))
    return told


def test_what_a_release_of_the_same_series_loses_is_red_unless_it_is_declared(
    suite: SimpleNamespace, tmp_path: Path
) -> None:
    with pytest.raises(AssertionError, match=r"of what 1\.2\.0 offers 4 are gone: the page /plugins/app/b/, "):
        compared(suite, tmp_path, ("1.2.0", "1.2.1rc1"))
    assert compared(suite, tmp_path, ("1.2.0", "1.2.1rc1"), allowed=tuple(LOST)) == []


def test_what_a_new_series_goes_without_is_told(suite: SimpleNamespace, tmp_path: Path) -> None:
    ((name, lines),) = compared(suite, tmp_path, ("1.2.0", "1.3.0"))
    assert name == "told"
    assert lines[0] == "1.2.0 offers the page /plugins/app/b/, this does not"


def test_without_an_upgrade_nothing_is_compared(suite: SimpleNamespace, tmp_path: Path) -> None:
    cell = SimpleNamespace(path="fresh", phase="candidate", plugin_version="1.0", report=tmp_path)
    with pytest.raises(pytest.skip.Exception, match="the last final did not run here"):
        suite.test_3_offered.test_what_the_last_final_offered_is_still_there({}, cell, None, lambda *_: None)


def test_what_is_added_to_netbox_s_own_pages_menu_and_start_page_is_offered_too(
    suite: SimpleNamespace, tmp_path: Path
) -> None:
    check = suite.test_3_offered.test_what_the_last_final_offered_is_still_there
    before = {
        "host": {"dcim.device": ["", "bgp/"]},
        "menu": ["plugins:app:one", "plugins:app:two"],
        "widgets": {"app.W": {}},
    }
    now = {"host": {"dcim.device": [""]}, "menu": ["plugins:app:two"], "widgets": {}}
    cell = SimpleNamespace(
        path="fresh", phase="released", plugin_version="1.0", report=tmp_path, undeclared=lambda refused: refused
    )
    check(before, cell, None, lambda *_: None)
    cell.phase = "candidate"
    check(before, cell, None, lambda *_: None)
    lost = "what is added to dcim.device at /bgp/, the menu's entry plugins:app:one, the widget app.W"
    with pytest.raises(AssertionError, match=f"3 are gone: {lost}"):
        check(now, cell, None, lambda *_: None)


def test_the_menu_s_entries_and_buttons_are_those_of_menus_and_single_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    def entry(name: str) -> SimpleNamespace:
        return SimpleNamespace(link=f"plugins:app:{name}")

    adds = SimpleNamespace(link="plugins:app:a", buttons=[entry("a_add")])
    menu = SimpleNamespace(groups=[SimpleNamespace(items=[entry("b")]), SimpleNamespace(items=[adds])])
    entries = ["plugins:app:a", "plugins:app:a plugins:app:a_add", "plugins:app:b", "plugins:app:c"]
    for plugins, names in (
        ({"menus": [menu], "menu_items": {"App": [entry("c")]}}, entries),
        ({"menus": [], "menu_items": {}}, []),
    ):
        host = ModuleType("netbox.registry")
        host.registry = {"plugins": plugins}  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "netbox", ModuleType("netbox"))
        monkeypatch.setitem(sys.modules, "netbox.registry", host)
        assert of_the_image("views").menu() == names


@pytest.mark.parametrize(
    ("before", "now", "other"),
    [("1.2", "1.2.9", False), ("1.2,3.0", "1.2,3.1", True), ("1.2", "2.2", True), ("odd", "odd", False)],
)
def test_a_series_is_the_first_two_numbers_of_each_plugin(
    suite: SimpleNamespace, before: str, now: str, *, other: bool
) -> None:
    assert suite.series.new_series(before, now) is other


SHOWN = {
    "app.Thing": {
        "api": "api/plugins/app/things/",
        "pages": {"add": "plugins/app/things/add/", "list": "plugins/app/things/"},
        "record": {"": "plugins/app/things/{pk}/", "settings": "plugins/app/things/{pk}/settings/"},
    },
    "app.Bare": {"api": "", "pages": {}, "record": {"settings": "plugins/app/bare/{pk}/settings/"}},
}
PLACES = ("plugins/app/things/add/", "plugins/app/things/{}/settings/", "plugins/app/bare/{}/settings/")


def test_what_a_page_leaves_out_of_its_form_is_told_in_an_upgrade(suite: SimpleNamespace, tmp_path: Path) -> None:
    pages = {
        "/plugins/app/things/add/": '<form><input name="name"><input name="part-1-size"></form>',
        "/plugins/app/things/7/settings/": '<form><input name="name"><input name="site"><input></form>',
    }

    def get(path: str) -> SimpleNamespace:
        return SimpleNamespace(ok=True, text=pages[path])

    listed = SimpleNamespace(ok=True, json=lambda: {"results": [{"id": 7}]})
    fixtures = {"netbox": SimpleNamespace(request=lambda *_, **__: listed), "browser": SimpleNamespace(get=get)}
    request, told = SimpleNamespace(getfixturevalue=fixtures.__getitem__), list[object]()
    check = suite.test_3_offered.test_what_the_last_final_offered_is_still_there
    facts = {
        "shown": SHOWN,
        "offered": [{"page": {key: [] for key in PLACES}, "form field": {key: [] for key in PLACES}}],
    }
    cell = SimpleNamespace(
        path="upgrade", phase="released", plugin_version="1.0", report=tmp_path, undeclared=lambda refused: refused
    )
    check(facts, cell, request, lambda *_: told.append(_))
    cell.phase = "candidate"
    check(facts, cell, request, lambda *_: told.append(_))
    pages["/plugins/app/things/add/"] = '<form><input name="part-3-size"></form>'
    pages["/plugins/app/things/7/settings/"] = "<form></form>"
    with pytest.raises(AssertionError, match=r"of what 1\.0 offers 3 are gone: the input name of /plugins/"):
        check(facts, cell, request, lambda *_: told.append(_))
    assert told == []


def test_of_a_page_that_does_not_open_nothing_is_said_here(suite: SimpleNamespace) -> None:
    closed = SimpleNamespace(get=lambda _: SimpleNamespace(ok=False, text=""))
    empty = SimpleNamespace(request=lambda *_, **__: SimpleNamespace(ok=True, json=lambda: {"results": []}))
    found = suite.test_3_offered.asked_for(PLACES, SHOWN.values(), empty, closed)
    assert found == {key: [] for key in PLACES}

"""What a person meets on a plugin's pages: links that lead on, tables shown whole, no template's own words."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from suite_modules import checks, of_the_image

CELL = SimpleNamespace(allowed=(), undeclared=lambda found: found)
HTML = {"Content-Type": "text/html"}


@pytest.fixture(scope="module")
def suite(pytestconfig: pytest.Config) -> Iterator[SimpleNamespace]:
    """Return the modules of the checks."""
    names: tuple[str, ...] = ("netbox", "pages", "leading", "cells_of_tables", "columns", "unrendered")
    names = (*names, "test_3_plugin", "test_4_pages", "test_4_people")
    with checks(pytestconfig, "cell", "making", "records", *names) as modules:
        yield modules


def _page(status: int = 200, text: str = "", path: str = "/plugins/app/x/") -> SimpleNamespace:
    return SimpleNamespace(
        status_code=status, ok=status < 400, text=text, headers=HTML, url=f"http://netbox{path}", json=dict,
        elapsed=timedelta(seconds=1), request=SimpleNamespace(path_url=path),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<p>{# why this\nis here #}</p>", "{# why this is here #}"),
        ("<div>{% load helpers %}</div>", "{% load helpers %}"),
        ("<div>{# render_field form.name %}</div>", "{# render_field form.name %}"),
        ("<div>{% render_field form.name #}</div>", "{% render_field form.name #}"),
        ("<td>&lt;bound method Thing.size of &lt;Thing: a&gt;&gt;</td>", "<bound method Thing.size"),
        ("<td>&lt;app.models.Thing object at 0x7f1&gt;</td>", "<app.models.Thing object at 0x7f1>"),
        ("<td>&lt;QuerySet [&lt;Thing: a&gt;]&gt;</td>", "<QuerySet [<Thing: a>]>"),
        ("<td>app.Thing.None</td>", "app.Thing.None"),
        ("<pre>{% load helpers %}</pre><code>{{ device.name }}</code><script>{#x#}</script>", ""),
        ("<!-- {% load helpers %} --><p>Templates may say {{ name }}, 50 {% of them}, None.</p>", ""),
        ('<textarea name="t">{% for x in y %}</textarea><input value="{% if x %}"><p>The function of it</p>', ""),
    ],
)
def test_a_page_that_shows_a_template_s_or_python_s_own_words_has_not_opened(
    text: str, words: str, suite: SimpleNamespace
) -> None:
    assert suite.unrendered.unrendered(text).startswith(words)
    refused = suite.pages.refusals(["/plugins/app/x/"], lambda _: _page(text=text))
    assert bool(refused) == bool(words)
    assert suite.pages.refusals(["/dcim/sites/"], lambda path: _page(text=text, path=path)) == {}


ADDING, LATER = "/plugins/app/parts/add/?thing=3", "/plugins/app/parts/?embedded=True&thing_id=3"


def test_of_what_pages_lead_to_one_address_of_each_kind_is_opened_that_nothing_else_opens(
    suite: SimpleNamespace,
) -> None:
    page = f"""<a href="{ADDING}&amp;return_url=/x/"><div hx-get="{LATER.replace("&", "&amp;")}">
        <a href="/plugins/app/things/3/?sort=a"><a href="/plugins/app/things/7/"><a href="/dcim/sites/">
        <button formaction="/plugins/app/things/edit/"><a href="/plugins/app/things/3/sync/"><a href="/plugins/b/x/">"""
    led = dict.fromkeys(suite.netbox.links(_page(text=page)), "/plugins/app/things/3/")
    roots = ["/plugins/app/"]
    opened = ["/plugins/app/things/8/", "/plugins/app/parts/add/"]
    found = list(suite.leading.unopened(led, opened, roots))
    assert found == [LATER, "/plugins/app/things/edit/", f"{ADDING}&return_url=/x/"]
    again = [
        "/plugins/app/parts/?thing_id=9&embedded=1",
        "/plugins/app/parts/add/?thing=4",
        "/plugins/app/things/edit/",
    ]
    assert list(suite.leading.unopened(led, [*opened, *again], roots)) == []
    assert suite.netbox.links(SimpleNamespace(ok=True, headers={}, text=page)) == []


@pytest.mark.parametrize(("status", "still", "red"), [(200, True, 0), (500, False, 1), (404, True, 1), (404, False, 0)])
def test_a_link_that_leads_nowhere_is_told_where_the_page_has_it_still(
    *, status: int, still: bool, red: int, suite: SimpleNamespace
) -> None:
    asked: list[str] = []

    def get(path: str) -> SimpleNamespace:
        asked.append(path)
        text = f'<a href="{ADDING.replace("&", "&amp;")}">' if still else ""
        return _page(status) if path == ADDING else _page(text=text)

    browser = SimpleNamespace(led={ADDING: "/plugins/app/things/3/"}, opened=set(), get=get)
    facts = {"plugins": {"app": {"base": "app"}}, "pages": []}
    judged = suite.test_4_pages.test_what_the_pages_lead_to_opens
    if red:
        with pytest.raises(AssertionError, match=f"{status}, and /plugins/app/things/3/ leads there"):
            judged(None, browser, facts, CELL)
    else:
        judged(None, browser, facts, CELL)
    assert asked[0] == ADDING


class Lists:
    """A reader's NetBox: its list fails where it is sorted by one column, or with all of them shown."""

    def __init__(self, fails: str = "") -> None:
        self.fails, self.shown = fails, dict[str, Any]()
        self.asked: list[str] = []
        self.api = SimpleNamespace(json=self.set, request=lambda *_, **__: _page(404))
        self.browser = SimpleNamespace(get=self.get)

    def set(self, method: str, path: str, json: Any) -> None:
        """Keep what the user chose to see."""
        assert (method, path) == ("PATCH", "/api/users/config/")
        self.shown = json["tables"]

    def get(self, path: str) -> SimpleNamespace:
        """Show the list."""
        self.asked.append(path)
        return _page(500 if self.fails and self.fails in path else 200, path=path)


SEEN = {"app.Thing": ("/api/things/", 3, {"record": {}, "pages": {"list": "plugins/app/things/"}})}
TABLES = {"plugins/app/things/": {"name": "ThingTable", "columns": ["pk", "name", "size", "actions"]}}


@pytest.mark.parametrize(
    ("fails", "words"),
    [
        ("", ""),
        ("sort=size", "/plugins/app/things/ sorted by size answered 500"),
        ("name&sort", "/plugins/app/things/ with all its columns answered 500"),
        ("things/", "/plugins/app/things/ with all its columns answered 500"),
    ],
)
def test_a_list_shows_all_its_columns_and_is_sorted_by_each(fails: str, words: str, suite: SimpleNamespace) -> None:
    reader = Lists(fails)
    judged = suite.test_4_people.test_the_lists_show_every_column_and_are_sorted_by_it
    if words:
        with pytest.raises(AssertionError, match=words):
            judged({"reader": reader}, SEEN, {"tables": TABLES}, CELL)
        assert "/plugins/app/things/?sort=" in reader.asked
    else:
        judged({"reader": reader}, SEEN, {"tables": TABLES}, CELL)
    assert "/plugins/app/things/?sort=name&sort=size" in reader.asked
    assert reader.shown == {"ThingTable": {"columns": ["name", "size"]}}
    with pytest.raises(pytest.skip.Exception, match="no list"):
        judged({"reader": reader}, SEEN, {}, CELL)


def _row(number: int, *cells: str) -> str:
    told = "".join(f"<td><a>{cell}</a></td>" for cell in cells)
    return f'<tr><td><input type="checkbox" name="pk" value="{number}"></td>{told}<td>Edit</td></tr>'


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ([(1, "a", "5 GB"), (2, "b", "—")], []),  # of one it is shown
        ([(1, "a", "—"), (2, "b", "—")], ["size"]),
        ([(1, "a", "None"), (2, "None", " — ")], ["size"]),  # a record may be called so
        ([(1, "a", "—"), (3, "c", "—")], ["size"]),
        ([(3, "c", "—")], []),  # it has none
        ([(1, "a")], []),  # another table
        ([], []),
    ],
)
def test_a_column_that_shows_nothing_of_what_every_record_has_is_told(
    rows: list[tuple[Any, ...]], names: list[str], suite: SimpleNamespace
) -> None:
    records = [
        {"id": 1, "name": "a", "size": 5},
        {"id": 2, "name": "None", "size": {"value": 5}},
        {"id": 3, "name": "c", "size": 0},
    ]
    module = suite.cells_of_tables
    page = f"<tr><th>Name</th></tr>{''.join(_row(*row) for row in rows)}<input name='pk' value='7'>"
    if rows == [(1, "a")]:
        page = page.replace("<td>Edit</td>", "")
    assert module.unshown(module.shown(page, ["name", "size"], actions=True), records) == names


def test_who_may_change_nothing_sees_no_box_and_the_number_all_the_same(suite: SimpleNamespace) -> None:
    page = "<tr><td><a>7</a></td><td>—</td><td></td></tr><tr><td>8</td><td>b</td><td>c</td><td>d</td></tr><tr></tr>"
    assert suite.cells_of_tables.shown(page, ["id", "size"], actions=True) == {"7": {"id": "7", "size": "—"}}
    assert suite.cells_of_tables.shown(page, ["id", "size"], actions=False) == {}  # a column is hidden
    assert suite.cells_of_tables.shown(page, ["name", "size"], actions=True) == {}


@pytest.mark.parametrize(
    ("held", "text", "names"),
    [
        ({"value": "none", "label": "None"}, "None", []),
        ({"id": 3, "display": "—"}, "—", []),
        ({"value": "a", "label": "A"}, "None", ["mode"]),
        (["a"], "—", ["mode"]),
    ],
)
def test_a_choice_or_a_record_may_be_called_so(held: Any, text: str, names: list[str], suite: SimpleNamespace) -> None:
    cells = {"6f1c": {"mode": text, "url": "—"}}
    assert suite.cells_of_tables.unshown(cells, [{"id": "6f1c", "mode": held, "url": "/api/1/"}, {"id": None}]) == names


def test_a_list_is_held_against_its_api(suite: SimpleNamespace) -> None:
    listed = SimpleNamespace(ok=True, json=lambda: {"results": [{"id": 1, "name": "a", "size": 5}]})
    netbox = SimpleNamespace(request=lambda *_, **__: listed)
    page = _page(text=_row(1, "a", "—"))
    browser = SimpleNamespace(get=lambda _: page)
    routes = {"/plugins/app/things/": "/api/things/"}
    tables = {f"/{path}": each for path, each in TABLES.items()}
    said = "shows nothing in size, which the records have"
    assert suite.columns.untold(netbox, browser, tables, routes) == {"/plugins/app/things/": said}
    page.ok = False
    assert suite.columns.untold(netbox, browser, tables, routes) == {}


class _Loads:
    """A plugin's configuration, and what lies where NetBox looks for it."""

    name, verbose_name = "of.app", "App"

    def __init__(self, **brought: Any) -> None:
        self.brought = brought

    def _load_resource(self, name: str) -> Any:
        found = self.brought.get(name)
        if isinstance(found, Exception):
            raise found
        return found


@pytest.mark.parametrize("name", ["menu", "menu_items", "template_extensions", "search_indexes", "user_preferences"])
def test_what_a_plugin_brings_and_netbox_does_not_know_is_told(
    name: str, monkeypatch: pytest.MonkeyPatch, suite: SimpleNamespace
) -> None:
    brought: dict[str, Any] = {
        "menu": object(), "menu_items": [object()], "template_extensions": [_Loads], "search_indexes": [_Loads],
        "user_preferences": {"a": 1},
    }  # fmt: skip
    plugins = {
        "menus": [brought["menu"]], "menu_items": {"App": brought["menu_items"]},
        "template_extensions": {None: [_Loads()]}, "preferences": {"app": brought["user_preferences"]},
    }  # fmt: skip
    host = ModuleType("netbox.registry")
    host.registry = {"plugins": plugins, "search": {"app.thing": _Loads}}  # type: ignore[attr-defined]
    plugins_of_host = ModuleType("netbox.plugins")
    places = {each: f"no_such_module.{each}" for each in brought}
    plugins_of_host.DEFAULT_RESOURCE_PATHS = places  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "netbox", ModuleType("netbox"))
    monkeypatch.setitem(sys.modules, "netbox.plugins", plugins_of_host)
    monkeypatch.setitem(sys.modules, "netbox.registry", host)
    judged, module = suite.test_3_plugin.test_what_the_plugin_brings_is_known_to_netbox, of_the_image("registered")
    assert module.unregistered([_Loads(**brought), object()]) == {}
    assert module.unregistered([_Loads()]) == {}
    host.registry = {"plugins": {"template_extensions": {}}, "search": {}}  # type: ignore[attr-defined]
    unknown = module.unregistered([_Loads(**{name: brought[name]})])
    assert unknown == {f"of.app {name}": "is there, and was not registered"}
    with pytest.raises(AssertionError, match=f"does not know 1: of.app {name} is there"):
        judged({"unregistered": unknown}, CELL)
    judged({}, CELL)
    broken = module.unregistered([_Loads(**{name: ImportError("no thing")})])
    assert broken == {f"of.app {name}": "cannot be loaded: ImportError: no thing"}


def test_a_module_that_netbox_takes_for_none_because_of_what_it_lacks_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "lacking").mkdir()
    (tmp_path / "lacking" / "__init__.py").touch()
    (tmp_path / "lacking" / "navigation.py").write_text("import no_such_distribution\n")
    host, registry = ModuleType("netbox.plugins"), ModuleType("netbox.registry")
    names = ("menu", "menu_items", "template_extensions", "search_indexes", "user_preferences")
    host.DEFAULT_RESOURCE_PATHS = {  # type: ignore[attr-defined]
        each: f"{'navigation' if each == 'menu' else 'other'}.{each}" for each in names
    }
    registry.registry = {"plugins": {"template_extensions": {}}, "search": {}}  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "netbox", ModuleType("netbox"))
    monkeypatch.setitem(sys.modules, "netbox.plugins", host)
    monkeypatch.setitem(sys.modules, "netbox.registry", registry)
    monkeypatch.syspath_prepend(tmp_path)
    config = type("Config", (_Loads,), {"__module__": "lacking"})()
    said = of_the_image("registered").unregistered([config])
    assert said == {"of.app menu": "cannot be loaded: ModuleNotFoundError: No module named 'no_such_distribution'"}


def test_the_tables_of_a_plugin_s_lists_are_told_with_all_their_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    table = type("ThingTable", (), {"base_columns": {"pk": 1, "name": 2}})

    def view(path: str, **parts: Any) -> tuple[str, Any]:
        return path, SimpleNamespace(callback=SimpleNamespace(view_class=SimpleNamespace(**parts)))

    every = [view("plugins/a/", table=table), view("plugins/a/{pk}/", table=table), view("plugins/b/")]
    views = ModuleType("views")
    views.views = lambda *_: every  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "views", views)
    assert of_the_image("offered").tables(None, "app") == {
        "plugins/a/": {"name": "ThingTable", "columns": ["pk", "name"]}
    }


def test_an_entry_of_the_menu_that_asks_for_a_permission_of_no_model_is_told(
    monkeypatch: pytest.MonkeyPatch, suite: SimpleNamespace
) -> None:
    def entry(name: str, *permissions: str, **parts: Any) -> SimpleNamespace:
        return SimpleNamespace(link=f"plugins:app:{name}", permissions=permissions, **parts)

    items = [
        entry("a", "app.view_thing", buttons=[entry("add", "app.add_things")]),
        entry("b", "app.view_thing", "app.view"),
        entry("c", "app.nobody", staff_only=True),
        entry("d"),
    ]
    host, django = ModuleType("netbox.registry"), ModuleType("django.apps")
    host.registry = {"plugins": {"menu_items": {"App": items}}}  # type: ignore[attr-defined]
    model = SimpleNamespace(_meta=SimpleNamespace(app_label="app", model_name="thing"))
    django.apps = SimpleNamespace(get_models=lambda: [model])  # type: ignore[attr-defined]
    for name, module in (("netbox", ModuleType("netbox")), ("netbox.registry", host), ("django.apps", django)):
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setitem(sys.modules, "django", ModuleType("django"))
    monkeypatch.setitem(sys.modules, "kinds", of_the_image("kinds"))
    told = of_the_image("views").nobodys()
    assert told == {"plugins:app:add": "app.add_things", "plugins:app:b": "app.view"}
    judged = suite.test_3_plugin.test_the_menu_asks_for_permissions_that_can_be_given
    judged({"nobodys": {}}, CELL)
    with pytest.raises(AssertionError, match=r"2 entries .*plugins:app:add asks for app.add_things"):
        judged({"nobodys": told}, CELL)


def test_the_lists_of_the_host_s_to_which_a_plugin_adds_buttons_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    base = type("Extension", (), {"list_buttons": None, "__module__": "netbox.plugins"})
    adds = type("Adds", (base,), {"list_buttons": None, "__module__": "app.content"})
    adds_not = type("AddsNot", (base,), {"__module__": "app.content"})
    other = type("Other", (base,), {"list_buttons": None, "__module__": "other.content"})
    every = {"dcim.site": [adds_not, type("Late", (adds,), {"__module__": "app.content"})], "dcim.rack": [adds_not],
             "dcim.cable": [other], "app.thing": [adds], None: [adds]}  # fmt: skip
    host = ModuleType("netbox.registry")
    host.registry = {"plugins": {"template_extensions": every}}  # type: ignore[attr-defined]
    for name, module in (("netbox", ModuleType("netbox")), ("netbox.registry", host)):
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setitem(sys.modules, "kinds", of_the_image("kinds"))
    assert of_the_image("views").host_lists(["app"]) == ["dcim.site"]


class Host:
    """A NetBox of which the plugin adds a panel to sites and a tab to racks; of sites it can make one."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.maker = SimpleNamespace(some=self.made.append)

    def every(self, _: str) -> list[dict[str, str]]:
        """Name the lists."""
        return [{"app_label": "dcim", "model": name, "rest_api_endpoint": f"/api/{name}/"} for name in ("site", "rack")]

    def request(self, _: str, path: str, **__: Any) -> SimpleNamespace:
        """Show what was made."""
        there = [{"id": 5, "display_url": "http://netbox/dcim/sites/5/"}] if path == "/api/site/" and self.made else []
        return SimpleNamespace(status_code=200, ok=True, json=lambda: {"results": there})


def test_where_the_host_has_no_record_that_the_plugin_adds_to_one_is_made(suite: SimpleNamespace) -> None:
    host, told = Host(), dict[str, object]()

    def judged(failing: str) -> list[str]:
        asked: list[str] = []

        def get(path: str) -> SimpleNamespace:
            asked.append(path)
            return _page(500 if path == failing else 200, path=path)

        host_facts = {"dcim.site": [""], "dcim.rack": ["parts/"], "dcim.cable": [""]}
        facts = {"host": host_facts, "host lists": ["dcim.site"]}
        suite.test_4_pages.test_the_pages_of_netbox_s_own_records_answer(
            host, host, SimpleNamespace(get=get), facts, CELL, told.__setitem__
        )
        return asked

    assert judged("") == ["http://netbox/dcim/sites/5/", "http://netbox/dcim/sites/"]
    assert host.made[:2] == ["/api/site/", "/api/rack/"]
    assert told == {"not-tried": "dcim.rack, dcim.cable"}
    with pytest.raises(AssertionError, match="dcim/sites/ answered 500"):
        judged("http://netbox/dcim/sites/")

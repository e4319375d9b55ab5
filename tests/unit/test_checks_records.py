"""Records are made by what an API says of itself, and forms are sent back as a page shows them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from suite_modules import checks, imported

REF = "#/components/schemas/"


def _list(name: str) -> dict[str, Any]:
    schema = {"$ref": f"{REF}Paginated{name}List"}
    return {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}


def _body(name: str) -> dict[str, Any]:
    one = {"$ref": f"{REF}{name}Request"}
    schema = {"oneOf": [one, {"type": "array", "items": one}]}
    return {"requestBody": {"content": {"application/json": {"schema": schema}}}}


DOCUMENT = {
    "paths": {
        "/api/things/": {"get": _list("Thing"), "post": _body("Thing")},
        "/api/sites/": {"get": _list("Site"), "post": _body("Site")},
        "/api/seen/": {"get": _list("Seen")},
        "/api/things/{id}/": {"get": _list("Thing")},
    },
    "components": {
        "schemas": {
            "ThingRequest": {
                "required": ["name", "site"],
                "properties": {
                    "name": {"type": "string", "maxLength": 9},
                    "site": {"oneOf": [{"type": "integer"}, {"$ref": f"{REF}BriefSiteRequest"}]},
                    "parent": {"allOf": [{"$ref": f"{REF}NestedThingRequest"}]},
                    "tags": {"type": "array", "items": {"$ref": f"{REF}NestedTagRequest"}},
                    "address": {"type": "string"},
                },
            },
            "SiteRequest": {"required": ["slug"], "properties": {"slug": {"type": "string"}}},
        }
    },
}


@pytest.fixture(scope="module")
def suite(pytestconfig: pytest.Config) -> Iterator[SimpleNamespace]:
    """Return what makes records."""
    with checks(
        pytestconfig, "cell", "api_description", "samples", "making", "forms", "graphql_queries", "test_4_people"
    ) as modules:
        yield modules


def test_an_api_tells_its_lists_what_a_new_record_takes_and_what_a_field_refers_to(suite: SimpleNamespace) -> None:
    described = suite.api_description.Described(DOCUMENT)
    assert described.lists == {"Thing": "/api/things/", "Site": "/api/sites/", "Seen": "/api/seen/"}
    fields = {field.name: (field.required, field.refers_to, field.many) for field in described.takes("/api/things/")}
    assert fields == {
        "name": (True, "", False),
        "site": (True, "Site", False),
        "parent": (False, "Thing", False),
        "tags": (False, "", True),
        "address": (False, "", False),
    }
    assert described.takes("/api/seen/") == ()


@pytest.mark.parametrize(
    ("name", "schema", "wanted"),
    [
        ("state", {"enum": ["", None, "up", "down"]}, "up"),
        ("when", {"type": "string", "format": "date"}, "2026-01-02"),
        ("share", {"type": "number", "minimum": 3, "maximum": 3}, 3),
        ("on", {"type": "boolean"}, False),
        ("many", {"type": "array"}, []),
        ("raw", {}, {}),
    ],
)
def test_a_value_is_as_its_description_wants_it(
    name: str, schema: dict[str, Any], wanted: object, suite: SimpleNamespace
) -> None:
    assert suite.samples.sample(name, schema) == wanted


def test_texts_differ_are_short_enough_and_follow_their_name(suite: SimpleNamespace) -> None:
    sample = suite.samples.sample
    assert sample("name", {"type": "string"}) != sample("name", {"type": "string"})
    assert len(sample("name", {"type": "string", "maxLength": 3})) == 3
    assert sample("prefix", {"type": "string"}).endswith("/24")
    assert len(sample("items", {"type": "array", "minItems": 2, "items": {"type": "integer"}})) == 2


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("Enter a valid IPv4 or IPv6 address.", "198.51.100."),
        ("Enter a valid IPv4 or IPv6 address and mask.", "/24"),
        ("Enter a valid JSON.", {}),
        ("Value must be one of: red, blue", "red"),
        ("A valid integer is required.", int),
        ("Enter a valid value.", str),
        ("x is not a valid fully qualified DNS host name", ".example.com"),
        ("Invalid content type: x", "dcim.device"),
    ],
)
def test_a_refusal_s_words_name_the_next_value(words: str, wanted: object, suite: SimpleNamespace) -> None:
    said = suite.samples.said_of(words)
    if isinstance(wanted, type):
        assert isinstance(said, wanted)
    else:
        assert said == wanted or str(wanted) in str(said)
    assert suite.samples.said_of("That is not nice.") is None


class Picky:
    """An API that takes a thing with a parent and a site, but no address, and says so of one field at a time."""

    def __init__(self, *, told_of: str, needed: str = "") -> None:
        self.told_of, self.needed, self.sent = told_of, needed, list[dict[str, Any]]()

    def request(self, method: str, path: str, **extra: Any) -> SimpleNamespace:
        """Answer as NetBox does."""
        if method == "GET":
            return _said(200, {"results": [{"id": 7}] if path != self.needed else []})
        self.sent.append(dict(extra["json"]))
        if "address" in extra["json"]:
            return _said(400, {self.told_of: ["No address here."]})
        return _said(201, {"id": 1})


@pytest.mark.parametrize("told_of", ["address", "__all__"])
def test_a_whole_record_has_all_that_is_taken_and_goes_without_what_is_refused(
    suite: SimpleNamespace, told_of: str
) -> None:
    api = Picky(told_of=told_of)
    made = suite.making.Maker(api, suite.api_description.Described(DOCUMENT), {}).make("/api/things/", whole=True)
    assert made.number == 1
    assert set(api.sent[0]) == {"name", "site", "parent", "address", "tags"}
    assert (api.sent[-1]["site"], api.sent[-1]["parent"], "address" in api.sent[-1]) == (7, 7, False)


def test_of_two_fields_that_are_refused_in_the_same_words_one_is_left_out(suite: SimpleNamespace) -> None:
    class Either(Picky):
        def request(self, method: str, path: str, **extra: Any) -> SimpleNamespace:
            said = super().request(method, path, **extra)
            both = {"parent", "address"} <= set(extra.get("json", {}))
            words = ["Cannot set both."]
            return _said(400, {"parent": words, "address": words}) if both else said

    api = Either(told_of="name")
    body = {"name": "n", "site": 7, "parent": 7, "address": "a"}
    maker = suite.making.Maker(api, suite.api_description.Described(DOCUMENT), {})
    fields = {each.name: each for each in maker.described.takes("/api/things/")}
    assert maker._amend("/api/things/", fields, body, api.request("POST", "/api/things/", json=body), 0)
    assert set(body) == {"name", "site", "parent"}


def test_a_whole_record_goes_without_what_it_may_refer_to_where_there_is_none(suite: SimpleNamespace) -> None:
    api = Picky(told_of="address", needed="/api/things/")
    maker = suite.making.Maker(api, suite.api_description.Described(DOCUMENT), {})
    assert maker.make("/api/things/", depth=suite.making.DEPTH, whole=True).number == 1
    assert "parent" not in api.sent[-1]


class Api:
    """NetBox's API with sites and things: a thing needs an address where that was not given, and a new site."""

    def __init__(self, *, crash: str = "", refuse: str = "") -> None:
        self.crash, self.refuse, self.held, self.deleted = crash, refuse, dict[str, int](), list[str]()

    def request(self, method: str, path: str, **extra: Any) -> SimpleNamespace:
        """Answer as NetBox does."""
        if method == "GET":
            return _said(200, {"results": []})
        if method == "DELETE":
            self.deleted.append(path)
            return _said(204, None)
        body = extra["json"]
        if path == "/api/things/" and self.crash:
            return _said(500, {"error": self.crash})
        if path == "/api/things/" and self.refuse:
            return _said(400, {self.refuse: ["That is not nice."]})
        if path == "/api/things/" and "address" not in body:
            return _said(400, {"__all__": ["An address must be given."]})
        self.held[path] = self.held.get(path, 0) + 1
        return _said(201, {"id": self.held[path]})


def _said(status: int, told: object) -> SimpleNamespace:
    kind = {"Content-Type": "application/json"}
    return SimpleNamespace(status_code=status, ok=status < 400, json=lambda: told, headers=kind, text=str(told))


def test_a_record_is_made_with_what_it_refers_to_and_taken_away_in_the_opposite_order(suite: SimpleNamespace) -> None:
    api = Api()
    maker = suite.making.Maker(api, suite.api_description.Described(DOCUMENT), {})
    made = maker.make("/api/things/")
    assert (made.address, made.why_not) == ("/api/things/1/", "")
    assert list(maker.unmake()) == []
    assert api.deleted == ["/api/things/1/", "/api/sites/1/"]


@pytest.mark.parametrize(
    ("api", "route", "why"),
    [
        (Api(refuse="name"), "/api/things/", "answered 400 (name: ['That is not nice.'])"),
        (Api(crash="boom"), "/api/things/", "answered 500 (boom)"),
        (Api(crash="duplicate key value"), "/api/things/", "answered 500 (duplicate key value)"),
        (Api(), "/api/seen/", "its API takes no new records"),
    ],
)
def test_what_cannot_be_made_says_why_and_only_a_crash_is_one(
    api: Api,
    route: str,
    why: str,
    suite: SimpleNamespace,
) -> None:
    made = suite.making.Maker(api, suite.api_description.Described(DOCUMENT), {}).make(route)
    assert (made.number, made.crashed) == (0, api.crash == "boom")
    assert made.why_not.endswith(why)


PAGE = """<form method="get"><input name="q"></form><form method="post" action="/save/">
<input type="hidden" name="token" value="t"><input name="name" value="n"><input type="checkbox" name="on" checked>
<input type="checkbox" name="off"><input name="shut" disabled value="x"><input type="submit" name="go" value="go">
<select name="kind"><option value="a"><option value="b" selected></select><textarea name="notes">
two lines</textarea></form>"""


def test_a_form_is_sent_back_as_it_is_shown(suite: SimpleNamespace) -> None:
    form = suite.forms.main_form(PAGE)
    assert form.fields == [("token", "t"), ("name", "n"), ("on", "on"), ("kind", "b"), ("notes", "two lines")]
    assert {"off", "notes", "kind"} <= form.names
    assert suite.forms.main_form("<p>no form</p>") is None


@pytest.mark.parametrize(
    ("select", "sent"),
    [
        ('<select name="k"><option value="a"><option value="b"></select>', [("k", "a")]),
        ('<select name="k" multiple><option value="a"></select>', []),
        ('<select name="k"></select><select><option value="a"></select>', []),
        ('<select name="k" disabled><option value="a"></select>', []),
    ],
)
def test_where_a_page_chooses_nothing_the_first_offer_is_sent_as_by_a_browser(
    suite: SimpleNamespace, select: str, sent: list[tuple[str, str]]
) -> None:
    assert suite.forms.main_form(f'<form method="post">{select}</form>').fields == sent


def test_a_person_fills_in_what_a_form_asks_for_and_leaves_the_rest(suite: SimpleNamespace) -> None:
    values = {"name": "x", "on": False, "off": True, "kind": {"id": 3}, "unasked": "y"}
    filled = suite.forms.main_form(PAGE).filled(values)
    assert filled == [("token", "t"), ("notes", "two lines"), ("name", "x"), ("off", "on"), ("kind", "3")]


def test_a_form_that_comes_back_says_what_is_wrong_once(suite: SimpleNamespace) -> None:
    page = """<p>Add</p><div class="form-text text-danger"><p>Too <br>long</p></div><img class="text-danger"><b>no</b>
    <ul class="errorlist"><li>Too</li></ul><i>end</i>"""
    assert suite.forms.refused(page) == "Too; long"
    assert not suite.forms.refused("<p>fine</p>")


@pytest.mark.parametrize(("color", "words"), [("danger", "Not so"), ("success", ""), ("warning", "")])
def test_what_is_wrong_with_a_form_as_a_whole_is_told_as_an_error(
    suite: SimpleNamespace, color: str, words: str
) -> None:
    page = f"""<form></form><div class="toast"><div class="toast-header text-bg-{color}"><i></i>Said</div>
    <div class="toast-body">Not so</div></div>"""
    assert suite.forms.refused(page) == words


def _type(kind: str, name: str = "", inner: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"kind": kind, "name": name, "ofType": inner}


def test_graphql_s_queries_are_those_that_answer_with_objects_and_want_at_most_a_number(
    suite: SimpleNamespace,
) -> None:
    thing, number = _type("OBJECT", "ThingType"), {"name": "id", "type": _type("NON_NULL")}
    fields = [
        {"name": "thing", "args": [number], "type": _type("NON_NULL", inner=thing)},
        {"name": "thing_list", "args": [], "type": _type("LIST", inner=thing)},
        {"name": "count", "args": [], "type": _type("SCALAR", "Int")},
        {"name": "by_name", "args": [{"name": "name", "type": _type("NON_NULL")}], "type": thing},
    ]
    one, many = suite.graphql_queries.queries(fields)
    assert suite.graphql_queries.asking(one, ["id", "name"], 3) == "{ thing(id: 3) { id name } }"
    assert suite.graphql_queries.asking(many, ["id"], 3) == "{ thing_list { id } }"


class Graph:
    """GraphQL of things that have a name, a size and a site, narrowed by name; *crashes* where a word is asked for."""

    def __init__(self, *, found: bool = True, crashes: str = "", may: bool = True) -> None:
        self.found, self.crashes, self.may = found, crashes, may
        self.asked: list[str] = []

    def request(self, method: str, path: str, json: Any) -> SimpleNamespace:
        """Answer a query."""
        assert (method, path) == ("POST", "/graphql/")
        query = json["query"]
        self.asked.append(query)
        told = {"errors": [{"message": "no"}]} if self.crashes and self.crashes in query else self._told(query)
        return SimpleNamespace(ok=True, headers={}, json=lambda: told)

    def _told(self, query: str) -> Any:
        thing, text = _type("OBJECT", "ThingType"), _type("SCALAR", "String")
        if "__schema" in query:
            narrows = {"name": "filters", "type": _type("INPUT_OBJECT", "ThingFilter")}
            lists = {"name": "thing_list", "args": [narrows], "type": _type("LIST", inner=thing)}
            return {"data": {"__schema": {"queryType": {"fields": [lists]}}}}
        kinds = {
            '"ThingType"': ("fields", {"id": text, "name": text, "size": text, "site": _type("OBJECT", "SiteType")}),
            '"ThingFilter"': ("inputFields", {"id": _type("INPUT_OBJECT", "Lookup"), "site_id": text,
                                              "name": _type("INPUT_OBJECT", "Lookup"), "size": text}),
            '"Lookup"': ("inputFields", {"exact": text}),
        }  # fmt: skip
        for name, (kind, fields) in kinds.items():
            if name in query:
                return {"data": {"__type": {kind: [{"name": n, "args": [], "type": t} for n, t in fields.items()]}}}
        records = (
            [{"id": "3", "name": 'a "b"', "size": "4"}] if self.may and (self.found or "exact" not in query) else []
        )
        return {"data": {"thing_list": records}}


def test_graphql_shows_all_of_a_record_with_what_it_refers_to_and_finds_it_by_its_texts(suite: SimpleNamespace) -> None:
    graph = Graph()
    assert suite.graphql_queries.faults(graph, {"Thing": 3}) == {}
    assert "{ thing_list { id name size site { __typename } } }" in graph.asked
    words = '{ thing_list(filters: {id: {exact: "3"}, name: {exact: "a \\"b\\""}}) { id } }'
    assert graph.asked[-1] == words


@pytest.mark.parametrize(
    ("graph", "number", "said"),
    [
        (Graph(crashes="site {"), 3, "answered no"),
        (Graph(crashes="(filters"), 3, "narrowed by id, name answered no"),
        (Graph(found=False), 3, "narrowed by id, name does not find the record that shows them"),
        (Graph(found=False), 0, ""),
    ],
)
def test_a_list_of_graphql_s_that_fails_or_loses_a_record_is_told(
    graph: Graph, number: int, said: str, suite: SimpleNamespace
) -> None:
    assert suite.graphql_queries.faults(graph, {"Thing": number}) == ({"thing_list": said} if said else {})


def test_what_graphql_shows_to_somebody_is_counted(suite: SimpleNamespace) -> None:
    fields = suite.graphql_queries.query_fields(Graph())
    for graph, count in ((Graph(), 1), (Graph(may=False), 0), (Graph(crashes="thing_list"), 0)):
        assert suite.graphql_queries.shown(graph, fields, ["Thing"]) == {"thing_list": count}
        people = {"stranger": SimpleNamespace(api=graph)}
        judged = suite.test_4_people.test_who_may_see_nothing_is_shown_nothing_by_graphql
        cell = SimpleNamespace(undeclared=lambda found: found)
        with pytest.raises(AssertionError, match="thing_list shows 1 records") if count else nullcontext():
            judged(people, {"app.Thing": ()}, Graph(), cell, "stranger")
    assert suite.graphql_queries.query_fields(Graph(crashes="__schema")) == []


@pytest.mark.parametrize(
    ("oldest", "newest", "found"),
    [
        ({"results": [{"id": 3}]}, {"results": [{"id": 3}]}, [3]),
        ({"results": [{"id": 3}]}, {"results": [{"id": 9}]}, [3, 9]),
        ({"results": []}, {"results": []}, []),
        ({"detail": "not allowed"}, {"detail": "not allowed"}, []),
    ],
)
def test_of_the_host_s_own_records_the_oldest_and_the_newest_are_those_to_look_at(
    oldest: Any, newest: Any, found: list[int]
) -> None:
    status = 405 if "detail" in oldest else 200
    assert [each["id"] for each in _ends(status, {"id": oldest, "-id": newest})] == found


def test_a_list_of_the_host_s_that_crashes_is_the_plugin_s_doing() -> None:
    with pytest.raises(AssertionError, match=r"answered 500 to GET /api/own/ \(no such column"):
        _ends(500, {"id": {"detail": "no such column"}})


def _ends(status: int, bodies: dict[str, Any]) -> Any:
    def answer(*_: object, params: dict[str, Any]) -> requests.Response:
        said = requests.Response()
        said.status_code, said._content = status, json.dumps(bodies[params["ordering"]]).encode()
        said.headers["Content-Type"] = "application/json"
        return said

    with imported("records") as modules:
        return modules.records.ends(SimpleNamespace(request=answer), "/api/own/")


@pytest.mark.parametrize(
    ("among", "kind"), [(["app.lost", "dcim.site"], "dcim.site"), ([], "dcim.device"), (["app.lost"], "app.lost")]
)
def test_what_may_refer_to_several_kinds_gets_one_of_which_there_is_a_record(
    among: list[str], kind: str, suite: SimpleNamespace
) -> None:
    class Sites(Picky):
        def request(self, method: str, path: str, **extra: Any) -> SimpleNamespace:
            lost = method == "GET" and path == "/api/lost/"
            return _said(200, {"results": []}) if lost else super().request(method, path, **extra)

    api = Sites(told_of="address")
    several = {"/api/things/": [suite.making.Several("name", "parent", among), suite.making.Several("address", "")]}
    lists = {"app.lost": "/api/lost/", "dcim.site": "/api/sites/", "dcim.device": "/api/devices/"}
    maker = suite.making.Maker(api, suite.api_description.Described(DOCUMENT), {}, several=several, lists=lists)
    assert maker.make("/api/things/", whole=True).number == 1
    number = None if kind == "app.lost" else 7
    assert (api.sent[0]["name"], api.sent[0].get("parent"), api.sent[0]["address"]) == (kind, number, "dcim.device")


@pytest.mark.parametrize(
    ("words", "held"),
    [("The submitted data was not a file.", b"sample "), ("Upload a valid image.", b"GIF89a")],
)
def test_where_a_file_is_wanted_one_is_sent_as_a_form_sends_it(words: str, held: bytes, suite: SimpleNamespace) -> None:
    forms: list[dict[str, Any]] = []

    class Files(Picky):
        def request(self, method: str, path: str, **extra: Any) -> SimpleNamespace:
            if method == "POST" and path == "/api/things/":
                forms.append(extra)
                return _said(201, {"id": 1}) if "files" in extra else _said(400, {"name": [words]})
            return super().request(method, path, **extra)

    maker = suite.making.Maker(Files(told_of=""), suite.api_description.Described(DOCUMENT), {})
    assert maker.make("/api/things/").number == 1
    assert forms[-1]["data"] == {"site": 7}
    assert forms[-1]["files"]["name"][1].startswith(held)


def test_a_kind_that_must_be_named_is_sent_with_a_number_and_a_list_that_may_not_be_empty_with_an_item(
    suite: SimpleNamespace,
) -> None:
    sent: list[dict[str, Any]] = []

    class Lists(Picky):
        def request(self, method: str, path: str, **extra: Any) -> SimpleNamespace:
            if method == "POST" and path == "/api/things/":
                sent.append(dict(extra["json"]))
                empty = not sent[-1].get("words")
                return _said(400, {"words": ["This list may not be empty."]}) if empty else _said(201, {"id": 1})
            return super().request(method, path, **extra)

    words = {"type": "array", "items": {"type": "string", "enum": ["permit"]}}
    thing = {"required": ["kind", "words"], "properties": {"kind": {}, "number": {"type": "integer"}, "words": words}}
    document = {"paths": DOCUMENT["paths"], "components": {"schemas": {"ThingRequest": thing}}}
    several = {"/api/things/": [suite.making.Several("kind", "number", ["dcim.site"])]}
    maker = suite.making.Maker(
        Lists(told_of=""), suite.api_description.Described(document), {}, several=several,
        lists={"dcim.site": "/api/sites/"},
    )  # fmt: skip
    assert maker.make("/api/things/").number == 1
    assert sent[-1] == {"kind": "dcim.site", "number": 7, "words": ["permit"]}

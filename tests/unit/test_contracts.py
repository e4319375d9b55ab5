"""Each contract of the pair that is judged from data: it holds for what Proxmox has, and refuses each departure."""

from __future__ import annotations

import copy
import json
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from suite_modules import E2E, checks

from releasegate.adapters.containers.suite import THE_STACK

MODULES = (
    "words",
    "contracts",
    "stack_cell",
    "cell",
    "verdicts",
    "pair_cell",
    "containers",
    "netbox",
    "holdings",
    "proxmox_side",
    "pages",
    "pairing",
    "syncing",
    "test_1_up",
    "test_1_up_backend",
    "test_2_pair",
    "test_5_outage",
)

Kinds = dict[str, dict[int, dict[str, Any]]]
Change = Callable[[Kinds], object]


@pytest.fixture(scope="module")
def suite(pytestconfig: pytest.Config) -> Iterator[SimpleNamespace]:
    """Return the modules of the checks."""
    with checks(pytestconfig, *MODULES) as modules:
        yield modules


@pytest.fixture
def world(suite: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what the mock holds, read from its own data as if it had answered."""
    held = json.loads((E2E / "proxbox" / "images" / "mock" / "pve.json").read_text(encoding="utf-8"))
    proxmox = suite.proxmox_side.Proxmox("https://mock.invalid")
    monkeypatch.setattr(type(proxmox), "get", lambda _, path, **__: held[f"/api2/json/{path}"]["data"])
    return proxmox.world()


@pytest.fixture
def kinds(world: Any) -> Kinds:
    """Return what NetBox holds after a synchronisation that did everything right."""
    guests = world.guests
    lists: dict[str, list[dict[str, Any]]] = {
        "clusters": [{"name": world.cluster}],
        "devices": [
            {"name": name, "status": {"value": "active" if online else "offline"}, "cluster": {"name": world.cluster}}
            for name, online in world.nodes.items()
        ],
        "virtual-machines": [
            {
                "name": guest.name,
                "status": {"value": "active" if guest.running else "offline"},
                "cluster": {"name": world.cluster},
                "device": {"name": guest.node},
                "vcpus": guest.vcpus,
                "memory": guest.memory,
            }
            for guest in guests
        ],
        "virtual-disks": [{"virtual_machine": {"name": g.name}, "size": size} for g in guests for size in g.disks],
        "interfaces": [{"virtual_machine": {"name": g.name}, "mac_address": n.mac} for g in guests for n in g.nics],
        "device-interfaces": [
            {"device": {"name": node}, "name": name} for node, names in world.node_interfaces.items() for name in names
        ],
        "ip-addresses": [{"address": address} for address in sorted(world.addresses)],
        "plugin:storage": [{"name": name, "cluster": {"name": world.cluster}} for name in world.storages],
        "plugin:snapshots": [{"virtual_machine": {"name": g.name}, "name": s} for g in guests for s in g.snapshots],
        "plugin:backups": [{"volume_id": volume} for volume in world.backups],
    }
    return {kind: {place: {"id": place, **record} for place, record in enumerate(each)} for kind, each in lists.items()}


def test_the_mock_holds_something_of_everything_that_is_compared(kinds: Kinds, world: Any) -> None:
    assert all(len(records) >= 1 for records in kinds.values())
    assert {guest.kind for guest in world.guests} == {"qemu", "lxc"}
    assert {guest.running for guest in world.guests} == {True, False}


DEPARTURES: list[tuple[str, str, Change]] = [
    ("test_the_cluster_is_there", "rg-lab", lambda k: k["clusters"][0].update(name="other")),
    ("test_the_cluster_is_there", "rg-lab", lambda k: k["clusters"].clear()),
    ("test_the_nodes_are_devices", "birch", lambda k: k["devices"].popitem()),
    ("test_the_nodes_are_devices", "is offline", lambda k: k["devices"][0].update(status={"value": "offline"})),
    ("test_the_nodes_are_devices", "not in rg-lab", lambda k: k["devices"][0].update(cluster=None)),
    ("test_the_guests_are_virtual_machines", "guests", lambda k: k["virtual-machines"].popitem()),
    ("test_the_guests_are_virtual_machines", "memory", lambda k: k["virtual-machines"][0].update(memory=1)),
    ("test_the_guests_are_virtual_machines", "status", lambda k: k["virtual-machines"][0].update(status="failed")),
    ("test_the_guests_are_virtual_machines", "device", lambda k: k["virtual-machines"][1].update(device=None)),
    ("test_the_guests_are_virtual_machines", "vcpus", lambda k: k["virtual-machines"][0].update(vcpus=None)),
    ("test_the_disks_are_virtual_disks", "MiB", lambda k: k["virtual-disks"][0].update(size=1)),
    ("test_the_disks_are_virtual_disks", "MiB", lambda k: k["virtual-disks"].popitem()),
    ("test_the_interfaces_are_there", "cards", lambda k: k["interfaces"][0].update(mac_address="00:00:00:00:00:00")),
    ("test_the_interfaces_are_there", "node", lambda k: k["device-interfaces"].popitem()),
    ("test_the_storages_are_there", "vault", lambda k: k["plugin:storage"].popitem()),
    ("test_the_storages_are_there", "not in rg-lab", lambda k: k["plugin:storage"][0].update(cluster=None)),
    ("test_the_addresses_are_there", "not there once", lambda k: k["ip-addresses"].popitem()),
    (
        "test_the_addresses_are_there",
        "not there once",
        lambda k: k["ip-addresses"].update({99: dict(k["ip-addresses"][0])}),
    ),
    ("test_snapshots_and_backups_are_there", "snapshots", lambda k: k["plugin:snapshots"].popitem()),
    ("test_snapshots_and_backups_are_there", "backups", lambda k: k["plugin:backups"].popitem()),
]


@pytest.mark.parametrize("check", sorted({check for check, _, _ in DEPARTURES}))
def test_a_netbox_that_holds_what_proxmox_has_keeps_the_contract(
    check: str, suite: SimpleNamespace, kinds: Kinds, world: Any
) -> None:
    getattr(suite.test_2_pair, check)(suite.holdings.Holdings(kinds), world)


@pytest.mark.parametrize("departure", DEPARTURES)
def test_a_netbox_that_departs_from_proxmox_breaks_the_contract_in_words(
    departure: tuple[str, str, Change], suite: SimpleNamespace, kinds: Kinds, world: Any
) -> None:
    check, words, change = departure
    change(kinds)
    with pytest.raises(AssertionError, match=words):
        getattr(suite.test_2_pair, check)(suite.holdings.Holdings(kinds), world)


def test_a_second_synchronisation_is_told_by_what_it_created_deleted_and_changed(
    suite: SimpleNamespace, kinds: Kinds
) -> None:
    later = copy.deepcopy(kinds)
    later["clusters"][7] = {"id": 7, "name": "twin"}
    del later["devices"][0]
    later["plugin:storage"][0]["name"] = "moved"
    later["plugin:storage"][0]["last_updated"] = "now"
    found = suite.holdings.Holdings(kinds).differences(suite.holdings.Holdings(later))
    assert found == [
        "clusters twin was created",
        "devices alder was deleted",
        "plugin:storage local changed name from 'local' to 'moved'",
    ]


def test_a_moment_is_no_change(suite: SimpleNamespace, kinds: Kinds) -> None:
    later = copy.deepcopy(kinds)
    for record in later["devices"].values():
        record.update(last_updated="now", synced_at="now", uptime=3)
    assert suite.holdings.Holdings(kinds).differences(suite.holdings.Holdings(later)) == []


ANSWERS = {
    "fine": (200, {}, ""),
    "moved": (302, {"Location": "/elsewhere/"}, ""),
    "missing": (404, {}, ""),
    "crashed": (500, {}, "<h1>Server Error</h1>\nTypeError: no\n"),
    "api": (500, {"Content-Type": "application/json"}, '{"error": "no such field", "exception": "FieldError"}'),
    "torn": (500, {"Content-Type": "application/json"}, '{"error": '),
    "listed": (500, {"Content-Type": "application/json"}, "[]"),
    "in-part": (
        200,
        {"Content-Type": "text/html"},
        "<p>An error occurred when loading content from plugin app:</p>\n<pre class='p'>Error(&#x27;no&#x27;)</pre>",
    ),
    "told-as-text": (200, {}, "An error occurred when loading content from plugin app: <pre>no page</pre>"),
    "thrown-out": (302, {"Location": "/login/?next=/x"}, ""),
    "switched-off": (503, {"Content-Type": "application/json"}, '{"detail": "not here"}'),
    "down": (503, {"Content-Type": "text/html"}, "busy"),
}


def test_a_page_that_is_missing_crashes_or_throws_the_user_out_is_refused(suite: SimpleNamespace) -> None:
    def get(path: str) -> SimpleNamespace:
        status, headers, text = ANSWERS[path]
        told = {"status_code": status, "headers": headers, "text": text, "elapsed": timedelta(seconds=1)}
        return SimpleNamespace(**told, json=lambda: json.loads(text))

    assert suite.pages.refusals(ANSWERS, get) == {
        "missing": "answered 404",
        "crashed": "answered 500 (TypeError: no)",
        "api": "answered 500 (FieldError: no such field)",
        "torn": "answered 500",
        "listed": "answered 500",
        "in-part": "shows a plugin's part that crashed (Error('no'))",
        "thrown-out": "sent a logged-in user to the login page",
        "down": "answered 503 (busy)",
    }


def test_an_api_is_followed_from_its_root_through_the_roots_that_it_leads_to(suite: SimpleNamespace) -> None:
    root = "/api/plugins/app/"
    told: dict[str, Any] = {
        root: {
            "things": f"http://netbox{root}things/",
            "more": f"http://netbox{root}more/",
            "home": "http://netbox/api/",
        },
        f"{root}things/": {"count": 0, "results": []},
        f"{root}more/": {"parts": f"http://netbox{root}more/parts/", "back": f"http://netbox{root}"},
    }

    def request(_: str, path: str, *, params: object) -> SimpleNamespace:
        assert params == {"limit": 200}
        return SimpleNamespace(ok=path in told, json=lambda: told[path])

    found = suite.pages.api_routes(SimpleNamespace(request=request), root)
    assert found == {**told, f"{root}more/parts/": None}


@pytest.mark.parametrize(("kind", "answered"), [("application/xml", ""), ("application/json", None)])
def test_a_route_may_give_a_file_and_what_says_that_it_is_json_must_be(
    kind: str, answered: str | None, suite: SimpleNamespace
) -> None:
    def request(*_: object, **__: object) -> SimpleNamespace:
        return SimpleNamespace(ok=True, headers={"Content-Type": kind}, json=lambda: json.loads("<xml/>"))

    root = "/api/plugins/app/"
    assert suite.pages.api_routes(SimpleNamespace(request=request), root) == {root: answered}


TOKENS = [{"id": 1, "user": {"username": "plugin"}}, {"id": 2, "user": {"username": "admin"}}]


@pytest.mark.parametrize(("tokens", "referred"), [(TOKENS, {"id": 2}), (TOKENS[:1], None), ([], None)])
def test_netbox_s_endpoint_refers_to_a_token_of_the_superuser_and_of_nobody_else(
    suite: SimpleNamespace, tokens: list[dict[str, Any]], referred: dict[str, int] | None
) -> None:
    sent: dict[str, dict[str, Any]] = {}

    def request(_: str, path: str, *, json: dict[str, Any]) -> SimpleNamespace:
        sent[path] = json
        return SimpleNamespace(ok=True, json=lambda: {"id": 1})

    netbox = SimpleNamespace(
        has=lambda _: False,
        every=lambda path: tokens if path == "/api/users/tokens/" else [],
        accepted=lambda _: frozenset({"name", "domain", "port", "token"}),
        request=request,
    )
    cell = SimpleNamespace(syncs=True, netbox_token="secret", netbox_user="admin", world="small")
    stack = SimpleNamespace(address=lambda *_, **__: "10.0.0.1")
    suite.pairing.Registrar(cell, netbox, SimpleNamespace(key="key"), stack, "app").register()
    assert sent["/api/plugins/app/endpoints/netbox/"].get("token") == referred


FORM = '<form method="post"><input name="name"><input name="port"><input name="domain"></form>'


@pytest.mark.parametrize(
    ("status", "page", "words"),
    [
        (302, "", None),
        (200, '<div class="text-danger">No such host.</div>', "200 .No such host.. to the form of /add/"),
        (500, "<title>Server Error</title>", "500 .Server Error. to the form of /add/"),
    ],
)
def test_an_ordinary_user_makes_the_endpoints_by_the_plugin_s_forms(
    suite: SimpleNamespace, status: int, page: str, words: str | None
) -> None:
    sent: list[tuple[str, str]] = []

    def post(_: str, fields: list[tuple[str, str]]) -> SimpleNamespace:
        sent.extend(fields)
        return SimpleNamespace(status_code=status, ok=status < 400, text=page, headers={})

    person = SimpleNamespace(get=lambda _: SimpleNamespace(ok=True, text=FORM), post=post)
    netbox = SimpleNamespace(
        has=lambda _: False,
        every=lambda _: [{"id": 4, "user": {"username": "x"}}] if sent else [],
        accepted=lambda _: frozenset({"name", "port"}),
        json=lambda *_, **__: {"id": 9},
    )
    cell = SimpleNamespace(syncs=True, netbox_token="secret", netbox_user="automation", world="small")
    stack = SimpleNamespace(address=lambda *_, **__: "10.0.0.1", masked=lambda text: text)
    adding = {f"/api/plugins/app/endpoints/{kind}/": "/add/" for kind in ("fastapi", "netbox", "proxmox")}
    made = suite.pairing.Registrar(cell, netbox, SimpleNamespace(key="key"), stack, "app", person, adding)
    if words is None:
        assert made.register().numbers == {"fastapi": 4, "netbox": 4}
        assert ("name", "backend") in sent
        return
    with pytest.raises(suite.contracts.BrokenContract, match=words):
        made.register()


def test_a_page_without_a_form_is_told(suite: SimpleNamespace) -> None:
    person = SimpleNamespace(get=lambda _: SimpleNamespace(ok=False, text="", status_code=404, headers={}))
    netbox = SimpleNamespace(
        has=lambda _: False, every=lambda _: [], accepted=lambda _: frozenset[str](), json=lambda *_, **__: {"id": 9}
    )
    stack = SimpleNamespace(address=lambda *_, **__: "10.0.0.1", masked=lambda text: text)
    adding = {"/api/plugins/app/endpoints/fastapi/": "/add/"}
    made = suite.pairing.Registrar(SimpleNamespace(), netbox, SimpleNamespace(key="key"), stack, "app", person, adding)
    with pytest.raises(suite.contracts.BrokenContract, match="404 to GET /add/, and no form"):
        made.register()


FACTS = {"unapplied": [], "ungenerated": "", "models": {"app.Thing": ""}}


@pytest.mark.parametrize(
    ("check", "found", "words"),
    [
        ("test_no_migration_waits", {"unapplied": ["app.0002_more"]}, "1 migrations are not applied, first app.0002"),
        ("test_no_migration_is_missing", {"ungenerated": "Migrations for 'app':\n  + Add field x\n"}, "Add field x"),
        ("test_every_model_can_be_queried", {"models": {"app.Thing": "no such column"}}, "app.Thing .no such column"),
    ],
)
def test_what_django_knows_of_the_plugin_is_judged(
    check: str, found: dict[str, Any], words: str, suite: SimpleNamespace
) -> None:
    getattr(suite.test_1_up, check)(FACTS)
    with pytest.raises(AssertionError, match=words):
        getattr(suite.test_1_up, check)(FACTS | found)


@pytest.mark.parametrize("part", ["models", "pages", "api"])
def test_the_pair_s_plugin_has_all_its_parts(part: str, suite: SimpleNamespace) -> None:
    whole: dict[str, Any] = {"models": {"app.Thing": ""}, "pages": ["plugins/app/"], "api": ["api/plugins/app/"]}
    suite.test_1_up_backend.test_the_plugin_has_models_pages_and_an_api(whole)
    with pytest.raises(AssertionError, match=f"the plugin has no {part}"):
        suite.test_1_up_backend.test_the_plugin_has_models_pages_and_an_api({**whole, part: []})


def test_a_plugin_without_models_is_not_judged_by_them(suite: SimpleNamespace) -> None:
    with pytest.raises(pytest.skip.Exception, match="has no models"):
        suite.test_1_up.test_every_model_can_be_queried({**FACTS, "models": {}})


LISTED = {"plugins": {"my_app": "1.1", "other": "3"}}


@pytest.mark.parametrize(("listed", "words"), [({"my_app": "1.0"}, "expected 1.1"), ({}, "NetBox lists no my_app")])
def test_netbox_lists_every_plugin_under_test_at_its_version(
    listed: dict[str, str], words: str, suite: SimpleNamespace
) -> None:
    plugins = {"my_app": {"package": "My.App"}, "other": {"package": "along"}}
    cell = SimpleNamespace(plugins={"my-app": "1.1"})
    check = suite.test_1_up.test_netbox_lists_the_plugin_at_its_version
    check(SimpleNamespace(get=lambda _: LISTED), cell, {"plugins": plugins})
    with pytest.raises(AssertionError, match=words):
        check(SimpleNamespace(get=lambda _: {"plugins": listed}), cell, {"plugins": plugins})


TOLD = {
    "RELEASEGATE_PATH": "fresh",
    "RELEASEGATE_PHASE": "candidate",
    "RELEASEGATE_STACK_PROJECT": "rg-1",
    "RELEASEGATE_STACK_FILE": "compose.yaml",
    "RELEASEGATE_FACTS": "facts.json",
    "RELEASEGATE_REPORT": "report",
    "RELEASEGATE_STACK_SECRETS": "DB_PASSWORD,OTHER",
    "DB_PASSWORD": "hush",
    "RELEASEGATE_LEFT_OUT": '{"pair.*": "no backend here"}',
}


def test_a_suite_reads_what_it_is_told_or_names_all_that_is_missing(suite: SimpleNamespace) -> None:
    found = suite.stack_cell.StackCell.of(TOLD)
    assert (found.phase, found.report, suite.stack_cell.secrets(TOLD)) == ("candidate", Path("report"), ("hush",))
    assert suite.stack_cell.told("LEFT_OUT", TOLD) == {"pair.*": "no backend here"}
    with pytest.raises(suite.stack_cell.MissingCellError, match="RELEASEGATE_NETBOX_URL, RELEASEGATE_NETBOX_TOKEN"):
        suite.cell.Cell.of(TOLD)


def test_a_check_without_a_mark_is_a_contract_of_its_own_name(suite: SimpleNamespace) -> None:
    item = SimpleNamespace(name="test_the_pages_answer", get_closest_marker=lambda _: None)
    assert suite.verdicts.contract_of(item) == suite.contracts.Contract("the-pages-answer")


@pytest.mark.parametrize(
    ("told", "words"),
    [({"error": "ImportError: no module forms"}, "ImportError: no module forms"), ({}, "NetBox told nothing of it")],
)
def test_a_plugin_of_which_a_part_cannot_be_loaded_is_refused_in_djangos_words(
    told: dict[str, Any], words: str, suite: SimpleNamespace, tmp_path: Path
) -> None:
    file = tmp_path / "facts.json"
    file.write_text(json.dumps({"base": "thing"}), encoding="utf-8")
    assert suite.cell.plugin_facts(file) == {"base": "thing"}
    file.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(suite.contracts.BrokenContract, match=words) as refused:
        suite.cell.plugin_facts(file)
    assert refused.value.side == suite.contracts.PLUGIN


class Judge:
    """A request for the one fixture that a check asks for late."""

    def __init__(self, value: object) -> None:
        self.value = value

    def getfixturevalue(self, _: str) -> object:
        """Return it."""
        return self.value


@pytest.mark.parametrize(
    ("departure", "words"),
    [
        ({"refused": {"/": "answered 500"}}, "with the backend down, of NetBox's pages 1 did not answer"),
        ({"keepalive": {"status": "success"}}, "still calls its absent backend a success"),
        ({"keepalive": {"status": "error", "detail": "Traceback (most recent"}}, "stack trace"),
        ({"keepalive": {"status": "error"}}, "gives no reason"),
        ({"state": "completed"}, "ended as completed"),
    ],
)
def test_an_outage_that_is_hidden_or_crashes_breaks_the_contract(
    departure: dict[str, Any], words: str, suite: SimpleNamespace
) -> None:
    def outage(**changes: Any) -> Judge:
        told = {"refused": {}, "keepalive": {"status": "error", "detail": "no route"}, "state": "errored", **changes}
        job = suite.syncing.Job(1, told["state"], "", ())
        return Judge(suite.test_5_outage.Outage(told["keepalive"], told["refused"], job))

    suite.test_5_outage.test_an_absent_backend_is_told_clearly(outage())
    with pytest.raises(AssertionError, match=words):
        suite.test_5_outage.test_an_absent_backend_is_told_clearly(outage(**departure))


PAGE = """<!DOCTYPE html>
<html lang="en"><head><title>Server Error</title><script>var x = "Error: no";</script></head>
<body><h1>Server Error</h1><div>There was a problem</div>
<pre><strong>&lt;class &#x27;KeyError&#x27;&gt;</strong>

&#x27;vmid&#x27;

Python version: 3.12</pre></body></html>"""


@pytest.mark.parametrize(
    ("kind", "text", "told"),
    [
        ("text/html", PAGE, " (KeyError: 'vmid')"),
        ("text/html", "<html><title>Bad Gateway</title><p>nginx</p></html>", " (Bad Gateway)"),
        ("text/html", "<html><p>no title</p></html>", ""),
        ("text/plain", "ValueError: no such field", " (ValueError: no such field)"),
        ("application/json", '{"detail": "Not here."}', " (Not here.)"),
        ("application/json", '{"name": ["This field is required."]}', " (name: ['This field is required.'])"),
        ("application/json", '["one"]', " (['one'])"),
        ("application/json", "torn", ""),
    ],
)
def test_what_an_answer_says_is_told_without_the_page_around_it(
    kind: str, text: str, told: str, suite: SimpleNamespace
) -> None:
    answer = SimpleNamespace(headers={"Content-Type": kind}, text=text, json=lambda: json.loads(text))
    assert suite.words.words(answer) == told


def test_a_failure_s_sentence_holds_no_page(suite: SimpleNamespace) -> None:
    contract = suite.contracts.Contract("pair.sync", suite.contracts.PLUGIN)
    error = suite.contracts.BrokenContract(f"job 3 ended errored: the backend says {PAGE}")
    assert (
        contract.sentence(error) == "contract pair.sync broke: job 3 ended errored: the backend says KeyError: 'vmid'"
    )


@pytest.mark.parametrize(
    "error",
    [
        ImportError("no module"),
        NameError("x"),
        MemoryError(),
        OSError(28, "No space left on device"),
        FileNotFoundError("docker"),
        subprocess.CalledProcessError(1, "docker"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_only_the_checks_themselves_can_do_is_the_stack_s(error: Exception, suite: SimpleNamespace) -> None:
    contract = suite.contracts.Contract("pair.sync", suite.contracts.PLUGIN)
    assert contract.blamed(error, [suite.contracts.PLUGIN]) == suite.contracts.STACK


def test_whose_service_alone_shows_a_stack_trace_broke_it(suite: SimpleNamespace) -> None:
    contract = suite.contracts.Contract("pair.sync", suite.contracts.PAIR)
    sides = [suite.contracts.side_of(role) for role in ("backend", "")]
    assert sides == [suite.contracts.BACKEND, suite.contracts.STACK]
    assert contract.blamed(AssertionError(), sides[:1] * 2) == suite.contracts.BACKEND
    assert contract.blamed(AssertionError(), sides) == suite.contracts.PAIR


def test_a_request_that_is_not_answered_is_its_contract_s_side(suite: SimpleNamespace) -> None:
    contract = suite.contracts.Contract("netbox.up", suite.contracts.PLUGIN)
    assert contract.blamed(requests.ConnectionError("reset")) == suite.contracts.PLUGIN
    assert contract.blamed(KeyError("results")) == suite.contracts.PLUGIN


def test_the_checks_and_whoever_runs_them_call_the_stack_the_same(suite: SimpleNamespace) -> None:
    assert suite.contracts.STACK == THE_STACK


@pytest.mark.parametrize(("status", "side"), [(500, "PLUGIN"), (200, "STACK")])
def test_a_login_that_crashes_is_the_plugin_s_and_one_that_is_refused_the_stack_s(
    status: int, side: str, suite: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = SimpleNamespace(status_code=status, headers={"Content-Type": "text/html"}, text=PAGE)
    session = SimpleNamespace(
        get=lambda *_, **__: None, post=lambda *_, **__: answer, mount=lambda *_: None, cookies={}
    )
    monkeypatch.setattr(suite.netbox.requests, "Session", lambda: session)
    with pytest.raises(suite.contracts.BrokenContract) as caught:
        suite.netbox.Browser.login(SimpleNamespace(url="http://netbox"), "admin", "hush")
    assert caught.value.side == getattr(suite.contracts, side)


def test_compose_that_fails_is_the_stack_s(suite: SimpleNamespace) -> None:
    def execute(_: str) -> bytes:
        raise Exception("Command docker compose returned 1: hush")  # noqa: TRY002 - as pytest-docker does

    stack = suite.containers.Stack(SimpleNamespace(execute=execute), ("hush",), {})
    with pytest.raises(suite.contracts.BrokenContract, match=r"returned 1: \*+") as caught:
        stack.run("ps")
    assert caught.value.side == suite.contracts.STACK

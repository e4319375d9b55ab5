"""Each check that judges what a stack answers holds for a good answer, and refuses a bad one in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, Self, cast

import pytest
from suite_modules import checks
from urllib3.exceptions import MaxRetryError, ReadTimeoutError

MODULES = (
    "cell", "pair_cell", "contracts", "traffic", "people", "syncing", "proxmox_side", "datacenters", "holdings",
    "test_4_swallowed", "test_4_traces", "test_4_people", "test_4_keys", "test_4_moves", "test_4_buttons",
    "test_4_fields", "test_4_stream", "test_4_pages", "test_3_plugin", "netbox", "columns", "leading", "unrendered",
    "graphql_queries",
)  # fmt: skip
CELL = SimpleNamespace(allowed=(), undeclared=lambda found: found, proxmox_service="pve", path="fresh")


@pytest.fixture(scope="module")
def suite(pytestconfig: pytest.Config) -> Iterator[SimpleNamespace]:
    """Return the modules of the checks."""
    with checks(pytestconfig, *MODULES) as modules:
        yield modules


def _answer(status: int = 200, told: Any = None, text: str = "") -> SimpleNamespace:
    kind = {"Content-Type": "application/json"}
    return SimpleNamespace(
        status_code=status,
        ok=status < 400,
        json=lambda: told,
        headers=kind,
        text=text,
        url="/api/x",
        elapsed=timedelta(seconds=1),
    )


@pytest.mark.parametrize(
    ("check", "server", "status"),
    [
        ("test_each_asks_the_other_for_what_is_there", "backend", 404),
        ("test_the_backend_fails_in_no_answer", "backend", 502),
        ("test_netbox_fails_in_no_answer", "netbox", 500),
    ],
)
def test_a_request_that_fails_between_services_is_refused(
    check: str, server: str, status: int, suite: SimpleNamespace
) -> None:
    def exchange(status: int) -> Any:
        return suite.traffic.Exchange("worker", server, "GET", "/x", status)

    judged = getattr(suite.test_4_swallowed, check)
    judged([exchange(200), exchange(400)], CELL)
    with pytest.raises(AssertionError, match=f"worker to {server}: GET /x answered {status}"):
        judged([exchange(status)], CELL)
    allowed = (suite.traffic.Allowed("worker to *", "meant so"),)
    judged([exchange(status)], SimpleNamespace(allowed=allowed))


def test_a_stack_trace_in_a_log_is_refused(suite: SimpleNamespace) -> None:
    def stack(log: str) -> SimpleNamespace:
        return SimpleNamespace(log=lambda *_: log)

    def netbox(log: str) -> None:
        suite.test_4_traces.test_netbox_logs_no_stack_trace(stack(log), CELL, "worker")

    def backend(log: str) -> None:
        suite.test_4_swallowed.test_the_backend_logs_no_stack_trace(stack(log), CELL)

    alone = "Traceback (most recent call last)\n  File\nConnectionRefusedError: [Errno 111] Connection refused\n"
    upgraded = SimpleNamespace(allowed=(), path="upgrade")
    suite.test_4_swallowed.test_the_backend_logs_no_stack_trace(stack(alone), upgraded)
    for judged in (netbox, backend):
        judged("INFO: fine\n")
        with pytest.raises(AssertionError, match="Connection refused"):
            judged(alone)
        with pytest.raises(AssertionError, match="KeyError: 'x'"):
            judged("Traceback (most recent call last)\n  File\nKeyError: 'x'\n")


def _person(status: int, count: int = 0) -> SimpleNamespace:
    def answer(*_: object, **__: object) -> SimpleNamespace:
        return _answer(status, {"count": count})

    return SimpleNamespace(api=SimpleNamespace(request=answer), browser=SimpleNamespace(get=lambda _: answer()))


RECORDS = {"app.Thing": ("/api/things/", 3, {"record": {"": "things/{pk}/"}, "pages": {"list": "things/"}})}


def test_whoever_may_see_nothing_and_is_shown_something_is_told(suite: SimpleNamespace) -> None:
    judged = suite.test_4_people.test_who_may_see_nothing_is_shown_nothing
    judged({"stranger": _person(403)}, RECORDS, {"api": ["api/more/"]}, CELL, "stranger")
    with pytest.raises(AssertionError, match=r"/api/things/ shows 2 records"):
        judged({"stranger": _person(200, 2)}, RECORDS, {"api": []}, CELL, "stranger")
    with pytest.raises(AssertionError, match=r"/api/more/ shows 2 records"):
        judged({"stranger": _person(200, 2)}, {}, {"api": ["api/more/"]}, CELL, "stranger")


def test_whoever_may_see_everything_and_is_refused_is_told(suite: SimpleNamespace) -> None:
    judged = suite.test_4_people.test_who_may_see_everything_is_shown_it
    judged({"reader": _person(200)}, RECORDS, CELL)
    with pytest.raises(AssertionError, match="answered 403"):
        judged({"reader": _person(403)}, RECORDS, CELL)


def test_whoever_may_only_see_and_can_change_something_is_told(suite: SimpleNamespace) -> None:
    judged = suite.test_4_people.test_who_may_only_see_changes_nothing
    judged({"reader": _person(403)}, RECORDS, CELL)
    with pytest.raises(AssertionError, match="is taken from a user who may only see"):
        judged({"reader": _person(200)}, RECORDS, CELL)


GOOD = {"status": "success", "target_address": "a", "target_port": 1, "authentication": "ok", "api_access": "ok"}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (_answer(500), "answered 500"),
        (_answer(told={"status": "success"}), "does not tell target_address"),
        (_answer(told={**GOOD, "status": "error", "detail": "no route"}), "says error: no route"),
    ],
)
def test_a_keepalive_that_is_no_success_is_told(answer: SimpleNamespace, words: str, suite: SimpleNamespace) -> None:
    endpoints = SimpleNamespace(numbers={"netbox": 1})
    judged = suite.test_4_keys.test_each_keepalive_is_a_success
    judged(SimpleNamespace(get=lambda _: _answer(told=GOOD)), {"base": "app"}, endpoints, CELL, "netbox")
    with pytest.raises(AssertionError, match=words):
        judged(SimpleNamespace(get=lambda _: answer), {"base": "app"}, endpoints, CELL, "netbox")


@pytest.mark.parametrize(
    ("state", "troubles", "words"), [("errored", (), "ended errored"), ("completed", ("x",), "1 errors")]
)
def test_a_single_synchronisation_that_does_not_complete_is_told(
    state: str, troubles: tuple[str, ...], words: str, suite: SimpleNamespace
) -> None:
    def synchroniser(*told: Any) -> SimpleNamespace:
        return SimpleNamespace(run=lambda _: suite.syncing.Job(1, *told))

    pages = ["plugins/app/sync/storage/", "plugins/app/sync/full-update/", "plugins/app/sync/selected/x/"]
    buttons = suite.test_4_buttons.single(pages)
    assert list(buttons) == ["/plugins/app/sync/storage/"]
    judged = suite.test_4_buttons.test_each_single_synchronisation_completes
    judged(synchroniser("completed", "", ()), buttons, CELL)
    with pytest.raises(AssertionError, match=f"/plugins/app/sync/storage/ .*{words}"):
        judged(synchroniser(state, "", (), troubles), buttons, CELL)


def test_a_button_that_queues_nothing_is_told_and_what_was_queued_is_taken_back(
    suite: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []

    def start(button: Any) -> int:
        if button.search("/sync/storage/"):
            raise suite.contracts.BrokenContract("queued no job")
        return 7

    monkeypatch.setattr(suite.test_4_buttons, "confirmed", lambda _, path: ran.append(path))
    judged, single = suite.test_4_buttons.test_each_button_queues_a_job, suite.test_4_buttons.single
    stack, synchroniser = SimpleNamespace(run=ran.append), SimpleNamespace(start=start)
    judged(synchroniser, None, stack, single(["a/sync/devices/"]), CELL)
    assert ran == ["pause worker", "/core/jobs/7/delete/", "unpause worker"]
    with pytest.raises(AssertionError, match="/a/sync/storage/ queued no job"):
        judged(synchroniser, None, stack, single(["a/sync/storage/"]), CELL)
    assert ran[-1] == "unpause worker"
    with pytest.raises(AssertionError, match="no single synchronisation"):
        judged(synchroniser, None, stack, {}, CELL)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"status": "offline"}, "status is 'offline'"),
        ({"device": "birch"}, "device is 'birch'"),
        ({"name": "old"}, "has 0"),
    ],
)
def test_a_guest_that_netbox_does_not_follow_is_told(
    change: dict[str, str], words: str, suite: SimpleNamespace
) -> None:
    guest = SimpleNamespace(vmid=7, name="web", running=True, node="alder", nics=())
    machine = {"name": "web", "status": "active", "device": "alder", "cluster": "lab"}

    def later(record: dict[str, str]) -> Any:
        world = SimpleNamespace(guests=(guest,), cluster="lab")
        before = SimpleNamespace(guests=(guest, SimpleNamespace(vmid=8, name="gone")))
        holdings = suite.holdings.Holdings({"virtual-machines": {1: record}})
        return suite.test_4_moves.Later(before, world, None, holdings, None)

    suite.test_4_moves.test_netbox_follows_the_guests(later(machine), CELL)
    with pytest.raises(AssertionError, match=words):
        suite.test_4_moves.test_netbox_follows_the_guests(later(machine | change), CELL)
    suite.test_4_moves.test_a_guest_that_is_gone_does_not_stay_as_if_it_ran(later(machine), CELL)
    with pytest.raises(AssertionError, match="gone is gone"):
        suite.test_4_moves.test_a_guest_that_is_gone_does_not_stay_as_if_it_ran(later(machine | {"name": "gone"}), CELL)


def test_a_guest_that_changes_though_nothing_happened_to_it_is_told(suite: SimpleNamespace) -> None:
    before = suite.datacenters.small(1)
    still = next(guest.name for guest in before.guests if guest in suite.datacenters.moved(before).guests)
    assert still != suite.datacenters.still(before).name
    assert suite.datacenters.still(before) in suite.datacenters.moved(before).guests

    def holdings(memory: int, stopped: str) -> Any:
        records = [{"name": still, "memory": memory}, {"name": before.guests[0].name, "status": stopped}]
        return suite.holdings.Holdings({"virtual-machines": dict(enumerate(records))})

    def later(memory: int) -> Any:
        now = SimpleNamespace(guests=suite.datacenters.moved(before).guests)
        return suite.test_4_moves.Later(before, now, None, holdings(memory, "offline"), None)

    suite.test_4_moves.test_nothing_else_of_netbox_moves(holdings(1, "active"), later(1))
    with pytest.raises(AssertionError, match=f"virtual-machines {still} changed memory from 1 to 2"):
        suite.test_4_moves.test_nothing_else_of_netbox_moves(holdings(1, "active"), later(2))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ""),
        ({"virtual-machines": []}, "NetBox has 0 of it"),
        ({"virtual-machines": [{"name": "still", "memory": 2}]}, "its memory is 2, not 1"),
        ({"interfaces": []}, r"its interfaces are \[\], not \['AA'\]"),
        ({"virtual-disks": [{"size": 8, "virtual_machine": "still"}]}, "its virtual-disks are"),
        ({"ip-addresses": []}, "its addresses are"),
    ],
)
def test_a_guest_that_was_deleted_in_netbox_and_does_not_come_back_whole_is_told(
    changes: dict[str, Any], words: str, suite: SimpleNamespace
) -> None:
    held: dict[str, list[Any]] = {
        "virtual-machines": [{"name": "still", "memory": 1}],
        "interfaces": [{"mac_address": "AA", "virtual_machine": {"name": "still"}}],
        "virtual-disks": [{"size": 4, "virtual_machine": {"name": "still"}}],
        "ip-addresses": [{"address": "198.51.100.1/24", "assigned_object": {"virtual_machine": {"name": "still"}}}],
    }  # fmt: skip

    def holdings(kinds: dict[str, list[Any]]) -> Any:
        return suite.holdings.Holdings({kind: dict(enumerate(records)) for kind, records in kinds.items()})

    before = SimpleNamespace(guests=(SimpleNamespace(vmid=7), None))
    world = SimpleNamespace(guests=[SimpleNamespace(vmid=7, name="still")])
    later = suite.test_4_moves.Later(before, world, None, holdings(held | changes), None)
    judged = suite.test_4_moves.test_a_guest_that_was_deleted_in_netbox_comes_back
    if words:
        with pytest.raises(AssertionError, match=f"guest 7 still was deleted in NetBox, and then {words}"):
            judged(holdings(held), later, CELL)
    else:
        judged(holdings(held), later, CELL)


@pytest.mark.parametrize("status", [204, 404, 500])
def test_a_guest_is_deleted_in_netbox_by_its_name_and_a_crash_is_the_plugin_s(
    status: int, suite: SimpleNamespace
) -> None:
    held = suite.holdings.Holdings({"virtual-machines": {5: {"id": 5, "name": "a"}, 6: {"id": 6, "name": "b"}}})
    asked: list[tuple[str, str]] = []

    def request(*words: str) -> SimpleNamespace:
        asked.append(words)  # type: ignore[arg-type]
        return _answer(status)

    netbox = SimpleNamespace(request=request)
    if status == 500:
        with pytest.raises(AssertionError, match="answered 500 where a guest was deleted"):
            suite.test_4_moves._delete(netbox, held, "b")
    else:
        suite.test_4_moves._delete(netbox, held, "b")
    assert asked == [("DELETE", "/api/virtualization/virtual-machines/6/")]


def test_a_tab_that_is_missing_is_told_where_the_record_s_page_leads_there(suite: SimpleNamespace) -> None:
    texts = {"/things/3/": '<a href="/things/3/parts/">', "/things/3/parts/": "", "/things/3/hidden/": ""}

    def judged(missing: str) -> None:
        def get(path: str) -> SimpleNamespace:
            return _answer(404 if path == missing else 200, text=texts[path])

        shown = SimpleNamespace(tabs=list(texts), of_record=lambda _: ["/things/3/"])
        records = SimpleNamespace(models=[shown])
        suite.test_4_pages.test_the_pages_of_a_record_answer(records, SimpleNamespace(get=get), CELL)

    judged("/things/3/hidden/")
    for missing in ("/things/3/parts/", "/things/3/"):
        with pytest.raises(AssertionError, match=f"{missing} answered 404"):
            judged(missing)


def test_what_is_there_twice_or_bare_is_told(suite: SimpleNamespace) -> None:
    def holdings(*records: dict[str, Any]) -> Any:
        return suite.holdings.Holdings({"devices": dict(enumerate(records))})

    device = {"name": "alder", "cluster": {"name": "lab"}, "tags": [{"slug": "proxbox"}]}
    suite.test_4_fields.test_nothing_is_there_twice(holdings(device))
    suite.test_4_fields.test_what_was_synchronised_is_tagged(holdings(device))
    with pytest.raises(AssertionError, match="devices alder is there 2 times"):
        suite.test_4_fields.test_nothing_is_there_twice(holdings(device, device))
    with pytest.raises(AssertionError, match="1 of devices carry no tag"):
        suite.test_4_fields.test_what_was_synchronised_is_tagged(holdings({**device, "tags": []}))


class Stream(SimpleNamespace):
    """An answer that streams lines."""

    def __enter__(self) -> Self:
        """Begin it."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""

    def iter_lines(self, *, decode_unicode: bool) -> Iterator[str]:
        """Yield them."""
        assert decode_unicode
        yield from self.lines


@pytest.mark.parametrize(
    ("last", "words"),
    [
        ("", "without a last word"),
        ('data: {"ok": false, "error": "no"}', "ended with no"),
        ('data: {"ok": true, "result": {}}', "no number for devices_count"),
    ],
)
def test_a_stream_that_ends_otherwise_is_told(last: str, words: str, suite: SimpleNamespace) -> None:
    backend = SimpleNamespace(request=lambda *_, **__: Stream(ok=True, lines=["event: step", "data: torn", last]))
    with pytest.raises(AssertionError, match=words):
        suite.test_4_stream.test_the_stream_of_a_full_synchronisation_ends_with_its_counts(backend, None)


def test_what_changes_nothing_is_asked_once_more_where_no_answer_came(suite: SimpleNamespace) -> None:
    late = ReadTimeoutError(cast("Any", None), "/x", "Read timed out.")
    once = suite.netbox.ASKED_AGAIN.increment("GET", "/x", error=late)
    with pytest.raises(MaxRetryError):
        once.increment("GET", "/x", error=late)
    with pytest.raises(ReadTimeoutError):
        suite.netbox.ASKED_AGAIN.increment("POST", "/x", error=late)

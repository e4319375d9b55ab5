"""What is done to a guest from its page is judged by how Proxmox has the guest then, and nobody else may do it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from suite_modules import checks, script

PLACE = "/virtualization/virtual-machines/7/"
WORDS = ("start", "stop", "snapshot")
PAGE = "".join(f'<form method="post" action="{PLACE}acme-{word}/"></form>' for word in WORDS)
SAID = '<div class="toast"><div class="toast-body">Proxmox says no (409).</div></div>'
CELL = SimpleNamespace(undeclared=lambda found: found)


@dataclass
class Scene:
    """A NetBox whose plugin does what is pressed on a guest's page, or leaves it; what is done, the mock does."""

    suite: SimpleNamespace
    mock: Any
    world: dict[str, Any]
    proxmox: Any
    kind: str = "qemu"
    ignores: str = ""
    asks: str = ""
    said: str = SAID
    unanswered: list[str] = field(default_factory=list)

    @property
    def guest(self) -> Any:
        """Return the guest whose page it is."""
        return next(each for each in self.proxmox.world().guests if each.kind == self.kind)

    def get(self, _: str) -> SimpleNamespace:
        """Open a page."""
        return SimpleNamespace(text=PAGE + self.said)

    def post(self, action: str, _: object) -> SimpleNamespace:
        """Press a button."""
        word, guest = action.removeprefix(f"{PLACE}acme-").rstrip("/"), self.guest
        path = f"/api2/json/nodes/{guest.node}/{guest.kind}/{guest.vmid}"
        if word == self.asks:
            self.unanswered.append(f"{path}/feature")
        elif self.ignores not in {word, "all"}:
            told = f"{path}/{word if word == 'snapshot' else f'status/{word}'}"
            assert self.mock.acted(self.world, told, {"snapname": "kept"})["data"].startswith("UPID:")
        return SimpleNamespace(status_code=302)

    def judged(self) -> None:
        """Press all that the page offers."""
        pages = {self.guest: PLACE}
        self.suite.test_5_actions.test_a_guest_does_what_it_is_told_from_its_page(pages, self, self.proxmox, CELL)


@pytest.fixture(scope="module")
def suite(pytestconfig: pytest.Config) -> Iterator[SimpleNamespace]:
    """Return the checks, and what makes and reads datacenters."""
    names = ("datacenters", "answers", "proxmox_side", "netbox", "contracts", "test_5_actions")
    with checks(pytestconfig, *names) as modules:
        yield modules


@pytest.fixture
def scene(suite: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Return a small datacenter, asked in no hurry to be asked twice."""
    world: dict[str, Any] = suite.answers.answers(suite.datacenters.small(1))
    side = suite.proxmox_side.Proxmox("https://mock.invalid")
    found = Scene(suite, script("proxbox/images/mock/actions"), world, side)
    monkeypatch.setattr(type(side), "get", lambda _, path, **__: world[f"/api2/json/{path}"]["data"])
    monkeypatch.setattr(type(side), "unanswered", lambda _: list(found.unanswered))
    monkeypatch.setattr(suite.test_5_actions, "PATIENCE", 0.0)
    return found


@pytest.mark.parametrize("kind", ["qemu", "lxc"])
@pytest.mark.parametrize("runs", [True, False])
def test_a_guest_that_does_what_it_is_told_is_well_and_as_it_was(kind: str, *, runs: bool, scene: Scene) -> None:
    scene.kind = kind
    guest = scene.guest
    if guest.running != runs:
        scene.post(f"{PLACE}acme-{'start' if runs else 'stop'}/", ())
    kept = scene.proxmox.state(guest)[1]
    scene.judged()
    assert scene.proxmox.state(guest) == (runs, kept + 1)
    resources = scene.world["/api2/json/cluster/resources"]["data"]
    shown = next(each["status"] for each in resources if each.get("vmid") == guest.vmid)
    assert shown == ("running" if runs else "stopped")


@pytest.mark.parametrize("word", WORDS)
def test_an_action_that_leads_to_nothing_is_told_with_what_netbox_says(word: str, scene: Scene) -> None:
    if word == "start" and scene.guest.running:
        scene.post(f"{PLACE}acme-stop/", ())
    scene.ignores = word
    with pytest.raises(AssertionError, match=rf"{word} of qemu guest .* is not done; NetBox says: Proxmox says no"):
        scene.judged()


@pytest.mark.parametrize("refused", [True, False])
def test_what_netbox_calls_refused_is_waited_for_only_briefly(
    *, refused: bool, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked, spent = scene.suite.test_5_actions, [0.0]
    clock = SimpleNamespace(monotonic=lambda: spent[0], sleep=lambda seconds: spent.append(spent.pop() + seconds))
    monkeypatch.setattr(checked, "time", clock)
    monkeypatch.setattr(checked, "PATIENCE", 10.0)
    monkeypatch.setattr(checked, "ORDER", dict.fromkeys((True, False), ("stop",)))
    scene.ignores = "stop"
    marked = SAID.replace("<div class", '<div class="toast-header text-bg-danger"><i></i></div><div class', 1)
    scene.said = marked if refused else SAID
    with pytest.raises(AssertionError, match="is not done"):
        scene.judged()
    assert spent == [checked.REFUSED if refused else checked.PATIENCE]


def test_what_asks_for_more_than_the_mock_plays_is_no_verdict(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.asks = "snapshot"
    monkeypatch.setattr(scene.suite.test_5_actions, "ORDER", dict.fromkeys((True, False), ("snapshot",)))
    with pytest.raises(pytest.skip.Exception, match="anything that can be judged here"):
        scene.judged()


def test_a_page_offers_what_is_posted_below_it_and_nothing_else(scene: Scene) -> None:
    offered = scene.suite.test_5_actions.offered
    others = f'<form method="post" action="/sync/start/"></form><form method="get" action="{PLACE}acme-stop/"></form>'
    assert set(offered(PAGE + others, PLACE)) == set(WORDS)
    assert offered(others, PLACE) == {}


@pytest.mark.parametrize("barred", [True, False])
def test_whoever_may_only_see_a_guest_does_nothing_to_it(
    *, barred: bool, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.ignores = "all" if barred else ""
    stranger = SimpleNamespace(browser=scene, records=())
    monkeypatch.setattr(scene.suite.test_5_actions, "hired", lambda *_: stranger)
    judge = scene.suite.test_5_actions.test_who_may_only_see_a_guest_does_nothing_to_it
    given: tuple[Any, ...] = ({scene.guest: PLACE}, scene, None, scene.proxmox, {"shown": {}})
    if barred:
        judge(*given)
    else:
        with pytest.raises(AssertionError, match=r"of guest .* is done for a user who may only see it \(302\)"):
            judge(*given)


def test_the_mock_leaves_alone_what_is_no_action_on_a_guest_of_its(scene: Scene) -> None:
    for path in ("/api2/json/nodes", "/api2/json/nodes/none/qemu/1/status/start", "/api2/json/access/ticket"):
        assert scene.mock.acted(scene.world, path, {}) is None


class Sides:
    """The records of both sides, as their APIs show and change them."""

    def __init__(self, **records: Any) -> None:
        self.records: dict[str, dict[str, Any]] = records

    def get(self, path: str) -> dict[str, Any]:
        """Return a record."""
        return self.records[path]

    def has(self, path: str) -> bool:
        """Whether there is a list."""
        return any(each.startswith(path) for each in self.records)

    def every(self, path: str) -> list[dict[str, Any]]:
        """Return the records of a list."""
        return [{"url": each} | told for each, told in self.records.items() if each.startswith(path)]

    def request(self, _: str, path: str, json: dict[str, Any] | None = None) -> SimpleNamespace:
        """Change a record, or list what there is."""
        if json is not None:
            self.records[path] |= json
        return SimpleNamespace(ok=True, json=lambda: list(self.records.values()))


def test_a_person_lets_both_sides_write_and_no_more_afterwards(suite: SimpleNamespace) -> None:
    plugin = Sides(**{"/endpoint/": {"id": 1, "allow_writes": False, "overwrites": "", "name": "mock"}})
    backend = Sides(**{"/proxmox/endpoints/1": {"id": 1, "allow_writes": False}})
    endpoints = SimpleNamespace(path=lambda _: "/endpoint/")
    for lets in (True, False):
        suite.test_5_actions._let_write(plugin, backend, endpoints, lets=lets)
        shown = [each["allow_writes"] for side in (plugin, backend) for each in side.records.values()]
        assert shown == [lets, lets]
    assert plugin.records["/endpoint/"]["overwrites"] == ""


def test_a_guest_whose_proxmox_nobody_confirmed_is_tied_to_it(suite: SimpleNamespace) -> None:
    states = Sides(**{"/states/3/": {}, "/states/1/": {"endpoint": None}, "/states/2/": {"endpoint": 4}})
    suite.test_5_actions._tie(states, "/states/", 9)
    assert states.records == {"/states/1/": {"endpoint": 9}, "/states/2/": {"endpoint": 4}, "/states/3/": {}}
    suite.test_5_actions._tie(states, "/none/", 9)

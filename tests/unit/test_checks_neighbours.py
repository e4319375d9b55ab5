"""The checks of a Proxmox beside others hold where each has its own, and refuse what is mixed up or touched."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from suite_modules import checks

CELL = SimpleNamespace(undeclared=lambda found: found)
GUEST = SimpleNamespace(name="web-annex", node="alder")
OTHER = SimpleNamespace(cluster="annex", nodes={"alder": True}, guests=(GUEST,))
FIRST = {"name": "alder", "cluster": {"name": "lab"}, "id": 1}
SECOND = {"name": "alder", "cluster": {"name": "annex"}, "id": 2}
MACHINE = {"name": "web-annex", "cluster": {"name": "annex"}, "device": {"id": 2, "name": "alder"}}


@pytest.fixture(scope="module")
def suite(pytestconfig: pytest.Config) -> Iterator[SimpleNamespace]:
    """Return the checks."""
    with checks(pytestconfig, "contracts", "holdings", "pairing", "syncing", "test_6_neighbours") as modules:
        yield modules


def _held(suite: SimpleNamespace, devices: list[Any], machines: list[Any]) -> Any:
    kinds = {"devices": devices, "virtual-machines": machines}
    return suite.holdings.Holdings({kind: dict(enumerate(records)) for kind, records in kinds.items()})


def _neighbours(suite: SimpleNamespace, after: Any, *, state: str = "completed", troubles: tuple[str, ...] = ()) -> Any:
    job = suite.syncing.Job(1, state, "", (), troubles)
    return suite.test_6_neighbours.Neighbours(_held(suite, [FIRST], []), after, OTHER, job)


def test_what_is_in_its_own_cluster_on_its_own_node_is_apart(suite: SimpleNamespace) -> None:
    found = _neighbours(suite, _held(suite, [FIRST, SECOND], [MACHINE]))
    suite.test_6_neighbours.test_each_cluster_has_its_own(found, CELL)
    suite.test_6_neighbours.test_a_second_cluster_changes_nothing_of_the_first(found)


@pytest.mark.parametrize(
    ("devices", "machines", "words"),
    [
        ([FIRST], [MACHINE | {"device": {"id": 1}}], "node alder is no device in annex"),
        ([FIRST, SECOND], [], "guest web-annex is not in annex"),
        ([FIRST, SECOND], [MACHINE | {"cluster": {"name": "lab"}}], "guest web-annex is not in annex"),
        ([FIRST, SECOND], [MACHINE | {"device": {"id": 1}}], "guest web-annex is not on alder of annex"),
        ([FIRST, SECOND], [MACHINE | {"device": None}], "guest web-annex is not on alder of annex"),
    ],
)
def test_what_two_clusters_share_is_told(
    devices: list[Any], machines: list[Any], words: str, suite: SimpleNamespace
) -> None:
    with pytest.raises(AssertionError, match=words):
        suite.test_6_neighbours.test_each_cluster_has_its_own(_neighbours(suite, _held(suite, devices, machines)), CELL)


@pytest.mark.parametrize(
    ("devices", "words"), [([FIRST | {"cluster": {"name": "annex"}}], "changed cluster from 'lab'"), ([], "deleted")]
)
def test_a_first_cluster_that_the_second_touches_is_told(
    devices: list[Any], words: str, suite: SimpleNamespace
) -> None:
    with pytest.raises(AssertionError, match=f"alder .*{words}"):
        suite.test_6_neighbours.test_a_second_cluster_changes_nothing_of_the_first(
            _neighbours(suite, _held(suite, devices, []))
        )


@pytest.mark.parametrize(
    ("state", "troubles", "words"), [("errored", (), "job 1 ended errored"), ("completed", ("lost",), "job 1 lost")]
)
def test_a_synchronisation_of_two_clusters_that_fails_is_told(
    state: str, troubles: tuple[str, ...], words: str, suite: SimpleNamespace
) -> None:
    def request(found: Any) -> SimpleNamespace:
        return SimpleNamespace(getfixturevalue=lambda _: found)

    held = _held(suite, [], [])
    judged = suite.test_6_neighbours.test_a_second_cluster_is_synchronised
    judged(request(_neighbours(suite, held)), CELL)
    with pytest.raises(AssertionError, match=words):
        judged(request(_neighbours(suite, held, state=state, troubles=troubles)), CELL)


def test_one_that_never_answers_and_takes_something_from_the_others_is_told(
    suite: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    registrar = SimpleNamespace(further=lambda name, **_: asked.append(name))
    synchroniser = SimpleNamespace(run=lambda: suite.syncing.Job(2, "errored", "", ()))
    before = _held(suite, [FIRST, SECOND], [MACHINE])

    def judged(after: Any) -> None:
        monkeypatch.setattr(suite.test_6_neighbours.Holdings, "of", lambda *_: after)
        suite.test_6_neighbours.test_one_that_never_answers_takes_nothing_from_the_others(
            _neighbours(suite, before), None, registrar, synchroniser
        )

    judged(before)
    with pytest.raises(AssertionError, match="web-annex was deleted"):
        judged(_held(suite, [FIRST, SECOND], []))
    assert asked == ["silent", "silent"]


class Plugin:
    """A plugin's API that takes these fields of a further Proxmox, and answers so."""

    def __init__(self, *accepted: str, status: int = 201) -> None:
        self.taken, self.status, self.sent = frozenset(accepted), status, list[dict[str, Any]]()

    def accepted(self, _: str) -> frozenset[str]:
        """Return the fields that are taken."""
        return self.taken

    def request(self, _: str, __: str, *, json: dict[str, Any]) -> SimpleNamespace:
        """Take a record, or refuse it."""
        self.sent.append(json)
        kind = {"Content-Type": "application/json"}
        told = {"id": 7} if self.status == 201 else {"domain": ["No."]}
        ok = self.status < 400
        return SimpleNamespace(ok=ok, status_code=self.status, json=lambda: told, headers=kind, text=str(told))

    def has(self, _: str) -> bool:
        """Say that nothing is to be approved."""
        return False


def test_a_further_proxmox_is_registered_with_what_the_plugin_takes(suite: SimpleNamespace) -> None:
    plugin, stack = Plugin("name", "domain", "site"), SimpleNamespace(masked=str)
    registrar = suite.pairing.Registrar(None, plugin, None, stack, "app")
    assert registrar.further("annex", site=4) == 7
    assert plugin.sent == [{"name": "annex", "domain": "annex.test", "site": 4}]
    refusing = suite.pairing.Registrar(None, Plugin("name", status=400), None, stack, "app")
    with pytest.raises(suite.contracts.BrokenContract, match="refused a further Proxmox with 400"):
        refusing.further("annex")


@pytest.mark.parametrize("fields", [("name", "site"), ("name",)])
def test_where_no_site_can_be_told_two_clusters_of_the_same_names_are_not_tried(
    fields: tuple[str, ...], suite: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    registrar = suite.pairing.Registrar(None, Plugin(*fields), None, None, "app")
    assert registrar.has_sites() is ("site" in fields)
    monkeypatch.setattr(suite.test_6_neighbours, "Proxmox", None)
    neighbours = suite.test_6_neighbours.neighbours.__wrapped__
    # Where it is tried, the next thing is to ask the mock for another cluster.
    with pytest.raises(TypeError if "site" in fields else pytest.skip.Exception):
        neighbours(None, registrar, None, SimpleNamespace(url=""), None)

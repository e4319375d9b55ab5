"""What the checks of NetBox share: its API, a session on its pages, and what its Django told of the plugins."""

import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from cell import CANDIDATE, Cell, plugin_facts
from netbox import Browser, NetBox
from pages import FORMS, api_routes, refusals
from records import Records, filled


@pytest.fixture(scope="session")
def cell() -> Cell:
    """Return the cell under test."""
    return Cell.of()


@pytest.fixture(scope="session")
def netbox(cell: Cell) -> NetBox:
    """Return NetBox's API."""
    return NetBox(cell.netbox_url, cell.netbox_token)


@pytest.fixture(scope="session")
def browser(cell: Cell, netbox: NetBox) -> Browser:
    """Return a logged-in session on NetBox's pages."""
    return Browser.login(netbox, cell.netbox_user, cell.netbox_password)


@pytest.fixture(scope="session")
def facts(cell: Cell) -> dict[str, Any]:
    """Return what NetBox's Django told of the plugins when the database was migrated."""
    return plugin_facts(cell.facts)


@pytest.fixture(scope="session", autouse=True)
def _described(cell: Cell, netbox: NetBox) -> Iterator[Future[dict[str, Any]] | None]:
    """Ask at once for what takes NetBox ten seconds to make: what needs none of it goes on meanwhile."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(netbox.schema) if cell.phase == CANDIDATE else None


@pytest.fixture(scope="session")
def schema(_described: Future[dict[str, Any]] | None, netbox: NetBox) -> dict[str, Any]:
    """Return NetBox's description of its API, asked once."""
    return _described.result() if _described else netbox.schema()


@pytest.fixture(scope="session")
def fills() -> bool:
    """Whether records are made with the last final, too: not where a stack has other ways to get some."""
    return True


@pytest.fixture(scope="session")
def records(netbox: NetBox, schema: dict[str, Any], facts: dict[str, Any], cell: Cell) -> Iterator[Records]:
    """Return a record of each model; what was made is gone afterwards, and what was not tried is in the report."""
    made = filled(netbox, schema, facts["shown"])
    (cell.report / "not-tried.json").write_text(json.dumps(made.not_tried, indent=2) + "\n", encoding="utf-8")
    yield made
    list(made.maker.unmake())


@pytest.fixture(scope="session")
def forms(browser: Browser, facts: dict[str, Any]) -> dict[str, str]:
    """Return each of the plugins' pages that shows no record, by its path, with why it does not open or nothing."""
    paths = [f"/{page}" for page in facts["pages"] if page.endswith(FORMS)]
    return dict.fromkeys(paths, "") | refusals(paths, browser.get)


@pytest.fixture(scope="session")
def api(netbox: NetBox, facts: dict[str, Any]) -> dict[str, Any]:
    """Return every route that the plugins' API roots lead to, with its answer, asked once."""
    roots = [f"/api/plugins/{plugin['base']}/" for plugin in facts["plugins"].values()]
    return {path: answer for root in roots for path, answer in api_routes(netbox, root).items()}


@pytest.fixture(scope="session")
def lists(api: dict[str, Any]) -> tuple[str, ...]:
    """Return the list routes of the plugins' APIs that answer; whether all do is another contract's matter."""
    return tuple(path for path, answer in api.items() if isinstance(answer, dict) and "results" in answer)

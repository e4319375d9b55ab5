"""Forms that are sent, of one record and of many: what crashes, changes what it shows or deletes nothing is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from suite_modules import checks

FORM = '<form method="post"><input name="name" value="n"><input type="checkbox" name="on" checked></form>'
MANY = """<form method="post"><input name="pk" value="1"><input name="description"><input name="name">
<select name="kind"><option value="first"></select></form>"""
REFUSED = '<form method="post"><div class="text-danger">{}</div></form>'
ADDRESS = "/api/things/1/"
CELL = SimpleNamespace(undeclared=lambda found: found)


@pytest.fixture(scope="module")
def suite(pytestconfig: pytest.Config) -> Iterator[SimpleNamespace]:
    """Return the checks."""
    with checks(pytestconfig, "cell", "making", "records", "test_3_plugin", "test_4_records") as modules:
        yield modules


class Site:
    """NetBox with one thing: its forms say *status* and *text* when they are sent, and change or delete it."""

    def __init__(  # noqa: PLR0913 - each is another fault
        self,
        *,
        status: int = 302,
        text: str = "",
        changes: Any = None,
        deletes: bool = True,
        many: str = "",
        follows: bool = True,
    ) -> None:
        self.status, self.text, self.deletes, self.many, self.follows = status, text, deletes, many, follows
        self.held: dict[str, Any] | None = {"name": "n", "on": True} | ({"description": ""} if many else {})
        self.after = self.held | (changes or {})
        self.sent: list[tuple[str, list[tuple[str, str]]]] = []

    def _taken(self, path: str, fields: Sequence[tuple[str, str]]) -> dict[str, Any] | None:
        """Return the thing as a form that is taken leaves it."""
        if "delete" in path:
            return None if self.deletes else self.held
        texts = {name: value for name, value in fields if name == "description" and self.follows}
        return self.after | texts if path == "/bulk-edit/" else self.after

    def browsed(self, path: str, fields: Sequence[tuple[str, str]] | None = None) -> SimpleNamespace:
        """Show a form, or take what it sends."""
        if path == "/bulk-edit/" and ("_apply", "") not in (fields or ()):
            return self._said(200, self.many or FORM)
        if fields is None or ("delete" in path and ("confirm", "true") not in fields):
            return self._said(200, FORM)
        self.sent.append((path, list(fields)))
        if self.status == 302:
            self.held = self._taken(path, fields)
        return self._said(self.status, self.text)

    def request(self, method: str, _: str) -> SimpleNamespace:
        """Answer the API."""
        there, self.held = self.held, None if method == "DELETE" else self.held
        return self._said(204 if there is not None else 404, "")

    def get(self, _: str) -> dict[str, Any]:
        """Return the record as the API shows it."""
        return dict(self.held or {})

    def _said(self, status: int, text: str) -> SimpleNamespace:
        return SimpleNamespace(
            status_code=status, ok=status < 400, text=text, headers={"Content-Type": "text/html"},
            elapsed=timedelta(seconds=1), url="/x", json=dict,
        )  # fmt: skip


def _judged(suite: SimpleNamespace, check: str, site: Site, folder: Path, *, whole: bool = False) -> None:
    made = suite.making.Made(1, "/api/things/")
    maker = suite.making.Maker(site, None, {}, [made])
    pages = {"bulk-edit": "bulk-edit/", "bulk-delete": "bulk-delete/", "import": "import/"}
    record = {"edit": "{pk}/edit/", "delete": "{pk}/delete/"}
    own, all_of_it = (None, made) if whole else (made, None)
    thing = suite.records.Shown("app.thing", "/api/things/", pages, record, own, 1 if whole else 0, all_of_it)
    given = {
        "records": suite.records.Records((thing,), maker),
        "browser": SimpleNamespace(get=site.browsed, post=lambda path, fields=(): site.browsed(path, fields)),
        "netbox": site,
        "cell": SimpleNamespace(report=folder, undeclared=lambda found: found),
    }
    judged = getattr(suite.test_4_records, check)
    judged(**{name: value for name, value in given.items() if name in judged.__annotations__})


CHECKS = {
    "forms": "test_a_record_can_be_edited_and_its_deletion_asked_for",
    "bulk": "test_many_records_can_be_edited_and_deleted_at_once",
    "deletion": "test_records_can_be_deleted",
}


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("check", CHECKS)
def test_forms_that_are_taken_and_change_nothing_but_what_they_are_for_pass(
    check: str, *, whole: bool, suite: SimpleNamespace, tmp_path: Path
) -> None:
    _judged(suite, CHECKS[check], Site(), tmp_path, whole=whole)


@pytest.mark.parametrize(
    ("check", "site", "words"),
    [
        ("forms", Site(status=500), "/1/edit/ answered 500"),
        ("forms", Site(changes={"on": False}), "/1/edit/ loses what the record holds: on is False, not True"),
        ("forms", Site(changes={"name": ""}), "/1/edit/ loses what the record holds: name is '', not 'n'"),
        ("bulk", Site(status=500), "/bulk-edit/ answered 500"),
        ("bulk", Site(many=MANY, follows=False), "was told: description is '', not 'changed as one of many'"),
        ("bulk", Site(many=MANY, changes={"kind": "first"}), ""),
        ("bulk", Site(many=MANY, changes={"name": ""}), "was told: name is '', not 'n'"),
        ("bulk", Site(changes={"on": False}), "/bulk-edit/ does something else .* was told: on is False, not True"),
        ("bulk", Site(status=200, text=REFUSED.format("No such thing.")), "/bulk-edit/ refuses what it shows: No such"),
        ("bulk", Site(status=200, text=REFUSED.format("This field is required.")), ""),
        ("deletion", Site(status=500, deletes=False), "/1/delete/ answered 500"),
        ("deletion", Site(deletes=False), "/1/delete/ was confirmed, and the record is there"),
    ],
)
def test_a_form_that_crashes_changes_what_it_shows_or_deletes_nothing_is_told(
    check: str, site: Site, words: str, suite: SimpleNamespace, tmp_path: Path
) -> None:
    with pytest.raises(AssertionError, match=words) if words else nullcontext():
        _judged(suite, CHECKS[check], site, tmp_path)


def test_deleting_one_as_of_many_that_deletes_nothing_is_told(suite: SimpleNamespace, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="/bulk-delete/ was confirmed, and the record is there"):
        _judged(suite, CHECKS["deletion"], Site(deletes=False), tmp_path, whole=True)


@pytest.mark.parametrize(
    ("words", "red"),
    [
        ("No such name.", 1),
        ("", 0),
        ("This field is required.", 0),
        ("Provide a password or a token.", 0),
        ("Select a valid choice. b is not one of the available choices.", 1),
        ("Required.</div><div>No.", 1),
    ],
)
def test_a_form_may_refuse_what_it_shows_only_for_what_is_missing(
    words: str, red: int, suite: SimpleNamespace, tmp_path: Path
) -> None:
    site = Site(status=200, text=f'<form method="post"><div class="text-danger"><div>{words}</div></div></form>')
    with pytest.raises(AssertionError, match="/1/edit/ refuses what it shows: ") if red else nullcontext():
        _judged(suite, CHECKS["forms"], site, tmp_path)


@pytest.mark.parametrize(("status", "asking", "red"), [(200, [], 0), (404, ["a/"], 0), (404, [], 1), (500, ["a/"], 1)])
def test_a_page_may_only_be_none_where_its_view_reads_what_the_address_asks_for(
    status: int, asking: list[str], red: int, suite: SimpleNamespace
) -> None:
    site = Site()
    browser = SimpleNamespace(get=lambda _: site._said(status, "no"))
    with pytest.raises(AssertionError, match=f"/a/ answered {status}") if red else nullcontext():
        suite.test_3_plugin.test_the_pages_answer(browser, {"pages": ["a/"], "asking": asking}, {}, CELL)


class Importing(Site):
    """A NetBox that takes a thing's description as data."""

    def browsed(self, path: str, fields: Sequence[tuple[str, str]] | None = None) -> SimpleNamespace:
        """Show the import, or take what it sends: of a new record not enough."""
        if fields is None:
            return self._said(200, self.many)
        (record,) = json.loads(dict(fields)["data"])
        self.sent.append((path, list(fields)))
        if "id" not in record:
            return self._said(self.status if self.text == "new" else 200, "name is required")
        self.held = (self.held or {}) | ({"description": record.get("description", "")} if self.follows else {})
        return self._said(302 if self.text == "new" else self.status, "")


TAKES = "<code>description</code>"


@pytest.mark.parametrize(
    ("site", "words"),
    [
        (Importing(many=TAKES), ""),
        (Importing(many="<code>name</code>", follows=False), ""),
        (Importing(many=TAKES, status=200, follows=False), ""),
        (Importing(many=TAKES, status=500), "/import/ answered 500"),
        (Importing(many=TAKES, status=500, text="new"), "/import/ answered 500"),
        (Importing(many=TAKES, follows=False), "takes another description for a record, which shows '' then"),
    ],
)
def test_an_import_that_crashes_or_changes_nothing_is_told(
    site: Importing, words: str, suite: SimpleNamespace, tmp_path: Path
) -> None:
    with pytest.raises(AssertionError, match=words) if words else nullcontext():
        _judged(suite, "test_records_can_be_changed_by_data", site, tmp_path)
    assert [json.loads(dict(fields)["data"])[0].get("id") for _, fields in site.sent][:2] in ([None], [None, 1])

"""What the cells of a list's table show of its records."""

from collections.abc import Iterable, Mapping, Sequence
from html.parser import HTMLParser
from typing import Any

NOTHING = frozenset({"—", "None"})
"""What a cell says that has nothing to show: NetBox's own mark, and Python's word."""
OF_THE_API = frozenset({"url", "display", "display_url"})
"""What the API says of every record by itself: a column of that name is of something else."""
CALLED = ("label", "value", "display", "name")
"""Where the API says what a choice or another record is called."""


class _Rows(HTMLParser):
    """The cells of each row of a page's tables, as texts, and the number in its box by which it is chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[tuple[str, list[str]]] = []
        self.words: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "tr":
            self.rows.append(("", []))
        elif tag == "td" and self.rows:
            self.words = []
        elif tag == "input" and told.get("name") == "pk" and self.rows and self.words is not None:
            self.rows[-1] = told.get("value") or "", self.rows[-1][1]

    def handle_endtag(self, tag: str) -> None:
        if tag == "td" and self.words is not None:
            self.rows[-1][1].append(" ".join("".join(self.words).split()))
            self.words = None

    def handle_data(self, data: str) -> None:
        if self.words is not None:
            self.words.append(data)


def shown(page: str, columns: Sequence[str], *, actions: bool) -> dict[str, dict[str, str]]:
    """Return what a list's page shows of each record, by its number and the column.

    *columns* are those that were chosen, in their order. Before them stands the box, for who may change records, and
    after them what can be done, where the table has *actions*. Who sees no box sees the number in the column of that;
    a table that shows more or less is not read.
    """
    reader = _Rows()
    reader.feed(page)
    found = {}
    for boxed, cells in reader.rows:
        held = dict(zip(columns, cells[1:] if boxed else cells, strict=False))
        number = boxed or held.get("id", "")
        if number and len(cells) == len(columns) + bool(boxed) + actions:
            found[number] = held
    return found


def unshown(cells: Mapping[str, Mapping[str, str]], records: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the columns that say of no record what its field of the same name holds, where one holds something.

    What is no, zero or empty may be shown as nothing; what the API alone says of a record is shown by no column.
    """
    said: dict[str, set[str]] = {}
    for record in records:
        for name, text in cells.get(str(record.get("id")), {}).items():
            if name not in OF_THE_API and record.get(name) and text not in _words(record[name]):
                said.setdefault(name, set()).add(text)
    return sorted(name for name, texts in said.items() if texts <= NOTHING)


def _words(value: Any) -> set[str]:
    """Return what a cell may call a value: of a choice or of another record, what it is called."""
    held = [value.get(key) for key in CALLED] if isinstance(value, dict) else [value]
    return {each for each in held if isinstance(each, str)}

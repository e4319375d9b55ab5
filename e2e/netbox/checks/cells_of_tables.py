"""What the cells of a list's table show of its records."""

from collections.abc import Iterable, Mapping, Sequence
from html.parser import HTMLParser
from typing import Any

NOTHING = frozenset({"—", "None"})
"""What a cell says that has nothing to show: NetBox's own mark, and Python's word."""


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


def shown(page: str, columns: Sequence[str]) -> dict[int, dict[str, str]]:
    """Return what a list's page shows of each record, by its number and the column.

    *columns* are those that were chosen, in their order. Before them stands the box, for who may change records, and
    after them what can be done. Who sees no box sees the number in the column of that; other tables are not read.
    """
    reader = _Rows()
    reader.feed(page)
    found = {}
    for boxed, cells in reader.rows:
        held = dict(zip(columns, cells[1:] if boxed else cells, strict=False))
        number = boxed or held.get("id", "")
        if number.isdecimal() and len(held) == len(columns) >= len(cells) - (2 if boxed else 1):
            found[int(number)] = held
    return found


def unshown(cells: Mapping[int, Mapping[str, str]], records: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the columns that say of no record what its field of the same name holds, where one holds something.

    What is no, zero or empty may be shown as nothing.
    """
    said: dict[str, set[str]] = {}
    for record in records:
        for name, text in cells.get(int(record.get("id", 0)), {}).items():
            if record.get(name) and text != record[name]:
                said.setdefault(name, set()).add(text)
    return sorted(name for name, texts in said.items() if texts <= NOTHING)

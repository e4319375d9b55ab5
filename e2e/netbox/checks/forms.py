"""A form as a browser would send it back: every field with the value that the page shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import requests

from netbox import Browser

CONTROLS = frozenset({"input", "select", "textarea"})
UNSENT = frozenset({"submit", "button", "image", "reset", "file"})


@dataclass
class Form:
    """One form of a page: its method, where it goes, what it would send, and the names of all that can be set."""

    method: str
    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def filled(self, values: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Return what it sends once a person has set those of *values* that it asks for, and left the others as shown.

        A box is ticked by True and left empty by False; another record is chosen by its number.
        """
        asked = {name: value for name, value in values.items() if name in self.names}
        left = [(name, value) for name, value in self.fields if name not in asked]
        return left + [(name, _typed(value)) for name, value in asked.items() if value is not False]


def _typed(value: Any) -> str:
    """Return a value as a form sends it."""
    return "on" if value is True else str(value["id"] if isinstance(value, dict) else value)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.inside: Form | None = None
        self.select = self.area = ""
        self.single = True
        self.options: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = Form(told.get("method", "get").lower(), told.get("action", ""))
            self.forms.append(self.inside)
        elif self.inside is not None and "disabled" not in told:
            self._control(self.inside, tag, told)

    def _control(self, form: Form, tag: str, told: dict[str, str]) -> None:
        if tag in CONTROLS:
            form.names.add(told.get("name", ""))
        if tag == "input":
            self._input(form, told)
        elif tag == "select":
            self.select, self.options = told.get("name", ""), []
            self.single = "multiple" not in told
        elif tag == "option" and self.select:
            self._option(form, told)
        elif tag == "textarea":
            self.area, self.words = told.get("name", ""), []

    def _option(self, form: Form, told: dict[str, str]) -> None:
        self.options.append(told.get("value", ""))
        if "selected" in told:
            form.fields.append((self.select, told.get("value", "")))

    @staticmethod
    def _input(form: Form, told: dict[str, str]) -> None:
        kind, name = told.get("type", "text").lower(), told.get("name", "")
        if not name or kind in UNSENT or (kind in {"checkbox", "radio"} and "checked" not in told):
            return
        form.fields.append((name, told.get("value", "on" if kind == "checkbox" else "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = None
        elif tag == "select":
            self._selected()
            self.select = ""
        elif tag == "textarea" and self.inside is not None and self.area:
            self.inside.fields.append((self.area, "".join(self.words).removeprefix("\n")))
            self.area = ""

    def _selected(self) -> None:
        """Choose the first of what is offered, as a browser does where a page chooses none."""
        chosen = self.inside is None or any(name == self.select for name, _ in self.inside.fields)
        if self.inside is not None and self.select and self.single and self.options and not chosen:
            self.inside.fields.append((self.select, self.options[0]))

    def handle_data(self, data: str) -> None:
        if self.area:
            self.words.append(data)


WRONG = frozenset({"text-danger", "invalid-feedback", "errorlist", "alert-danger"})
"""How NetBox marks what is wrong with a form that comes back."""
MESSAGE = frozenset({"toast-body"})
"""How it marks what it tells a person of what was done last."""
ERROR = frozenset({"text-bg-danger"})
"""How it marks that what it tells a person is an error: so it tells what is wrong with a form as a whole."""


class _Marked(HTMLParser):
    """The texts of what is marked in one of some ways."""

    VOID = frozenset({"br", "img", "input", "hr", "link", "meta", "wbr", "source", "path", "use"})

    def __init__(self, marks: frozenset[str]) -> None:
        super().__init__()
        self.marks = marks
        self.depth = 0
        self.met = False
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        met = bool(self.marks & set((dict(attrs).get("class") or "").split()))
        self.met |= met
        if tag not in self.VOID and (self.depth or met):
            self.depth += 1

    def handle_endtag(self, tag: str) -> None:
        if self.depth and tag not in self.VOID:
            self.depth -= 1

    def handle_data(self, data: str) -> None:
        if self.depth and data.strip():
            self.words.append(" ".join(data.split()))


def refused(page: str) -> str:
    """Return what a form that was sent and came back says to be wrong; nothing where it marks nothing."""
    return _marked(page, WRONG) or (message(page) if _marked(page, ERROR) else "")


def complains(page: str) -> bool:
    """Whether a page tells a person that what was done last could not be."""
    reader = _Marked(ERROR)
    reader.feed(page)
    return reader.met


def message(page: str) -> str:
    """Return what a page tells a person of what was done last."""
    return _marked(page, MESSAGE)


def _marked(page: str, marks: frozenset[str]) -> str:
    reader = _Marked(marks)
    reader.feed(page)
    return "; ".join(dict.fromkeys(reader.words))


def forms(page: str) -> list[Form]:
    """Return the forms of a page."""
    reader = _Reader()
    reader.feed(page)
    return reader.forms


def main_form(page: str) -> Form | None:
    """Return the form that a page is for: of those that are posted, the one with most fields."""
    posted = [form for form in forms(page) if form.method == "post"]
    return max(posted, key=lambda form: len(form.fields), default=None)


def confirmed(browser: Browser, path: str) -> requests.Response:
    """Say yes to the page that asks whether something is to be done."""
    form = main_form(browser.get(path).text)
    return browser.post(path, [*(form.fields if form else ()), ("confirm", "true")])

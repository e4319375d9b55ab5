"""A form as a browser would send it back: every field with the value that the page shows."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

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


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.inside: Form | None = None
        self.select = self.area = ""
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
            self.select = told.get("name", "")
        elif tag == "option" and self.select and "selected" in told:
            form.fields.append((self.select, told.get("value", "")))
        elif tag == "textarea":
            self.area, self.words = told.get("name", ""), []

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
            self.select = ""
        elif tag == "textarea" and self.inside is not None and self.area:
            self.inside.fields.append((self.area, "".join(self.words).removeprefix("\n")))
            self.area = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.words.append(data)


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

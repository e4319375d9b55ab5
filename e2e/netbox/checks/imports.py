"""The form that takes many records as data, sent for one that is there, and for a new one that lacks what it needs."""

import json
from typing import Any

import requests

from making import Made
from many import TEXTS
from netbox import Browser, NetBox

FORM = "import"
TEXT = "changed by an import"


class Imported:
    """One record that is changed by data; ``changed`` is the text that the form takes for it, if it takes one."""

    def __init__(self, record: Made) -> None:
        self.record, self.changed, self.taken = record, "", False

    def send(self, browser: Browser, path: str) -> requests.Response:
        """Send both, and return what the first that fails answered: a refusal in words does not fail."""
        page = browser.get(path)
        self.changed = next((each for each in TEXTS if f"<code>{each}</code>" in page.text), "")
        new = _sent(browser, path, {self.changed or "name": TEXT})
        if new.status_code >= requests.codes.internal_server_error:
            return new
        text = {self.changed: TEXT} if self.changed else {}
        answer = _sent(browser, path, {"id": self.record.number} | text)
        self.taken = answer.status_code == requests.codes.found
        return answer

    def told(self, netbox: NetBox) -> str:
        """Say that what was taken is not what the record shows now; else nothing."""
        shown = netbox.get(self.record.address).get(self.changed, TEXT) if self.taken and self.changed else TEXT
        return "" if shown == TEXT else f"takes another {self.changed} for a record, which shows {shown!r} then"


def _sent(browser: Browser, path: str, record: dict[str, Any]) -> requests.Response:
    data = json.dumps([record])
    return browser.post(path, [("import_method", "direct"), ("format", "json"), ("data", data)])

"""The form that edits many records at once, sent for one of them: what it was told it does, and nothing else."""

import re
from dataclasses import dataclass, field
from typing import Any

import requests

from forms import main_form, refused
from keeping import departures, lost, settled
from making import Made
from netbox import Browser, NetBox

MISSING = re.compile(
    r"^$|required|blank|empty|null|missing|^(?!.*\bvalid\b)(provide|select|choose|enter|specify|set|please)\b",
    re.IGNORECASE,
)
TEXTS = ("description", "comments", "comment", "notes")
"""What nearly every record has, and no plugin has views on."""
TEXT = "changed as one of many"


def missing(wrong: str) -> bool:
    """Whether a form only wants what it was not given: it may ask for more than the API does."""
    return all(MISSING.search(each) for each in wrong.split("; "))


@dataclass
class Sent:
    """One record that is edited so: what it held before, what was set, what the form showed, and what it refused."""

    record: Made
    before: dict[str, Any]
    changed: str = ""
    shown: set[str] = field(default_factory=set)
    refused: str = ""

    @classmethod
    def of(cls, netbox: NetBox, record: Made) -> "Sent":
        """Look at a record as it is."""
        return cls(record, settled(netbox.get(record.address)))

    def apply(self, browser: Browser, path: str) -> requests.Response:
        """Send the form as it is shown, but for one text, where it asks for one that the record has."""
        page = browser.post(path, [("pk", str(self.record.number))])
        form = main_form(page.text)
        if form is None:
            return page
        self.changed = next((each for each in TEXTS if each in form.names and each in self.before), "")
        self.shown = {name for name, value in form.fields if value and name in self.before}
        filled = form.filled({self.changed: TEXT}) if self.changed else form.fields
        answer = browser.post(path, [*filled, ("_apply", "")])
        self.refused = refused(answer.text) if answer.status_code == requests.codes.ok else ""
        return answer

    def told(self, netbox: NetBox) -> str:
        """Say what the form refused though it showed it, did not do, or did without being told; else nothing."""
        if self.refused:
            return "" if missing(self.refused) else f"refuses what it shows: {self.refused}"
        after = netbox.get(self.record.address)
        held = {name: value for name, value in self.before.items() if name != self.changed}
        set_ = departures({self.changed: TEXT}, after) if self.changed else ""
        said = set_ or departures({name: held[name] for name in self.shown & held.keys()}, after) or lost(held, after)
        return f"does something else with the record than it was told: {said}" if said else ""

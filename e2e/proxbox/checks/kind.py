"""All records of one list of the plugin's, beside what the Proxmox side holds of them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from holdings import Holdings, plain

Fields = dict[str, Any]
Key = tuple[Any, ...]
OTHERWISE = frozenset({"format", "id", "name", "node", "status", "storage", "tags", "type"})
"""Words of Proxmox's for which NetBox has another meaning; what they say is compared field by field."""

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
"""How NetBox begins to write a moment."""


def flat(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what Proxmox says of a record by bare names, options within an option among them."""
    found: dict[str, Any] = {}
    for name, value in told.items():
        if name == "prune-backups":
            options = value if isinstance(value, Mapping) else dict(part.split("=") for part in value.split(","))
            found |= flat(options)
        elif isinstance(value, (str, int, float)):
            found[bare(name)] = value
    return found


def bare(name: str) -> str:
    """Return a name without what stands between its words: ``starttime`` is ``start_time``."""
    return name.replace("-", "").replace("_", "")


def alike(shown: Any, value: Any) -> bool:
    """Whether a field shows a value: a flag as one, a moment as one, a number also as a text."""
    if isinstance(shown, bool):
        return shown == (str(value) not in {"0", ""})
    if isinstance(value, int) and isinstance(shown, str) and MOMENT.match(shown):
        return datetime.fromisoformat(shown).timestamp() == value
    if isinstance(shown, float):
        return str(value).replace(".", "", 1).isdecimal() and shown == float(value)
    return str(shown) == str(value)


@dataclass(frozen=True)
class Kind:
    """All records of one list of the plugin's: the fields that tell them apart, and what each must show."""

    name: str
    key: tuple[str, ...]
    records: Mapping[Key, Fields]
    told: Mapping[Key, Fields] = field(default_factory=dict)
    """What Proxmox itself says of each: a field that has the name of it here and there holds the same."""

    def departures(self, holdings: Holdings) -> Iterator[str]:
        """Say what is missing, what is there too often or too much, and which field differs."""
        found: dict[Key, list[Fields]] = {}
        for record in holdings.records(f"plugin:{self.name}"):
            found.setdefault(tuple(plain(record.get(name)) for name in self.key), []).append(record)
        for key in self.records.keys() - found.keys():
            yield f"{self._called(key)} is not there (of {len(self.records)}, {len(found)} are)"
        for key in found.keys() - self.records.keys():
            yield f"{self._called(key)} is there, and Proxmox has no such"
        for key, expected in self.records.items():
            for count, record in enumerate(found.get(key, ())):
                if count:
                    yield f"{self._called(key)} is there twice"
                yield from self._differences(key, expected, record)

    def _differences(self, key: Key, expected: Fields, record: Fields) -> Iterator[str]:
        for name, value in expected.items():
            if (shown := plain(record.get(name))) != value:
                yield f"{self._called(key)}: {name} is {shown!r}, not {value!r}"
        named = {bare(name): name for name in record if name not in expected}
        for word, value in flat(self.told.get(key, {})).items():
            name = named.get(word, "")
            if name and word not in OTHERWISE and not alike(shown := plain(record[name]), value):
                yield f"{self._called(key)}: {name} is {shown!r}, not {value!r}"

    def _called(self, key: Key) -> str:
        return f"{self.name} {'/'.join(str(part) for part in key)}"

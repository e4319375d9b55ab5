"""What NetBox holds after a synchronisation, kind by kind, and how two such holdings differ."""

import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from netbox import AT_ONCE, NetBox

CORE = {
    "clusters": "/api/virtualization/clusters/",
    "devices": "/api/dcim/devices/",
    "device-interfaces": "/api/dcim/interfaces/",
    "virtual-machines": "/api/virtualization/virtual-machines/",
    "interfaces": "/api/virtualization/interfaces/",
    "virtual-disks": "/api/virtualization/virtual-disks/",
    "ip-addresses": "/api/ipam/ip-addresses/",
}
# Times and what is derived from them say when a synchronisation ran, not what it changed.
MOMENTS = ("last_updated", "last_synced", "last_seen", "synced_at", "_at", "updated", "run_id", "uptime", "timestamp")
# What the report shows of a record, where it has it.
SHOWN = (
    "status", "cluster", "device", "virtual_machine", "vcpus", "memory", "disk", "size", "mac_address", "address",
    "type", "shared", "enabled", "vmid",
)  # fmt: skip

Record = dict[str, Any]


def plain(value: Any) -> Any:
    """Reduce NetBox's nested objects to what identifies them."""
    if isinstance(value, dict):
        for key in ("value", "name", "display"):
            if key in value:
                return value[key]
    return value


def title(record: Record) -> str:
    """Return what a person calls the record."""
    return str(record.get("name") or record.get("display") or record.get("id"))


@dataclass(frozen=True)
class Holdings:
    """All records, by kind, then by id."""

    kinds: dict[str, dict[int, Record]]

    @classmethod
    def of(cls, netbox: NetBox, lists: Iterable[str], known: Mapping[str, Any] | None = None) -> "Holdings":
        """Read the kinds of NetBox that a synchronisation writes, and every list of the plugin's own records.

        *known* holds the first pages of lists that need not be asked for again.
        """
        routes = CORE | {f"plugin:{route.split('/', 4)[-1].strip('/')}": route for route in lists}
        pages = known or {}

        def records(route: str) -> dict[int, Record]:
            return {int(record["id"]): record for record in netbox.every(route, pages.get(route))}

        with ThreadPoolExecutor(AT_ONCE) as pool:
            kinds = dict(zip(routes, pool.map(records, routes.values()), strict=True))
        return cls({kind: records for kind, records in kinds.items() if not _borrowed(kind, records)})

    def records(self, kind: str) -> list[Record]:
        """Return all records of one kind."""
        return list(self.kinds.get(kind, {}).values())

    def differences(self, later: "Holdings") -> list[str]:
        """Say what appeared, vanished and changed since; moments do not count."""
        found = []
        for kind, before in self.kinds.items():
            after = later.kinds.get(kind, {})
            found += [f"{kind} {title(after[number])} was created" for number in after.keys() - before.keys()]
            found += [f"{kind} {title(before[number])} was deleted" for number in before.keys() - after.keys()]
            for number in before.keys() & after.keys():
                changed = _changed(before[number], after[number])
                if changed:
                    found.append(f"{kind} {title(before[number])} changed {', '.join(changed)}")
        return found

    def report(self, path: Path) -> None:
        """Write the records by kind, with their names and the values that matter."""
        shown = {
            kind: [
                {"name": title(record)} | {key: plain(record[key]) for key in SHOWN if record.get(key) is not None}
                for record in records.values()
            ]
            for kind, records in sorted(self.kinds.items())
            if records
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(shown, indent=2, default=str) + "\n", encoding="utf-8")


def _changed(before: Record, after: Record) -> list[str]:
    """Name the fields that differ, but for moments."""
    names = before.keys() | after.keys()
    return sorted(
        f"{name} from {plain(before.get(name))!r} to {plain(after.get(name))!r}"
        for name in names
        if before.get(name) != after.get(name) and not name.endswith(MOMENTS)
    )


def _borrowed(kind: str, records: dict[int, Record]) -> bool:
    """Whether a list of the plugin shows records of NetBox's own: a synchronisation's job is not its outcome."""
    home = urlsplit(str(next(iter(records.values()), {}).get("url") or "/api/plugins/")).path
    return kind.startswith("plugin:") and not home.startswith("/api/plugins/")

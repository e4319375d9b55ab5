"""What every container, network and volume of a stack gets, as a Compose file on top of the stack's own: its marks.

And how long a name may be looked for: an engine that reaches no name server, as in a network without a way out, lets a
page that asks the outside for something wait for ten seconds, which is no matter of the package's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from releasegate.adapters.containers.health import RUNS, SPEAKS
from releasegate.adapters.containers.runs.labels import LOCK, RUN
from releasegate.core.errors import ConfigurationError
from releasegate.core.stacks.kit import Kit

FILE = "labels.yaml"
_MARKS = {RUN: "${RELEASEGATE_RUN}", LOCK: "${RELEASEGATE_LOCK}"}
"""The variables say which run it is: none is known where the file is written."""

_NAMES = ["timeout:2", "attempts:1"]
"""Options of the resolver (resolv.conf): what the stack has itself is told at once."""

_RESOLVED_OTHERWISE = frozenset({"dns_opt", "network_mode"})
"""Keys of a service that says itself how names are found, or has no network of its own."""


def with_labels(files: Iterable[Path], kit: Kit, *, folder: Path) -> tuple[Path, ...]:
    """Return the Compose *files*, and behind them the one in *folder* that marks all that they declare.

    Raises:
        ConfigurationError: one of them is no Compose file.
    """
    import yaml

    found = tuple(files)
    declared: dict[str, set[str]] = {"services": set(), "networks": {"default"}, "volumes": set()}
    keys: dict[str, set[str]] = defaultdict(set)
    for file in found:
        told = _read(file)
        for kind, names in declared.items():
            names.update(told.get(kind) or {})
        for name, service in (told.get("services") or {}).items():
            keys[name].update(service if isinstance(service, dict) else ())
    if missing := [each.name for each in kit.services if each.name not in declared["services"]]:
        raise ConfigurationError(
            f"No Compose file of the stack has the service {missing[0]}.",
            hint=f"Add it to {found[-1] if found else 'a compose.yaml'}, or correct stack.toml",
        )
    marked: dict[str, Any] = {
        kind: {name: {"labels": _MARKS} for name in sorted(names)} for kind, names in declared.items() if names
    }
    for name in marked["services"]:
        marked["services"][name] = {"labels": {**_MARKS, **_of_service(kit, name)}}
        if not keys[name] & _RESOLVED_OTHERWISE:
            marked["services"][name]["dns_opt"] = _NAMES
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(yaml.safe_dump(marked), encoding="utf-8")
    return (*found, folder / FILE)


def _of_service(kit: Kit, name: str) -> Mapping[str, str]:
    """Return the labels that say which packages run in a service, and how it is spoken to."""
    role = kit.role_of(name)
    scheme = next((each.scheme for each in kit.addresses if each.service == name), "")
    return {**({RUNS: role} if role else {}), **({SPEAKS: scheme} if scheme else {})}


def _read(file: Path) -> Mapping[str, Any]:
    import yaml

    try:
        told = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(
            f"{file} cannot be read as a Compose file.", hint="Correct it", details=[str(error)]
        ) from error
    if not isinstance(told, dict) or not all(
        isinstance(told.get(kind) or {}, dict) for kind in ("services", "volumes", "networks")
    ):
        raise ConfigurationError(f"{file} is no Compose file.", hint="Write its services below services:")
    return told

"""The stack that a package is judged in: proposed where its code says that a host loads it which has one."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from packaging.version import Version

from releasegate.core.adopt.claims.claim import Files
from releasegate.core.adopt.code import imported, parsed
from releasegate.core.audit.code.host_range import HostRange, host_range
from releasegate.core.audit.code.trees import last_name
from releasegate.core.e2e.host_settings import listed
from releasegate.core.stacks.dimensions import chosen
from releasegate.core.stacks.host import Host
from releasegate.core.stacks.kit import Kit
from releasegate.core.stacks.stack_keys import Dimension


@dataclass(frozen=True)
class ProposedStack:
    """A stack and what its table says; ``guess`` says why those *values* of its host's *dimension* were taken.

    ``oldest`` is the oldest host that the package accepts, where that is none of them; ``settings`` are those without
    which it does not load, ``variable`` what tells them. ``released`` says that there is a final to upgrade from.
    """

    kit: str
    title: str
    role: str
    package: str
    module: str
    python: str
    dimension: str
    values: tuple[str, ...]
    guess: str = ""
    oldest: str = ""
    settings: tuple[str, ...] = ()
    variable: str = ""
    released: bool = False

    @property
    def told(self) -> str:
        """What the variable is given, with something for each setting: a person knows what it should be."""
        return json.dumps({self.module: dict.fromkeys(self.settings, "...")})


def propose_stack(
    name: str, files: Files, module: PurePosixPath | None, kits: Mapping[str, Kit], *, pythons: tuple[str, ...]
) -> ProposedStack | None:
    """Return the first of *kits* that the package can be judged in alone; ``None`` where no host of theirs loads it."""
    sources = {
        str(PurePosixPath(module.name, path.relative_to(module))): content
        for path, content in files.items()
        if module is not None and path.suffix == ".py" and module in path.parents
    }
    for kit_name, kit in kits.items():
        classes = [] if kit.host is None else list(_of_host(sources, kit.host))
        if module is not None and kit.host is not None and classes and len(kit.roles) == 1:
            host, accepted = kit.host, host_range(sources, (kit.host,))
            values, guess = _values(kit, host, accepted)
            return ProposedStack(
                kit=kit_name,
                title=host.title,
                role=next(iter(kit.roles)),
                package=name,
                module=module.name,
                python=host.python if host.python in pythons or not pythons else pythons[-1],
                dimension=host.dimension,
                values=values,
                guess=guess,
                oldest=_older(kit, host, accepted, values),
                settings=tuple(dict.fromkeys(each for node in classes for each in listed(node, host.settings))),
                variable=host.told_by,
            )
    return None


def _of_host(sources: Mapping[str, bytes], host: Host) -> Iterator[ast.ClassDef]:
    """Yield the classes that are made from one of the host's own, by which it knows what it loads."""
    for content in sources.values():
        if not any(name.encode() in content for name in host.classes):
            continue
        for node in ast.walk(parsed(content)):
            if isinstance(node, ast.ClassDef) and any(_is_host_s(base, content, host) for base in node.bases):
                yield node


def _is_host_s(base: ast.expr, content: bytes, host: Host) -> bool:
    """Whether a base is a class of the host's, imported from it by whatever name."""
    top = base.value if isinstance(base, ast.Attribute) else base
    named = [(ast.unparse(top), last_name(base))] if top is not base else []
    for module, level, original in imported(content, last_name(top)):
        named += [] if level else [(module, original if top is base else last_name(base))]
    return any(
        name in host.classes and f"{module}.".startswith(f"{each}.") for module, name in named for each in host.modules
    )


def _values(kit: Kit, host: Host, accepted: HostRange) -> tuple[tuple[str, ...], str]:
    """Return the host's versions to run, and why they are a guess; the stack's own where the package accepts them."""
    dimension = _dimension(kit, host)
    if dimension is None:
        return (), ""
    fitting = tuple(each for each in dimension.default if accepted.holds(Version(chosen(dimension, each).bare)))
    if fitting:
        return fitting, ""
    newest = f" to {accepted.newest}" if accepted.newest else " on"
    said = f"it accepts {host.title} from {accepted.oldest or 'any'}{newest}, and the stack's own is "
    oldest = _text(dimension, accepted.oldest)
    return (oldest,) if oldest else dimension.default, said + ", ".join(dimension.default)


def _older(kit: Kit, host: Host, accepted: HostRange, values: tuple[str, ...]) -> str:
    """Return the oldest host that is accepted, where every one of *values* is newer."""
    dimension = _dimension(kit, host)
    oldest = _text(dimension, accepted.oldest) if dimension is not None else ""
    if dimension is None or not oldest:
        return ""
    first, *others = (Version(chosen(dimension, each).bare) for each in (oldest, *values))
    return oldest if all(first < each for each in others) else ""


def _dimension(kit: Kit, host: Host) -> Dimension | None:
    return next((each for each in kit.dimensions if each.name == host.dimension and each.origins), None)


def _text(dimension: Dimension, version: str | None) -> str:
    """Return a version as the dimension's values are written, of the first origin that has it, or nothing."""
    parts = (version or "").split(".")
    try:
        found = chosen(dimension, ".".join([*parts, "0", "0"][: max(3, len(parts))]))
    except ValueError:
        return ""
    return found.text.removeprefix(f"{dimension.origins[0].name}:")

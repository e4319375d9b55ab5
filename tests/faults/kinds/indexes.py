"""Every fault of an index: one answer, and answers that stay so until somebody mends it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from functools import partial
from random import Random
from typing import Any, get_args, get_type_hints

from releasegate.rehearsal.index import faults as known
from tests.faults.fault import Fault
from tests.faults.kinds.releases import burnt, disturbed
from tests.faults.project import Project

KIND = "index"
LASTING = 10_000
FOR_GOOD = (known.OtherMetadata,)
"""What stays as it is in a file that is stored, however often it is asked for."""
STATUSES = (400, 403, 404, 429, 500, 503)
SECONDS = 2.0
VALUES: dict[str, tuple[Any, ...]] = {
    "seconds": (SECONDS,),
    "reads": (3,),
    "reason": ("",),
    "status": STATUSES,
    "of": get_args(known.RequestKind),
}
"""What is tried for the fields of a fault that do not list their values themselves."""


def every() -> Iterator[known.Fault]:
    """Yield each fault that an index can have, with each of the values that its fields may have."""
    for kind in get_args(known.Fault):
        hints = get_type_hints(kind)
        given: list[dict[str, Any]] = [{}]
        for field in fields(kind):
            if field.name in {"target", "times"}:
                continue
            values = VALUES.get(field.name) or get_args(hints[field.name])
            if field.name == "status" and kind is known.LoseAnswer:
                values = (None, 502)
            if field.name == "seconds" and kind.__name__ == "Trickle":
                values = (0.01,)
            given = [{**each, field.name: value} for each in given for value in values]
        yield from (kind(**each) for each in given)


def faults(seed: int) -> tuple[Fault, ...]:
    """Return every fault once and lasting: one of them on the index of a candidate, the other on that of a final."""
    found = []
    for number, fault in enumerate(every()):
        stages = (("rc", "staging"), ("final", "production"))
        for times, (stage, role) in zip((1, LASTING), stages[:: 1 - 2 * ((number + seed) % 2)], strict=True):
            disturb = partial(stumbling, fault=replace(fault, times=times), role=role)
            name = f"{stage}: {_named(fault)} {'once' if times == 1 else 'until mended'}"
            inject = partial(burnt if isinstance(fault, FOR_GOOD) else disturbed, stage=stage, disturb=disturb)
            found.append(Fault(KIND, name, seed, inject, stage, whole=True))
    return tuple(found)


def stumbling(project: Project, chance: Random, *, fault: known.Fault, role: str) -> bool:
    """Run the command on an index that has the fault, for one kind of file or for all; then mend the index."""
    index = project.indexes[role]
    # Core metadata lie beside a wheel alone: with an sdist, nothing would be spoilt.
    kinds = ["*.whl"] if isinstance(fault, FOR_GOOD) else ["*.whl", "*.tar.gz"]
    target = chance.choice(kinds) if fault.of != "page" and fault.times == 1 else "*"
    index.faults.add(replace(fault, target=target))
    with project.started():
        pass
    happened = bool(index.faults.happened)
    index.faults.clear()
    return happened


def _named(fault: known.Fault) -> str:
    said = {f.name: getattr(fault, f.name) for f in fields(fault) if f.name not in {"target", "times"}}
    return f"{type(fault).__name__}({', '.join(f'{name}={value}' for name, value in said.items() if value != '')})"

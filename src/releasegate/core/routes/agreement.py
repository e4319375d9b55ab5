"""The routes that packages of a stack name of each other, held against those that the other declares."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from releasegate.core.audit.code.class_texts import class_text
from releasegate.core.enumerated import first_of
from releasegate.core.routes.declared import declared
from releasegate.core.routes.django_paths import declared_below
from releasegate.core.routes.named import named
from releasegate.core.routes.templates import PLACE, REST, Template, answered, template
from releasegate.core.stacks.kit import Kit
from releasegate.core.stacks.stack_keys import KitRoutes

Sources = Mapping[str, bytes]
_LIKE = 0.75


@dataclass(frozen=True)
class Player:
    """A package that plays a role: its name and version in one text, and its modules by path in site-packages."""

    role: str
    called: str
    sources: Sources


@dataclass(frozen=True)
class Unanswered:
    """An address that one package names and the other does not answer, and every place where it is named."""

    by: Player
    of: Player
    address: str
    places: tuple[str, ...]
    nearest: str = ""

    @property
    def sentence(self) -> str:
        """The finding; what is allowed is said of these words."""
        near = f"; the nearest that it does is {self.nearest}" if self.nearest else ""
        named = f"{self.by.called} names {self.address} ({first_of(self.places, 1)})"
        return f"{named}, which {self.of.called} does not answer{near}"


def unanswered(kit: Kit, players: Sequence[Player]) -> Iterator[Unanswered]:
    """Yield each address that a package names literally of another role's, which that one's code does not declare."""
    for told in kit.routes:
        for of in (each for each in players if each.role == told.role and each.sources):
            prefix, routes = _routes(kit, told, of)
            if not routes:
                continue
            full = frozenset(route.under(prefix) for route in routes)
            for by in (each for each in players if each.role != told.role):
                yield from _unanswered(by, of, full, prefix)


def _unanswered(by: Player, of: Player, routes: frozenset[Template], prefix: Template) -> Iterator[Unanswered]:
    beginning = f"{prefix.segments[0]}/" if prefix.segments else ""
    known = {route.segments[0] for route in routes if route.segments} - {PLACE, REST}
    places: dict[str, list[str]] = {}
    for each in named(by.sources, beginning.encode()):
        own = each.address.segments[: len(prefix.segments)] == prefix.segments
        if own and _is_of(each.address, known, prefix) and not answered(each.address, routes):
            places.setdefault(str(each.address), []).append(each.where)
    for address, where in sorted(places.items()):
        yield Unanswered(by, of, address, tuple(where), _nearest(address, routes))


def _is_of(address: Template, known: Iterable[str], prefix: Template) -> bool:
    """Whether an address is one of those routes: below their prefix, or with a first word of theirs and another."""
    more = len(address.segments) - len(prefix.segments)
    return more > 0 if prefix.segments else more > 1 and address.segments[0] in known


def _routes(kit: Kit, told: KitRoutes, of: Player) -> tuple[Template, frozenset[Template]]:
    """Return what stands before a package's routes, and the routes."""
    module = min((path for path in of.sources if path.count("/") == 1 and path.endswith("/__init__.py")), default="")
    package = module.partition("/")[0]
    if told.base and kit.host is not None:
        base = class_text(of.sources.get(module, b""), kit.host.classes, told.base)
        prefix = template(told.prefix.replace("{base}", base or package))
    else:
        prefix = template(told.prefix)
    if told.module:
        return prefix, declared_below(of.sources, f"{package}.{told.module}")
    return prefix, declared(of.sources)


def _nearest(address: str, routes: Iterable[Template]) -> str:
    known = sorted({str(route).removesuffix(f"/{REST}") for route in routes})
    found = difflib.get_close_matches(address, known, n=1, cutoff=_LIKE)
    return found[0] if found else ""

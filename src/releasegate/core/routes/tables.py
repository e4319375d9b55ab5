"""Route tables: what each router answers, and which routers are included in which, each below a prefix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from releasegate.core.routes.modules import Definition
from releasegate.core.routes.templates import NOTHING, Template

_DEEPEST = 12


@dataclass
class Tables:
    """What is read of a package's code while its modules are gone through."""

    own: Mapping[Definition, Template] = field(default_factory=dict)
    _answers: dict[Definition, list[Template]] = field(default_factory=dict)
    _inside: dict[Definition, list[tuple[Definition, Template]]] = field(default_factory=dict)
    _roots: dict[Definition, Template] = field(default_factory=dict)

    def add(self, place: Definition, route: Template) -> None:
        """Keep that a router answers a route."""
        self._answers.setdefault(place, []).append(route)

    def include(self, place: Definition, inner: Definition | None, prefix: Template) -> None:
        """Keep that a router includes another; of one that cannot be read nothing is kept."""
        if inner is not None and inner != place:
            self._inside.setdefault(place, []).append((inner, prefix))

    def root(self, place: Definition, prefix: Template) -> None:
        """Let what a router answers be reached below a prefix."""
        self._roots[place] = prefix

    @property
    def places(self) -> frozenset[Definition]:
        """Every router that answers something or includes another."""
        return frozenset({*self._answers, *self._inside})

    @property
    def included(self) -> frozenset[Definition]:
        """Every router that is included in another."""
        return frozenset(inner for each in self._inside.values() for inner, _ in each)

    def routes(self) -> Iterator[Template]:
        """Yield every route as it is reached from a root."""
        for place, prefix in self._roots.items():
            yield from self._below(place, prefix, ())

    def _below(self, place: Definition, prefix: Template, passed: tuple[Definition, ...]) -> Iterator[Template]:
        if place in passed or len(passed) > _DEEPEST:
            return
        here = self.own.get(place, NOTHING).under(prefix)
        yield from (route.under(here) for route in self._answers.get(place, ()))
        for inner, below in self._inside.get(place, ()):
            yield from self._below(inner, below.under(here), (*passed, place))

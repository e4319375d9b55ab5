"""Addresses with places in them, as routes declare and callers write them: ``/nodes/{}/storage``."""

from __future__ import annotations

import re
from dataclasses import dataclass

PLACE = "{}"
"""A segment that is filled in."""

REST = "**"
"""Any segments, none as well: what nobody can read in the code."""

_PLACES = re.compile(r"\{[^{}]*:path\}|<path:[^<>]*>|\{[^{}]*\}|<[^<>]*>")
_REST_OF_IT = re.compile(r"^<path:|:path\}$")


@dataclass(frozen=True)
class Template:
    """An address in segments; it ``goes_on`` where a slash ends it, as an address does that more is added to."""

    segments: tuple[str, ...]
    goes_on: bool = False

    def under(self, prefix: Template) -> Template:
        """Return this one below *prefix*."""
        return Template((*prefix.segments, *self.segments), self.goes_on)

    def __str__(self) -> str:
        """Return it as a person writes it."""
        return "/" + "/".join(self.segments)


NOTHING = Template(())
OPEN = Template((REST,))


def template(text: str) -> Template:
    """Return the template of an address; what a framework writes for a place is one, whatever it is called."""
    plain = _PLACES.sub(lambda match: REST if _REST_OF_IT.search(match[0]) else PLACE, text)
    path = plain.partition("?")[0].partition("#")[0]
    segments = tuple(_segment(each) for each in path.split("/") if each)
    return Template(segments, path.endswith("/"))


def answered(named: Template, routes: frozenset[Template]) -> bool:
    """Whether one of *routes* answers the address; one that goes on may be only the beginning of what is asked."""
    return any(_fits(named.segments, each.segments, begins=named.goes_on) for each in routes)


def _segment(text: str) -> str:
    return text if text == REST else PLACE if PLACE in text else text


def _fits(named: tuple[str, ...], route: tuple[str, ...], *, begins: bool) -> bool:
    if not named:
        return begins or not route or set(route) == {REST}
    if not route:
        return False
    if route[0] == REST:
        return any(_fits(named[skipped:], route[1:], begins=begins) for skipped in range(len(named) + 1))
    if named[0] == PLACE:
        # What is filled in may hold slashes itself.
        return any(_fits(named[1:], route[taken:], begins=begins) for taken in range(1, len(route) + 1))
    return (route[0] == PLACE or route[0] == named[0]) and _fits(named[1:], route[1:], begins=begins)

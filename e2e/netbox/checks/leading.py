"""Where the pages of a plugin lead: one address of each kind that nothing else opens, and what of them fails."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

import requests

from pages import refusals

MOST = 32
"""How many such addresses are opened: kinds of address there are few, and each takes a page's time."""
NUMBER = re.compile(r"\d+")
PASSING = frozenset({"return_url", "sort", "per_page", "page", "export", "tableconfig_id", "q"})
"""What in an address makes it no other page."""
ACTS = re.compile(r"sync|run|start|stop|delete|remove|reset|clear|logout|export|download")
"""What stands in an address that does something, or gives a file: a person thinks before going there."""

Kind = tuple[str, frozenset[str]]


def kind(path: str) -> Kind:
    """Return what an address has in common with those of other records: what it is narrowed or filled by, by name."""
    address, _, query = path.partition("?")
    return NUMBER.sub("N", address), frozenset(each.partition("=")[0] for each in query.split("&")) - PASSING - {""}


def unopened(led: Mapping[str, str], opened: Iterable[str], roots: Iterable[str]) -> Iterator[str]:
    """Yield an address of each kind that pages lead to and nothing opened; a page that nothing opened comes first."""
    known, inside = set(map(kind, opened)), tuple(roots)
    pages = {address for address, _ in known}
    for path in sorted(led, key=lambda each: (kind(each)[0] in pages, each)):
        address, of_a_kind = path.partition("?")[0], kind(path)
        itself = address == led[path].partition("?")[0]
        if of_a_kind in known or itself or not path.startswith(inside) or ACTS.search(address):
            continue
        known.add(of_a_kind)
        yield path


def astray(paths: Iterable[str], led: Mapping[str, str], get: Callable[[str], requests.Response]) -> dict[str, str]:
    """Return which addresses fail, with a page that leads there still: what was on a page may be gone since."""
    refused = refusals(paths, get)
    return {
        path: f"{said}, and {led[path]} leads there"
        for path, said in refused.items()
        if "answered 404" not in said or leads(get(led[path]).text, path)
    }


def leads(page: str, path: str) -> bool:
    """Whether a page leads to an address."""
    return path in page or path.replace("&", "&amp;") in page

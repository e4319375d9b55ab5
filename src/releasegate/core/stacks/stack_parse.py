"""Parses a kit's ``stack.toml``, alone or on top of the kit that it extends; every problem is told at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from releasegate.core.config.messages import suggestion
from releasegate.core.config.reader import TABLES, KeyProblem, Location, read_table
from releasegate.core.errors import ConfigurationError
from releasegate.core.stacks.host import Hosts, KnownHosts
from releasegate.core.stacks.kit import Kit
from releasegate.core.stacks.stack_keys import Dimension
from releasegate.core.toml.lines import KeyPath, TomlText, read_toml

_OPTION = re.compile(r"[a-z][a-z0-9-]*")

OWN = frozenset({"source", "python", "path", "from", "package", "version", "plan", "blame", "keep", "record", "given"})
"""Options that the end-to-end gate has for every stack: no dimension may be called so."""


def parse_hosts(text: str, *, where: str) -> Hosts:
    """Return the hosts that a ``hosts.toml`` lists.

    Raises:
        ConfigurationError: the text is no such file.
    """
    toml = read_toml(text, where=where)
    problems: list[KeyProblem] = []
    found: KnownHosts | None = read_table(TABLES[KnownHosts], toml.values, Location((), problems))
    if problems or found is None:
        raise _error(problems, toml, where)
    return found.hosts


def parse_kit(text: str, *, where: str, below: Callable[[str], Kit]) -> Kit:
    """Return what a ``stack.toml`` says; *below* gives the kit that it extends, *where* names the file in messages.

    Raises:
        ConfigurationError: the text is not TOML, or has problems: each is a detail with its line and what to write.
    """
    toml = read_toml(text, where=where)
    problems: list[KeyProblem] = []
    own: Kit | None = read_table(TABLES[Kit], toml.values, Location((), problems))
    if own is not None and not problems:
        written, own = own, own.on(below(own.extends)) if own.extends else own
        problems += [KeyProblem(_written(path, own, written), said) for path, said in _disagreements(own)]
    if problems or own is None:
        raise _error(problems, toml, where)
    return own


def _written(path: KeyPath, whole: Kit, own: Kit) -> KeyPath:
    """Return where a part stands in the file itself; of one that is below it, where such parts are listed."""
    key, *rest = path
    if not rest or not isinstance(rest[0], int):
        return path
    parts = getattr(own, str(key))
    part = getattr(whole, str(key))[rest[0]]
    return (key, parts.index(part), *rest[1:]) if part in parts else (key,)


def _error(problems: Sequence[KeyProblem], toml: TomlText, where: str) -> ConfigurationError:
    lines = sorted((toml.line(p.path), ".".join(map(str, p.path)), p.sentence) for p in problems)
    return ConfigurationError(
        f"{len(lines)} problem{'s' * (len(lines) > 1)} in {where}.",
        hint=f"Correct each line in {where}; releasegate's docs/reference.md lists every key of it",
        details=[f"{where}:{line}: {path}: {said}" for line, path, said in lines],
    )


def _disagreements(kit: Kit) -> Iterator[tuple[KeyPath, str]]:
    """Yield what is wrong between keys that are each right by themselves, whichever of the files they stand in."""
    images, services = {each.name for each in kit.images}, {each.name for each in kit.services}
    dimensions = {each.name for each in kit.dimensions}
    for n, dimension in enumerate(kit.dimensions):
        yield from ((("dimensions", n, key), said) for key, said in _of_dimension(dimension))
    yield from _of_images(kit, dimensions)
    yield from _of_services(kit, images)
    for n, address in enumerate(kit.addresses):
        if address.service not in services:
            yield (
                ("addresses", n, "service"),
                f"{address.service} is no service; {suggestion(address.service, services)}",
            )
        yield from ((("addresses", n, "when"), said) for said in _unknown(address.when, dimensions))
    for n, routes in enumerate(kit.routes):
        if routes.role not in kit.roles:
            yield ("routes", n, "role"), f"{routes.role} is no role; {suggestion(routes.role, kit.roles)}"
    yield from _of_database(kit, images, services)


def _of_images(kit: Kit, dimensions: set[str]) -> Iterator[tuple[KeyPath, str]]:
    for n, image in enumerate(kit.images):
        path: KeyPath = ("images", n)
        before = {each.name for each in kit.images[:n]}
        if bool(image.pull) == bool(image.base):
            yield path, f"{image.name} is pulled or made from another one; write pull or base, one of them"
        if image.base and image.base not in before:
            yield (
                (*path, "base"),
                f"{image.base} is no image that stands before; {suggestion(image.base, before)}",
            )
        if image.packages and image.packages not in kit.roles:
            yield (*path, "packages"), f"{image.packages} is no role; {suggestion(image.packages, kit.roles)}"
        yield from (((*path, "when"), said) for said in _unknown(image.when, dimensions))


def _of_services(kit: Kit, images: set[str]) -> Iterator[tuple[KeyPath, str]]:
    for n, service in enumerate(kit.services):
        if service.image not in images:
            yield ("services", n, "image"), f"{service.image} is no image; {suggestion(service.image, images)}"
    if sum(each.begins == "serves" for each in kit.services) > 1:
        yield ("services",), "more than one migrates the database; let one begin with serves and the others after"


def _of_database(kit: Kit, images: set[str], services: set[str]) -> Iterator[tuple[KeyPath, str]]:
    database = kit.database
    if database is None:
        return
    if database.service not in services:
        yield (
            ("database", "service"),
            f"{database.service} is no service; {suggestion(database.service, services)}",
        )
    if database.image not in images:
        yield (
            ("database", "image"),
            f"{database.image or 'nothing'} is no image; {suggestion(database.image, images)}",
        )
    if database.alone_image and database.alone_image not in images:
        yield (
            ("database", "alone-image"),
            f"{database.alone_image} is no image; {suggestion(database.alone_image, images)}",
        )
    if bool(database.alone_image) != bool(database.alone):
        yield ("database", "alone"), "needs alone-image, and alone-image needs alone; write both or none"
    if kit.serving() is None:
        yield ("database",), 'is migrated by nobody; let a service begin with "serves"'


def _of_dimension(dimension: Dimension) -> Iterator[tuple[str, str]]:
    if not _OPTION.fullmatch(dimension.name):
        yield "name", f'{dimension.name} can be no option; write small letters, digits and "-"'
    if dimension.name in OWN:
        yield "name", f"{dimension.name} is an option of every stack; write another name"
    if bool(dimension.values) == bool(dimension.origins):
        yield "values", f"{dimension.name} has values or origins of versions; write one of them"


def _unknown(when: Mapping[str, str], dimensions: set[str]) -> Iterator[str]:
    yield from (f"{name} is no dimension; {suggestion(name, dimensions)}" for name in when if name not in dimensions)

"""A kit: the folder of a stack, as its ``stack.toml`` describes it. The program knows no other host than these."""

# The annotations are data (see reader.table): their evaluation must not be postponed.

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Annotated, Any, Protocol, Self

from releasegate.core.config.exemptions import Exemptions
from releasegate.core.config.reader import Key, table
from releasegate.core.config.values import Count, Flag, Variables, by_name, list_of
from releasegate.core.stacks.host import Host, Hosts
from releasegate.core.stacks.stack_keys import (
    Dimension,
    KitAddress,
    KitDatabase,
    KitImage,
    KitRoutes,
    KitService,
    Lines,
    Names,
    TextsByName,
    Words,
)

SecretSizes = Annotated[
    Mapping[str, int], by_name(Count, "a table of secrets, each with how many bytes, e.g. { DB_PASSWORD = 16 }")
]
Dimensions = Annotated[tuple[Dimension, ...], list_of(Dimension, "[[dimensions]] tables")]
KitImages = Annotated[tuple[KitImage, ...], list_of(KitImage, "[[images]] tables")]
KitServices = Annotated[tuple[KitService, ...], list_of(KitService, "[[services]] tables")]
RouteTables = Annotated[tuple[KitRoutes, ...], list_of(KitRoutes, "[[routes]] tables")]
KitAddresses = Annotated[tuple[KitAddress, ...], list_of(KitAddress, "[[addresses]] tables")]


@table("[suite]")
@dataclass(frozen=True)
class KitSuite:
    """The checks: a suite of pytest in `checks/`, which stands on that of the stack that this one builds on."""

    plugins: Annotated[
        Names, Key("modules in `checks/` that pytest loads as plugins: fixtures that all checks share")
    ] = ()
    replaces: Annotated[Flag, Key("whether the suite of the stack below is left out as a whole")] = False
    left_out: Annotated[Exemptions, Key("contracts of the stack below that do not apply to this one")] = ()
    environment: Annotated[
        TextsByName, Key("what the checks are told; `{NAME}` is a dimension's value or a variable of the Compose file")
    ] = field(default_factory=dict)
    levels: int = 1

    def on(self, below: "KitSuite") -> "KitSuite":
        """Return this suite with the one *below*; ``levels`` are the folders that checks are taken from."""
        environment = {**below.environment, **self.environment}
        if self.replaces:
            return replace(self, environment=environment)
        return replace(
            self,
            plugins=(*below.plugins, *self.plugins),
            left_out=(*below.left_out, *self.left_out),
            environment=environment,
            levels=below.levels + self.levels,
        )


NO_SUITE = KitSuite()


@table("stack.toml")
@dataclass(frozen=True)
class Kit:
    """A folder that packages are judged in: beside this file there are `compose.yaml`, `images/` and `checks/`.

    What stands here is added to the stack that it extends; what has the same name stands in for it.
    """

    extends: Annotated[Words, Key("the stack that this one builds on: a name, or a folder seen from this one")] = ""
    title: Annotated[Words, Key("what it is, in a few words")] = ""
    roles: Annotated[TextsByName, Key("the roles that packages play in it, each with its meaning")] = field(
        default_factory=dict
    )
    dimensions: Annotated[Dimensions, Key("its own dimensions of the matrix")] = ()
    images: Annotated[KitImages, Key("its images, each after those that it is made from")] = ()
    services: Annotated[KitServices, Key("the services of the Compose file that the run begins")] = ()
    database: Annotated[KitDatabase | None, Key("the database that is kept")] = None
    addresses: Annotated[KitAddresses, Key("where the checks find its services")] = ()
    routes: Annotated[RouteTables, Key("what its packages name of each other, and must answer")] = ()
    variables: Annotated[Variables, Key("what the Compose file is given; a project may say otherwise")] = field(
        default_factory=dict
    )
    secrets: Annotated[SecretSizes, Key("what is made anew for each run, by so many random bytes in hexadecimal")] = (
        field(default_factory=dict)
    )
    login: Annotated[Lines, Key("how a person logs in to a stack that is left up")] = ()
    suite: Annotated[KitSuite, Key("its checks")] = NO_SUITE
    host: Annotated[Host | None, Key("what `invoke adopt` and the audit know of the host")] = None

    def on(self, below: "Kit") -> Self:
        """Return this kit with all that it adds to the one *below*."""
        told = {each.name: _joined(getattr(below, each.name), getattr(self, each.name)) for each in fields(self)}
        told |= {"extends": self.extends, "suite": self.suite.on(below.suite)}
        return replace(self, **told)

    def image(self, name: str, choices: Mapping[str, frozenset[str]]) -> KitImage | None:
        """Return the image of that name in a cell of *choices*, which are what fits a ``when``, by dimension."""
        return next((each for each in self.images if each.name == name and fits(each.when, choices)), None)

    def serving(self) -> KitService | None:
        """Return the service that migrates the database when it starts."""
        return next((each for each in self.services if each.begins == "serves"), None)

    def begun(self, *when: str) -> tuple[str, ...]:
        """Return the services that begin at one of *when*, in the kit's order."""
        return tuple(each.name for each in self.services if each.begins in when)

    def role_of(self, service: str) -> str:
        """Return the role whose packages run in a service; nothing where it is the stack's own."""
        images = {each.name: each.packages for each in self.images if each.packages}
        return next((images[each.image] for each in self.services if each.name == service and each.image in images), "")


NO_KIT = Kit()


class KitSource(Protocol):
    """Gives kits by their names, and all hosts that are known."""

    def hosts(self) -> Hosts:
        """Return the hosts."""
        ...

    def kit(self, name: str) -> Kit:
        """Return the kit; raises ``ConfigurationError`` where there is none of that name."""
        ...


def fits(when: Mapping[str, str], choices: Mapping[str, frozenset[str]]) -> bool:
    """Whether what has *when* is for a cell of *choices*."""
    return all(value in choices.get(name, frozenset()) for name, value in when.items())


def _joined(below: Any, above: Any) -> Any:
    """Return a key of a stack that builds on another: added to what is below, standing in for what is named alike."""
    if isinstance(above, Mapping):
        return {**below, **above}
    if isinstance(above, tuple) and all(
        hasattr(each, "name") or hasattr(each, "variable") for each in (*below, *above)
    ):
        named = {_name(each) for each in above}
        return (*(each for each in below if _name(each) not in named), *above)
    return above or below


def _name(part: Any) -> str:
    return str(getattr(part, "name", None) or part.variable)

"""A companion as the configuration declares it, and what must hold between companions and the packages."""

# The annotations are data (see reader.table): their evaluation must not be postponed.

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from releasegate.core.config.messages import nearest, shown
from releasegate.core.config.reader import Key, table
from releasegate.core.config.strings import within
from releasegate.core.config.toml_lines import KeyPath
from releasegate.core.config.values import CanonicalVersion, Count, PackageName, VersionRange, alone_or_listed


@table("[[tool.releasegate.packages.companion]]")
@dataclass(frozen=True)
class Companion:
    """A package that this one calls at run time; `companion = { ... }` is the short form where there is one."""

    name: Annotated[PackageName, Key("a package that is configured before this one")]
    default: Annotated[
        CanonicalVersion | None, Key("the version used where neither a person nor a variable names one")
    ] = None
    requires: Annotated[VersionRange, Key("the companion's versions that this package works with")] = ""
    released_versions: Annotated[
        Count,
        Key(
            "how many released versions back of either one the other must be proven with before its final; 1 is what "
            "users have today, which the candidate's own gates run"
        ),
    ] = 1


Companions = Annotated[tuple[Companion, ...], alone_or_listed(Companion, "a table, or a list of tables, see below")]


def companion_problems(
    companions: Sequence[Companion], position: int, names: Sequence[str | None]
) -> Iterator[tuple[KeyPath, str]]:
    """Yield what is wrong with the companions of the package at *position* of *names*, each with its key below them."""
    called: list[str] = []
    for number, each in enumerate(companions):
        path: KeyPath = (number,) if len(companions) > 1 else ()
        if each.name in called:
            yield (*path, "name"), f"{shown(each.name)} is a companion twice; write each once"
        else:
            yield from (((*path, key), said) for key, said in _misfits(each, position, names))
        called.append(each.name)


def _misfits(companion: Companion, position: int, names: Sequence[str | None]) -> Iterator[tuple[str, str]]:
    earlier = [name for name in names[:position] if name is not None]
    if companion.name == names[position]:
        yield "name", "is the package itself; write the name of another package"
    elif companion.name in names[position:]:
        yield "name", f"{shown(companion.name)} comes later; move its table up: companions are released first"
    elif companion.name not in earlier:
        instead = nearest(companion.name, earlier) if earlier else "configure it before this package"
        yield "name", f"{shown(companion.name)} is not a configured package; {instead}"
    if companion.default is not None and not within(companion.default, companion.requires):
        yield (
            "default",
            f"{companion.default} is outside of {shown(companion.requires)}; write one that requires allows",
        )

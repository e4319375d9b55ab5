"""The packages that one calls at run time, as the configuration declares them."""

# The annotations are data (see reader.table): their evaluation must not be postponed.

from typing import Annotated

from releasegate.core.config.reader import Key, table
from releasegate.core.config.values import CanonicalVersion, Count, PackageName, VersionRange, alone_or_listed
from releasegate.core.frozen import dataclass


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

"""Exemptions: what a gate leaves out, each with the reason for those who read it later."""

# The annotations are data (see reader.table): their evaluation must not be postponed.

from typing import Annotated

from releasegate.core.config.reader import Key, table
from releasegate.core.config.values import Glob, Reason, list_of
from releasegate.core.frozen import dataclass


@table("exemptions")
@dataclass(frozen=True)
class Exemption:
    """What a gate leaves out, where a key takes exemptions."""

    pattern: Annotated[Glob, Key("what is left out")]
    reason: Annotated[Reason, Key("why, for those who read it later")]


Exemptions = Annotated[tuple[Exemption, ...], list_of(Exemption, "a list of exemptions: { pattern, reason }")]

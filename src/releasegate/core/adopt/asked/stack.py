"""What is asked of a package that a host loads: on which of its versions it is judged, and told what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import tomlkit

from releasegate.core.adopt.asked.questions import Question
from releasegate.core.adopt.stack import ProposedStack
from releasegate.core.adopt.table import inline
from releasegate.core.config.stack import Stack
from releasegate.core.enumerated import joined


def stack_questions(proposed: ProposedStack, stack: Stack | None) -> Iterator[Question]:
    """Yield what is asked of a package in the stack that is proposed, or in the *stack* that the table has already."""
    if stack is not None:
        together = {**stack.packages, proposed.role: (*stack.packages.get(proposed.role, ()), proposed.package)}
        yield Question(
            f"{proposed.title} loads it, and the table has a stack already: shall it be judged there, with the others?",
            (packages_line(together),),
            "stack",
        )
    if proposed.guess and stack is None:
        yield Question(
            f"On which {proposed.title} is it judged? {proposed.guess[0].upper()}{proposed.guess[1:]}; "
            f"{', '.join(proposed.values)} was taken.",
            (f"dimensions = {_table({proposed.dimension: proposed.values})}",),
            "stack",
        )
    if proposed.oldest:
        yield Question(
            f"It accepts {proposed.title} from {proposed.oldest.rpartition(':')[2]} on: shall it be judged there, too?",
            (f"dimensions = {_table({proposed.dimension: (proposed.oldest, *proposed.values)})}",),
            "stack",
        )
    if proposed.settings and proposed.variable:
        listed = joined(proposed.settings)
        yield Question(
            f"With which settings is it judged? It does not load without {listed}; where any text will do, nothing "
            "need be changed.",
            (f"variables = {_table({proposed.variable: proposed.told})}",),
            "stack",
        )


def packages_line(packages: Mapping[str, tuple[str, ...]]) -> str:
    """Return the line of a stack's table that says which packages play which role."""
    return f"packages = {_table(packages)}"


def _table(values: Mapping[str, tuple[str, ...] | str]) -> str:
    """Return an inline table of TOML; a text is written as it is, which JSON would else be hard to read in."""
    items = {
        name: tomlkit.string(value, literal=True) if isinstance(value, str) else list(value)
        for name, value in values.items()
    }
    return inline(items).as_string()

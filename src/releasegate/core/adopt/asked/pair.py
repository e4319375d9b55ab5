"""What is asked once a package is in the table of those that call it: how it is started, and where all are judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from releasegate.core.adopt.asked.questions import Question
from releasegate.core.adopt.asked.stack import packages_line
from releasegate.core.adopt.service import ProposedService
from releasegate.core.config.keys import Package, Settings
from releasegate.core.config.stack import Stack
from releasegate.core.enumerated import joined
from releasegate.core.stacks.kit import Kit

_UNKNOWN = ProposedService(("COMMAND", "--host", "{host}", "--port", "{port}"))


def pair_questions(
    name: str,
    service: ProposedService | None,
    callers: Sequence[Package],
    *,
    settings: Settings,
    larger: Mapping[str, Kit],
) -> Iterator[Question]:
    """Yield what is asked of the package *name*, which *callers* call; *larger* are kits that build on the stack's.

    The answers belong together: with some of them alone, the table would be refused.
    """
    if not callers:
        return
    who = joined([each.name for each in callers])
    guess = "" if service is not None else " Write its command in the place of COMMAND."
    if all(each.service is None for each in settings.packages if each.name == name):
        yield Question(
            f"{who} {'calls' if len(callers) == 1 else 'call'} {name} when it runs, as the workflows' variables say. "
            f"How is {name} started?{guess} Below its own [[tool.releasegate.packages]]:",
            ((service or _UNKNOWN).line,),
            "file",
        )
    for caller in callers:
        rows = [f'{{ name = "{each}" }}' for each in dict.fromkeys([*(c.name for c in caller.companions), name])]
        kept = "; what is said of those that are there stays beside their names" if caller.companions else ""
        if name not in {each.name for each in caller.companions}:
            yield Question(
                f"What does {caller.name} call? Below its own [[tool.releasegate.packages]]{kept}:",
                (f"companion = {rows[0] if len(rows) == 1 else '[' + ', '.join(rows) + ']'}",),
                "file",
            )
    if settings.stack is not None and any(caller.name in settings.stack.members for caller in callers):
        yield _where(name, settings.stack, larger)


def _where(name: str, stack: Stack, larger: Mapping[str, Kit]) -> Question:
    """Return the question of the stack in which both run, where that which is there has no role for *name*."""
    fitting = {kit: _free(each, stack) for kit, each in larger.items()}
    rows = [
        row
        for kit, roles in fitting.items()
        if len(roles) == 1
        for row in (
            f'kit = "{kit}" # {larger[kit].title}',
            packages_line({**stack.packages, roles[0]: (name,)}),
        )
    ]
    if rows:
        return Question(
            f"In which stack do they run together? {stack.kit_name} has no role for what is called; this one has, "
            "instead of kit and packages:",
            tuple(rows),
            "stack",
        )
    return Question(
        f"In which stack do they run together? {stack.kit_name} has no role for what is called, and none that comes "
        "with releasegate has: make one that builds on it, a folder with this in its stack.toml (docs/how-to.md, "
        "Make a stack of your own):",
        (f'extends = "{stack.kit_name}"', 'roles = { backend = "the service that is called" }'),
        "file",
    )


def _free(kit: Kit, stack: Stack) -> list[str]:
    """Return the roles of a kit that nobody plays in the stack that is there."""
    return [role for role in kit.roles if role not in stack.packages]

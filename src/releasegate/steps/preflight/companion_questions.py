"""What the preflight asks of the packages that a release runs with: those that it calls, and those that call it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasegate.core.errors import ReleasegateError, worst
from releasegate.steps.preflight.question import Found

if TYPE_CHECKING:
    from releasegate.core.config.companion import Companion
    from releasegate.steps.preflight.question import Inquiry


def companions(inquiry: Inquiry) -> Found:
    """Return which companions it is run with: each known now, and on an index that counts; and more: who was asked.

    Raises:
        ReleasegateError: one is not, or several are not, which are told together.
    """
    found, wrong = list[Found](), dict[str, ReleasegateError]()
    for each in inquiry.release.package.companions:
        try:
            found.append(_known(inquiry, each))
        except ReleasegateError as error:
            wrong.setdefault(str(error), error)
    told = worst(wrong.values())
    if told is None:
        said = "; ".join(each.said for each in found) or "it has none"
        return Found(said, tuple(line for each in found for line in each.more))
    if len(wrong) == 1:
        raise told
    raise type(told)(
        f"{len(wrong)} companions of {inquiry.release.package.name} are not there to run with.",
        hint="Mend each as its line says",
        details=[f"{error.problem} -> {error.hint}" for error in wrong.values()],
    )


def _known(inquiry: Inquiry, companion: Companion) -> Found:
    from releasegate.steps.companion_versions import proof
    from releasegate.steps.companions import CompanionPublished, held_on, picked

    if companion.name in inquiry.before:
        return Found(f"{companion.name} is released before it")
    release, role = inquiry.release, inquiry.roles[-1]
    if role == "production" and inquiry.pipeline == "final":
        if release.doubted():
            return Found(_again(inquiry, companion))
        CompanionPublished(release).as_proven(companion, proof(release))
        return Found(f"{companion.name}, as proven with {release.candidate}, is on {release.index_name(role)}")
    choice = picked(release, companion, role)
    where = release.index_name(held_on(release, choice, role))
    # The companion is named once in a line.
    reason, *order = (each.replace(f"{choice.name}'s own", "its own") for each in (choice.reason, *choice.order))
    said = f"{choice.name} {choice.version} (named by {reason}) on {where}"
    return Found(said, (f"who names {choice.name}: {', '.join(order)}",))


def _again(inquiry: Inquiry, companion: Companion) -> str:
    """Return what the proof of others is made again with, which is what the final is due to be published beside."""
    from releasegate.core.release.beside import COMPANIONS
    from releasegate.steps.companions import CompanionPublished, held_on
    from releasegate.steps.reprove import as_recorded

    release = inquiry.release
    choice = as_recorded(release, companion, "staging")
    where = release.index_name(held_on(release, choice, "staging"))
    ran = {"name": choice.name, "version": str(choice.version)}
    beside = CompanionPublished(release).as_proven(companion, {COMPANIONS: [ran]})
    found = f"{choice.name} {choice.version} (named by {choice.reason}) on {where}"
    return f"{found} is run with {release.candidate} again; {beside['version']} is published"


def dependents(inquiry: Inquiry) -> str:
    """Return with which dependents the candidate is green, and with which it is to be run."""
    from releasegate.steps.prove import open_candidate, require_published, require_recorded

    release = inquiry.release
    if release.record().waiver("pair") is not None:
        return "waived"
    calling = release.run.settings.dependents(release.package.name)
    known = [each.name for each in calling if require_recorded(release, each)]
    others = [each for each in calling if each.name not in known]
    due = [f"{e.name} {open_candidate(release, e) or require_published(release, e.name)}" for e in others]
    said = [f"green with {', '.join(known)}"] if known else []
    return "; ".join([*said, *([f"to be run with {', '.join(due)}"] if due else [])]) or "nothing depends on it"

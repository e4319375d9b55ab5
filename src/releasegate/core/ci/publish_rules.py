"""What an event of a forge asks for, and what it must not: the rules of who may publish what, and when.

A pushed tag of a candidate publishes to the staging index. A published release, or a manual dispatch that names the
production index, publishes a final or a post. Everything else publishes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from packaging.version import Version

from releasegate.core.ci.event_payload import Event
from releasegate.core.config.keys import Package, Settings
from releasegate.core.errors import Refused
from releasegate.core.release.plan import PipelineName
from releasegate.core.release.versions import is_candidate, parse_version

_PLAIN = "Publish the forge release of it, or dispatch the workflow with the production index as its target"


@dataclass(frozen=True)
class Requested:
    """What an event asks for; ``version`` is ``None`` where the event leaves it to the plan (a dispatch)."""

    pipeline: PipelineName
    package: Package
    version: Version | None = None


def requested(event: Event, settings: Settings, *, package: str | None = None) -> Requested:
    """Return what *event* asks for; *package* chooses where a repository has several and the event does not.

    Raises:
        Refused: it asks for nothing that may be published.
    """
    ours = tuple(p for p in _released_from(event, settings) if package in {None, p.name})
    if not ours:
        raise Refused(
            f"{_named(event)} asks for nothing of {package}.", hint=f"{package} is not released from {event.repository}"
        )
    if event.trigger == "tag":
        return _by_tag(event, ours)
    if event.trigger == "release":
        return _by_release(event, ours)
    if event.trigger == "dispatch":
        return _by_dispatch(event, settings, _chosen(event, ours))
    raise Refused(f"{_named(event)} publishes nothing.", hint="Push the tag of a candidate, or publish a release")


@dataclass(frozen=True)
class SourceState:
    """The repository as it is: *head* is checked out, *tagged* is what the event's tag names on the remote.

    *stated* is what each version file states at *head*; *on_branch* says whether that is on a release
    branch of the remote.
    """

    head: str
    tagged: str | None
    stated: Sequence[str]
    on_branch: bool


def disagreements(event: Event, wanted: Requested, seen: SourceState) -> tuple[str, ...]:
    """Return a line for everything in which the event and the repository disagree."""
    problems, head, tagged = [], seen.head[:12], (seen.tagged or "nothing")[:12]
    if event.detached:
        commit = event.commit or seen.head
        if seen.head != commit:
            problems.append(f"{event} is about {commit[:12]}, and {head} is checked out")
        if seen.tagged != commit:
            problems.append(f"the tag {event.ref_name} names {tagged}, not {commit[:12]}")
        others = sorted({text for text in seen.stated if text != str(wanted.version)})
        if others:
            problems.append(f"the tag says {wanted.version}, and the version files state {', '.join(others)}")
    if wanted.pipeline != "rc" and not seen.on_branch:
        problems.append(f"{head} is not on {wanted.package.branches}, which finals are released from")
    return tuple(problems)


def _named(event: Event) -> str:
    text = str(event)
    return text[0].upper() + text[1:]


def _released_from(event: Event, settings: Settings) -> tuple[Package, ...]:
    """Return the packages that are released from the event's repository."""
    configured = [p for p in settings.packages if p.forge is not None]
    found = tuple(
        p
        for p in settings.packages
        if (p.forge is None and not configured)
        or (p.forge is not None and p.forge.repository.lower() == event.repository.lower())
    )
    if not found:
        known = ", ".join(sorted({p.forge.repository for p in configured if p.forge is not None}))
        raise Refused(
            f"No package is released from {event.repository or 'a repository without a name'}.",
            hint=f"Correct forge.repository in the configuration, which knows {known}",
        )
    return found


def _tagged(event: Event, ours: Sequence[Package]) -> tuple[Package, Version]:
    """Return the package and the version that the event's tag names; of several prefixes the longest that fits."""
    for package in sorted(ours, key=lambda p: -len(p.tag_prefix)):
        prefix = package.tag_prefix
        version = parse_version(event.ref_name.removeprefix(prefix)) if event.ref_name.startswith(prefix) else None
        if version is not None:
            return package, version
    prefixes = ", ".join(sorted({f"{p.tag_prefix}X.Y.Z" for p in ours}))
    raise Refused(f"The tag {event.ref_name} names no version.", hint=f"Tags of versions are written {prefixes}")


def _by_tag(event: Event, ours: Sequence[Package]) -> Requested:
    package, version = _tagged(event, ours)
    if not is_candidate(version) or version.pre is None:
        raise Refused(f"The pushed tag {event.ref_name} is no candidate's, so it publishes nothing.", hint=_PLAIN)
    return Requested("rc", package, version)


def _by_release(event: Event, ours: Sequence[Package]) -> Requested:
    package, version = _tagged(event, ours)
    if event.draft:
        raise Refused(f"The release {event.ref_name} is a draft, so it publishes nothing.", hint="Publish it")
    if event.action != "published":
        raise Refused(
            f"The release {event.ref_name} was {event.action or 'touched'}, not published, so it publishes nothing.",
            hint="Publish it",
        )
    if event.prerelease != version.is_prerelease:
        mark, is_one = ("is marked", "a final") if event.prerelease else ("is not marked", "a pre-release")
        raise Refused(
            f"The release {event.ref_name} {mark} as a pre-release, and {version} is {is_one}.",
            hint="Correct the mark, or release another version",
        )
    if version.is_prerelease:
        raise Refused(
            f"The release {event.ref_name} is a pre-release's, so it publishes nothing.",
            hint="A candidate is published when its tag is pushed: invoke release --rc",
        )
    if event.branch != event.commit and not package.released_from(event.branch):
        raise Refused(
            f"The release {event.ref_name} is cut from {event.branch or 'no branch'}, "
            f"and finals from {package.branches}.",
            hint=f"Delete it and publish one whose target is {package.branches}",
        )
    return Requested("final" if version.post is None else "post", package, version)


def _chosen(event: Event, ours: Sequence[Package]) -> Package:
    wanted = (event.inputs or {}).get("package") or None
    found = [p for p in ours if wanted in {None, p.name}]
    if len(found) != 1:
        names = ", ".join(p.name for p in ours)
        raise Refused("The dispatch does not say which package is meant.", hint=f"Name one of: {names}")
    return found[0]


def _by_dispatch(event: Event, settings: Settings, package: Package) -> Requested:
    inputs = event.inputs or {}
    target, wanted = inputs.get("target", ""), inputs.get("pipeline", "")
    branch = event.branch or event.ref_name
    if not package.released_from(branch):
        raise Refused(
            f"The dispatch is on {branch}, and {package.name} is released from {package.branches}.",
            hint=f"Dispatch it on {package.branches}",
        )
    allowed = {settings.staging: ("rc",), settings.production: ("final", "post")}
    if target not in allowed:
        raise Refused(
            f"The dispatch names the target {target or '(none)'}, so it publishes nothing.",
            hint=f"Name one of: {', '.join(allowed)}",
        )
    version = _tagged(event, [package])[1] if event.detached else None
    if version is not None:
        wanted = "rc" if version.is_prerelease else "final" if version.post is None else "post"
    pipeline = next((p for p in get_args(PipelineName) if p == (wanted or allowed[target][0])), None)
    if pipeline not in allowed[target]:
        raise Refused(
            f"The dispatch asks for {wanted} on {target}.", hint=f"To {target} goes: {' or '.join(allowed[target])}"
        )
    return Requested(pipeline, package, version)

"""What a Gitea's answers hold of releases and tags, as far as it is used; what is not written so is a ``TypeError``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self, TypeVar

from releasegate.core.frozen import dataclass

Part = TypeVar("Part")


@dataclass(frozen=True)
class GiteaAttachment:
    """A file that is attached to a release."""

    number: int
    name: str
    size: int

    @classmethod
    def of(cls, answer: Any) -> Self:
        """Return the attachment that *answer* describes."""
        return cls(required(answer, "id", int), required(answer, "name", str), required(answer, "size", int))


@dataclass(frozen=True)
class GiteaRelease:
    """A release, or the draft of one."""

    number: int
    tag: str
    branch: str
    draft: bool
    prerelease: bool
    attachments: tuple[GiteaAttachment, ...]

    @classmethod
    def of(cls, answer: Any) -> Self:
        """Return the release that *answer* describes."""
        return cls(
            number=required(answer, "id", int),
            tag=required(answer, "tag_name", str),
            branch=optional(answer, "target_commitish", str) or "",
            draft=required(answer, "draft", bool),
            prerelease=required(answer, "prerelease", bool),
            attachments=each(GiteaAttachment.of)(optional(answer, "assets", list) or []),
        )


def commit_of(answer: Any) -> str:
    """Return the commit of the tag that *answer* describes; empty where it names none."""
    commit = optional(answer, "commit", dict)
    return "" if commit is None else optional(commit, "sha", str) or ""


def each(of: Callable[[Any], Part]) -> Callable[[Any], tuple[Part, ...]]:
    """Return what reads a list whose items *of* reads."""

    def all_of(answer: Any) -> tuple[Part, ...]:
        if not isinstance(answer, list):
            raise TypeError("not a list")
        return tuple(of(item) for item in answer)

    return all_of


def required(answer: Any, name: str, kind: type[Part]) -> Part:
    """Return what stands in *answer* under *name*.

    Raises:
        TypeError: nothing does, it is of another kind, or *answer* is no object.
    """
    found = optional(answer, name, kind)
    if found is None:
        raise TypeError(f"no {name}")
    return found


def optional(answer: Any, name: str, kind: type[Part]) -> Part | None:
    """Return what stands in *answer* under *name*, or ``None``.

    Raises:
        TypeError: it is of another kind, or *answer* is no object.
    """
    if not isinstance(answer, dict):
        raise TypeError("not an object")
    found = answer.get(name)
    if found is None or isinstance(found, kind):
        return found
    raise TypeError(f"{name} is not of the kind {kind.__name__}")

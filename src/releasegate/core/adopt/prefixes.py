"""What stands before the version in a package's tags: found among the tags there are, never taken from a sibling's."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from packaging.utils import canonicalize_name
from packaging.version import Version

from releasegate.core.config.strings import prefix as checked
from releasegate.core.release.versions import parse_version

_PLAIN = frozenset({"", "v", "release", "releases", "rel", "version", "ver", "r"})
_NONE = Version("0.dev0")
_STARTS = re.compile(r"(?<![0-9A-Za-z])v?(?=[0-9])|(?<=[A-Za-z])(?=[0-9])", re.IGNORECASE)


@dataclass(frozen=True)
class Prefix:
    """The beginning of a package's tags; ``guess`` says in words why it may be wrong.

    With ``ahead`` they have a later version than the package's files: they may be another package's.
    """

    text: str
    guess: str = ""
    ahead: bool = False


def split(tag: str) -> tuple[str, Version] | None:
    """Return what stands before the version in a tag, and the version; ``None`` for a tag of no version.

    A version has two numbers at least, or an epoch: ``name2-1`` is none, ``name/v1.2.0`` and ``v1!2.0`` are.
    """
    for start in _STARTS.finditer(tag):
        text = tag[start.end() :]
        if re.match(r"[0-9]+(?:![0-9]|\.[0-9])", text) and (version := parse_version(text)) is not None:
            return tag[: start.end()], version
    return None


def newest_first(listed: str) -> tuple[str, ...]:
    """Return the tags of lines such as ``1700000000 v1.4.0``, the newest first.

    What was made in one moment, as by an import, is as new as its version.
    """

    def age(pair: tuple[str, str]) -> tuple[int, Version, str]:
        read = split(pair[1])
        return int(pair[0] or 0), read[1] if read is not None else _NONE, pair[1]

    pairs = [(date, tag) for date, _, tag in (line.partition(" ") for line in listed.splitlines())]
    return tuple(tag for _, tag in sorted(pairs, key=age, reverse=True))


@dataclass(frozen=True)
class Around:
    """Whose tags there may be: the package is called *names*, the others in the repository *siblings*.

    ``used`` are the beginnings that other packages' tables name; ``alone`` says that the package is the repository's
    top, and ``version`` is what its files state, where they do.
    """

    names: Collection[str]
    siblings: frozenset[str] = frozenset()
    used: Collection[str] = frozenset()
    alone: bool = True
    version: str | None = None


def choose(tags: Sequence[str], around: Around, *, told: Iterable[str] = ()) -> Prefix:
    """Return the beginning of a package's tags, from *tags*, the newest first, and from what tools were *told*.

    What a tool was told and no tag has is not believed where there are tags that name the package.
    """
    known = [pair[0] for tag in tags if (pair := split(tag)) is not None and _taken(pair[0])]
    found = [prefix for prefix in known if prefix not in around.used]
    named = any(_names(prefix, around.names) for prefix in found)
    for each in told:
        if _taken(each) and each not in around.used and (each in known or not named):
            return Prefix(each)
    own = next((prefix for prefix in found if _names(prefix, around.names)), None)
    if own is not None and not _left(own, found, tags, around):
        return Prefix(own)
    nobodys = [prefix for prefix in found if not _names(prefix, around.siblings)]
    unnamed = _of_nobody(nobodys, tags, around)
    if unnamed is not None:
        return unnamed
    if not (around.siblings & set(map(_last, known)) or around.used):
        return Prefix("v", "no tag has the package's name" if nobodys else "")
    (name, *_) = sorted(around.names, key=len, reverse=True)
    shape = next((made for prefix in known if (made := _reshaped(prefix, around.siblings, name)) is not None), None)
    return Prefix(shape or f"{name}-v", "no tag has the package's name")


def _left(own: str, found: Sequence[str], tags: Collection[str], around: Around) -> bool:
    """Whether a project without siblings left the tags that name it, for plain ones that are newer.

    Then the version that its files state has a plain tag alone; where they state none, most tags are plain.
    """
    plain = next((prefix for prefix in found if _owner(prefix) in _PLAIN), None)
    if plain is None or around.siblings or around.used or found.index(own) < found.index(plain):
        return False
    if around.version is None:
        return found.count(own) < found.count(plain)
    return f"{own}{around.version}" not in tags and f"{plain}{around.version}" in tags


def _of_nobody(prefixes: Sequence[str], tags: Collection[str], around: Around) -> Prefix | None:
    """Return that of *prefixes*, which name no package, that is most likely the package's; ``None`` where none is."""
    plain = next((prefix for prefix in prefixes if _owner(prefix) in _PLAIN), None)
    here = next((prefix for prefix in prefixes if f"{prefix}{around.version}" in tags), plain)
    if here is not None and _owner(here) in _PLAIN:
        nameless = "of the newest tag, which names no package" if around.siblings else ""
        ahead = _ahead(here, tags, around.version)
        return Prefix(here, ahead or nameless, ahead=bool(ahead))
    if here is not None:
        return Prefix(here, "of the tag that has the package's version")
    return Prefix(prefixes[0], "of the newest tag") if prefixes and around.alone else None


def _ahead(prefix: str, tags: Collection[str], stated: str | None) -> str:
    """Return in words that the tags are ahead of what the files state, so that they may be another package's."""
    version = parse_version(stated or "")
    read = [(pair[1], tag) for tag in tags if (pair := split(tag)) is not None and pair[0] == prefix]
    newest, tag = max(read, default=(_NONE, ""))
    behind = version is not None and version < newest and version not in {each for each, _ in read}
    return f"of {tag}, and its files state {stated}: the next number would follow the tag" if behind else ""


def unread(tags: Sequence[str], prefix: Prefix) -> Iterator[str]:
    """Yield what to know of a repository of whose tags none is read as a version's: ``rel_1_4_0``."""
    numbered = [tag for tag in tags if re.search(r"[0-9][-_.][0-9]", tag)]
    if numbered and not any(split(tag) for tag in tags):
        yield (
            f"{numbered[0]} is not read as the tag of a version, nor is any other: what was released is known from the "
            f"index alone, and new tags are {prefix.text}X.Y.Z"
        )


def _taken(prefix: str) -> bool:
    try:
        return checked(prefix) == prefix
    except ValueError:
        return False


def _owner(prefix: str) -> str:
    """Return whose tags begin with *prefix*: ``my-name`` of ``My.Name-v``, ``a/my-name`` of ``a/my_name@``."""
    bare = re.sub(r"(?:^|(?<=[^A-Za-z0-9]))v$", "", prefix.lower()).strip("-_@/=.#+ ")
    return "/".join(canonicalize_name(part) for part in bare.split("/"))


def _last(prefix: str) -> str:
    return _owner(prefix).rpartition("/")[2]


def _names(prefix: str, names: Collection[str]) -> bool:
    """Whether a prefix is that of one of *names*, which a tag may write without what joins their words."""
    called = {_owner(prefix), _last(prefix)}
    return not called.isdisjoint({*names, *(name.replace("-", "") for name in names)})


def _reshaped(prefix: str, siblings: Collection[str], name: str) -> str | None:
    """Return *prefix*, a sibling's, with the package's own name in the sibling's place."""
    for sibling in siblings:
        spelled = re.compile("[-_.]+".join(map(re.escape, sibling.split("-"))), re.IGNORECASE)
        if spelled.search(prefix):
            made = spelled.sub(name, prefix, count=1)
            return made if _taken(made) else None
    return None

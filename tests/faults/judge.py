"""What is to be said of a faulted release, from what was seen of it and of an undisturbed one; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from releasegate.core.errors import InternalError, ReleasegateError
from tests.faults.fault import SURVIVED, Verdict, marked, together

KILLED = frozenset({-9, -15, -2})
"""Exit codes of a process that a signal of ours ended before it could say anything."""


def foreseen() -> frozenset[int]:
    """Return every exit code of an end that somebody thought of: 0, and those of the errors but ``InternalError``.

    That one is a traceback that has been given a sentence: it is what the bench is there to find.
    """
    found = {0}
    waiting = ReleasegateError.__subclasses__()
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        found |= {kind.exit_code} if kind is not InternalError else set()
    return frozenset(found)


@dataclass(frozen=True)
class Ran:
    """A command that ended: its words, its exit code, all that it said; ``killed`` where that was ours."""

    words: tuple[str, ...]
    code: int
    output: str
    killed: bool = False


@dataclass(frozen=True)
class Seen:
    """The world after a release: what the indexes, the remote, the forge, the ledger and the clone hold.

    ``stored`` is how often each file name was ever stored, by index; ``digests`` the sha256 that it is served with.
    ``again`` are names that were sent although they were taken, with other bytes; ``moved`` are tags that named
    another commit before. ``sealed`` are the files of each sealed version by name, with their sha256.
    """

    stored: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    again: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    assets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    sealed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    subjects: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    level: bool = True


def judged(ran: Iterable[Ran], seen: Seen, calm: Seen, *, forbidden: Iterable[str] = ()) -> Verdict:
    """Return what becomes of a release that was to end as the *calm* one; *forbidden* files must be on no index."""
    ran = tuple(ran)
    return together(
        *map(spoken, ran), sent_twice(seen), wrongly_green(ran, seen, calm, frozenset(forbidden)), lost(ran, seen, calm)
    )


def refused(ran: Iterable[Ran], seen: Seen, *, forbidden: Iterable[str]) -> Verdict:
    """Return what becomes of a release that must not go on: it says why, and *forbidden* files are on no index."""
    ran = tuple(ran)
    return together(*map(spoken, ran), sent_twice(seen), wrongly_green((), seen, seen, frozenset(forbidden)))


def spoken(ran: Ran) -> Verdict:
    """Return whether a command ended as somebody foresaw, or by a signal of ours."""
    said = ran.output.splitlines()
    if any(line.startswith("Traceback (most recent call last)") for line in said):
        return marked("traceback", f"{' '.join(ran.words)}: {said[-1] if said else ''}")
    if ran.code in foreseen() or (ran.killed and ran.code in KILLED):
        return SURVIVED
    return marked("traceback", f"{' '.join(ran.words)} ended with {ran.code}: {' / '.join(said[-4:])}")


def sent_twice(seen: Seen) -> Verdict:
    """Return whether a number was used again: a file, an attachment or a tag."""
    stored = {(index, name): count for index, files in seen.stored.items() for name, count in files.items()}
    words = [f"{name} was stored {count} times on {index}" for (index, name), count in stored.items() if count > 1]
    words += [f"{name} was sent although it is taken, with other bytes" for name in seen.again]
    words += [f"the tag {name} was moved" for name in seen.moved]
    words += [f"{tag} has an attachment twice" for tag, names in seen.assets.items() if len(names) > len(set(names))]
    return marked("twice", *words) if words else SURVIVED


def wrongly_green(ran: tuple[Ran, ...], seen: Seen, calm: Seen, forbidden: frozenset[str]) -> Verdict:
    """Return whether anything is called proven or released that is not, or is out that must not be."""
    words = [f"{name} is on {index}" for index, files in seen.stored.items() for name in sorted(forbidden & set(files))]
    for version, files in seen.sealed.items():
        others = sorted(name for name, digest in files.items() if seen.digests.get(name) != digest)
        words += [f"{version} is sealed, and its index does not hold these bytes of {name}" for name in others]
    if ran and ran[-1].code == 0 and calm.sealed.keys() - seen.sealed.keys():
        words.append(f"it ended with 0 and left unsealed: {', '.join(sorted(calm.sealed.keys() - seen.sealed.keys()))}")
    return marked("green", *words) if words else SURVIVED


def lost(ran: tuple[Ran, ...], seen: Seen, calm: Seen) -> Verdict:
    """Return whether the same command came to another end than the undisturbed one, or to none."""
    words = []
    if ran and ran[-1].code != 0:
        said = " / ".join(line.strip() for line in ran[-1].output.splitlines()[-3:])
        words.append(f"the last of {len(ran)} runs ended with {ran[-1].code}: {said}")
    for what, now, then in (
        ("files on the indexes", _names(seen), _names(calm)),
        ("sealed versions", set(seen.sealed), set(calm.sealed)),
        ("tags on the remote", set(seen.tags), set(calm.tags)),
        ("attachments", _attached(seen), _attached(calm)),
    ):
        if now != then:
            words.append(f"{what}: missing {sorted(then - now)}, more {sorted(now - then)}")
    if seen.subjects != calm.subjects:
        words.append(f"commits: {list(seen.subjects)} instead of {list(calm.subjects)}")
    if seen.changed:
        words.append(f"the clone is left changed: {', '.join(seen.changed)}")
    if not seen.level:
        words.append("the remote's branch is not the clone's")
    return marked("lost", *words) if words else SURVIVED


def leaked(texts: Mapping[str, bytes], tokens: Mapping[str, tuple[bytes, ...]]) -> Verdict:
    """Return where a token is seen, in any of its forms: *texts* by the place where each was found."""
    words = [
        f"{name} is seen in {place}"
        for name, forms in tokens.items()
        for place, text in texts.items()
        if any(form in text for form in forms)
    ]
    return marked("token", *words) if words else SURVIVED


def _names(seen: Seen) -> set[str]:
    return {f"{index}: {name}" for index, files in seen.stored.items() for name in files}


def _attached(seen: Seen) -> set[str]:
    return {f"{tag}: {name}" for tag, names in seen.assets.items() for name in names}

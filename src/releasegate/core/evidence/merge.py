"""A record that several machines wrote: every entry once, in the order of time."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from itertools import groupby

from releasegate.core.release.entry import Entry


def merge(*records: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return every entry of every record once, in the order of time; entries of one run stay in their order.

    The result does not depend on the order of the arguments, and merging it again changes nothing. Entries of one run
    that share a moment are an old record's: theirs is the order of the record that has most of the run.
    """
    ranked: dict[bytes, tuple[tuple[str, str, int], Entry]] = {}
    for one in records:
        newest: dict[str, tuple[str, int]] = {}
        for line, entry in {_known_by(entry): entry for entry in one}.items():
            before, number = newest.get(entry.run, ("", 0))
            # A clock that was set back does not turn its own run around.
            now = max(moment(entry.at), before)
            newest[entry.run] = (now, number + 1 if now == before else 0)
            rank = (now, entry.run, newest[entry.run][1])
            ranked[line] = max((rank, entry), ranked.get(line, (rank, entry)), key=lambda pair: pair[0])
    in_time = groupby(sorted(ranked.values(), key=_rank), _rank)
    return tuple(entry for _, alike in in_time for entry in _in_order([entry for _, entry in alike]))


def without(entries: Iterable[Entry], others: Iterable[Entry]) -> list[Entry]:
    """Return those of *entries* that are not among *others*, in their order; their text says which are the same."""
    known = set(map(_known_by, others))
    return [entry for entry in entries if not known or _known_by(entry) not in known]


def told(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return those of *entries* whose run did more than ask.

    One that was refused before the first step that changes anything proved nothing, and leaves nothing for others.
    """
    ours = tuple(entries)
    runs = {entry.run for entry in ours if not _asks(entry)}
    return tuple(entry for entry in ours if entry.run in runs)


def _asks(entry: Entry) -> bool:
    written = entry.event in {"started", "done", "failed"}  # and no word of a person
    return written and entry.step.partition(":")[0] in {"preflight", "clean", "free", "trigger"}


def _rank(ranked: tuple[tuple[str, str, int], Entry]) -> tuple[str, str, int]:
    return ranked[0]


def _in_order(alike: list[Entry]) -> list[Entry]:
    return alike if len(alike) == 1 else sorted(alike, key=Entry.to_json)


def _known_by(entry: Entry) -> bytes:
    """Return what stands for the entry's whole text, and is never longer than a hash."""
    return sha256(entry.to_json().encode("utf-8", "backslashreplace")).digest()


def following(entries: Iterable[Entry], now: str) -> str:
    """Return *now* where it comes after all *entries*, else the first moment that does; in ISO 8601, UTC.

    What is written with a record in view sorts after it, also where the writer's clock is behind.
    """
    last = max((moment(entry.at) for entry in entries), default="")
    if moment(now) > last:
        return now
    seconds, _, fraction = last.partition(".")
    head = fraction.rstrip("9")
    nines = len(fraction) - len(head)
    # After .999999 comes .999999000001: more digits need no calendar.
    after = f"{head[:-1]}{int(head[-1]) + 1}{'0' * nines}" if head else f"{fraction}000001"
    return f"{seconds}.{after}+00:00"


def moment(at: str) -> str:
    """Return a moment so that text compares as time does: seconds come before the fractions that follow them."""
    seconds, _, fraction = at.removesuffix("Z").removesuffix("+00:00").partition(".")
    return f"{seconds}.{fraction:0<6}"

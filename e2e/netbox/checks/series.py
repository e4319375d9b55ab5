"""Whether a candidate begins a new series: such may go without something, and may hold things otherwise."""

from itertools import zip_longest

from packaging.version import InvalidVersion, Version


def new_series(before: str, now: str) -> bool:
    """Whether the first two numbers of any plugin's version are others: such a release may go without something."""
    return any(
        _series(one) != _series(other) for one, other in zip_longest(before.split(","), now.split(","), fillvalue="")
    )


def _series(version: str) -> tuple[int, ...]:
    try:
        return Version(version).release[:2]
    except InvalidVersion:
        return ()

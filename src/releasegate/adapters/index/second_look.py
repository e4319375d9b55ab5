"""What an index says once is not believed where much hangs on it: it is asked again, a moment and a while later.

The public index strips what is added to the address of a simple page, and serves what its CDN has whatever a client
says of caches: time is what heals there.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from releasegate.core.errors import Unavailable
from releasegate.core.frozen import dataclass

T = TypeVar("T")

PAUSES = (0.25, 3.0)
"""Seconds before the second look, and before the third."""


@dataclass(frozen=True)
class Sight(Generic[T]):
    """One look: what it comes to, and what is ``doubtful`` about it; it is believed at once where nothing is.

    ``looks`` is how many must see the same: all of them for what would cost a version its number.
    """

    settle: Callable[[], T]
    doubtful: Hashable = None
    looks: int = 2


def settled(look: Callable[[int], Sight[T]], *, index: str) -> T:
    """Return what a sight beyond doubt comes to, or one that later looks agree with; *look* is told its number.

    Raises:
        Unavailable: the looks do not agree.
    """
    seen: Counter[Hashable] = Counter()
    for number, pause in enumerate((*PAUSES, None)):
        sight = look(number)
        seen[sight.doubtful] += 1
        if sight.doubtful is None or seen[sight.doubtful] >= sight.looks:
            return sight.settle()
        if pause is not None:
            time.sleep(pause)
    raise Unavailable(
        f"The index {index} answers otherwise each time that it is asked.",
        hint="Run the same command again a little later; nothing was judged",
        details=sorted(map(str, seen)),
    )

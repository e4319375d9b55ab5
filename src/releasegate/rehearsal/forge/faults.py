"""What can become of a request to the embedded forge instead of an answer."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

Fault = Literal["refuse", "lose", "cut", "half", "page", "nonsense", "missing"]
"""``refuse``: 502, and nothing is done. ``page``, ``nonsense``: 200 with a web page, with JSON of another shape.
``missing``: 404. ``lose``, ``cut``: it is done, and the answer is 502, or none. ``half``: half of what is sent is
stored, and there is no answer; a Gitea throws the half away. The last three wait for a request that writes."""

_OF_WRITES = frozenset({"lose", "cut", "half"})


@dataclass(frozen=True)
class Limit:
    """A refusal of too many requests; with *seconds* it says how long to wait, else at which moment to come back."""

    seconds: int | None


@dataclass
class ForgeFaults:
    """The faults that are still to come, in their order."""

    coming: deque[Fault | Limit] = field(default_factory=deque)

    def add(self, fault: Fault | Limit, times: int) -> None:
        """Let *fault* come to the next *times* requests that it can come to."""
        self.coming.extend([fault] * times)

    def take(self, method: str) -> Fault | Limit | None:
        """Return what becomes of this request, if the next fault is one for it."""
        if not self.coming or (self.coming[0] in _OF_WRITES and method == "GET"):
            return None
        return self.coming.popleft()

"""Whose fault it is that an image cannot be made: the engine's, the network's, or the release's."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from releasegate.adapters.containers.images.image_specs import ImageSpec
from releasegate.core.e2e.contracts import telling_line
from releasegate.core.errors import GateFailed, Unavailable
from releasegate.core.install.pip_faults import outside_fault
from releasegate.core.printable import printable

_LAST_LINES = 25
REFUSED = 81
"""The exit code of ``install.py`` where pip said no to what is installed; with any other one nothing was judged."""
_KILLED = frozenset({137, 143})
_PIP_TRACEBACK = "Exception information:"
"""Behind it, pip's log has pip's own traceback."""
_CODE = re.compile(r"(?:non-zero code|exit code|exit status):? (\d+)")


@dataclass
class BuildOutput:
    """What a build said, and the exit code of the step that ended it."""

    said: list[str] = field(default_factory=list)
    error: str = ""
    code: int | None = None

    def lines(self, answer: Any) -> Iterator[str]:
        """Yield what a build prints, its last words included."""
        for event in answer:
            if error := event.get("error"):
                self.error = str(error)
                told = (event.get("errorDetail") or {}).get("code")
                found = _CODE.search(self.error)
                self.code = told or (int(found[1]) if found else None)
            for key in ("stream", "error"):
                for line in str(event.get(key, "")).splitlines():
                    if line.strip():
                        self.said.append(line.rstrip())
                        yield line.rstrip()

    def failure(self, image_spec: ImageSpec) -> GateFailed | Unavailable:
        """Return whose fault an unfinished image is: the release's where its install was refused for its own sake.

        Everything else that ends a build is the engine's, the network's or this program's.
        """
        outside = outside_fault(self.said)
        own = [line for line in self.said if line != self.error]
        if image_spec.bad and self.code == REFUSED and not outside:
            pip = list(itertools.takewhile(lambda line: line.strip() != _PIP_TRACEBACK, own))
            why = telling_line(pip)
            sentence = f"{image_spec.what} cannot be installed in a container{f': {printable(why)}' if why else '.'}"
            return GateFailed(
                f"contract {image_spec.spec['role']}.install broke: {sentence}",
                hint="Mend it and commit; see below",
                details=[printable(line) for line in pip[-_LAST_LINES:]],
            )
        if self.code in _KILLED:
            outside = f"its build was killed (exit code {self.code}), as it is where memory runs out"
        return not_made(image_spec, outside or self.error or "the engine did not say why", own)


def not_made(image_spec: ImageSpec, why: str, said: Sequence[str]) -> Unavailable:
    """Return that an image cannot be made for a reason that is not the release's."""
    return Unavailable(
        f"The image of {image_spec.what} cannot be made: {printable(why)}",
        hint="Run the same command again when that is mended; nothing was judged",
        details=[printable(line) for line in said[-_LAST_LINES:]],
    )

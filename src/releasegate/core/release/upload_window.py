"""How long an index takes further files of a release: a release of which one file is stored can be made whole.

PyPI (and TestPyPI) takes no new file of a release whose first file is more than 14 days old.
"""

from __future__ import annotations

from collections.abc import Iterable

from releasegate.core.frozen import dataclass

DAY = 86400.0
WINDOW = 14
"""Days."""
KINDS = {".whl": "wheel", ".tar.gz": "sdist"}
"""What a release here consists of, one each."""


@dataclass(frozen=True)
class HalfStored:
    """A release of which one file is stored and the other is not; ``left`` is how many seconds that one is taken.

    It is ``None`` where the index does not say when the file that it has was uploaded.
    """

    stored: str
    missing: str
    left: float | None

    def __str__(self) -> str:
        """Return it as one line for a person."""
        said = f"{self.stored} is stored and the {self.missing} is not"
        if self.left is None:
            return f"{said}; PyPI takes it for {WINDOW} days after the first file"
        if self.left < 0:
            return f"{said}; the {WINDOW} days in which PyPI takes it are over"
        days = int(self.left // DAY)
        return f"{said}; {days or 'less than one'} {'day remains' if days <= 1 else 'days remain'} to send it"


def half_stored(files: Iterable[tuple[str, float | None]], *, now: float) -> HalfStored | None:
    """Return what is missing of a release, of whose *files* the names and the moments of upload are given.

    Nothing where none is stored, or both kinds are. *now* and the moments are seconds of one clock.
    """
    stored = [(name, at, kind) for name, at in files for end, kind in KINDS.items() if name.endswith(end)]
    missing = set(KINDS.values()) - {kind for *_, kind in stored}
    if not stored or not missing:
        return None
    moments = [at for _, at, _ in stored if at is not None]
    left = min(moments) + WINDOW * DAY - now if moments else None
    return HalfStored(stored[0][0], min(missing), left)

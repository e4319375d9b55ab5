"""How long an index takes further files of a release: a release of which one file is stored can be made whole.

PyPI (and TestPyPI) takes no new file of a release whose first file is more than 14 days old.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

WINDOW = timedelta(days=14)
KINDS = {".whl": "wheel", ".tar.gz": "sdist"}
"""What a release here consists of, one each."""


@dataclass(frozen=True)
class HalfStored:
    """A release of which one file is stored and the other is not; ``left`` is how long that one is taken.

    It is ``None`` where the index does not say when the file that it has was uploaded.
    """

    stored: str
    missing: str
    left: timedelta | None

    def __str__(self) -> str:
        """Return it as one line for a person."""
        said = f"{self.stored} is stored and the {self.missing} is not"
        if self.left is None:
            return f"{said}; PyPI takes it for {WINDOW.days} days after the first file"
        if self.left < timedelta():
            return f"{said}; the {WINDOW.days} days in which PyPI takes it are over"
        days = self.left.days
        return f"{said}; {days or 'less than one'} {'day remains' if days <= 1 else 'days remain'} to send it"


def half_stored(files: Iterable[tuple[str, str | None]], *, now: str) -> HalfStored | None:
    """Return what is missing of a release, of whose *files* the names and the moments of upload are given.

    Nothing where none is stored, or both kinds are. *now* and the moments are ISO 8601.
    """
    stored = [(name, _moment(at), kind) for name, at in files for end, kind in KINDS.items() if name.endswith(end)]
    missing = set(KINDS.values()) - {kind for *_, kind in stored}
    if not stored or not missing:
        return None
    moments = [at for _, at, _ in stored if at is not None]
    left = None if not moments else min(moments) + WINDOW - (_moment(now) or min(moments))
    return HalfStored(stored[0][0], min(missing), left)


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)

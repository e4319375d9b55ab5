"""The model of a verification: claims about a published version, and the one page that they make."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from releasegate.core.dists.diff import spelt_out

Standing = Literal["proven", "contradicted", "not believed", "not recorded"]
STANDINGS: tuple[Standing, ...] = ("proven", "contradicted", "not believed", "not recorded")

CLAIMS, DETAILS, COLUMNS = 60, 40, 400
"""Claims shown of one standing, lines shown below a claim, and characters of a line: what is read stays a page."""


@dataclass(frozen=True)
class Claim:
    """One thing that is said *about* a part of a published version, and who says it.

    ``proven`` was seen here, or is said by the evidence that is named and fits what is published; ``contradicted`` is
    what cannot be true of what is published; ``not believed`` is what somebody says whom nothing vouches for; ``not
    recorded`` is what nobody tells.
    """

    about: str
    standing: Standing
    said: str
    by: str = ""
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verification:
    """What was found about one version on one index; ``notes`` are what a person must know besides.

    ``commit`` is the one that the tag names; empty where there is no tag, so that nothing was rebuilt.
    """

    package: str
    version: str
    index: str
    tag: str
    commit: str
    claims: tuple[Claim, ...]
    notes: tuple[str, ...] = ()

    def with_standing(self, standing: Standing) -> tuple[Claim, ...]:
        """Return the claims that are *standing* so."""
        return tuple(claim for claim in self.claims if claim.standing == standing)

    @property
    def contradicted(self) -> bool:
        """Whether anything contradicts what the index serves."""
        return bool(self.with_standing("contradicted"))

    def page(self) -> tuple[str, ...]:
        """Return the page, line by line; nothing in it is obeyed by a terminal, whoever wrote it."""
        lines = (spelt_out(line[:COLUMNS]) + ("..." if len(line) > COLUMNS else "") for line in self._lines())
        return tuple(lines)

    def _lines(self) -> Iterator[str]:
        made_from = f"from {self.tag} ({self.commit[:12]})" if self.commit else "of which no tag is known"
        yield f"{self.package} {self.version} on {self.index}, {made_from}"
        yield from (f"  note: {note}" for note in self.notes)
        for standing in STANDINGS:
            claims = self.with_standing(standing)
            if claims:
                yield f"{standing}:"
                yield from _shown(claims)
        counts = ", ".join(f"{len(self.with_standing(each))} {each}" for each in STANDINGS)
        yield f"{counts}: {self._verdict()}"
        if not self.commit:
            yield (
                f"-> Ask those who release {self.package} for the tag {self.tag}; where tags are called otherwise, set "
                f"tag-prefix of {self.package}"
            )
        if self.contradicted:
            yield f"-> Do not install it from {self.index}; show this page to those who release {self.package}"

    def _verdict(self) -> str:
        if self.contradicted:
            return f"what {self.index} serves is contradicted"
        missing = "" if self.commit else ", and nothing of it was rebuilt"
        return f"nothing contradicts what {self.index} serves{missing}"


def _shown(claims: Sequence[Claim]) -> Iterator[str]:
    for claim in claims[:CLAIMS]:
        yield f"  {claim.about}: {claim.said}{f' [{claim.by}]' if claim.by else ''}"
        yield from (f"      {line}" for line in claim.details[:DETAILS])
        if len(claim.details) > DETAILS:
            yield f"      ... and {len(claim.details) - DETAILS} lines more"
    if len(claims) > CLAIMS:
        yield f"  ... and {len(claims) - CLAIMS} more"

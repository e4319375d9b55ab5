"""A package with two companions, and a package that shares one of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from fakes import FakeIndex
from release_fixture import APP, CORE, START, ReleaseFixture, entry

from releasegate.core.config.companion import Companion
from releasegate.core.config.keys import EndToEndCommand
from releasegate.core.release.entry import SEAL
from releasegate.steps.release import Release

MAIL = replace(CORE, name="sample-mail", path=PurePosixPath("mail"))
"""The second companion of the app."""
BOTH = replace(APP, companions=(Companion(CORE.name, default="2.0"), Companion(MAIL.name, default="3.0")))
"""The app, which calls both."""
SECOND = replace(
    CORE,
    name="sample-second",
    path=PurePosixPath("second"),
    companions=(Companion(CORE.name, default="2.0"),),
    end_to_end=EndToEndCommand(("check",)),
)
"""Another package that calls the first of the two."""


def family(root: Path, **companions: dict[str, Any]) -> ReleaseFixture:
    """Return a project of all four; ``core`` and ``mail`` are further keys of the app's companions."""
    changes = (companions.get("core", {}), companions.get("mail", {}))
    both = tuple(replace(each, **more) for each, more in zip(BOTH.companions, changes, strict=True))
    return ReleaseFixture(root, app=replace(BOTH, companions=both), others=(MAIL, SECOND))


def publish_both(fixture: ReleaseFixture, *, on: FakeIndex, core: str = "2.0", mail: str = "3.0") -> None:
    """Put both companions on an index."""
    fixture.publish_core(core, on=on)
    fixture.publish_core(mail, on=on, package=MAIL)


def sealed_with(fixture: ReleaseFixture, *ran: tuple[str, str], version: str = "1.0rc1") -> Release:
    """Return the final of an app whose candidate is sealed as run with the companions *ran*."""
    companions = [{"name": name, "version": number} for name, number in ran]
    evidence = {"companions": companions, "files": {}, "commit": START}
    fixture.ledger.append(version, entry(SEAL, evidence=evidence))
    return fixture.release("1.0", candidate=version)

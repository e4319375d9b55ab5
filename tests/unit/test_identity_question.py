"""In whose name Git commits is known before anything changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes import FakeRepository
from release_fixture import START, ReleaseFixture

from releasegate.core.errors import Refused, Unavailable
from releasegate.steps.preflight.machine_questions import commits, identity
from releasegate.steps.preflight.question import Inquiry


def test_who_commits_is_told_and_nobody_is_refused(tmp_path: Path) -> None:
    fixture = ReleaseFixture(tmp_path)
    fixture.repository = FakeRepository({START: {}})
    inquiry = Inquiry(fixture.release("1.0rc1"), "rc")
    assert commits(inquiry)
    assert identity(inquiry) == "Git commits as Ann"
    fixture.repository.nobody = Unavailable("Git does not know who commits.", hint="Tell it")
    with pytest.raises(Unavailable, match="does not know who commits"):
        identity(inquiry)


def test_where_nothing_is_planned_nobody_commits(tmp_path: Path) -> None:
    fixture = ReleaseFixture(tmp_path)
    assert not commits(Inquiry(fixture.release("1.0rc1"), "rc", Refused("no plan", hint="none")))

"""The preflight asks whether anything else that a release starts uploads, and refuses with what to remove."""

from __future__ import annotations

from pathlib import Path

import pytest
from release_fixture import START, ReleaseFixture

from releasegate.core.errors import Refused
from releasegate.steps.preflight.doctor_questions import QUESTIONS
from releasegate.steps.preflight.question import Inquiry

(ASK,) = [question.ask for question in QUESTIONS if question.key == "other publishers"]
UPLOADS = b"on: push\njobs:\n  ship:\n    steps:\n      - run: uv publish\n"


def test_a_repository_with_another_publisher_is_refused_with_file_line_and_what_to_remove(tmp_path: Path) -> None:
    fixture = ReleaseFixture(tmp_path)
    inquiry = Inquiry(fixture.release("1.0rc1"), "rc")
    assert ASK(inquiry) == "none in 0 workflows and actions, and in what is run there"
    fixture.repository.commits[START] = {**fixture.repository.commits[START], ".github/workflows/p.yml": UPLOADS}
    with pytest.raises(Refused, match="another workflow that a release starts") as refusal:
        ASK(inquiry)
    (told,) = refusal.value.details
    assert told.startswith(".github/workflows/p.yml:5 uploads to a package index (uv publish), and line 1 starts it")
    assert told.endswith("remove the job ship, or the event push")

"""What an audit holds a build against is asked while it is built, once, and anew where it could not be had."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes import wheel_of
from release_fixture import ReleaseFixture

from releasegate.core.errors import GateFailed, Unavailable
from releasegate.ports import LockAnswer
from releasegate.steps.audit import Audit
from releasegate.steps.build import Build
from releasegate.steps.release import Release
from releasegate.steps.source import Bump

LAST = "sample_app-0.9-py3-none-any.whl"


@pytest.fixture
def fixture(tmp_path: Path) -> ReleaseFixture:
    made = ReleaseFixture(tmp_path)
    made.production.put(LAST, wheel_of("0.9"))
    return made


def bumped_and_built(release: Release) -> None:
    Bump(release).run()
    Build(release).run()


def test_what_is_asked_while_it_is_built_is_not_asked_by_the_audit(fixture: ReleaseFixture) -> None:
    asked: list[str] = []

    def answer(question: str) -> tuple[LockAnswer, ...]:
        asked.append(question)
        return ()

    fixture.builds.asked = answer
    release = fixture.release("1.0rc1")
    bumped_and_built(release)
    fixture.production.away = True
    assert Audit(release).run()["compared with"] == LAST
    assert len(asked) == 1


def test_what_does_not_answer_while_it_is_built_is_for_the_audit_to_ask(fixture: ReleaseFixture) -> None:
    release = fixture.release("1.0rc1")
    fixture.production.away = True
    bumped_and_built(release)
    with pytest.raises(Unavailable, match="does not answer"):
        Audit(release).run()
    fixture.production.away = False
    assert Audit(release).run()["compared with"] == LAST


def test_what_is_asked_of_another_commit_is_asked_anew(fixture: ReleaseFixture) -> None:
    release = fixture.release("1.0rc1")
    bumped_and_built(release)
    fixture.repository.commits["f" * 40] = {"src/sample_app/__init__.py": b"", "pyproject.toml": b""}
    fixture.repository.local[release.tag] = "f" * 40
    with pytest.raises(GateFailed, match="tree"):
        Audit(release).run()


def test_which_of_several_wheels_is_compared_with_is_known_when_it_is_built(fixture: ReleaseFixture) -> None:
    for tags in ("cp312-cp312-win32", "py3-none-any", "cp312-cp312-win_amd64"):
        fixture.production.put(f"sample_app-0.9.post1-{tags}.whl", wheel_of("0.9.post1"))
    release = fixture.release("1.0rc1")
    bumped_and_built(release)
    assert Audit(release).run()["compared with"] == "sample_app-0.9.post1-py3-none-any.whl"

"""The audit as a step: all checks run, each is waived by itself, and the last release is what it compares with."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from archives import sdist, tracked
from fakes import stamped, wheel_of
from packaging.version import Version
from release_fixture import START, ReleaseFixture, entry

from releasegate.core.audit.audit import CHECK_NAMES
from releasegate.core.audit.description import is_markdown
from releasegate.core.config.exemptions import Exemption
from releasegate.core.config.keys import Wheel
from releasegate.core.dists.archive import Members
from releasegate.core.errors import GateFailed, Unavailable
from releasegate.core.release.entry import Entry
from releasegate.ports import LockAnswer
from releasegate.steps.audit import Audit

WHEEL, SDIST = "sample_app-1.0rc1-py3-none-any.whl", "sample_app-1.0rc1.tar.gz"


@pytest.fixture
def fixture(tmp_path: Path) -> ReleaseFixture:
    return ReleaseFixture(tmp_path)


def waiver(gate: str) -> Entry:
    """Return the entry by which a person waives *gate*."""
    return replace(entry(gate, evidence={"by": "Ann", "reason": "known"}), event="waived", verdict="waived")


def with_stray(members: Members) -> Members:
    return replace(members, files={**members.files, "tests/test_it.py": b""})


def test_a_sound_build_passes_its_audit(fixture: ReleaseFixture) -> None:
    release = fixture.built("1.0rc1")
    step = Audit(release)
    assert step.already() is None
    assert step.run() == {"files": [WHEEL, SDIST], "compared with": None}
    assert step.subject() == release.manifest().identity


def test_an_audit_finding_is_refused(fixture: ReleaseFixture) -> None:
    fixture.builds.spoil = with_stray
    with pytest.raises(GateFailed, match="not what it should be") as refusal:
        Audit(fixture.built("1.0rc1")).run()
    assert "tree: tests/test_it.py is in the wheel, but Git does not track it." in refusal.value.details
    assert refusal.value.problem.endswith("is not what it should be (record, top-level, tree).")
    assert "comparing the files with the commit" in fixture.said


def test_a_module_that_does_not_compile_is_refused(fixture: ReleaseFixture) -> None:
    fixture.repository.commits[START]["src/sample_app/cli.py"] = b"def main(:\n"
    with pytest.raises(GateFailed) as refusal:
        Audit(fixture.built("1.0rc1")).run()
    problem, paste = refusal.value.details
    assert problem.startswith("compile: sample_app/cli.py: ")
    assert '{ pattern = "compile: sample_app/cli.py", ' in paste
    assert problem.endswith("(Python 3.11)")


def test_a_requirement_that_no_index_meets_is_refused_before_anything_is_public(fixture: ReleaseFixture) -> None:
    fixture.tools.dependencies = {"six": ()}
    with pytest.raises(GateFailed, match=r"not what it should be \(requirements\)") as refusal:
        Audit(fixture.built("1.0rc1")).run()
    problem, paste = refusal.value.details
    assert problem == "requirements: six is required, and pypi has no such project: no installer finds it."
    assert '{ pattern = "requirements: six", ' in paste
    fixture.tools.dependencies = {"six": (Version("1.16"),)}
    assert Audit(fixture.built("1.0rc1")).run()


def test_where_nobody_says_what_is_served_the_install_check_will(fixture: ReleaseFixture) -> None:
    fixture.tools.dependencies = {"six": None}
    assert Audit(fixture.built("1.0rc1")).run()


def test_a_package_of_the_same_table_that_is_required_must_be_out_first(fixture: ReleaseFixture) -> None:
    fixture.tools.dependencies = {"six": (Version("1.16"),)}
    fixture.others = (replace(fixture.core, name="Six"),)
    assert Audit(fixture.built("1.0rc1")).run()
    fixture.tools.dependencies = {"six": ()}
    fixture.builds.kept.clear()
    with pytest.raises(GateFailed) as refusal:
        Audit(fixture.built("1.0rc1")).run()
    assert "  release it first: invoke release --package Six" in refusal.value.details


def test_what_twine_only_warns_of_may_be_meant_so(fixture: ReleaseFixture) -> None:
    fixture.tools.warned = ("WARNING  `long_description_content_type` missing. defaulting to `text/x-rst`.",)
    with pytest.raises(GateFailed) as refusal:
        Audit(fixture.built("1.0rc1")).run()
    assert "twine: `long_description_content_type` missing." in refusal.value.details[1]
    pattern = re.search(r"pattern = (\".*?\"),", refusal.value.details[1])
    assert pattern is not None
    allowed = (Exemption(json.loads(pattern[1]), "plain text is meant"),)
    release = fixture.release("1.0rc1")
    package = replace(release.package, wheel=replace(release.package.wheel, allowed=allowed))
    assert Audit(replace(release, package=package)).run()["files"] == [WHEEL, SDIST]


def test_a_description_without_a_content_type_is_what_an_index_takes_it_for(
    fixture: ReleaseFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    fixture.tools.warned = ("WARNING  `long_description_content_type` missing. defaulting to `text/x-rst`.",)
    seen: list[bytes] = []

    def is_none(metadata: bytes) -> bool:
        seen.append(metadata)
        return False

    monkeypatch.setattr("releasegate.steps.audit.is_markdown", is_none)
    assert Audit(fixture.built("1.0rc1")).run()["files"] == [WHEEL, SDIST]
    assert seen[0].startswith(b"Metadata-Version")

    def unreadable(*_: object) -> None:
        raise GateFailed("It is no wheel.", hint="Build it anew")

    monkeypatch.setattr("releasegate.steps.audit.wheel_metadata", unreadable)
    seen.clear()
    assert Audit(fixture.built("1.0rc2")).run()["files"]
    assert seen[0] == b""


@pytest.mark.parametrize(
    ("body", "markdown"),
    [
        ("# Lamp\n", True),
        ("See [it](x).\n", True),
        ("```\ncode\n```\n", True),
        ("Lamp\n====\n\n`it <x>`_ and *so on*\n", False),
        ("", False),
    ],
)
def test_markdown_is_told_by_its_marks(body: str, *, markdown: bool) -> None:
    assert is_markdown(f"Name: a\nSummary: # no\n\n{body}".encode()) is markdown


def test_what_twine_objects_to_is_refused(fixture: ReleaseFixture) -> None:
    fixture.tools.unrenderable = ("no long description",)
    with pytest.raises(GateFailed) as refusal:
        Audit(fixture.built("1.0rc1")).run()
    assert refusal.value.details == (f"twine: {WHEEL}: no long description", f"twine: {SDIST}: no long description")


def test_the_audit_compares_with_the_newest_published_wheel_before_this_one(fixture: ReleaseFixture) -> None:
    fixture.production.put("sample_app-0.8.zip", b"an old kind of sdist")
    fixture.production.put("strange.whl", b"", version="9" * 5000)
    fixture.production.put("sample_app-x.whl", b"", version="no version")
    for version in ("0.8", "0.10", "0.9", "2.0"):
        fixture.production.put(f"sample_app-{version}-py3-none-any.whl", wheel_of(version))
    fixture.production.put("sample_app-0.11rc1-py3-none-any.whl", wheel_of("0.11rc1"))
    fixture.production.put("sample_app-0.12-py3-none-any.whl", wheel_of("0.12"), yanked=True)
    fixture.production.put("sample_app-0.13.tar.gz", b"")
    assert Audit(fixture.built("1.0rc1")).run()["compared with"] == "sample_app-0.10-py3-none-any.whl"


def test_one_red_check_stops_no_other(fixture: ReleaseFixture) -> None:
    fixture.builds.spoil = with_stray
    fixture.repository.commits[START]["src/sample_app/more.py"] = b"def main(:\n"
    fixture.tools.unrenderable = ("no long description",)
    with pytest.raises(GateFailed) as refusal:
        Audit(fixture.built("1.0rc1")).run()
    checks = {line.partition(":")[0] for line in refusal.value.details if not line.startswith(" ")}
    assert {"record", "top-level", "tree", "compile", "twine"} <= checks


def test_a_wheel_that_cannot_be_read_is_not_compiled_but_all_else_is_tried(fixture: ReleaseFixture) -> None:
    release = fixture.built("1.0rc1")
    fixture.tools.unrenderable = ("no wheel",)
    wheel_here = release.manifest().artifacts[0]
    fixture.builds.path(release.package, "1.0rc1", wheel_here).write_bytes(b"no wheel")
    with pytest.raises(GateFailed) as refusal:
        Audit(release).run()
    assert [line.partition(":")[0] for line in refusal.value.details] == ["files", "twine", "twine"]


def test_a_waiver_is_for_one_check_and_hides_no_other(fixture: ReleaseFixture) -> None:
    fixture.tools.unrenderable = ("no long description",)
    fixture.ledger.append("1.0rc1", waiver("audit:twine"))
    evidence = Audit(fixture.built("1.0rc1")).run()
    assert evidence["waived"]["twine"]["by"] == "Ann"
    assert evidence["waived"]["twine"]["problems"] == [f"{n}: no long description" for n in (WHEEL, SDIST)]
    assert "audit:twine is waived by Ann: known" in fixture.said
    fixture.repository.commits[fixture.repository.head()]["src/sample_app/more.py"] = b"def main(:\n"
    fixture.builds.kept.clear()
    with pytest.raises(GateFailed) as refusal:
        Audit(fixture.built("1.0rc1")).run()
    assert {line.partition(":")[0] for line in refusal.value.details if not line.startswith(" ")} == {"compile"}


def test_every_check_can_be_waived_by_itself() -> None:
    assert {"audit:index", "audit:tree", "audit:compile", "audit:twine"} <= set(Audit.parts)
    assert len(Audit.parts) == len(set(CHECK_NAMES)) + 4


def test_the_previous_sdist_is_compared_with_too(fixture: ReleaseFixture) -> None:
    fixture.repository.commits[START]["dump.sql"] = b"DROP"
    with pytest.raises(GateFailed) as refusal:
        Audit(fixture.built("1.0rc1")).run()
    assert refusal.value.details[0].startswith("sdist-top: dump.sql at the top of the sdist looks like a dump")
    fixture.production.put("sample_app-0.9-py3-none-any.whl", wheel_of("0.9"))
    fixture.production.put(
        "sample_app-0.9.tar.gz", stamped(sdist({**tracked("0.9"), "dump.sql": b""}, version="0.9"), stamp=0)
    )
    assert Audit(fixture.release("1.0rc1")).run()["compared with"] == "sample_app-0.9-py3-none-any.whl"


def test_a_previous_sdist_that_cannot_be_read_is_none(fixture: ReleaseFixture) -> None:
    fixture.production.put("sample_app-0.9-py3-none-any.whl", wheel_of("0.9"))
    fixture.production.put("sample_app-0.9.tar.gz", b"damaged")
    assert Audit(fixture.built("1.0rc1")).run()["compared with"] == "sample_app-0.9-py3-none-any.whl"


def test_of_several_previous_wheels_the_one_for_the_same_platform_is_taken(fixture: ReleaseFixture) -> None:
    for tags in ("cp312-cp312-win32", "py3-none-any", "cp312-cp312-win_amd64"):
        fixture.production.put(f"sample_app-0.9-{tags}.whl", wheel_of("0.9"))
    assert Audit(fixture.built("1.0rc1")).run()["compared with"] == "sample_app-0.9-py3-none-any.whl"


def test_a_lock_that_is_not_current_is_found_and_waived_by_itself(fixture: ReleaseFixture) -> None:
    stale = LockAnswer("uv.lock", "uv lock", "uv.lock is not current: run uv lock, and commit it", ("it said so",))
    fixture.builds.asked = lambda asked: (stale,) if asked.startswith("sample-app 1.0rc1 ") else ()
    release = fixture.built("1.0rc1")
    with pytest.raises(GateFailed, match=r"is not what it should be \(locks\)") as refusal:
        Audit(release).run()
    assert refusal.value.details == ("locks: uv.lock is not current: run uv lock, and commit it", "  it said so")
    fixture.ledger.append("1.0rc1", waiver("audit:locks"))
    assert list(Audit(release).run()["waived"]) == ["locks"]


def test_what_was_asked_of_the_locks_is_evidence(fixture: ReleaseFixture) -> None:
    gone = LockAnswer("poetry.lock", "", "poetry is not here, so it was not asked")
    fixture.builds.asked = lambda _: (LockAnswer("../../uv.lock", "uv lock"), gone)
    locks = Audit(fixture.built("1.0rc1")).run()["locks"]
    assert locks == {"../../uv.lock": "current", "poetry.lock": "poetry is not here, so it was not asked"}
    assert "poetry.lock: poetry is not here, so it was not asked" in fixture.said


def test_a_lock_that_cannot_be_judged_hides_no_finding(fixture: ReleaseFixture) -> None:
    def unknown(_: str) -> tuple[LockAnswer, ...]:
        raise Unavailable("An index does not answer.", hint="Later")

    fixture.builds.asked = unknown
    with pytest.raises(Unavailable):
        Audit(fixture.built("1.0rc1")).run()
    fixture.builds.kept.clear()
    fixture.builds.spoil = with_stray
    with pytest.raises(GateFailed, match="tree"):
        Audit(fixture.built("1.0rc1")).run()


def test_a_previous_wheel_that_cannot_be_read_is_not_in_the_way_for_ever(fixture: ReleaseFixture) -> None:
    fixture.production.put("sample_app-0.9-py3-none-any.whl", b"damaged")
    assert Audit(fixture.built("1.0rc1")).run()["compared with"] == "sample_app-0.9-py3-none-any.whl"


def test_a_module_that_need_not_compile_is_allowed(fixture: ReleaseFixture) -> None:
    fixture.repository.commits[START]["src/sample_app/broken.py"] = b"def main(:\n"
    allowed = (Exemption("compile: sample_app/broken.py", "an example of bad syntax"),)
    fixture.app = replace(fixture.app, wheel=Wheel(allowed=allowed))
    assert Audit(fixture.built("1.0rc1")).run()["compared with"] is None

"""A final is run with what its candidate was proven with; what is offered in place of a version is there, and works."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from family import family, sealed_with
from packaging.version import Version
from release_fixture import APP, CORE, START, ReleaseFixture, entry

from releasegate.core.config.companion import Companion
from releasegate.core.errors import ConfigurationError, Refused, ReleasegateError, Unavailable
from releasegate.core.release.entry import SEAL
from releasegate.steps.companions import CompanionPublished, by_rule, picked
from releasegate.steps.preflight.companion_questions import companions
from releasegate.steps.preflight.question import Inquiry
from releasegate.steps.release import Release
from releasegate.steps.reprove import as_recorded

UNNAMED = Companion(CORE.name)


@pytest.fixture
def fixture(tmp_path: Path) -> ReleaseFixture:
    """Return a project in which nobody names the companion."""
    return ReleaseFixture(tmp_path, app=replace(APP, companions=(UNNAMED,)))


def named(fixture: ReleaseFixture, default: str) -> ReleaseFixture:
    """Let the configuration name the companion."""
    fixture.app = replace(fixture.app, companions=(Companion(CORE.name, default=default),))
    return fixture


def found(release: Release) -> tuple[str, str]:
    """Return which version the final is published beside, and who named it."""
    (beside,) = CompanionPublished(release).run()["companions"]
    return beside["version"], beside["named by"]


def hint(release: Release) -> str:
    """Return what is to be done where the final is refused for its companion."""
    with pytest.raises(ReleasegateError) as refusal:
        CompanionPublished(release).run()
    return refusal.value.hint


@pytest.mark.parametrize("proven", ["2.0", "2.0rc3"])
def test_a_final_is_published_beside_what_its_candidate_was_proven_with(fixture: ReleaseFixture, proven: str) -> None:
    fixture.publish_core("2.0", on=fixture.production)
    assert found(sealed_with(fixture, ("sample-core", proven))) == ("2.0", "the proof of 1.0rc1")


def test_what_it_was_proven_with_comes_before_something_older_that_the_configuration_names(
    fixture: ReleaseFixture,
) -> None:
    fixture.publish_core("2.0", on=fixture.production)
    fixture.publish_core("2.1", on=fixture.production)
    assert found(sealed_with(named(fixture, "2.0"), ("sample-core", "2.1rc1"))) == ("2.1", "the proof of 1.0rc1")


def test_something_newer_is_refused_with_the_line_that_names_the_proven_one(fixture: ReleaseFixture) -> None:
    fixture.publish_core("2.0", on=fixture.production)
    fixture.publish_core("2.1", on=fixture.production)
    release = sealed_with(named(fixture, "2.1"), ("sample-core", "2.0"))
    line = "invoke release --package sample-app --companion 2.0"
    assert hint(release) == f"Go on with the one that it was proven with: {line}"
    fixture.by_hand = "2.0"
    assert found(replace(release, run=fixture.run())) == ("2.0", "--companion")


def test_of_several_companions_the_line_says_whose_version_it_is(tmp_path: Path) -> None:
    fixture = family(tmp_path)
    for version in ("1.9", "2.0"):
        fixture.publish_core(version, on=fixture.production)
    release = sealed_with(fixture, ("sample-core", "1.9"), ("sample-mail", "3.0"))
    assert hint(release).endswith("--companion sample-core=1.9")


def recorded(fixture: ReleaseFixture, **files: str) -> Release:
    """Return the final of a candidate that ran with these very files of the companion's 2.0."""
    ran = {"name": CORE.name, "version": "2.0", "files": files}
    evidence = {"companions": [ran], "files": {}, "commit": START}
    fixture.ledger.append("1.0rc1", entry(SEAL, evidence=evidence))
    return fixture.release("1.0", candidate="1.0rc1")


def test_a_version_whose_bytes_are_others_than_those_that_ran_is_named_by_nobody(fixture: ReleaseFixture) -> None:
    fixture.publish_core("2.0", on=fixture.production)
    files = {file.filename: str(file.sha256) for file in fixture.production.files(CORE.name)}
    assert found(recorded(fixture, **files)) == ("2.0", "the proof of 1.0rc1")
    release = recorded(fixture, **dict.fromkeys(files, "0" * 64))
    with pytest.raises(ConfigurationError, match="Nothing says which version of sample-core to run with") as refusal:
        CompanionPublished(release).run()
    line = "invoke release --package sample-app --companion 2.0"
    assert refusal.value.hint.endswith(f"or name the newest that pypi holds: {line}")


def test_of_a_proof_that_names_no_files_the_version_counts(fixture: ReleaseFixture) -> None:
    fixture.publish_core("2.0", on=fixture.production)
    release = recorded(fixture)
    fixture.ledger.lines.clear()
    evidence: dict[str, Any] = {"companions": [{"name": CORE.name, "version": "2.0", "files": "no"}], "files": {}}
    fixture.ledger.append("1.0rc1", entry(SEAL, evidence=evidence))
    assert found(release) == ("2.0", "the proof of 1.0rc1")


def test_a_candidate_is_run_with_what_its_rule_names_whatever_another_one_ran_with(fixture: ReleaseFixture) -> None:
    fixture.publish_core("2.0", on=fixture.production)
    sealed_with(fixture, ("sample-core", "2.0"))
    with pytest.raises(ConfigurationError, match="Nothing says"):
        by_rule(fixture.release("1.0rc1"), "production")


def test_a_companion_that_became_something_else_leaves_another_candidate_to_prove(fixture: ReleaseFixture) -> None:
    fixture.publish_core("2.2", on=fixture.production)
    release = sealed_with(fixture, ("sample-core", "2.1rc1"))
    begins = "Prove another candidate with sample-core 2.2, which begins with this line: "
    assert hint(release) == f"{begins}invoke release --rc --package sample-app"
    fixture.repository.remote["v1.0rc1"] = fixture.repository.head()
    # Of the commit that is proven nothing is left to prove.
    assert hint(release) == f"{begins}git commit --allow-empty --message=Again"


def offers(fixture: ReleaseFixture, version: str = "1.0rc1", *, candidate: str | None = None) -> str:
    """Return what is offered where nobody names the companion."""
    release = fixture.release(version, candidate=candidate)
    with pytest.raises(ConfigurationError) as refusal:
        picked(release, UNNAMED, "staging" if Version(version).is_prerelease or version == "0" else "production")
    return refusal.value.hint.rpartition(", or ")[2]


def test_the_newest_that_can_be_had_is_offered_by_the_command_that_takes_it(fixture: ReleaseFixture) -> None:
    assert offers(fixture) == "release it first: invoke release --rc --package sample-core"
    assert offers(fixture, "1.0", candidate="1.0rc1") == "release it first: invoke release --rc --package sample-core"
    fixture.publish_core("2.1rc1", on=fixture.staging)
    newest = "name the newest that testpypi holds: invoke release --rc --package sample-app --companion 2.1rc1"
    assert offers(fixture) == newest
    assert offers(fixture, "0") == newest, "no candidate is planned"
    assert offers(fixture, "1.0", candidate="1.0rc1") == "release it first: invoke release --package sample-core"
    fixture.publish_core("2.2", on=fixture.production)
    final = "name the newest that pypi holds: invoke release --package sample-app --companion 2.2"
    assert offers(fixture, "1.0", candidate="1.0rc1") == final
    assert offers(fixture).startswith("name the newest that pypi holds: invoke release --rc ")


def test_while_no_index_answers_no_version_is_offered(fixture: ReleaseFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise Unavailable("It does not answer.", hint="Wait")

    monkeypatch.setattr(fixture.staging, "files", away)
    assert offers(fixture) == "ask again once the indexes answer: invoke release --rc --package sample-app"


class Gone:
    """A repository of which there is no folder."""

    def head(self) -> str:
        """Say so."""
        raise Refused("There is no folder core.", hint="Clone it")


def test_a_companion_that_is_not_checked_out_is_not_released_from_here(fixture: ReleaseFixture) -> None:
    release = sealed_with(fixture, ("sample-core", "2.0rc1"))
    ports: Any = {CORE.name: replace(release.run.ports[CORE.name], repository=Gone())}  # type: ignore[arg-type]
    gone = replace(release, run=replace(release.run, ports={**release.run.ports, **ports}))
    assert hint(gone) == "Release sample-core 2.0 first, where it is checked out (There is no folder core)"


@pytest.fixture
def doubted(fixture: ReleaseFixture) -> ReleaseFixture:
    """Return a project whose candidate others proved with the companion's 2.0, and whose next is staged meanwhile."""
    fixture.publish_core("2.0", on=fixture.production)
    fixture.publish_core("2.1rc1", on=fixture.staging)
    fixture.ledger.doubted = {"run"}
    sealed_with(fixture, ("sample-core", "2.0"))
    return named(fixture, "2.0")


def again(fixture: ReleaseFixture) -> tuple[str, str]:
    """Return with which companion the proof is made again, and who says so."""
    release = fixture.release("1.0rc1")
    choice = as_recorded(release, release.package.companions[0], "staging")
    return str(choice.version), choice.reason


def test_a_proof_is_made_again_with_the_companion_that_is_recorded(doubted: ReleaseFixture) -> None:
    named(doubted, "2.1rc1")
    assert again(doubted) == ("2.0", "the record of 1.0rc1")
    doubted.by_hand = "2.1rc1"
    assert again(doubted) == ("2.1rc1", "--companion")


def test_a_recorded_candidate_that_no_index_has_any_more_is_what_became_of_it(doubted: ReleaseFixture) -> None:
    doubted.ledger.lines.clear()
    sealed_with(doubted, ("sample-core", "2.0rc7"))
    assert again(doubted) == ("2.0", "the record of 1.0rc1")


def test_where_nothing_is_recorded_the_rule_picks_the_companion(doubted: ReleaseFixture) -> None:
    doubted.ledger.lines.clear()
    assert again(doubted) == ("2.0", "the configuration")


def asked(fixture: ReleaseFixture) -> str:
    """Return what the preflight of the final says of its companions."""
    return str(companions(Inquiry(fixture.release("1.0", candidate="1.0rc1"), "final")))


def test_the_preflight_says_what_the_proof_is_made_again_with(doubted: ReleaseFixture) -> None:
    said = "sample-core 2.0 (named by the record of 1.0rc1) on pypi is run with 1.0rc1 again; 2.0 is published"
    assert asked(doubted) == said


def test_the_preflight_refuses_a_proof_that_cannot_be_made_again_or_becomes_no_final(doubted: ReleaseFixture) -> None:
    doubted.publish_core("2.1", on=doubted.production)
    with pytest.raises(Refused, match=r"1\.0rc1 was proven with sample-core 2\.0, not with 2\.1") as refusal:
        asked(named(doubted, "2.1"))
    assert refusal.value.hint.endswith(": invoke release --package sample-app --companion 2.0")
    doubted.by_hand = "2.1"
    assert asked(doubted).startswith("sample-core 2.1 (named by --companion) on pypi is run with 1.0rc1 again")
    doubted.by_hand = None
    doubted.ledger.lines.clear()
    sealed_with(doubted, ("sample-core", "1.7rc1"))
    with pytest.raises(Refused, match=r"sample-core 1\.7rc1 \(named by the record of 1\.0rc1\) is not on") as refusal:
        asked(doubted)
    assert refusal.value.hint.endswith(": invoke release --package sample-app --companion 2.1")

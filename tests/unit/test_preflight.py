"""The preflight: everything that can be known is asked before anything changes, and told together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from archives import tracked
from fakes import FakeForge
from release_fixture import ALONE, APP, START, ReleaseFixture, entry
from stacks import pair_stack

from releasegate.adapters.index.web import SilentError, WithheldError
from releasegate.core.ci.part import Part, PartJob
from releasegate.core.config.companion import Companion
from releasegate.core.config.keys import ForgeConfig, IndexConfig
from releasegate.core.errors import (
    ConfigurationError,
    Conflict,
    Interrupted,
    NotYet,
    Refused,
    ReleasegateError,
    Unavailable,
)
from releasegate.core.release.entry import MORE, SEAL, TOLD
from releasegate.core.release.plan import PipelineName
from releasegate.ports import CiRun, ForgeRelease
from releasegate.rehearsal.index import sample_wheel
from releasegate.steps.preflight.doctor_questions import QUESTIONS
from releasegate.steps.preflight.preflight import (
    OF_A_PROPOSAL,
    Preflight,
    answers,
    exit_code,
    in_the_way,
    require,
    worth_telling,
)
from releasegate.steps.preflight.question import Answer, Inquiry


@pytest.fixture
def fixture(tmp_path: Path) -> ReleaseFixture:
    made = ReleaseFixture(tmp_path)
    made.publish_core("2.0", on=made.production)
    return made


def asked(
    fixture: ReleaseFixture, pipeline: PipelineName = "rc", *, version: str = "1.0rc1", candidate: str | None = None
) -> dict[str, Answer]:
    release = fixture.release(version, candidate=candidate)
    return {answer.key: answer for answer in answers(Inquiry(release, pipeline))}


def refused(fixture: ReleaseFixture, pipeline: PipelineName = "rc", **release: str) -> dict[str, str]:
    """Return the problems by question."""
    found = asked(fixture, pipeline, **release)
    return {key: answer.error.problem for key, answer in found.items() if answer.error is not None}


def test_where_nothing_is_in_the_way_every_question_says_what_was_found(fixture: ReleaseFixture) -> None:
    found = asked(fixture)
    assert refused(fixture) == {}
    assert found["version files"].found == "all state 0.9"
    assert found["indexes"].found == "testpypi answers (0 files), pypi answers (0 files)"
    assert found["token"].found == "testpypi: A_TOKEN is set"
    assert found["companion"].found == "sample-core 2.0 (named by the configuration) on pypi"
    assert "trusted publisher" not in found
    assert found["pythons"].found == "all here: 3.11, 3.12"
    assert "candidate" not in found
    assert "containers" not in found


def test_the_answers_are_the_evidence_of_the_step(fixture: ReleaseFixture) -> None:
    step = Preflight(fixture.release("1.0rc1"), pipeline="rc")
    assert step.subject() == START
    assert step.already() is None
    assert step.run()["token"] == "testpypi: A_TOKEN is set"
    assert step.describe() == "ask all that can be known before 1.0rc1 changes anything"


def test_a_run_tells_by_whom_the_companion_was_named_and_who_else_was_asked(fixture: ReleaseFixture) -> None:
    fixture.by_hand = "2.0"
    told = Preflight(fixture.release("1.0rc1"), pipeline="rc").run()
    assert told[TOLD] == ["companion: sample-core 2.0 (named by --companion) on pypi"]
    (more,) = told[MORE]
    assert more == (
        "companion: who names sample-core: --companion: 2.0, SAMPLE_CORE_TESTPYPI_VERSION: nothing, "
        "SAMPLE_CORE_RELEASE_VERSION: nothing, its own release: nothing, the configuration: 2.0"
    )
    fixture.app = ALONE
    assert not {TOLD, MORE} & Preflight(fixture.release("1.0rc1"), pipeline="rc").run().keys()


def test_no_line_names_the_companion_twice(fixture: ReleaseFixture) -> None:
    fixture.of_pair, fixture.app = "2.0", replace(fixture.app, companions=(Companion("sample-core"),))
    answer = asked(fixture)["companion"]
    assert answer.found == "sample-core 2.0 (named by its own release) on pypi"
    assert all(line.count("sample-core") == 1 for line in (answer.found, *answer.more))


def test_foreign_code_that_is_run_apart_is_asked_for_where_it_runs(fixture: ReleaseFixture) -> None:
    fixture.machine.tokens = ("PYPI_TOKEN",)
    assert asked(fixture)["foreign code"].found == "runs apart from our processes, and with an empty home folder"
    jobs: dict[PartJob, bool] = {"build": True, "judge": True, "publish": False, "seal": False}
    for job, runs in jobs.items():
        fixture.part = Part(job, "testpypi")
        assert ("foreign code" in asked(fixture)) == runs


def test_where_foreign_code_cannot_be_run_apart_an_exported_token_is_told_and_nothing_refused(
    fixture: ReleaseFixture,
) -> None:
    fixture.machine.open = "unshare: Operation not permitted"
    assert asked(fixture)["foreign code"] == Answer("foreign code", "no token is exported in this environment")
    fixture.machine.tokens = ("FORGE_TOKEN", "PYPI_TOKEN")

    told = asked(fixture)["foreign code"]

    assert told.found.startswith(
        "tokens are exported in this environment and foreign code cannot be kept from reading them "
        "(unshare: Operation not permitted): FORGE_TOKEN, PYPI_TOKEN. Take them out of the shell "
        "(unset FORGE_TOKEN PYPI_TOKEN)"
    )
    assert (told.caution, told.error) == (True, None)
    assert in_the_way([told]) == ()
    assert worth_telling([told, asked(fixture)["space"]]) == (told,)
    fixture.app = ALONE
    assert Preflight(fixture.release("1.0rc1"), pipeline="rc").run()[TOLD] == [str(told)]


def dirty(fixture: ReleaseFixture) -> None:
    fixture.repository.work["README.md"] = b"changed"


def drifted(fixture: ReleaseFixture) -> None:
    fixture.repository.commits[START]["uv.lock"] = tracked("3")["uv.lock"]


def lacking(fixture: ReleaseFixture) -> None:
    del fixture.repository.commits[START]["uv.lock"]


def tagged(fixture: ReleaseFixture) -> None:
    fixture.repository.remote["v1.0rc1"] = "1" * 40


def diverging(fixture: ReleaseFixture) -> None:
    fixture.app, fixture.repository.standings = replace(fixture.app, tag_remote="github"), ["apart"]


def behind(fixture: ReleaseFixture) -> None:
    fixture.repository.ahead.add("develop")


def index_away(fixture: ReleaseFixture) -> None:
    fixture.staging.away = True


def without_token(fixture: ReleaseFixture) -> None:
    fixture.staging.token = ""


def unattended(fixture: ReleaseFixture) -> None:
    fixture.machine.attended = False


def without_python(fixture: ReleaseFixture) -> None:
    fixture.machine.missing = frozenset({"3.11"})


def without_command(fixture: ReleaseFixture) -> None:
    fixture.app = replace(APP, end_to_end=None)


def without_companion(fixture: ReleaseFixture) -> None:
    fixture.by_hand = "7.0"


def without_space(fixture: ReleaseFixture) -> None:
    fixture.machine.free = 3 * 2**20


@pytest.mark.parametrize(
    ("fault", "question", "problem", "hint"),
    [
        (dirty, "work tree", "changes that are not committed", "commit them"),
        (drifted, "version files", "does not state one version", "Write the lock anew: uv lock"),
        (lacking, "version files", "missing or cannot be read", "Put them right"),
        (tagged, "number", "v1.0rc1 names 111111111111", "1.0rc2"),
        (behind, "remote", "origin has commits on develop that are not here", "pull --rebase origin develop"),
        (diverging, "remote", "github has commits on develop that are not here", "pull --rebase github develop"),
        (index_away, "indexes", "testpypi does not answer", "again"),
        (without_token, "token", "No token for testpypi", "Set A_TOKEN"),
        (unattended, "confirmation", "Nobody can be asked", "--yes"),
        (without_python, "pythons", "Python 3.11 is not on this machine", "uv python install 3.11"),
        (without_command, "end to end", "declares no end-to-end command", "invoke waive --package sample-app"),
        (
            without_companion,
            "companion",
            "sample-core 7.0 (named by --companion) is not on testpypi nor pypi",
            "--companion 2.0",
        ),
        (without_space, "space", "Only 3 MiB are free", "Make room"),
    ],
)
def test_each_thing_in_the_way_is_told_with_what_to_do(
    fixture: ReleaseFixture, fault: Callable[[ReleaseFixture], None], question: str, problem: str, hint: str
) -> None:
    fault(fixture)
    answer = asked(fixture)[question]
    assert answer.error is not None
    assert problem in answer.error.problem
    assert hint in answer.error.hint
    assert str(answer).startswith(f"{question}: ")
    assert " -> " in str(answer)


def test_all_that_is_in_the_way_is_told_at_once_and_nothing_was_changed(fixture: ReleaseFixture) -> None:
    for fault in (dirty, without_token, without_python, without_command, unattended):
        fault(fixture)
    commits, tags = dict(fixture.repository.commits), dict(fixture.repository.tags())
    with pytest.raises(Refused, match="5 things keep the release from being begun") as caught:
        Preflight(fixture.release("1.0rc1"), pipeline="rc").run()
    assert [line.partition(":")[0] for line in caught.value.details if not line.startswith(" ")] == [
        "work tree",
        "token",
        "confirmation",
        "pythons",
        "end to end",
    ]
    assert (fixture.repository.commits, fixture.repository.tags()) == (commits, tags)
    assert fixture.ledger.lines == {}


def test_a_repository_without_the_remote_that_is_pushed_to_is_refused(fixture: ReleaseFixture) -> None:
    fixture.repository.remotes = frozenset({"upstream"})
    found = asked(fixture)["remote"].error
    assert "There is no Git remote origin here" in str(found)
    assert str(found).endswith("git remote add origin ADDRESS")


def test_a_mirror_follows_the_remote_or_is_not_asked_once_it_has_the_tag(fixture: ReleaseFixture) -> None:
    fixture.app = replace(fixture.app, tag_remote="github")
    assert asked(fixture)["remote"].found == "origin answers (0 tags), and github follows it"
    fixture.repository.standings = ["ahead"]
    fixture.repository.remote["v1.0rc1"] = fixture.repository.local["v1.0rc1"] = START
    assert asked(fixture)["remote"].found == "origin answers (1 tag), and github follows it"


def test_one_thing_in_the_way_is_the_error_itself(fixture: ReleaseFixture) -> None:
    without_python(fixture)
    with pytest.raises(Unavailable, match=r"Python 3\.11"):
        Preflight(fixture.release("1.0rc1"), pipeline="rc").run()


@pytest.mark.parametrize(
    ("kinds", "worst"),
    [
        ((Unavailable, ConfigurationError), ConfigurationError),
        ((Unavailable, Refused), Refused),
        ((Unavailable, Unavailable), Unavailable),
        ((SilentError, Unavailable), Unavailable),
        ((SilentError, WithheldError), Unavailable),
        ((NotYet, SilentError), Unavailable),
        ((SilentError, Conflict), Conflict),
    ],
)
def test_the_exit_code_is_that_of_the_worst_answer(kinds: tuple[type[Exception], ...], worst: type[Exception]) -> None:
    made = [Answer("one", "", kind("It is so.", hint="Mend it", details=("why",))) for kind in kinds]  # type: ignore[call-arg, arg-type]
    with pytest.raises(worst, match="2 things") as caught:
        require(made)
    assert caught.value.details[:3] == ("one: It is so.", "  why", "  -> Mend it")  # type: ignore[attr-defined]
    assert exit_code(made) == worst.exit_code  # type: ignore[attr-defined]


def every(kind: type[ReleasegateError]) -> Iterator[type[ReleasegateError]]:
    for below in kind.__subclasses__():
        yield below
        yield from every(below)


@pytest.mark.parametrize("kind", sorted(set(every(ReleasegateError)) - {Interrupted}, key=str))
def test_one_bad_answer_ends_with_the_exit_code_that_is_told_beside_it(kind: type[ReleasegateError]) -> None:
    (answer,) = made = [Answer("one", "", kind("It is so.", hint="Mend it"))]
    assert answer.error is not None
    assert exit_code(made) == answer.error.exit_code


def test_a_package_alone_has_no_companion_to_ask_about(tmp_path: Path) -> None:
    assert asked(ReleaseFixture(tmp_path, app=ALONE))["companion"].found == "it has none"


def test_a_waived_end_to_end_gate_is_not_in_the_way(fixture: ReleaseFixture) -> None:
    without_command(fixture)
    fixture.ledger.append("1.0rc1", replace(entry("e2e:staging"), event="waived"))
    assert asked(fixture)["end to end"].found == "waived"


def test_a_stack_asks_for_its_engine(fixture: ReleaseFixture) -> None:
    stack = pair_stack("sample-app", "sample-core")
    release = fixture.release("1.0rc1")
    run = replace(release.run, settings=replace(release.run.settings, stack=stack))
    found = {each.key: each for each in answers(Inquiry(replace(release, run=run), "rc"))}
    assert found["containers"].found == "Docker 27.0, Compose 2.26.1, 2 CPUs and 8 GiB of memory"
    fixture.machine.engine = False
    answer = next(each for each in answers(Inquiry(replace(release, run=run), "rc")) if each.key == "containers")
    assert answer.error is not None


def test_a_release_that_cannot_be_planned_is_one_answer_and_the_others_are_asked(fixture: ReleaseFixture) -> None:
    why = Refused("1.0 exists already.", hint="Aim higher")
    without_token(fixture)
    found = {a.key: a for a in answers(Inquiry(fixture.release("0"), "rc", unplanned=why))}
    assert found["plan"].error is why
    assert found["token"].error is not None
    assert not {"number", "trigger", "candidate"} & found.keys()


def test_a_release_that_is_begun_is_not_called_unused(fixture: ReleaseFixture) -> None:
    assert asked(fixture)["number"].found == "1.0rc1 is unused on every index, as a tag and in the ledger"
    fixture.uploaded("1.0rc1")
    assert asked(fixture)["number"].found == "1.0rc1 is begun, and goes on: v1.0rc1 is at HEAD"


def test_where_there_is_nothing_to_plan_before_a_commit_no_number_is_named(fixture: ReleaseFixture) -> None:
    found = {a.key: a for a in answers(Inquiry(fixture.release("0"), "rc", idle="1.0rc1 is proven"))}
    assert found["plan"].found == "1.0rc1 is proven; the next number is chosen once there is a commit"
    assert not {"number", "trigger"} & found.keys()


@pytest.mark.parametrize("pipeline", ["rc", "final", "post"])
def test_where_nothing_can_be_planned_no_answer_is_about_a_version(
    fixture: ReleaseFixture, pipeline: PipelineName
) -> None:
    without_command(fixture)
    fixture.forge = None
    why = Refused("1.0 exists already.", hint="Aim higher")
    found = answers(Inquiry(fixture.release("0"), pipeline, unplanned=why))
    assert "end to end" in {each.key for each in found if each.error is not None}
    assert [str(each) for each in found if re.search(r"(?<![\d.])0 (?:of|may)|version 0\b", str(each))] == []


def test_a_final_is_asked_for_its_candidate_its_pair_and_its_companion(fixture: ReleaseFixture) -> None:
    assert refused(fixture, "final", version="1.0", candidate="1.0rc1") == {
        "candidate": "1.0rc1 of sample-app is not proven here."
    }
    fixture.proven("1.0rc1")
    found = asked(fixture, "final", version="1.0", candidate="1.0rc1")
    assert found["candidate"].found == "1.0rc1 is proven, and its record is here"
    assert found["pair"].found == "nothing depends on it"
    assert found["forge"].found == "answers (FORGE_TOKEN is set)"
    assert found["token"].found == "pypi: A_TOKEN is set"


def test_a_final_whose_dependent_ran_with_another_candidate_is_told_before_it_begins(fixture: ReleaseFixture) -> None:
    fixture.uploaded("1.0rc1")
    seal = entry(
        SEAL, evidence={"files": {}, "commit": START, "companion": {"name": "sample-core", "version": "2.0rc1"}}
    )
    fixture.ledger.append("1.0rc1", seal)
    core = fixture.release("2.0", candidate="2.0rc2", package=fixture.core)
    found = {a.key: a for a in answers(Inquiry(core, "final"))}
    assert found["pair"].error is not None
    assert found["pair"].error.problem == "sample-app 1.0rc1 ran with 2.0rc1, not with 2.0rc2."
    matching = fixture.release("2.0", candidate="2.0rc1", package=fixture.core)
    assert {a.key: a for a in answers(Inquiry(matching, "final"))}["pair"].found == "green with sample-app"
    fixture.core_ledger.append("2.0", replace(entry("pair"), event="waived"))
    assert {a.key: a for a in answers(Inquiry(core, "final"))}["pair"].found == "waived"


def test_a_final_whose_dependent_nobody_has_is_told_so_before_it_begins(fixture: ReleaseFixture) -> None:
    core = fixture.release("2.0", candidate="2.0rc2", package=fixture.core)
    found = {a.key: a for a in answers(Inquiry(core, "final"))}["pair"].error
    assert found is not None
    assert found.problem == "sample-app has neither a candidate nor a published version to run with 2.0rc2."
    sample = sample_wheel("sample-app", "0.9")
    fixture.production.put(sample.filename, sample.content)
    assert {a.key: a for a in answers(Inquiry(core, "final"))}["pair"].found == "to be run with sample-app 0.9"


def test_a_post_is_asked_for_both_tokens_and_both_roles(fixture: ReleaseFixture) -> None:
    fixture.production.token = ""
    problems = refused(fixture, "post", version="1.0.post1", candidate="1.0.post1.dev1")
    assert problems["token"] == "No token for pypi."


def test_where_ci_uploads_no_token_is_asked_for_here(fixture: ReleaseFixture) -> None:
    fixture.from_laptop = False
    fixture.proven("1.0rc1")
    assert asked(fixture, "final", version="1.0", candidate="1.0rc1")["token"].found == "CI uploads, with its own"


def test_a_production_upload_without_a_forge_is_refused_or_allowed_by_the_configuration(tmp_path: Path) -> None:
    without = ReleaseFixture(tmp_path, forge=None)
    answer = asked(without, "final", version="1.0", candidate="1.0rc1")["forge"]
    assert answer.error is not None
    assert "only from a published forge release" in answer.error.problem
    allowed = ReleaseFixture(tmp_path, forge=None, without_forge=True)
    found = asked(allowed, "final", version="1.0", candidate="1.0rc1")["forge"]
    assert found.found == "none, by production-without-forge"


def test_a_forge_that_has_the_release_says_so(fixture: ReleaseFixture) -> None:
    fixture.forge = FakeForge({"v1.0": ForgeRelease("v1.0", START, "develop", draft=False, prerelease=False)})
    assert asked(fixture, "final", version="1.0", candidate="1.0rc1")["forge"].found == "has v1.0"


def test_a_companion_that_the_same_order_releases_first_is_not_asked_for(fixture: ReleaseFixture) -> None:
    without_companion(fixture)
    inquiry = Inquiry(fixture.release("1.0rc1"), "rc", before=frozenset({"sample-core"}))
    assert {a.key: a.found for a in answers(inquiry)}["companion"] == "sample-core is released before it"


def test_what_one_question_has_met_is_not_told_again_by_the_next(fixture: ReleaseFixture) -> None:
    index_away(fixture)
    assert [key for key, problem in refused(fixture).items() if "does not answer" in problem] == ["indexes"]


def test_the_exit_code_of_answers_is_that_of_the_worst(fixture: ReleaseFixture) -> None:
    assert exit_code(tuple(asked(fixture).values())) == 0
    without_python(fixture)
    assert exit_code(tuple(asked(fixture).values())) == 6
    without_token(fixture)
    assert exit_code(tuple(asked(fixture).values())) == 3
    assert [answer.key for answer in in_the_way(tuple(asked(fixture).values()))] == ["token", "pythons"]


def test_no_two_questions_share_a_key() -> None:
    assert len({question.key for question in QUESTIONS}) == len(QUESTIONS)


def test_a_job_is_asked_for_what_its_own_part_needs(fixture: ReleaseFixture) -> None:
    fixture.machine.missing = frozenset(APP.pythons)
    fixture.staging.token = ""
    assert set(refused(fixture)) >= {"token", "pythons"}
    needs = {"build": set(), "publish": {"token"}, "judge": {"pythons"}, "seal": set()}
    for job, refusals in needs.items():
        fixture.part = Part(job, "testpypi")  # type: ignore[arg-type]
        assert set(refused(fixture)) & {"token", "pythons", "containers"} == refusals
    fixture.part = Part("publish", "pypi")
    assert asked(fixture)["token"].found == "CI uploads, with its own"


def test_the_four_fields_of_a_trusted_publisher_are_told_for_each_index_that_has_one(tmp_path: Path) -> None:
    forge = ForgeConfig("github", "octo/app")
    made = ReleaseFixture(tmp_path, app=replace(ALONE, forge=forge))
    indexes = {"testpypi": IndexConfig("testpypi"), "pypi": IndexConfig("pypi", environment="prod")}
    own = IndexConfig("testpypi", upload="https://own.example/", simple="https://own.example/simple")

    def told(forge: ForgeConfig | None, **more: IndexConfig) -> str | None:
        release = made.release("1.0.post1", candidate="1.0.post1.dev1")
        run = replace(release.run, settings=replace(release.run.settings, indexes={**indexes, **more}))
        release = replace(release, run=run, package=replace(release.package, forge=forge))
        found = {answer.key: answer.found for answer in answers(Inquiry(release, "post"))}
        return found.get("trusted publisher")

    where = "owner octo, repository app, workflow release.yml, environment"
    unknown = "(whether an index knows them cannot be checked from here)"
    assert told(forge) == f"testpypi: {where} testpypi; pypi: {where} prod {unknown}"
    assert told(forge, testpypi=own) == f"pypi: {where} prod {unknown}"
    assert told(forge, testpypi=own, pypi=own) is None
    assert told(replace(forge, kind="gitea")) is None
    assert told(None) is None


def test_an_answer_is_one_line_with_what_was_found_or_what_to_do() -> None:
    error = Refused("It is away.", hint="Fetch it", details=("a", "b", "c", "d"))
    assert str(Answer("remote", "it answers")) == "remote: it answers"
    assert str(Answer("remote", "", error)) == "remote: It is away. (a; b; c) -> Fetch it"


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (0.0, "right"),
        (-119.0, "right"),
        (None, "pypi does not say the time"),
        (-600.0, "10 minutes ahead of pypi: set it, some signatures live for minutes"),
        (600.0, "10 minutes behind pypi: set it, some signatures live for minutes"),
    ],
)
def test_the_clock_is_compared_with_that_of_the_index(fixture: ReleaseFixture, ahead: float | None, said: str) -> None:
    fixture.production.ahead = ahead
    answer = asked(fixture)["clock"]
    assert (answer.found, answer.error, answer.caution) == (said, None, "minutes" in said)


def test_with_a_clock_that_is_hours_off_nothing_is_begun(fixture: ReleaseFixture) -> None:
    fixture.production.ahead = 2 * 3600.0
    assert "clock of this machine is 120 minutes behind pypi" in refused(fixture)["clock"]


def test_what_a_release_runs_is_named_with_its_version_and_what_is_missing_is_refused(fixture: ReleaseFixture) -> None:
    assert asked(fixture)["tools"].found == "git 2.39.5, twine 7.0.1"
    fixture.machine.missing = frozenset({"git"})
    error = asked(fixture)["tools"].error
    assert error is not None
    assert error.details == ("git is not here, and it must be >=2.30",)


def test_a_candidate_is_told_of_a_forge_that_does_not_answer_and_needs_none(fixture: ReleaseFixture) -> None:
    fixture.forge = FakeForge()
    assert asked(fixture)["forge"].found == "answers"
    fixture.forge = SilentForge()
    answer = asked(fixture)["forge"]
    assert (answer.error, answer.caution) == (None, True)
    assert answer.found == "The forge is away. A final needs it: Come back later"
    assert asked(fixture, "final", version="1.0", candidate="1.0rc1")["forge"].error is not None


class SilentForge(FakeForge):
    """A forge that does not answer."""

    def ci_run(self, tag: str) -> CiRun | None:  # noqa: ARG002 - the port's
        """Answer nothing."""
        raise Unavailable("The forge is away.", hint="Come back later")

    def find(self, tag: str) -> ForgeRelease | None:  # noqa: ARG002 - the port's
        """Answer nothing."""
        raise Unavailable("The forge is away.", hint="Come back later")


def test_what_is_asked_of_a_proposal_are_questions_that_there_are() -> None:
    assert {question.key for question in QUESTIONS} > OF_A_PROPOSAL

"""Which steps a job of CI does of a release: nothing that runs foreign code meets what may publish."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from release_fixture import ReleaseFixture

from releasegate.app.ci.handover import OF_THE_BUILD, is_judged
from releasegate.app.ci.parts import steps_of
from releasegate.core.ci.part import Part, PartJob
from releasegate.core.release.entry import SEAL
from releasegate.pipelines import PIPELINES, bind
from releasegate.steps.step import Step

VERSIONS = {"rc": ("1.0rc1", "1.0rc1"), "final": ("1.0", "1.0rc1"), "post": ("1.0.post1", "1.0.post1.dev1")}
HALVES = {"rc": ["testpypi"], "final": ["pypi"], "post": ["testpypi", "pypi"]}


def steps(tmp_path: Path, pipeline: str) -> tuple[Step, ...]:
    version, candidate = VERSIONS[pipeline]
    return bind(PIPELINES[pipeline], ReleaseFixture(tmp_path).release(version, candidate=candidate))


def chosen(tmp_path: Path, pipeline: str, part: Part) -> list[tuple[str, str]]:
    settings = ReleaseFixture(tmp_path).run().settings
    return [(each.key, str(each.release.version)) for each in steps_of(steps(tmp_path, pipeline), part, settings)]


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_the_jobs_of_a_half_do_all_of_it_together(pipeline: str, tmp_path: Path) -> None:
    whole = {(step.key, str(step.release.version)) for step in steps(tmp_path, pipeline)}
    done = {
        each
        for index in HALVES[pipeline]
        for job in get_args(PartJob)
        for each in chosen(tmp_path, pipeline, Part(job, index))
    }
    assert done == whole


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_what_an_index_is_not_for_is_nothing_for_its_jobs(pipeline: str, tmp_path: Path) -> None:
    for index in {"testpypi", "pypi"} - set(HALVES[pipeline]):
        assert [chosen(tmp_path, pipeline, Part(job, index)) for job in get_args(PartJob)] == [[]] * len(
            get_args(PartJob)
        )


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_no_job_both_judges_and_publishes(pipeline: str, tmp_path: Path) -> None:
    for index in HALVES[pipeline]:
        keys = {job: [k for k, _ in chosen(tmp_path, pipeline, Part(job, index))] for job in get_args(PartJob)}
        assert not [key for key in keys["build"] if is_judged(key) or key == "tag" or key.startswith("upload")]
        assert not [key for key in (*keys["publish"], *keys["seal"]) if is_judged(key)]
        assert [job for job, each in keys.items() if SEAL in each] == ["seal"]
        assert keys["publish"][-1].startswith("propagation")
        # A trial build and a trial installation are ones: they run what the build backend and the dependencies are.
        for key in OF_THE_BUILD:
            assert [job for job, each in keys.items() if key in each] == (["build"] if index == "testpypi" else [])


def test_each_half_of_a_post_is_about_its_own_version(tmp_path: Path) -> None:
    staged = dict(chosen(tmp_path, "post", Part("judge", "testpypi")))
    assert set(staged.values()) == {"1.0.post1", "1.0.post1.dev1"}
    assert [key for key, version in staged.items() if version == "1.0.post1"] == ["preflight"]
    assert set(dict(chosen(tmp_path, "post", Part("judge", "pypi"))).values()) == {"1.0.post1"}


def test_what_runs_foreign_code_may_not_write_into_the_repository() -> None:
    parts = [Part(job, "testpypi") for job in get_args(PartJob)]
    assert [part.job for part in parts if part.records] == ["tell", "publish", "seal"]
    assert [part.job for part in parts if part.publishes] == ["publish"]
    assert [part.job for part in parts if part.judges] == ["prove", "judge"]

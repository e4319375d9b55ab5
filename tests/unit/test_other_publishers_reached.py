"""What reaches an upload: conditions on the event, jobs that are needed, workflows that another one starts."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from releasegate.core.ci.others.publishers import other_publishers
from releasegate.core.config.keys import Package

PACKAGE = Package("harbor", PurePosixPath(), (), ("3.12",))
UPLOAD = PurePosixPath(".github/workflows/up.yml")


def found(text: str, **more: str) -> list[str]:
    files = {PurePosixPath(".github/workflows/p.yml"): text, **{UPLOAD.with_name(k): v for k, v in more.items()}}
    return [str(each) for each in other_publishers(files, [PACKAGE])]


def gated(condition: str, *, needs: str = "", of_needed: str = "") -> list[str]:
    """Return what is found of a workflow for releases and dispatches whose job has *condition*."""
    first = f"  first:\n    if: {of_needed}\n    steps: [{{run: ls}}]\n" if of_needed else ""
    lines = [f"    {key}: {value}\n" for key, value in (("if", condition), ("needs", needs)) if value]
    return found(
        f"on: [release, workflow_dispatch]\njobs:\n{first}  ship:\n{''.join(lines)}    steps: [{{run: uv publish}}]\n"
    )


@pytest.mark.parametrize(
    ("condition", "fits"),
    [
        ("github.event_name == 'release'", True),
        ("github.event_name == 'workflow_dispatch'", False),
        ("github.event_name != 'release'", False),
        ("github.event_name != 'push'", True),
        ("github.event_name == 'workflow_dispatch' || github.event_name == 'release'", True),
        ("github.event_name == 'workflow_dispatch' || github.event_name == 'schedule'", False),
        ("github.event_name == 'workflow_dispatch' || inputs.go", True),
        ("github.event_name == 'workflow_dispatch' && inputs.go", False),
        ("github.event_name != 'push' && github.event_name != 'release'", False),
        ("startsWith(github.ref, 'refs/tags/')", True),
        ("${{ false }}", False),
    ],
)
def test_a_condition_on_the_event_is_read(condition: str, fits: bool) -> None:  # noqa: FBT001
    assert bool(gated(condition)) == fits


@pytest.mark.parametrize(
    ("condition", "needs", "of_needed", "fits"),
    [
        ("", "first", "github.event_name == 'workflow_dispatch'", False),
        ("", "[first]", "github.event_name == 'release'", True),
        ("always()", "[first]", "github.event_name == 'workflow_dispatch'", True),
        ("'!cancelled()'", "first", "false", True),
        ("", "[nobody, ship]", "", True),
    ],
)
def test_a_job_is_skipped_with_the_one_that_it_needs(condition: str, needs: str, of_needed: str, fits: bool) -> None:  # noqa: FBT001
    assert bool(gated(condition, needs=needs, of_needed=of_needed)) == fits


STEP = "on: {on}\njobs:\n  ship:\n    steps:\n      - {step}\n"
BY_HAND = STEP.format(on="workflow_dispatch", step="run: uv publish")


@pytest.mark.parametrize(
    "step",
    [
        "run: gh workflow run up.yml",
        "run: gh workflow run --ref main 'up.yml' -f go=1",
        "{uses: benc-uk/workflow-dispatch@v1, with: {workflow: up.yml}}",
    ],
)
def test_a_workflow_that_a_started_one_dispatches_is_started(step: str) -> None:
    (told,) = found(STEP.format(on="release", step=step), **{"up.yml": BY_HAND})
    assert told.startswith(".github/workflows/up.yml:5 uploads")
    assert "p.yml:1 starts it with a published release" in told
    assert found(STEP.format(on="workflow_dispatch", step=step), **{"up.yml": BY_HAND}) == []


@pytest.mark.parametrize(
    ("step", "fits"),
    [
        ("{run: $SHIP, env: {SHIP: twine upload dist/*}}", True),
        ("{run: '${SHIP} now', env: {SHIP: twine upload dist/*}}", True),
        ("{run: '${{ env.SHIP }}', env: {SHIP: uv publish}}", True),
        ("{run: $SHIPS, env: {SHIP: uv publish}}", False),
        ("""{run: "python -c \\"subprocess.run(['twine', 'upload', 'x'])\\""}""", True),
        ('{uses: actions/github-script@v7, with: {script: \'await exec.exec("twine", ["upload", "x"])\'}}', True),
        ("{uses: octo/comment@v1, with: {body: to publish run uv publish}}", False),
    ],
)
def test_what_a_line_is_put_together_from_is_read(step: str, fits: bool) -> None:  # noqa: FBT001
    assert bool(found(STEP.format(on="release", step=step))) == fits

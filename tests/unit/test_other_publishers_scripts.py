"""What a workflow runs of the repository's own is read as well: scripts, modules, targets of task runners."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from releasegate.core.ci.others.publishers import other_publishers, upload_secrets
from releasegate.core.ci.others.scripts import runs
from releasegate.core.config.exemptions import Exemption
from releasegate.core.config.keys import Package

PACKAGE = Package("harbor", PurePosixPath(), (), ("3.12",))
FILES = {
    PurePosixPath(path): text
    for path, text in {
        "Makefile": """\
.PHONY: all
SHELL := bash
all: test
test:
\tpytest
release: build publish
publish:
\t@echo twine upload
\ttwine upload dist/* # all of it
dry:
\ttwine upload --dry-run
""",
        "noxfile.py": '''\
"""nox -s ship: twine upload."""

import nox


@nox.session
def tests(session):
    """Before twine upload."""
    session.run("pytest")


@nox.session(
    name="ship",
    default=False,
)
def _publish(session):
    session.run(
        "twine",
        "upload",
        "dist",
    )


@nox.session(default=False, python=["3.12"])
def all_of_it(session):
    session.notify("ship")
''',
        "tasks.py": "@task\ndef build(c):\n    pass\n\n@task(pre=[build])\ndef ship_it(c):\n    c.run('uv publish')\n",
        "tox.ini": "[tox]\nenvlist =\n  py3\n[testenv]\ndeps =\n[testenv:ship]\ncommands =\n  python -m twine upload\n",
        "pyproject.toml": """\
[build-system]
requires = ["hatchling"]

[tool.poe.tasks]
test = "pytest"
ship = "poetry publish"
release = ["build", "ship"]

[tool.hatch.envs.release.scripts]
index = "hatch publish"
""",
        "package.json": '{\n  "scripts": {\n    "test": "jest",\n    "ship": "twine upload dist/*"\n  }\n}\n',
        "Taskfile.yml": "version: 3\ntasks:\n  test:\n    cmds: [a]\n  deliver:\n    cmds:\n      - flit publish\n",
        "justfile": "default: test\ntest:\n  pytest\nship version: test\n  pdm publish\n",
        "ci/ship.sh": "set -eu\nrm -rf dist\n\nuv build \\\n  && uv publish\n",
        "ci/chain.sh": "make release\n",
        "ci/loop.sh": "./ci/loop.sh\n",
        "ci/quiet.py": '"""twine upload, as \\d says"""\nprint("now: twine upload dist/*")\n',
        "ci/broken.py": "def ship(:\n    twine upload dist\n",
        "tests/test_flow.py": """\
def test_the_flow(flow):
    assert "twine upload" not in flow
    assert flow.count("twine upload dist/*") == len(
        ["twine upload"]
    )
""",
        "tests/test_ships.py": "def test_it():\n    assert run('twine upload dist/*') == 0\n",
        "tools/ship.py": 'import subprocess\n\nsubprocess.run(["uv", "publish"], check=True)\n',
        "tools/inside.py": "from twine.commands.upload import main\n\nmain()\n",
        "tools/pack/__main__.py": "import os\nos.system('maturin upload wheels/*')\n",
    }.items()
}


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ("make publish", "twine upload in Makefile:9"),
        ("make -j2 VERSION=1 release", "twine upload in Makefile:9"),
        ("nox -s ship", "twine upload in noxfile.py:17"),
        ("uvx nox --session all-of-it-3.12", "twine upload in noxfile.py:17"),
        ("uv run invoke ship-it", "uv publish in tasks.py:7"),
        ("inv ship_it", "uv publish in tasks.py:7"),
        ("python -m tox -e ship", "twine upload in tox.ini:8"),
        ("uv run poe release", "poetry publish in pyproject.toml:6"),
        ("hatch run release:index", "hatch publish in pyproject.toml:10"),
        ("npm run ship", "twine upload in package.json:4"),
        ("task deliver", "flit publish in Taskfile.yml:7"),
        ("just ship 1.0", "pdm publish in justfile:5"),
        ("bash ./ci/ship.sh", "uv publish in ci/ship.sh:4"),
        ('"$GITHUB_WORKSPACE/ci/ship.sh" --now', "uv publish in ci/ship.sh:4"),
        ("${{ github.workspace }}/ci/ship.sh", "uv publish in ci/ship.sh:4"),
        ("cd ci && ./ship.sh", "uv publish in ci/ship.sh:4"),
        ("./ci/chain.sh", "twine upload in Makefile:9"),
        ("python tools/ship.py", "uv publish in tools/ship.py:3"),
        ("python -m tools.ship", "uv publish in tools/ship.py:3"),
        ("python -m tools.pack", "maturin in tools/pack/__main__.py:2"),
        ("python tools/inside.py", "twine upload in tools/inside.py:1"),
        ("python ci/broken.py", "twine upload in ci/broken.py:2"),
        ("pytest tests/test_ships.py", "twine upload in tests/test_ships.py:2"),
    ],
)
def test_what_uploads_is_found_where_it_is(words: str, where: str) -> None:
    assert str(runs(words, FILES)) == where


@pytest.mark.parametrize(
    "words",
    [
        *("make", "make test", "make dry", "make unknown", "nox", "nox -s tests", "tox", "tox -e py3", "poe test"),
        *(
            "inv build",
            "npm test",
            "task test",
            "just",
            "just test",
            "hatch build",
            "./ci/loop.sh",
            "python ci/quiet.py",
        ),
        *("pytest tests/test_flow.py", "# as ci/ship.sh does\nset -eu\n  # and tools/ship.py\n"),
        *("pytest", "echo make", "cat Makefile ship", "ship.sh-not", "python -m tools", ""),
    ],
)
def test_what_does_not_upload_is_let_alone(words: str) -> None:
    assert runs(words, FILES) is None


def found(step: str, *, job: str = "", **more: str) -> list[str]:
    text = f"on: release\njobs:\n  ship:\n    runs-on: x\n{job}    steps:\n      - {step}\n"
    files = {PurePosixPath(".github/workflows/p.yml"): text, **FILES}
    return [str(each) for each in other_publishers(files | {PurePosixPath(k): v for k, v in more.items()}, [PACKAGE])]


def test_a_finding_names_the_workflow_and_the_script_that_uploads() -> None:
    (told,) = found("run: make publish")
    assert told == (
        ".github/workflows/p.yml:6 uploads to a package index (twine upload in Makefile:9), and line 1 starts it with "
        "a published release: remove the job ship, or the event release"
    )
    assert found("run: make test") == []


def test_what_the_matrix_puts_into_a_line_is_read() -> None:
    job = "    strategy: {matrix: {session: [tests, ship], include: [{session: tests}]}}\n"
    assert "twine upload in noxfile.py:17" in found("run: nox -s ${{ matrix.session }}", job=job)[0]
    assert found("run: nox -s ${{ matrix.session }}", job=job.replace("ship", "lint")) == []
    assert found("run: nox -s ${{ matrix.session }}", job="    strategy: &s {matrix: {again: *s}}\n") == []


@pytest.mark.parametrize(
    "step",
    [
        "{uses: nick-fields/retry@v3, with: {max_attempts: 3, command: twine upload dist/*}}",
        "{uses: nick-fields/retry@v3, with: {command: make publish}}",
        "{uses: ./.github/actions/ship}",
        "{uses: ./build/own}",
    ],
)
def test_what_an_action_is_told_or_runs_is_read(step: str) -> None:
    more = {
        ".github/actions/ship/action.yml": "runs: {using: docker, image: Dockerfile}\n",
        ".github/actions/ship/entrypoint.sh": "twine upload dist/*\n",
        ".github/actions/ship/other.sh": "ls\n",
        "build/own/action.yaml": "runs:\n  using: composite\n  steps:\n    - run: uv publish\n",
    }
    assert len(found(step, **more)) == 1


@pytest.mark.parametrize(
    ("used", "fits"),
    [
        ("octo/shared/.github/workflows/publish.yml@main", True),
        ("octo/shared/.github/workflows/python-upload.yml@main", True),
        ("octo/shared/.github/workflows/docker-publish.yml@main", False),
        ("octo/shared/.github/workflows/test.yml@main", False),
        ("octo/publish-notes@v1", False),
    ],
)
def test_a_workflow_of_another_repository_is_judged_by_its_name(used: str, fits: bool) -> None:  # noqa: FBT001
    text = f"on: release\njobs:\n  ship:\n    uses: {used}\n    secrets: inherit\n"
    assert bool(other_publishers({PurePosixPath(".github/workflows/p.yml"): text}, [PACKAGE])) == fits


def test_the_secrets_of_what_a_script_uploads_with_are_those_that_its_step_is_given() -> None:
    env = "env: {TOKEN: '${{ secrets.SHIP_TOKEN }}'}"
    text = f"on: push\njobs:\n  a:\n    steps:\n      - run: make publish\n        {env}\n"
    (found,) = upload_secrets({PurePosixPath(".github/workflows/p.yml"): text, **FILES})
    assert (found.token, found.line) == ("SHIP_TOKEN", 5)


GITLAB = """\
stages: [test, ship]
variables: {A: b}
default:
  image: python
test:
  script: [pytest]
ship:
  stage: ship
  script:
    - pip install twine
    - - twine upload dist/*
  {}
"""


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        ("rules: [{if: $CI_COMMIT_TAG}]", True),
        ("only: [tags]", True),
        ("only: {refs: [tags, web]}", True),
        ("interruptible: true", True),
        ("rules: [{if: $CI_COMMIT_TAG, when: manual}, {when: never}]", False),
        ("when: manual", False),
        ("only: [schedules, web]", False),
        ("only: {refs: [api]}", False),
    ],
)
def test_a_job_of_gitlab_that_a_push_starts_is_told_of(rule: str, fits: bool) -> None:  # noqa: FBT001
    files = {PurePosixPath(".gitlab-ci.yml"): GITLAB.replace("{}", rule)}
    told = [str(each) for each in other_publishers(files, [PACKAGE])]
    expected = (
        ".gitlab-ci.yml:11 uploads to a package index (twine upload), and GitLab starts it where a push reaches it: "
        "remove the job ship"
    )
    assert told == ([expected] if fits else [])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".travis.yml", "deploy:\n  provider:   pypi\n"),
        (".circleci/config.yml", "jobs:\n  a:\n    steps:\n      - run: twine upload dist/*\n"),
        ("azure-pipelines.yml", "steps:\n- script: make publish\n"),
        ("Jenkinsfile", "stage('ship') { sh 'flit publish' }\n"),
        (".gitlab-ci.yml", "a: [\ntwine upload dist/*\n"),
    ],
)
def test_a_file_of_another_system_that_uploads_is_told_of_and_can_be_meant(name: str, text: str) -> None:
    files = {PurePosixPath(name): text, **FILES}
    (told,) = other_publishers(files, [PACKAGE])
    assert str(told).startswith(f"{name}:")
    assert str(told).endswith("starts it where a push reaches it: remove it")
    assert other_publishers(files, [PACKAGE], exempt=[Exemption(name, "it is not connected")]) == ()
    assert other_publishers({PurePosixPath(name): "a: b\n"}, [PACKAGE]) == ()

"""One publisher for one number: every other workflow that a release starts and that uploads is found, and no other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from releasegate.core.ci.others.nodes import LARGEST, MARK
from releasegate.core.ci.others.publishers import UploadSecrets, other_publishers, upload_secrets
from releasegate.core.config.keys import Package

PACKAGE = Package("harbor", PurePosixPath(), (), ("3.12",))
PUBLISH = PurePosixPath(".github/workflows/publish.yml")
UPLOAD = "twine upload dist/*"


SECRETS = """\
on: release
env: {PYPI_USERNAME: '${{ secrets.PYPI_USERNAME }}'}
jobs:
  staging:
    steps:
      - run: twine upload --repository testpypi dist/*
        env:
          GH: ${{ secrets.GITHUB_TOKEN }}
          TWINE_USERNAME: ${{ secrets.TEST_PYPI_USERNAME }}
          TWINE_PASSWORD: ${{ secrets['TEST_PYPI_TOKEN'] }}
          OTHER: ${{ secrets.OTHER }}
  production:
    env: {UV_PUBLISH_TOKEN: '${{ secrets.UPLOAD }}'}
    steps:
      - run: uv publish
  own:
    steps:
      - uses: pypa/gh-action-pypi-publish@v1
        with: {repository-url: 'https://index.example/team/', password: '${{ secrets.TEAM }}'}
  trusted:
    steps:
      - {uses: pypa/gh-action-pypi-publish@v1, with: {repository-url: 'https://upload.pypi.example/'}}
"""


def workflow(on: str, *, run: str = UPLOAD, job: str = "", step: str = "", name: str = "") -> str:
    """Return a workflow of one job with one step."""
    lines = [f"name: {name}"] if name else []
    lines += [f"on: {on}", "jobs:", "  ship:", "    runs-on: x"]
    lines += [f"    {line}" for line in job.splitlines()]
    lines += ["    steps:", "      - name: go", f"        run: {run}"]
    lines += [f"        {line}" for line in step.splitlines()]
    return "\n".join([*lines, ""])


def found(*texts: str, package: Package = PACKAGE) -> list[str]:
    files = {PUBLISH.with_name(f"{n}.yml"): text for n, text in enumerate(texts)}
    return [str(each) for each in other_publishers(files, [package])]


def test_a_finding_says_where_it_is_and_what_to_remove() -> None:
    text = "\n".join(["on:", "  push:", "    tags: ['v*']", *workflow("x").splitlines()[1:]])
    (told,) = other_publishers({PUBLISH: text}, [PACKAGE])
    assert str(told) == (
        ".github/workflows/publish.yml:9 uploads to a package index (twine upload), and line 2 starts it with the tag "
        "of a version, vX.Y.Z or vX.Y.ZrcN: remove the job ship, or the event push"
    )


@pytest.mark.parametrize(
    "on",
    [
        "push",
        "[pull_request, push]",
        "create",
        "release",
        "{push: }",
        "{push: {tags: ['v*']}}",
        "{push: {tags: v*}}",
        "{push: {tags: ['*']}}",
        "{push: {tags: ['v*rc*']}}",
        "{push: {tags: ['v[0-9]+.[0-9]+.[0-9]+']}}",
        "{push: {tags: ['v2.*']}}",
        "{push: {tags: ['docs-*', 'v*', '!v*rc*']}}",
        "{push: {tags-ignore: ['nightly-*']}}",
        "{push: {branches: [develop]}}",
        "{push: {branches: ['dev*']}}",
        "{push: {branches: ['**', '!main']}}",
        "{push: {branches-ignore: [main]}}",
        "{push: {branches: ['deve?l+o[p]']}}",
        "{release: {types: [published]}}",
        "{release: {types: released}}",
        "{release: {types: [created]}}",
    ],
)
def test_what_a_release_starts_is_found(on: str) -> None:
    assert len(found(workflow(on))) == 1


@pytest.mark.parametrize(
    "on",
    [
        "workflow_dispatch",
        "pull_request",
        "workflow_call",
        "{schedule: [{cron: '0 0 * * *'}]}",
        "{push: {tags: ['docs-*']}}",
        "{push: {tags: ['version-*']}}",
        "{push: {tags: ['!v*']}}",
        "{push: {tags-ignore: ['v*']}}",
        "{push: {tags-ignore: ['**']}}",
        "{push: {branches: [main]}}",
        "{push: {branches: ['feature/*', '[']}}",
        "{push: {branches: ['**', '!develop']}}",
        "{push: {branches-ignore: [develop]}}",
        "{push: {branches: ['a\\*b']}}",
        "{release: {types: [deleted, prereleased]}}",
        "{workflow_run: {workflows: [other]}}",
        "",
    ],
)
def test_what_no_release_starts_is_left_alone(on: str) -> None:
    assert found(workflow(on)) == []


def test_the_tags_and_the_branch_are_the_packages_own() -> None:
    older = replace(PACKAGE, maintenance_branches=("release/*",))
    for on in ("{push: {branches: ['release/1.3']}}", "{push: {branches: ['release/*']}}"):
        assert len(found(workflow(on), package=older)) == 1
    mine = replace(PACKAGE, tag_prefix="harbor-v", branch="main")
    assert len(found(workflow("{push: {tags: ['harbor-v*']}}"), package=mine)) == 1
    assert len(found(workflow("{push: {branches: [main]}}"), package=mine)) == 1
    assert found(workflow("{push: {tags: ['v*']}}"), workflow("{push: {branches: [develop]}}"), package=mine) == []
    assert len(found(workflow("{push: {tags: ['[0-9]*']}}"), package=replace(PACKAGE, tag_prefix=""))) == 1


@pytest.mark.parametrize(
    "run",
    [
        UPLOAD,
        "python -m twine --no-color upload dist/*",
        "uv run --with twine twine upload dist/*",
        "uv publish",
        "uv --quiet publish --token x",
        "poetry -C app publish --build",
        "hatch publish",
        "python -m flit publish",
        "pdm publish",
        "rye publish",
        "maturin upload x.whl",
        "python setup.py sdist upload",
        "semantic-release publish",
        "curl -F :action=file_upload -F content=@x.whl https://index.example/",
        "|\n          uv build\n          # then\n          twine \\\n            upload \\\n            dist/*",
        ">\n          twine\n          upload dist/*",
    ],
)
def test_every_uploading_command_is_found(run: str) -> None:
    assert len(found(workflow("push", run=run))) == 1


def test_the_line_is_that_of_the_command() -> None:
    text = workflow("push", run="|\n\n          uv build\n\n          uv publish\n          done")
    (told,) = other_publishers({PUBLISH: text}, [PACKAGE])
    assert text.splitlines()[told.line - 1].strip() == "uv publish"


@pytest.mark.parametrize(
    "run",
    [
        "twine check dist/*",
        "uv sync --only-group publish --locked",
        "pip install twine && echo upload",
        "echo twine upload dist/*",
        "'# twine upload'",
        "|\n          make  # not twine upload dist/*",
        "uv publish --dry-ly",
        "poetry publish --help",
        "npm publish",
        "git push origin upload",
    ],
)
def test_what_does_not_upload_is_left_alone(run: str) -> None:
    assert found(workflow("push", run=run)) == []


@pytest.mark.parametrize(
    ("uses", "more", "uploads"),
    [
        ("pypa/gh-action-pypi-publish@release/v1", "", True),
        ("docker://registry.example/gh-action-pypi-publish:1", "", True),
        ("some/publish-to-pypi@v1", "", True),
        ("python-semantic-release/python-semantic-release@v9", "", True),
        ("python-semantic-release/python-semantic-release@v9", "\n        with: {push: false, tag: false}", False),
        ("python-semantic-release/python-semantic-release@v9", "\n        with: {no_operation_mode: true}", False),
        ("Python-Semantic-Release/python-semantic-release@v9", "\n        with: {push: true}", True),
        ("PyO3/maturin-action@v1", "\n        with: {command: upload}", True),
        ("PyO3/maturin-action@v1", "\n        with: {command: build}", False),
        ("python-semantic-release/publish-action@v9", "", False),
        ("actions/upload-artifact@v4", "", False),
        ("release-drafter/release-drafter@v6", "", False),
    ],
)
def test_actions_that_upload_are_known_by_their_names(uses: str, more: str, *, uploads: bool) -> None:
    text = f"on: push\njobs:\n  ship:\n    steps:\n      - uses: {uses}{more}\n"
    assert bool(found(text)) is uploads


def test_a_script_that_is_given_the_token_of_an_index_uploads() -> None:
    step = "env:\n  TWINE_PASSWORD: ${{ secrets.PYPI_TOKEN }}"
    (told,) = found(workflow("push", run="scripts/publish", step=step))
    assert "(a command that is given TWINE_PASSWORD)" in told
    assert found(workflow("push", run="scripts/x", step="env:\n  TWINE_PASSWORD: none\n  X: ${{ secrets.X }}")) == []


@pytest.mark.parametrize(
    ("job", "told"),
    [
        ("permissions: {id-token: write}\n    environment: pypi", True),
        ("permissions: {id-token: write}\n    environment: {name: release, url: 'https://pypi.example/p/x'}", True),
        ("permissions: write-all\n    name: to PyPI", True),
        ("permissions: {id-token: write}\n    environment: cloud", False),
        ("permissions: {contents: read}\n    environment: pypi", False),
        ("environment: pypi", False),
    ],
)
def test_a_job_that_an_index_may_trust_uploads_by_whatever_it_runs(job: str, *, told: bool) -> None:
    text = f"on: push\njobs:\n  ship:\n    {job}\n    steps:\n      - run: make out\n"
    said = "uploads to a package index (a job that an index may trust), and line 1 starts it with the tag of a version"
    assert [each for each in found(text) if each.startswith(f".github/workflows/0.yml:3 {said}")] == found(text)
    assert bool(found(text)) is told
    above = text.replace("on: push", "on: push\npermissions: {id-token: write}")
    assert bool(found(above)) is (told or job == "environment: pypi")
    assert len(found(text.replace("make out", "twine upload dist/*"))) == 1  # where it is seen what does, that is said


def test_a_job_that_hands_the_token_of_an_index_to_another_repositorys_workflow_uploads() -> None:
    job = "on: push\njobs:\n  ship:\n    uses: octo/shared/.github/workflows/x.yml@v1\n    secrets:\n"
    assert len(found(f"{job}      pypi_token: ${{{{ secrets.T }}}}\n")) == 1
    assert found(f"{job}      other: ${{{{ secrets.T }}}}\n") == []
    assert found(job.replace("secrets:", "secrets: inherit")) == []


def test_a_condition_on_the_event_counts() -> None:
    by_hand = "if: github.event_name == 'workflow_dispatch'"
    on = "[release, workflow_dispatch]"
    assert found(workflow(on, job=by_hand)) == []
    assert found(workflow(on, step=by_hand)) == []
    assert found(workflow(on, job="if: github.event_name == 'release'", step=by_hand)) == []
    assert len(found(workflow(on, job="if: github.event_name == 'release'"))) == 1
    assert len(found(workflow(on, job=f"{by_hand} || x"))) == 1
    assert found(workflow(on, job="if: ${{ false }}")) == []


@pytest.mark.parametrize(
    ("on", "condition", "reached"),
    [
        ("{push: {branches: [develop]}}", "startsWith(github.ref, 'refs/tags/')", False),
        ("{push: {branches: [develop]}}", "startsWith(github.event.ref, 'refs/tags') && x", False),
        ("{push: {branches: [develop]}}", "!startsWith(github.ref, 'refs/tags/')", True),
        ("{push: {branches: [develop]}}", "github.ref == 'refs/heads/develop'", True),
        ("{push: {branches: [develop]}}", "github.ref_name != 'develop'", False),
        ("{push: {branches: [develop]}}", "github.ref_type == 'tag'", False),
        ("{push: {branches: [develop]}}", "!(github.ref_type == 'tag')", True),
        ("{push: {branches: [develop]}}", "github.ref_type == 'tag' || inputs.really", True),
        ("{push: {branches: [develop]}}", "contains(github.ref, 'develop')", True),
        ("{push: {tags: ['*']}}", "startsWith(github.ref, 'refs/tags/v')", True),
        ("{push: {tags: ['*']}}", "startsWith(github.ref, 'refs/tags/other-v')", False),
        ("{push: {tags: ['*']}}", "!contains(github.ref, 'rc')", True),
        ("{push: {tags: ['*']}}", "contains(github.ref_name, 'rc')", True),
        ("{push: {tags: ['*']}}", "github.ref_type == 'branch'", False),
        ("push", "github.event_name == 'push' && startsWith(github.ref, 'refs/heads/')", True),
        ("release", "startsWith(github.ref, 'refs/tags/v')", True),
        ("release", "startsWith(github.ref, 'refs/heads/')", False),
        ("create", "startsWith(github.ref, 'refs/heads/')", True),  # what its ref is is not known
        # The number of the next version is not known.
        ("{push: {tags: ['*']}}", "startsWith(github.ref, 'refs/tags/v2.')", True),
        ("{push: {tags: ['*']}}", "!startsWith(github.ref, 'refs/tags/v1.')", True),
        ("{push: {tags: ['*']}}", "github.ref == 'refs/tags/v2.0.0'", True),
        ("{push: {tags: ['*']}}", "github.ref == 'refs/tags/other'", False),
        ("{push: {tags: ['*']}}", "contains(github.ref, '.0')", True),
        ("{push: {tags: ['*']}}", "contains(github.ref, 'refs/heads')", False),
        ("{push: {tags: ['*']}}", "contains(github.ref, 'tags/v')", True),
        ("{push: {tags: ['*']}}", "startsWith(github.ref, 'refs/tags/V')", True),  # case counts for nothing
        ("{push: {branches: [develop]}}", "github.ref == 'refs/heads/Develop'", True),
        ("push", "github.event_name == 'Push'", True),
        # What a function returns is compared, or turned round twice.
        ("{push: {branches: [develop]}}", "startsWith(github.ref, 'refs/tags/') == false", True),
        ("{push: {tags: ['*']}}", "!!startsWith(github.ref, 'refs/tags/')", True),
        ("[push, workflow_dispatch]", "github.event_name == 'workflow_dispatch' && !(inputs.dry)", False),
        ("[push, workflow_dispatch]", "github.event_name == 'release' && !(contains(inputs.x, 'y'))", True),
    ],
)
def test_a_condition_on_what_is_pushed_counts(on: str, condition: str, *, reached: bool) -> None:
    assert bool(found(workflow(on, job=f'if: "{condition}"'))) is reached


def test_what_waits_for_an_upload_is_named_with_it() -> None:
    after = "  tell:\n    needs: [ship]\n  more:\n    needs: tell\n  docs:\n    steps: []\n"
    (told,) = found(f"{workflow('push')}{after}")
    assert "remove the job ship with tell, more, which wait for it, or the event push" in told
    (told,) = found(f"{workflow('push')}  tell:\n    needs: [ship]\n")
    assert "remove the job ship with tell, which waits for it, or the event push" in told


def test_what_makes_tags_alone_is_said_to() -> None:
    name = "python-semantic-release/python-semantic-release"
    (told,) = found(f"on: push\njobs:\n  ship:\n    steps:\n      - uses: {name}@v10\n")
    assert f":5 makes the tags of versions ({name}), and line 1 starts it with" in told


def test_what_follows_a_started_workflow_is_started_too() -> None:
    tests = workflow("push", run="make test", name="tests")
    after = workflow("{workflow_run: {workflows: [tests]}}", name="second")
    third = workflow("{workflow_run: {workflows: [second]}}")
    told = found(tests, after, third)
    assert ["the end of the workflow tests" in told[0], "the end of the workflow second" in told[1]] == [True, True]
    ours = f"{MARK}\n{workflow('push', name='release')}"
    assert len(found(ours, workflow("{workflow_run: {workflows: [release]}}"))) == 1


def test_what_a_started_workflow_runs_of_its_repository_is_found_with_who_starts_it() -> None:
    caller = (
        "on: push\njobs:\n  a:\n    uses: ./.github/workflows/called.yml\n  b:\n    uses: ./.github/workflows/no.yml\n"
    )
    action = "runs:\n  using: composite\n  steps:\n    - run: twine upload dist/*\n    - uses: ./tools/ship\n"
    called = "on: workflow_call\njobs:\n  ship:\n    steps:\n      - uses: ./.github/actions/ship\n"
    called += "      - uses: ./.github/actions/ship\n"
    files = {
        PUBLISH: caller,
        PUBLISH.with_name("called.yml"): called,
        PurePosixPath(".github/actions/ship/action.yml"): action,
    }
    (told,) = other_publishers(files, [PACKAGE])
    assert str(told).startswith(".github/actions/ship/action.yml:4 uploads to a package index (twine upload), and ")
    assert ".github/workflows/publish.yml:1 starts it with the tag" in str(told)
    conditional = caller.replace("  a:\n", "  a:\n    if: github.event_name == 'workflow_dispatch'\n")
    assert other_publishers({**files, PUBLISH: conditional}, [PACKAGE]) == ()


def test_a_workflow_that_another_one_sends_for_begins_by_hand() -> None:
    sends = "on: push\njobs:\n  a:\n    steps:\n      - run: gh workflow run later.yml --ref main\n"
    for condition in ("github.ref == 'refs/heads/main'", "github.event_name == 'workflow_dispatch'"):
        later = workflow("workflow_dispatch", job=f"if: {condition}")
        files = {PUBLISH: sends, PUBLISH.with_name("later.yml"): later}
        assert len(other_publishers(files, [PACKAGE])) == 1
    never = workflow("workflow_dispatch", job="if: github.event_name == 'push'")
    assert other_publishers({PUBLISH: sends, PUBLISH.with_name("later.yml"): never}, [PACKAGE]) == ()


def test_a_job_that_only_installs_from_an_index_is_none_it_trusts() -> None:
    job = "jobs:\n  install-from-pypi:\n    steps:\n      - run: pip install x\n"
    assert found(f"on: push\npermissions: {{id-token: write}}\n{job}") == []


def test_a_trusted_publisher_says_to_which_index() -> None:
    text = (
        "on: push\njobs:\n  ship:\n    permissions: {id-token: write}\n    environment: ENV\n    steps: [{run: make}]\n"
    )
    for environment, index in (("pypi", "pypi"), ("testpypi", "testpypi")):
        (told,) = upload_secrets({PUBLISH: text.replace("ENV", environment)})
        assert (told.index, told.token) == (index, "")


def test_our_own_workflow_is_no_other() -> None:
    assert found(f"{MARK}\n{workflow('push')}") == []


def test_a_file_that_is_no_yaml_is_told_where_it_names_an_upload() -> None:
    assert found("on: [push\n", f"on: [push\n{UPLOAD}\n") == [
        ".github/workflows/1.yml names twine upload and is no YAML that can be read: mend it, or remove it"
    ]
    assert "names pypa/gh-action-pypi-publish" in found("{\nuses: pypa/gh-action-pypi-publish@v1\n")[0]
    assert found("{\nuses: actions/checkout@v1\n") == []
    assert "names uv publish" in found(f"uv publish {'x' * LARGEST}")[0]
    assert "names uv publish" in found(f"{'[' * 5000} uv publish")[0]


@pytest.mark.parametrize("text", ["", "7", "[]", "on: push", "on: push\njobs: [x]", "on: push\njobs: {a: b}"])
def test_what_is_no_workflow_uploads_nothing(text: str) -> None:
    assert found(text) == []


def test_aliases_cost_no_more_than_their_text() -> None:
    bomb = "\n".join(["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30))])
    assert len(found(f"{bomb}\n{workflow('push')}")) == 1
    assert found("on: push\njobs: &j {ship: *j}\n") == []


def test_the_names_of_the_secrets_are_read_for_each_index() -> None:
    files = {PUBLISH: SECRETS, PUBLISH.with_name("a.yml"): "{", PUBLISH.with_name("b.yml"): f"{MARK}\n{SECRETS}"}
    assert upload_secrets(files) == (
        UploadSecrets(PUBLISH, 6, "testpypi", "TEST_PYPI_TOKEN", "TEST_PYPI_USERNAME"),
        UploadSecrets(PUBLISH, 15, "pypi", "UPLOAD", "PYPI_USERNAME"),
        UploadSecrets(PUBLISH, 18, "https://index.example/team/", "TEAM", "PYPI_USERNAME"),
        UploadSecrets(PUBLISH, 22, "pypi", "", "PYPI_USERNAME"),
    )

"""The words of the diary, the files of its ground, and the answers that a person writes into the table."""

from __future__ import annotations

from collections.abc import Mapping

OLD_WORKFLOW: Mapping[str, str] = {
    ".github/workflows/publish-testpypi.yml": """\
name: Release validation and publish
on:
  push:
    tags: ["v*rc*"]
  release:
    types: [published]
jobs:
  publish-testpypi:
    if: github.event_name == 'push'
    runs-on: ubuntu-latest
    steps:
      - run: twine upload -r testpypi -u "$TEST_PYPI_USERNAME" -p "$TEST_PYPI_TOKEN" dist/*
        env:
          TEST_PYPI_USERNAME: ${{ secrets.TEST_PYPI_USERNAME }}
          TEST_PYPI_TOKEN: ${{ secrets.TEST_PYPI_TOKEN }}
  publish-pypi:
    if: github.event_name == 'release'
    runs-on: ubuntu-latest
    steps:
      - run: twine upload --username "$PYPI_USERNAME" --password "$PYPI_TOKEN" dist/*
        env:
          PYPI_USERNAME: ${{ secrets.PYPI_USERNAME }}
          PYPI_TOKEN: ${{ secrets.PYPI_TOKEN }}
"""
}

ONLY_FROM_SOURCE = """\
#!/bin/sh
while read -r old new ref; do
  case "$ref" in refs/heads/*) [ -n "$SYNCHRONIZED" ] || { echo "branches come from the source" >&2; exit 1; } ;; esac
done
"""
SYNCHRONIZE = """\
#!/bin/sh
SYNCHRONIZED=yes exec git-receive-pack "$@"
"""
FOLLOWED = """\
#!/bin/sh
exec git push --quiet --receive-pack={synchronize} {mirror} "refs/heads/*:refs/heads/*"
"""
"""The hooks by which a mirror takes branches from its source alone, and follows it."""

CALLED = """\
name: e2e
on: [workflow_dispatch]
env:
  BACKEND: ${{ vars.TINY_API_TESTPYPI_VERSION || vars.TINY_API_RELEASE_VERSION || '1.0.0' }}
jobs:
  e2e:
    runs-on: ubuntu-latest
    steps:
      - run: ./e2e.sh
"""

_ROW = "[[tool.releasegate.packages]]\n"
_PLUGIN = f'{_ROW}name = "tiny-plugin"\n'
_API = f'{_ROW}name = "tiny-api"\npath = "../tiny-api"\n'

_CALLS = f"""{_PLUGIN}companion = {{ name = "tiny-api" }}
"""
_OF_PLUGIN = f"""{_PLUGIN}end-to-end = {{ command = ["python", "check.py"] }}
tag-remote = "github"
forge = {{ kind = "github", repository = "octo/tiny-plugin", address = "(FORGE)" }}
"""
_OF_API = f"""{_API}service = {{ command = ["python", "-m", "tiny_api", "{{port}}"], ready = "/" }}
end-to-end = {{ command = ["python", "check.py"] }}
tag-remote = "github"
forge = {{ kind = "github", repository = "octo/tiny-api", address = "(FORGE)" }}
"""
_OF_CI = f"""[tool.releasegate]
production-from-laptop = true

[tool.releasegate.ci]
setup = [["releasegate", "--version"]]

{_ROW}"""
ANSWERS: Mapping[str, tuple[str, str]] = {
    "plugin": (_PLUGIN, _OF_PLUGIN),
    "api": (_API, _OF_API),
    "calls": (_PLUGIN, _CALLS),
    "ci": (_ROW, _OF_CI),
}
"""By the mark in the page: the line of the table behind which a person writes, and what stands there then."""

PAGE = """\
# A pair's first day

This is the day on which the maintainers of two packages that call each other take releasegate up, and release both.
Every command below was run, and every line below a command was printed by it: the page is written by
`python tests/integration/diary.py > docs/monday.md`, and a test compares it. Seconds are left out, and hashes stand as
`(hash)`.

The ground is like that of a plugin and its backend that exist: two repositories, developed on one forge (`origin`) and
released on another (`github`), which is a mirror: it takes branches from `origin` alone, and only forward. The plugin
is released from `develop`; the backend has `main` alone. Each has an old workflow that uploads on a candidate's tag and
on a published release, with secrets of its own names. Only the packages are tiny, and the indexes and forges are
embedded ones: `https://testpypi.example`, `https://pypi.example` and
`https://forge.example` stand for them.

```console
ls
git -C tiny-plugin branch --all
git -C tiny-api branch --all
```

## Adopt the plugin

`--no-trial` leaves out that `versions`, `build` and an install are tried first, which asks the public index.

```console
releasegate adopt tiny-plugin --yes --no-trial
```

The answers. What judges the pair, the forge and its remote go into the table, which then begins so:

```toml
(plugin)
```

The old workflow goes:

```console
git -C tiny-plugin rm --quiet .github/workflows/publish-testpypi.yml
```

## Adopt the backend into the same table

```console
releasegate adopt tiny-api --table tiny-plugin --yes --no-trial
git -C tiny-api rm --quiet .github/workflows/publish-testpypi.yml
```

It is told how it is started,

```toml
(api)
```

and the plugin what it calls:

```toml
(calls)
```

## Write the workflows

How a runner gets releasegate is asked last. `releasegate workflows --vendor` puts the wheel and every pin into the
repository; here the runner has it already, and a laptop may upload finals:

```toml
(ci)
```

```console
cd tiny-plugin && releasegate workflows
cd tiny-api && releasegate workflows
git -C tiny-plugin add --all && git -C tiny-plugin commit --quiet --message "Adopt releasegate"
git -C tiny-api add --all && git -C tiny-api commit --quiet --message "Adopt releasegate"
git -C tiny-plugin push --quiet origin develop && git -C tiny-api push --quiet origin main
```

## Ask what is missing

```console
cd tiny-api && releasegate doctor --package tiny-api
cd tiny-plugin && releasegate status
```

## The first candidate of each

The backend goes first, for the plugin is run with this very candidate.

```console
cd tiny-api && releasegate release --rc --package tiny-api --to 1.1.0 --yes
cd tiny-plugin && releasegate release --rc --package tiny-plugin --to 1.1.0 --yes
```

## The pair's finals

Nobody signed the evidence of the other repository, so the backend that the plugin's final goes out with is named, by
the variable that the old workflows had: `TINY_API_PYPI_VERSION` is `1.1.0`.

```console
cd tiny-api && releasegate release --package tiny-api --yes
cd tiny-plugin && releasegate release --package tiny-plugin --yes
```

## A post

Something small was forgotten in the plugin:

```console
cd tiny-plugin && echo "# mended" >> tiny_plugin/__init__.py && git commit --quiet --all --message "Mend it"
cd tiny-plugin && releasegate release --post --package tiny-plugin --yes
```

## In the evening

```console
cd tiny-plugin && releasegate status
git -C tiny-api log --oneline --format=%s main
git -C tiny-plugin log --oneline --format=%s develop
git -C tiny-plugin ls-remote --tags origin
git -C tiny-plugin ls-remote --tags github "v*[0-9]"
git -C tiny-plugin fetch --quiet github && git -C tiny-plugin diff --stat origin/develop github/develop
```

In CI the same lines run in the workflows of both: the two ways end alike, which
`tests/integration/test_parity_pair.py` shows with a runner of GitHub's workflows.
"""

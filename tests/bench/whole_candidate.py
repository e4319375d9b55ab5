"""The row of a whole candidate of the real plugin, beside what its own workflow does, one line after another.

Of that workflow the lines are left out that a release of ours has none of: the package's own tests and types.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from releasegate.adapters.venvs.interpreters import uv as uv_words
from releasegate.rehearsal.index import EmbeddedIndex
from tests.bench.commands import Command, Row
from tests.bench.further_rows import TOKEN
from tests.bench.ground import EXTRA, PLUGIN, PYTHONS, STATED, Ground, pypi

WAIVED = ("e2e:staging", "e2e:today")
"""What needs containers."""
CODE = "netbox_proxbox/__init__.py"
MANIFEST = """
import hashlib, json, pathlib
files = [path for path in pathlib.Path("dist").iterdir() if path.suffix in {".whl", ".gz"}]
told = [(path.name, hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size) for path in files]
pathlib.Path("release-manifest.json").write_text(json.dumps(told))
"""


def candidate_row(ground: Ground, index: EmbeddedIndex) -> Row:
    """Return the row of a whole candidate without containers; *index* is the staging one of both."""
    pair, clone = ground.folder / "candidate", ground.folder / "shell" / PLUGIN
    os.environ["TESTPYPI_TOKEN"] = TOKEN
    tables = f'\n[tool.releasegate.indexes.testpypi]\nupload = "{index.upload_url}"\nsimple = "{index.simple_url}"\n'
    with (pair / "pyproject.toml").open("a", encoding="utf-8") as stream:
        stream.write(tables)
    ours = str(Path(sys.executable).parent / "releasegate")
    release = f"{ours} release --rc --package {PLUGIN}"
    number = f"""$({release} --plan --json | sed -n 's/.*"version": "\\([^"]*\\)".*/\\1/p' | head -n 1)"""
    before = [f"git -C {pair}/{PLUGIN} commit --quiet --allow-empty -m More", f"NUMBER={number}"]
    before += [
        f"{ours} waive --package {PLUGIN} --version $NUMBER --gate {gate} --reason 'no containers here'"
        for gate in WAIVED
    ]
    return Row(
        "a whole candidate of the plugin, without containers",
        1.0,
        Command(
            "releasegate release --rc",
            ("sh", "-c", f"exec {release} --yes"),
            pair,
            before=("sh", "-ec", "\n".join(before)),
        ),
        (Command("the lines of its own workflow", ("sh", "-ec", "\n".join(_workflow(ground, index))), clone),),
    )


def _workflow(ground: Ground, index: EmbeddedIndex) -> Iterator[str]:
    """Yield what the pair's workflow does once somebody has bumped, committed and tagged, and these, too."""
    uv, env = " ".join(uv_words()), ground.folder / "shell" / "env"
    venv = f"{uv} venv --quiet --clear {env} --python"
    pip = f"{uv} pip install --quiet --python {env}/bin/python"
    installed = f"import importlib.metadata as m, os; assert m.version('{PLUGIN}') == os.environ['VERSION']"
    tried = f'{env}/bin/python -c "{installed}"'
    login = f"--non-interactive --disable-progress-bar -u __token__ -p {TOKEN} --repository-url {index.upload_url}"
    # The environment of the bench is none of the project's.
    yield "unset UV_PROJECT_ENVIRONMENT UV_PYTHON VIRTUAL_ENV; export VERSION=0.0.30rc$(date +%s)"
    yield 'sed -i "s/^version = .*/version = \\"$VERSION\\"/" pyproject.toml'
    yield f'sed -i "s/^    version = .*/    version = \\"$VERSION\\"/" {CODE}'
    yield f'sed -i "/^name = \\"{PLUGIN}\\"/{{n;s/.*/version = \\"$VERSION\\"/}}" uv.lock'
    yield "git commit --quiet --all --message $VERSION && git tag v$VERSION"
    yield "git push --quiet origin develop v$VERSION"
    publisher = f"{uv} sync --quiet --only-group publish --locked --python {ground.python(PYTHONS[-1])}"
    yield publisher
    yield f".venv/bin/python -c {shlex.quote(STATED)}"
    yield f"rm -rf dist && {uv} build --quiet --sdist --wheel --out-dir dist"
    boundary = ".venv/bin/python scripts/check_public_boundary.py --artifacts-only"
    yield f"{boundary} --artifact dist/*.whl --artifact dist/*.gz"
    yield ".venv/bin/python -m twine check dist/*.whl dist/*.gz"
    yield f".venv/bin/python -c {shlex.quote(MANIFEST)}"
    for python, kind in product(PYTHONS, ("whl", "tar.gz")):
        yield f"{venv} {ground.python(python)} && {pip} dist/*.{kind} && {tried}"
    yield f"{publisher} --no-install-project"
    yield f".venv/bin/python -m twine upload {login} dist/*.whl dist/*.gz"
    both = f"--index-url {index.simple_url} --extra-index-url {pypi(ground.folder).simple_url}"
    for python in PYTHONS:
        served = f"{pip} {both} --index-strategy unsafe-best-match"
        yield f"{venv} {ground.python(python)} && {served} {PLUGIN}==$VERSION && {tried}"
        extras = " ".join(f"--extra {extra}" for extra in ("test", "dev", EXTRA, "e2e"))
        yield f"{uv} sync --quiet --locked --python {ground.python(python)} {extras}"
        yield f"{uv} run --quiet python -m compileall -q netbox_proxbox tests"

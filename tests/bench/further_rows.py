"""Further rows: the bump of a project with a large lock, uploads, a whole candidate, and the rehearsal."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path

from releasegate.adapters.venvs.interpreters import Interpreters
from releasegate.adapters.venvs.interpreters import uv as uv_words
from releasegate.rehearsal.index import EmbeddedIndex, sample_wheel
from tests.bench.commands import AUTHOR, Command, Row, run

TOP = Path(__file__).parents[2]
TOKEN = "bench"
PARTS = 2600
"""How many packages a lock of 600 KB names."""

NEW = "1.0.$(date +%s)"
PROJECT = """\
[project]
name = "whole"
version = "1.0.0"
requires-python = ">=3.11"
dependencies = ["part"]

[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[[tool.uv.index]]
name = "parts"
url = "{parts}"
format = "flat"
default = true
"""
BUMP_MY_VERSION = """
[tool.bumpversion]
current_version = "1.0.0"
commit = true
parse = '(?P<major>\\d+)\\.(?P<minor>\\d+)\\.(?P<patch>\\d+)'

[[tool.bumpversion.files]]
filename = "pyproject.toml"
search = '''name = "whole"
version = "{current_version}"'''
replace = '''name = "whole"
version = "{new_version}"'''

[[tool.bumpversion.files]]
filename = "whole/__init__.py"

[[tool.bumpversion.files]]
filename = "uv.lock"
search = '''name = "whole"
version = "{current_version}"'''
replace = '''name = "whole"
version = "{new_version}"'''
"""
TBUMP = """
[tool.tbump.version]
current = "1.0.0"
regex = '(?P<major>\\d+)\\.(?P<minor>\\d+)\\.(?P<patch>\\d+)'

[tool.tbump.git]
message_template = "Release {new_version}"
tag_template = "v{new_version}"

[[tool.tbump.file]]
src = "pyproject.toml"
search = 'version = "{current_version}"'

[[tool.tbump.file]]
src = "whole/__init__.py"
"""


def bump_row(folder: Path, peers: Path) -> Row:
    """Return the row of the bump, of a project whose lock has 600 KB."""
    _parts(folder / "parts")
    made = {name: _whole(folder / f"bump-{name}", folder / "parts", more) for name, more in _SETTINGS.items()}
    ours = f"PYTHONPATH={TOP} exec {sys.executable} -m tests.bench.pieces bump {NEW}"
    uv = " ".join(uv_words())
    return Row(
        "bump of all version files, a lock of 600 KB among them",
        1.0,
        Command("the bump of a release, and its commit", ("sh", "-c", ours), made["ours"]),
        (
            Command(
                "bump-my-version bump, with its commit",
                ("sh", "-c", f"exec {peers / 'bump-my-version'} bump --new-version {NEW} patch"),
                made["bump-my-version"],
            ),
            Command(
                "tbump --only-patch, without the lock",
                ("sh", "-c", f"exec {peers / 'tbump'} --only-patch --non-interactive {NEW}"),
                made["tbump"],
            ),
            Command(
                "uv version, which locks anew; without the module",
                ("sh", "-c", f"exec {uv} version --no-sync --quiet {NEW}"),
                made["uv"],
            ),
        ),
    )


def served_rows(folder: Path, peers: Path, files: Path, index: EmbeddedIndex, pythons: Sequence[str]) -> Iterator[Row]:
    """Yield the rows of the upload and of a whole candidate; *index* serves, and *files* are a build's."""
    os.environ["BENCH_TOKEN"] = os.environ["TESTPYPI_TOKEN"] = TOKEN
    piece = f"PYTHONPATH={TOP} exec {sys.executable} -m tests.bench.pieces upload"
    login = f"--non-interactive --disable-progress-bar -u __token__ -p {TOKEN} --repository-url {index.upload_url}"
    twine = f"{peers / 'twine'} upload {login}"
    both = f"{files}/*/*.whl {files}/*/*.tar.gz"
    publish = f"{' '.join(uv_words())} publish --quiet --publish-url {index.upload_url} -u __token__ -p {TOKEN}"
    yield Row(
        "upload of both files, seen again on the index",
        1.2,
        Command(
            "the upload of a release", ("sh", "-c", f"{piece} {index.upload_url} {index.simple_url} {both}"), folder
        ),
        (
            Command("twine upload, which does not look", ("sh", "-c", f"exec {twine} {both}"), folder),
            Command("uv publish, which does not look", ("sh", "-c", f"exec {publish} {both}"), folder),
        ),
    )
    yield candidate_row(folder, twine, index, pythons)


def candidate_row(folder: Path, twine: str, index: EmbeddedIndex, pythons: Sequence[str]) -> Row:
    """Return the row of a whole candidate without containers, beside plain lines of a shell, one after another."""
    pair, clone = folder / "candidate", folder / "shell" / "harbor-api"
    tables = f'\n[tool.releasegate.indexes.testpypi]\nupload = "{index.upload_url}"\nsimple = "{index.simple_url}"\n'
    with (pair / "pyproject.toml").open("a", encoding="utf-8") as stream:
        stream.write(tables)
    release = (str(Path(sys.executable).parent / "releasegate"), "release", "--rc", "--package", "harbor-api")
    ours = f"git -C {pair}/harbor-api commit --quiet --allow-empty -m More && exec {' '.join(release)} --yes"
    return Row(
        "a whole candidate of one package, without containers",
        1.0,
        Command("releasegate release --rc", ("sh", "-c", ours), pair),
        (Command("plain lines of a shell", ("sh", "-ec", _shell(folder, twine, index, pythons)), clone),),
    )


def rehearsal_row(folder: Path) -> Row:
    """Return the row of the sample pair's rehearsal; nothing else plays one."""
    place, kept = folder / "rehearsal", ".releasegate/rehearsal/sample"
    place.mkdir()
    made = f"PYTHONPATH={TOP} {sys.executable} -m tests.bench.pieces sandbox {kept} && cp -a .releasegate ../set-up"
    # It goes on where it is: from a set-up that is put back before each run.
    again = f"test -d ../set-up || {{ {made}; }}; rm -rf .releasegate && cp -a ../set-up .releasegate"
    ours = str(Path(sys.executable).parent / "releasegate")
    command = Command("releasegate rehearse", (ours, "rehearse"), place, before=("sh", "-ec", again))
    return Row("rehearsal of the sample pair, after set-up", 0, command, (), within=30)


def _shell(folder: Path, twine: str, index: EmbeddedIndex, pythons: Sequence[str]) -> str:
    """Return what a careful workflow does: bump, commit, tag, push, build, check, upload, install and try."""
    uv, env = " ".join(uv_words()), folder / "shell" / "env"
    lines = [
        "VERSION=2.0.0rc$(date +%s)",
        'sed -i "s/^version = .*/version = \\"$VERSION\\"/" pyproject.toml uv.lock',
        "git commit --quiet --all --message $VERSION && git tag v$VERSION",
        "git push --quiet origin develop v$VERSION",
        f"rm -rf dist && {uv} build --quiet",
        f"{twine.split(maxsplit=1)[0]} check --strict dist/*.whl dist/*.tar.gz",
        f"{twine} dist/*.whl dist/*.tar.gz",
    ]
    # What an sdist is built with is on no staging index: so workflows name it beside the default one.
    pip = f"install --quiet --no-cache-dir --extra-index-url {index.simple_url}/"
    for python, kind in product(pythons, ("only", "no")):
        lines += [
            f"rm -rf {env} && {uv} venv --quiet --python {Interpreters(os.environ).find(python)} {env}",
            f"{sys.executable} -m pip --python {env}/bin/python {pip} --{kind}-binary harbor-api harbor-api==$VERSION",
            f"{env}/bin/harbor-api --help > /dev/null && {env}/bin/python -c 'import harbor_api.server'",
        ]
    lines.append(f"RELEASEGATE_VERSION=$VERSION PATH={env}/bin:$PATH {env}/bin/python e2e/check_service.py")
    return "\n".join(lines)


def _parts(folder: Path) -> None:
    folder.mkdir()
    names = [f"part-number-{number}" for number in range(PARTS)]
    needs = "".join(f"Requires-Dist: {name}\n" for name in names)
    whole = f"Metadata-Version: 2.1\nName: part\nVersion: 1.0\n{needs}"
    samples = [sample_wheel("part", "1.0", files={"part-1.0.dist-info/METADATA": whole})]
    for sample in (*samples, *(sample_wheel(name, "1.0") for name in names)):
        (folder / sample.filename).write_bytes(sample.content)


def _whole(folder: Path, parts: Path, more: str) -> Path:
    """Make the project in *folder*, locked and committed; the lock is made once."""
    (folder / "whole").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(PROJECT.format(parts=parts) + more, encoding="utf-8")
    (folder / "whole" / "__init__.py").write_text('__version__ = "1.0.0"\n', encoding="utf-8")
    made = next(iter(folder.parent.glob("bump-*/uv.lock")), None)
    if made is None:
        run(*uv_words(), "lock", "--quiet", cwd=folder)
    else:
        shutil.copy(made, folder)
    run("git", "init", "--quiet", "--initial-branch=develop", cwd=folder)
    for setting in AUTHOR[1::2]:
        run("git", "config", *setting.split("=", 1), cwd=folder)
    run("git", "add", "--all", cwd=folder)
    run("git", "commit", "--quiet", "--message=Whole", cwd=folder)
    return folder


_SETTINGS = {"ours": "", "bump-my-version": BUMP_MY_VERSION, "tbump": TBUMP, "uv": ""}

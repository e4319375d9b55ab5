"""Further rows: the bump of a project with a large lock, uploads, and the rehearsal."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

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


def upload_row(folder: Path, twine: str, files: Path, index: EmbeddedIndex) -> Row:
    """Return the row of the upload; *index* serves, and *files* are a build's."""
    os.environ["BENCH_TOKEN"] = TOKEN
    piece = f"PYTHONPATH={TOP} exec {sys.executable} -m tests.bench.pieces upload"
    login = f"--non-interactive --disable-progress-bar -u __token__ -p {TOKEN} --repository-url {index.upload_url}"
    both = f"{files}/*/*.whl {files}/*/*.tar.gz"
    publish = f"{' '.join(uv_words())} publish --quiet --publish-url {index.upload_url} -u __token__ -p {TOKEN}"
    return Row(
        "upload of both files, seen again on the index",
        1.2,
        Command(
            "the upload of a release", ("sh", "-c", f"{piece} {index.upload_url} {index.simple_url} {both}"), folder
        ),
        (
            Command("twine upload, which does not look", ("sh", "-c", f"exec {twine} upload {login} {both}"), folder),
            Command("uv publish, which does not look", ("sh", "-c", f"exec {publish} {both}"), folder),
        ),
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

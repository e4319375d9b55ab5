"""The rows: what this project does beside what people would use instead, on the real pair."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from releasegate.adapters.venvs.interpreters import uv as uv_words
from releasegate.rehearsal.index import EmbeddedIndex
from tests.bench.commands import Command, Row, run
from tests.bench.further_rows import TOKEN, bump_row, rehearsal_row, upload_row
from tests.bench.ground import EXTRA, PLUGIN, PYTHONS, STATED, Ground
from tests.bench.whole_candidate import candidate_row


def rows(ground: Ground) -> Iterator[Row]:
    """Yield the rows, in the order of the table."""
    pair, offline, empty = (ground.folder / each for each in ("pair", "offline", "empty"))
    ours, clone, kept = Path(sys.executable).parent, pair / PLUGIN, pair / ".releasegate"
    invoke, nox = str(ours / "invoke"), str(ours / "nox")
    for work, aim, argv, others in (
        ("start: the list of tasks", 1.3, (invoke, "--list"), ()),
        ("start: the list of sessions", 1.3, (nox, "-l"), ()),
        ("status without network", 2.0, (invoke, "status"), ()),
        ("all version files of the pair", 1.6, (nox, "-s", "versions"), _version_peers(ground, clone)),
    ):
        named = " ".join((Path(argv[0]).name, *argv[1:]))
        # Without an index, status ends with what says so.
        shown = Command(named, argv, offline, exits=6 if "status" in argv else 0)
        yield Row(work, aim, shown, (Command("the same tool with an empty file", argv, empty), *others))
    out = ground.folder / "out"
    yield Row(
        "build, verify, audit, manifest",
        1.3,
        Command("nox -s build", (nox, "-s", "build", "--", "--package", PLUGIN), pair, (kept,)),
        (
            Command("uv build", (*uv_words(), "build", "--quiet", "--out-dir", str(out)), clone, (out,)),
            Command("python -m build", (ground.peer("pyproject-build"), "--outdir", str(out)), clone, (out,)),
        ),
    )
    files = kept / "dist" / PLUGIN
    same, all_pip = (_installs(ground, files, by_pip=each) for each in (False, True))
    check = (nox, "-s", "install_check", "--", "--package", PLUGIN, "--source", "dist")
    yield Row(
        f"install check, wheel and sdist, Python {' and '.join(PYTHONS)}",
        1.5,
        Command("nox -s install_check", check, pair),
        (
            Command("the bare installs by the same installers", ("sh", "-c", same), ground.folder),
            Command("pip for all, in sequence", ("sh", "-c", all_pip), ground.folder),
        ),
    )

    yield bump_row(ground.folder, ground.folder / "peers" / "bin")
    with EmbeddedIndex(name="testpypi", root=ground.folder / "index", token=TOKEN) as index:
        if not files.is_dir():
            run(nox, "-s", "build", "--", "--package", PLUGIN, cwd=pair)
        yield upload_row(ground.folder, ground.peer("twine"), files, index)
        yield candidate_row(ground, index)
    yield rehearsal_row(ground.folder)


def _version_peers(ground: Ground, clone: Path) -> tuple[Command, ...]:
    return (
        Command("a bare script", (sys.executable, "-c", STATED), clone),
        Command("hatch version, which reads one of them", (ground.peer("hatch"), "version"), clone),
        Command(
            "tbump, bump-my-version", cannot="they say what their own tables say, and look at no file before a bump"
        ),
        Command("python-semantic-release", cannot="it reckons the next version from commits, and looks at no file"),
    )


def _installs(ground: Ground, files: Path, *, by_pip: bool) -> str:
    """Return the lines of a shell that install each file on each Python, with the installers that the check has.

    Where all is to be done *by_pip*, uv makes no more than the environments.
    """
    uv, pip = " ".join(uv_words()), f"{sys.executable} -m pip --python"
    lines = ["set -e", f"rm -rf {ground.folder}/bare"]
    for (place, python), kind in product(enumerate(PYTHONS), ("*.whl", "*.tar.gz")):
        env = f"{ground.folder}/bare/{python}{kind[-3:]}"
        lines.append(f"{uv} venv --quiet --python {ground.python(python)} {env}")
        piped = by_pip or place == (0 if kind == "*.whl" else len(PYTHONS) - 1)
        installer = f"{pip} {env}/bin/python install" if piped else f"{uv} pip install --python {env}/bin/python"
        lines.append(f'{installer} --quiet "{PLUGIN}[{EXTRA}] @ file://$(echo {files}/*/{kind})"')
    return "\n".join(lines)

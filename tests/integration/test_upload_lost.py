"""Who comes second in a race of uploads, or is not let in: what is told works when it is typed."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest
from judge import Judge
from real_indexes import RunningIndex
from test_family import judge
from testpair import AUTHOR, configuration, make_pair, on_indexes

from releasegate.adapters.index.package_index import SimpleIndex
from releasegate.frontends.program import Releasegate
from releasegate.ports import UploadAnswer
from releasegate.rehearsal.index import EmbeddedIndex, Refuse

__all__ = ["judge"]

NAME, SECRET = "tiny-api", "secret"
SDIST = "tiny_api-1.0.0rc1.tar.gz"
RELEASE = ("release", "--rc", "--package", NAME, "--to", "1.0.0", "--yes")


@dataclass(frozen=True)
class World:
    """A project of one package, and its staging index as anybody with a token reaches it."""

    root: Path
    index: EmbeddedIndex
    running: RunningIndex

    def types(self, *words: str) -> tuple[int, str]:
        """Return the exit code and all output of ``releasegate``."""
        said, tokens = io.StringIO(), {"STAGING_TOKEN": SECRET, "PRODUCTION_TOKEN": SECRET}
        with (
            patch.dict(os.environ, {**AUTHOR, **tokens}),
            chdir(self.root),
            redirect_stdout(said),
            redirect_stderr(said),
            pytest.raises(SystemExit) as ended,
        ):
            Releasegate().run(["releasegate", *words])
        return int(ended.value.code or 0), said.getvalue()

    def held(self) -> set[str]:
        """Return the names of the files that the index has."""
        return {file.filename for _, file in self.index.state.files()}


@pytest.fixture
def world(tmp_path: Path, judge: Judge) -> Iterator[World]:  # noqa: ARG001 - whether it installs is another test's
    with ExitStack() as stack:
        indexes = {
            name: stack.enter_context(EmbeddedIndex(name=name, root=tmp_path / "indexes" / name, token=SECRET))
            for name in ("staging", "production")
        }
        running = {n: RunningIndex(n, i.upload_url, i.simple_url, "__token__", SECRET) for n, i in indexes.items()}
        pair = make_pair(tmp_path, version="0.9.0")
        told = configuration(on_indexes(running["staging"], running["production"]))
        alone = told.partition('[[tool.releasegate.packages]]\nname = "tiny-plugin"')[0]
        (pair.root / "pyproject.toml").write_text(alone)
        yield World(pair.root, indexes["staging"], running["staging"])


def overtaken(world: World, folder: Path, change: bytes) -> AbstractContextManager[object]:
    """Let somebody else send each file, its sdist with *change* at its end, just before we send it."""
    sends = SimpleIndex.upload

    def upload(index: SimpleIndex, *paths: Path) -> UploadAnswer:
        for path in paths:
            if path.name in world.held():
                continue
            (theirs := folder / path.name).write_bytes(path.read_bytes() + (change if path.name == SDIST else b""))
            assert sends(index, theirs).exit_code == 0
        return sends(index, *paths)

    return patch.object(SimpleIndex, "upload", upload)


def test_who_sends_the_same_bytes_second_has_released_all_the_same(world: World, tmp_path: Path) -> None:
    (folder := tmp_path / "theirs").mkdir()
    with overtaken(world, folder, b""):
        code, output = world.types(*RELEASE)
    assert code == 0, output
    assert len(world.held()) == 2


def test_who_finds_other_bytes_goes_on_with_the_next_number_by_the_line_that_is_told(
    world: World, tmp_path: Path
) -> None:
    (folder := tmp_path / "theirs").mkdir()
    # Zeros after a gzip stream are padding: the index takes such a file.
    with overtaken(world, folder, b"\0"), patch("releasegate.steps.upload.taken_over", return_value={}):
        code, output = world.types(*RELEASE)
    assert code == 5, output
    assert f"staging holds other bytes under {SDIST}." in output
    assert "and 1.0.0rc2 is the next legal version" in output
    assert "then go on with the next number: releasegate release --rc --package " in output
    code, output = world.types(*RELEASE)
    assert code == 0, output
    assert {"tiny_api-1.0.0rc2-py3-none-any.whl", "tiny_api-1.0.0rc2.tar.gz"} < world.held()


def test_who_is_not_let_in_goes_on_with_the_same_number_once_that_is_mended(world: World) -> None:
    world.index.faults.add(Refuse(403, times=99, reason="Invalid or non-existent authentication information."))
    code, output = world.types(*RELEASE)
    assert code == 6, output
    assert "did not let us upload" in output
    code, output = world.types(*RELEASE)
    assert code == 2, output
    assert "as in the run before" in output
    assert "(now: STAGING_TOKEN is set)" in output
    world.index.faults.clear()
    code, output = world.types(*RELEASE)
    assert code == 0, output
    assert world.held() == {"tiny_api-1.0.0rc1-py3-none-any.whl", SDIST}

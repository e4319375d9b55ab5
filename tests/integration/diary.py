"""The diary of a pair's first day: every command is run, and what it prints is what the page says.

``python tests/integration/diary.py > docs/monday.md`` writes the page anew; a test runs it and compares.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from diary_words import ANSWERS, CALLED, FOLLOWED, OLD_WORKFLOW, ONLY_FROM_SOURCE, PAGE, SYNCHRONIZE
from git_repositories import ENVIRON, git
from test_parity import DATES, FORGE
from test_parity_pair import API, NAMED, PLUGIN
from testpair import PYTHON, sources

from releasegate.adapters.git.repository import GitRepository
from releasegate.rehearsal.forge import EmbeddedForge
from releasegate.rehearsal.index import EmbeddedIndex
from releasegate.rehearsal.index.listener import Listener

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

BIN = Path(sys.executable).parent
SECRETS = {"TEST_PYPI_TOKEN": "of-testpypi", "PYPI_TOKEN": "of-pypi"}
BRANCHES = {API: "main", PLUGIN: "develop"}


@dataclass(frozen=True)
class Ground:
    """Two clones beside each other, their mirrors, an index pair and two forges.

    ``words`` are not the same twice, and what stands for them; *indexes* are the lines of an index's table here.
    """

    root: Path
    words: Mapping[str, str]
    indexes: Mapping[str, str]
    environ: Mapping[str, str]

    def run(self, line: str) -> str:
        """Run a line as the page shows it, and return what it printed, without what differs from run to run."""
        told = {**ENVIRON, **DATES, **SECRETS, **dict.fromkeys(FORGE, "of-the-forge"), **NAMED, **self.environ}
        env = {**told, "PATH": f"{BIN}:{os.environ['PATH']}", "HOME": os.environ["HOME"], "TERM": "dumb"}
        argv = ["bash", "-c", line]
        done = subprocess.run(argv, cwd=self.root, env=env, capture_output=True, text=True, timeout=300, check=False)
        said = done.stdout + done.stderr
        if done.returncode:
            raise AssertionError(f"{line} ended with {done.returncode}\n{said}")
        return self.same(said)

    def same(self, said: str) -> str:
        """Return *said* without seconds, hashes, ports, and lines that come only where a step takes long."""
        for word, stands_for in self.words.items():
            said = said.replace(word, stands_for)
        said = re.sub(r"^ {7}\.\.\. .*\n", "", said, flags=re.MULTILINE)
        said = re.sub(r"^( *\w+) +\d+\.\d s  ", r"\1  ", said, flags=re.MULTILINE)
        said = re.sub(r"( (?:pass|known|waived|fail)) +\d+\.\d$", r"\1", said, flags=re.MULTILINE)
        said = re.sub(r"^(package .*?) +seconds$|(\b\d+ of \d+) +\d+\.\d$", r"\1\2", said, flags=re.MULTILINE)
        said = re.sub(r"\b[0-9a-f]{12,64}\b", "(hash)", said)
        said = re.sub(r"\b\d+ GiB are free", "50 GiB are free", said)
        said = re.sub(
            r"^(  ok +tools: ).*", r"\1git, twine, pip, build and uv, each with its version", said, flags=re.MULTILINE
        )
        return re.sub(r" +$", "", said, flags=re.MULTILINE)


def opened(root: Path, stack: ExitStack) -> Ground:
    """Make the ground: two clones of repositories whose mirrors take branches from them alone, and tags."""
    indexes = {
        name: stack.enter_context(EmbeddedIndex(name=name, root=root / name, token=token))
        for name, token in zip(("testpypi", "pypi"), SECRETS.values(), strict=True)
    }
    words = {}
    work = root / "work"
    work.mkdir()
    addresses = {}
    for name, index in indexes.items():
        addresses[name] = f'upload = "{index.upload_url}"\nsimple = "{index.simple_url}"\n'
        words[index.address] = f"https://{name}.example"
    forges = {name: _repository(root, work, name) for name in (API, PLUGIN)}

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        names = [name for name in forges if f"/octo/{name}" in environ["PATH_INFO"]] or [*forges]
        held: list[tuple[str, list[tuple[str, str]]]] = []

        def kept(status: str, headers: list[tuple[str, str]], *_: object) -> Callable[[bytes], object]:
            held.append((status, headers))
            return lambda _: None

        # Where stored files lie names no repository: it is in one of them.
        for name in names:
            body = list(forges[name].app(environ, kept))
            if not held[-1][0].startswith("404"):
                break
        start_response(*held[-1])
        return body

    listener = Listener(answer, port=0)
    stack.callback(listener.stop)
    words |= {listener.address: "https://forge.example", str(work): "~/work"}
    # The page is the same, whichever Python runs it.
    words |= {f"Python {PYTHON}": "Python 3.11", f'"{PYTHON}"': '"3.11"', f"=={PYTHON}.*": "==3.11.*"}
    told = {"FORGE": listener.address}
    return Ground(work, words, addresses, told)


def _repository(root: Path, work: Path, name: str) -> EmbeddedForge:
    source, mirror, branch = root / "gitea" / f"{name}.git", root / "github" / f"{name}.git", BRANCHES[name]
    for bare in (source, mirror):
        bare.parent.mkdir(exist_ok=True)
        git(root, "init", "--quiet", "--bare", f"--initial-branch={branch}", str(bare))
        git(bare, "config", "receive.denyNonFastForwards", "true")
        git(bare, "config", "receive.denyDeletes", "true")
    _hook(mirror, "pre-receive", ONLY_FROM_SOURCE)
    _hook(source, "post-receive", FOLLOWED.format(mirror=mirror, synchronize=_hook(source, "synchronize", SYNCHRONIZE)))
    clone = work / name
    for path, text in {**sources(name, version="1.0.0"), **OLD_WORKFLOW, **_variables(name)}.items():
        (clone / path).parent.mkdir(parents=True, exist_ok=True)
        (clone / path).write_text(text.replace(f">={PYTHON}", f"=={PYTHON}.*"))
    git(clone, "init", "--quiet", f"--initial-branch={branch}")
    git(clone, "add", "--all")
    subprocess.run(["git", "commit", "-qm", "1.0.0"], cwd=clone, env={**ENVIRON, **DATES}, check=True)
    git(clone, "remote", "add", "origin", str(source))
    git(clone, "remote", "add", "github", str(mirror))
    git(clone, "push", "--quiet", "--set-upstream", "origin", branch)
    git(clone, "push", "--quiet", "origin", f"{branch}:main") if branch != "main" else None
    git(clone, "fetch", "--quiet", "--all")
    repository = GitRepository(mirror, ENVIRON)
    return EmbeddedForge(root / f"forge-{name}", f"octo/{name}", token="of-the-forge", commit_of=repository.tagged)


def _hook(bare: Path, name: str, script: str) -> Path:
    path = bare / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(script)
    path.chmod(0o755)
    return path


def _variables(name: str) -> dict[str, str]:
    return {".github/workflows/e2e.yml": CALLED} if name == PLUGIN else {}


def page(ground: Ground) -> Iterator[str]:
    """Yield the page: its words as they are, its commands with what they print."""
    for part in re.split(r"(^```console\n.*?^```\n)", PAGE, flags=re.MULTILINE | re.DOTALL):
        if not part.startswith("```console"):
            yield _answered(ground, part)
            continue
        yield "```console\n"
        for line in part.splitlines()[1:-1]:
            yield f"$ {line}\n{ground.run(line)}"
        yield "```\n"


def _answered(ground: Ground, words: str) -> str:
    """Write the answers that a part of the page shows into the table, beside what only this ground needs."""
    file = ground.root / PLUGIN / "pyproject.toml"
    for name, (old, shown) in ANSWERS.items():
        if f"({name})" in words:
            new, text = shown, file.read_text()
            for key, value in ground.environ.items():
                new = new.replace(f"({key})", value)
            for index, lines in ground.indexes.items():
                heading = f"[tool.releasegate.indexes.{index}]\n"
                text = text.replace(f"{heading}token", f"{heading}{lines}token")
            if old not in text:
                raise AssertionError(f"{name}: {old!r} is not in\n{text}")
            file.write_text(text.replace(old, new, 1))
            words = words.replace(f"({name})\n", ground.same(new))
    return words


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        sys.stdout.write("".join(page(opened(Path(folder), stack))))


if __name__ == "__main__":
    main()

"""Plants defects into a stack that was left up, one after the other, and lets the checks judge it."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from junitparser import Error, Failure, JUnitXml
from junitparser.junitparser import Properties

from tests.mutants.kept import CHECKS, PLUGINS, SUITE, KeptStack, docker
from tests.mutants.mutant import NO_PLACE, NOT_STARTED, Caught, Mutant, Side

_RUNS: dict[Side, tuple[str, ...]] = {"plugin": ("netbox", "worker"), "backend": ("backend",)}
_DATABASE = ("--username=netbox", "--maintenance-db=postgres")
_STARTED = 240.0
_JUDGED = 900.0
_FAILURES = 3
"""After so many contracts that broke, enough is known of a mutant."""


@dataclass(frozen=True)
class Bench:
    """A kept stack, the packages' folders inside of its containers, and the database that every mutant starts from."""

    project: str
    reports: Path
    packages: dict[Side, str]
    only: tuple[str, ...] = ()

    @property
    def stack(self) -> KeptStack:
        """The stack as it is now: a port is another one after each start."""
        return KeptStack.of(self.project, self.reports)

    def prepare(self, dump: Path) -> None:
        """Keep a fresh database in the server, where none is kept yet: that of the dump that the stack came from."""
        server = self.stack.containers["postgres"]["Id"]
        held = docker(
            "exec",
            server,
            "psql",
            "--username=netbox",
            "--tuples-only",
            "--command=SELECT datname FROM pg_database",
            "postgres",
        )
        if "fresh" in held.split():
            return
        for command in (["dropdb", "--if-exists", *_DATABASE, "fresh"], ["createdb", *_DATABASE, "fresh"]):
            docker("exec", server, *command)
        restore = ["psql", "--no-psqlrc", "--quiet", "--output=/dev/null", "--username=netbox", "fresh"]
        docker("exec", "--interactive", server, *restore, told=gzip.decompress(dump.read_bytes()))

    def sources(self) -> dict[tuple[Side, str], str]:
        """Return every Python file of both packages, as it is installed."""
        return {(side, name): text for side in _RUNS for name, text in self._tree(side)}

    def judge(self, mutant: Mutant) -> Caught:
        """Plant one mutant into a fresh stack, return what told of it, and take it away again."""
        source = self._read(mutant)
        planted = mutant.planted(source) if source is not None else None
        if source is None or planted is None:
            return Caught(mutant, how=NO_PLACE)
        began = time.monotonic()
        self._write(mutant, planted)
        try:
            if not self.start():
                return Caught(mutant, how=NOT_STARTED, seconds=time.monotonic() - began)
            return Caught(mutant, self.broken(), seconds=time.monotonic() - began)
        finally:
            self._write(mutant, source)

    def start(self) -> bool:
        """Start the pair anew on a fresh database; whether all of it comes up."""
        stack = self.stack
        numbers = {name: each["Id"] for name, each in stack.containers.items()}
        docker("stop", "--time", "2", numbers["netbox"], numbers["worker"], numbers["backend"])
        for command in (
            ["dropdb", "--if-exists", "--force", *_DATABASE, "netbox"],
            ["createdb", *_DATABASE, "--template=fresh", "netbox"],
        ):
            docker("exec", numbers["postgres"], *command)
        docker("run", "--rm", "--volumes-from", numbers["backend"], "--entrypoint", "sh",
               stack.containers["backend"]["Config"]["Image"], "-c", "rm -rf /data/*")  # fmt: skip
        docker("start", numbers["backend"], numbers["netbox"], numbers["worker"])
        ready = {"netbox": ["healthy", "serve"], "backend": ["healthy"]}
        end = time.monotonic() + _STARTED
        while time.monotonic() < end:
            if all(_passes(numbers[name], words) for name, words in ready.items()):
                return True
            time.sleep(2)
        return False

    def broken(self) -> tuple[str, ...]:
        """Run the checks and return the contracts that broke; those that could not be judged are no more of them."""
        environment = {
            **self.stack.environment,
            "RELEASEGATE_SINCE": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        }
        folder = Path(environment["RELEASEGATE_REPORT"])
        report = folder / "junit-mutant.xml"
        report.unlink(missing_ok=True)
        folders = [str(folder.absolute()) for folder in (*CHECKS, SUITE)]
        words = ["-q", f"--maxfail={_FAILURES}", f"--junitxml={report}", "-c", str(SUITE.absolute() / "pytest.ini")]
        words += [word for name in ("no:cacheprovider", *PLUGINS) for word in ("-p", name)]
        chosen = [str(file.absolute()) for folder in CHECKS for name in self.only for file in folder.glob(name)]
        pytest = [sys.executable, "-m", "pytest", *words, *(chosen or folders[: len(CHECKS)])]
        environment["PYTHONPATH"] = os.pathsep.join(folders)
        try:
            subprocess.run(pytest, cwd=CHECKS[0], env=environment, capture_output=True, timeout=_JUDGED, check=False)
        except subprocess.TimeoutExpired:
            return ("the checks do not end",)
        return tuple(sorted(set(_failed(report))))

    def _read(self, mutant: Mutant) -> str | None:
        place = f"{self.packages[mutant.side]}/{mutant.file}"
        try:
            return docker("exec", self._containers(mutant)[0], "cat", place)
        except subprocess.CalledProcessError:
            return None

    def _write(self, mutant: Mutant, text: str) -> None:
        place = Path(self.packages[mutant.side], mutant.file)
        for container in self._containers(mutant):
            archive = io.BytesIO()
            with tarfile.open(fileobj=archive, mode="w") as packed:
                member, content = tarfile.TarInfo(place.name), text.encode()
                member.size, member.mtime, member.mode = len(content), int(time.time()), 0o644
                packed.addfile(member, io.BytesIO(content))
            docker("cp", "-", f"{container}:{place.parent}", told=archive.getvalue())

    def _containers(self, mutant: Mutant) -> list[str]:
        held = self.stack_any().containers
        return [held[service]["Id"] for service in _RUNS[mutant.side]]

    def stack_any(self) -> KeptStack:
        """Return the stack, those of its containers that are stopped too."""
        return KeptStack.of(self.project, self.reports, stopped=True)

    def _tree(self, side: Side) -> Iterator[tuple[str, str]]:
        container = self.stack.containers[_RUNS[side][0]]["Id"]
        packed = subprocess.run(
            ["docker", "cp", f"{container}:{self.packages[side]}", "-"], check=True, capture_output=True
        ).stdout
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            for member in archive:
                inside = member.name.partition("/")[2]
                stream = archive.extractfile(member) if inside.endswith(".py") and "migrations" not in inside else None
                if stream is not None and "tests/" not in inside and "generated/" not in inside:
                    yield inside, stream.read().decode()


def _passes(container: str, words: list[str]) -> bool:
    done = subprocess.run(
        ["docker", "exec", container, "/opt/releasegate/run", *words], capture_output=True, check=False
    )
    return done.returncode == os.EX_OK


def _failed(report: Path) -> Iterator[str]:
    if not report.exists():
        yield "the checks could not be run"
        return
    for case in (case for suite in JUnitXml.fromfile(str(report)) for case in suite):
        if any(isinstance(result, Failure | Error) for result in case.result):
            told = {p.name: p.value for group in case.iterchildren(Properties) for p in group}  # type: ignore[no-untyped-call]
            yield str(told.get("contract", case.name))

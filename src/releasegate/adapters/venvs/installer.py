"""pip installs into the environments: one file by path and hash, everything else from the dependencies' index."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import file_digest
from importlib.util import find_spec
from pathlib import Path

from releasegate.adapters.process import Completed, last_lines
from releasegate.adapters.venvs import pip_script
from releasegate.adapters.venvs.venv import Venv
from releasegate.core.config.keys import Package
from releasegate.core.errors import Unavailable
from releasegate.core.install.installed_from import Expected, provenance_problems
from releasegate.core.install.pip_faults import TRANSPORT
from releasegate.core.install.pip_report import installed_from
from releasegate.core.trust import trusted
from releasegate.ports import Origin

_INSTALL_SECONDS = 1800.0
_CHECK_SECONDS = 120.0
_ANSWER_SECONDS = 15.0
_SERVER_ERROR = 500


@dataclass(frozen=True)
class Installation:
    """What an installation came to: where everything came from, what is wrong with it, and what was tried on it."""

    origins: tuple[Origin, ...]
    problems: tuple[str, ...]
    tried: str = ""


@cache
def serves(minor: str) -> bool:
    """Whether the pip that runs here installs into environments of a minor version of Python."""
    from importlib.metadata import metadata

    from packaging.specifiers import SpecifierSet

    return SpecifierSet(metadata("pip")["Requires-Python"] or "").contains(f"{minor}.99")


def expected(package: Package, copy: Path) -> Expected:
    """Return what is to be installed: the file or the tree that lies at *copy*."""
    return Expected(package.name, copy.as_uri(), None if copy.is_dir() else _sha256(copy))


def requirements(package: Package, own: Expected) -> tuple[str, ...]:
    """Return what an installer is asked for: the package's own file, with its extras, and what is wanted beside it."""
    extras = f"[{','.join(package.install.extras)}]" if package.install.extras else ""
    return (f"{package.name}{extras} @ {own.url}", *package.install.requirements)


@dataclass(frozen=True)
class Installer:
    """Installs into environments with the pip that runs here, or with their own where it has left their Python behind.

    *index* is the simple URL that dependencies (and build requirements) come from; *staging_hosts* are the hosts
    (``host`` or ``host:port``, of the pages and of the files) that none may come from.
    """

    index: str
    environ: Mapping[str, str]
    staging_hosts: frozenset[str] = frozenset()

    def install(self, venv: Venv, package: Package, *, file: Path, cache: Path) -> Installation:
        """Install *file* (a wheel, an sdist or a source tree) with what the package wants beside it.

        *cache* is pip's cache. It is shared by the environments of one check and by nothing else: pip also keeps wheels
        that it built from an sdist, by path.

        What pip says against it counts when it says so again, past every cache.

        Raises:
            Unavailable: the index does not answer, or not with what it should, or the environment's Python is broken.
        """
        own = expected(package, venv.copy_in(file))
        report = venv.folder / "report.json"
        cache.mkdir(parents=True, exist_ok=True)
        words = (
            *("install", "--isolated", "--no-compile", "--progress-bar=off"),
            *("--index-url", self.index, "--report", str(report)),
            *requirements(package, own),
        )
        done = self._pip(venv, *words, "--cache-dir", str(cache), timeout=_INSTALL_SECONDS, given=(cache,))
        if done.exit_code and not done.timed_out:
            self._ask_index()
            done = self._pip(venv, *words, "--no-cache-dir", timeout=_INSTALL_SECONDS)
        if done.exit_code:
            self._ask_index()
            said = last_lines(done.stderr or done.stdout)
            if done.timed_out or TRANSPORT.search(done.stderr):
                raise self._unserved(file.name, said)
            venv.require_start()
            return Installation((), (f"pip could not install {file.name} (exit code {done.exit_code}).", *said))
        return self._judged(report, own)

    def check(self, venv: Venv) -> tuple[str, ...]:
        """Return what ``pip check`` finds: requirements that are missing or do not fit each other."""
        done = self._pip(venv, "check", timeout=_CHECK_SECONDS)
        return tuple(f"pip check: {line}" for line in last_lines(done.stdout + done.stderr)) if done.exit_code else ()

    def _judged(self, report: Path, own: Expected) -> Installation:
        try:
            text = report.read_text(encoding="utf-8", errors="replace")
        except OSError:
            text = ""
        arrived = installed_from(text)
        origins = tuple(Origin(a.name, a.version, a.sha256, a.host) for a in arrived)
        return Installation(origins, provenance_problems(arrived, own=own, staging_hosts=self.staging_hosts))

    def _pip(self, venv: Venv, *words: str, timeout: float, given: tuple[Path, ...] = ()) -> Completed:
        begin, told = self._program(venv)
        pip = [*begin, "--no-input", *words]
        isolation = venv.isolation(*given)
        env = isolation.environment(**told, TMPDIR=str(venv.folder))
        return isolation.run(pip, env=env, cwd=venv.folder, timeout=timeout, stop=venv.stop)

    def _program(self, venv: Venv) -> tuple[tuple[str, ...], Mapping[str, str]]:
        """Return what begins a command of pip's in the environment, and the variables for it.

        It is the pip that runs here, or for a Python that it has left behind the one which that Python brings.
        """
        if serves(venv.minor):
            begin, told = _begin(venv)
            return (*begin, "--python", str(venv.python)), told
        isolation = venv.isolation()
        own = str(venv.python), "-I", "-m"
        words = [*own, "ensurepip"]
        isolation.run(
            words,
            env=isolation.environment(TMPDIR=str(venv.folder)),
            cwd=venv.folder,
            timeout=_CHECK_SECONDS,
            stop=venv.stop,
        )
        return (*own, "pip"), {}

    def _ask_index(self) -> None:
        """Tell an index that is down from a release that is bad, by asking it rather than by pip's words."""
        import requests

        try:
            status = requests.head(
                self.index, timeout=_ANSWER_SECONDS, allow_redirects=True, verify=trusted(self.environ)
            ).status_code
        except requests.RequestException as error:
            raise self._silent(type(error).__name__) from error
        if status >= _SERVER_ERROR:
            raise self._silent(f"HTTP status {status}")

    def _unserved(self, name: str, words: tuple[str, ...]) -> Unavailable:
        return Unavailable(
            f"What {name} needs beside it cannot be had in time, or undamaged, from {self.index}",
            hint="Run the same command again a little later; nothing was judged",
            details=words,
        )

    def _silent(self, how: str) -> Unavailable:
        return Unavailable(
            f"The index that dependencies come from does not answer ({how}): {self.index}",
            hint="Run the same command again when it does; nothing was judged",
        )


def _begin(venv: Venv) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """Return what begins a pip command in the environment, and the variables for it.

    For ``--python`` pip starts itself once more, by this file and with this variable: it is started like that at once.
    """
    pip = find_spec("pip")
    runner = Path(str(pip.origin)).parent / "__pip-runner__.py" if pip is not None else None
    if runner is None or not runner.is_file():
        return (sys.executable, "-P", *pip_script.words()), {}
    return (str(venv.python), *pip_script.words(str(runner))), {"_PIP_RUNNING_IN_SUBPROCESS": "1"}


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()

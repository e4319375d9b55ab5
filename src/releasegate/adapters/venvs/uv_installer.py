"""uv installs into the environments: what one resolution names, each file held against the sha256 that it names.

What uv says counts only where all of it is right. Anything else is no verdict: then pip is asked, as users ask it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from releasegate.adapters.venvs.installer import Installation, expected, requirements
from releasegate.adapters.venvs.interpreters import uv
from releasegate.adapters.venvs.venv import Venv
from releasegate.core.config.keys import Package
from releasegate.core.install.installed_from import provenance_problems
from releasegate.core.install.pylock import Present, located
from releasegate.ports import Origin

_SECONDS = 600.0
_WANTED, _LOCK = "wanted.txt", "pylock.toml"


@dataclass(frozen=True)
class UvInstaller:
    """Installs into environments with the uv that runs here; the fields are the ``Installer``'s."""

    index: str
    environ: Mapping[str, str]
    staging_hosts: frozenset[str] = frozenset()

    def install(self, venv: Venv, package: Package, *, file: Path, cache: Path) -> Installation | None:
        """Install *file* with what the package wants beside it; ``None`` where anything about that is not right.

        *cache* is uv's. It is shared by the environments of one check and by nothing else.
        """
        own = expected(package, venv.copy_in(file))
        (venv.folder / _WANTED).write_text("\n".join(requirements(package, own)), encoding="utf-8")
        # A lock names each file; what is installed from it is checked against its hash.
        lock = (
            "compile",
            "--quiet",
            "--format",
            _LOCK,
            "--output-file",
            _LOCK,
            "--no-header",
            "--no-annotate",
            _WANTED,
        )
        # pip does not look at what a package's own pyproject.toml tells uv.
        source = ("--default-index", self.index, "--no-sources", "--cache-dir", str(cache))
        cache.mkdir(parents=True, exist_ok=True)
        for words in (lock, ("install", "--quiet", "--requirement", _LOCK)):
            if not self._uv(venv, *words, *source, given=(cache,)):
                return None
        text = (venv.folder / _LOCK).read_text(encoding="utf-8", errors="replace")
        arrived = located(text, _present(venv), folder=venv.folder)
        if provenance_problems(arrived, own=own, staging_hosts=self.staging_hosts):
            return None
        return Installation(tuple(Origin(a.name, a.version, a.sha256, a.host) for a in arrived), ())

    def fits(self, venv: Venv, *, cache: Path) -> bool:
        """Whether no requirement is missing in the environment, and all fit each other; *cache* is as above."""
        cache.mkdir(parents=True, exist_ok=True)
        return self._uv(venv, "check", "--quiet", "--cache-dir", str(cache), given=(cache,))

    def _uv(self, venv: Venv, *words: str, given: tuple[Path, ...] = ()) -> bool:
        isolation = venv.isolation(*given)
        argv = [*uv(), "pip", *words, "--python", str(venv.python)]
        env = isolation.environment(TMPDIR=str(venv.folder))
        done = isolation.run(argv, env=env, cwd=venv.folder, timeout=_SECONDS, stop=venv.stop)
        return done.exit_code == 0


def _present(venv: Venv) -> dict[str, Present]:
    """Return the distributions that the environment holds, as their own folders tell of them."""
    from releasegate.adapters.venvs.distributions import folders

    return {each.name: each for each in map(_told, folders(venv.folder / "env"))}


def _told(info: Path) -> Present:
    from email.parser import HeaderParser

    from packaging.tags import parse_tag

    texts = [info / name for name in ("METADATA", "WHEEL")]
    about, wheel = (HeaderParser().parsestr(_text(path)) for path in texts)
    tags = chain.from_iterable(parse_tag(tag) for tag in wheel.get_all("Tag", ()) if tag.count("-") == 2)  # noqa: PLR2004
    return Present(str(about["Name"]), str(about["Version"]), frozenset(tags))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""

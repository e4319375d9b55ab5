"""This project's own sessions, and the package's."""

from __future__ import annotations

import nox

from releasegate.frontends.nox import sessions

nox.options.default_venv_backend = "uv"
nox.options.sessions = ["lint", "types", "tests"]

sessions()


def _install(session: nox.Session) -> None:
    session.install("--require-hashes", "-r", "requirements.txt")
    session.install("--no-deps", "-e", ".")


@nox.session(reuse_venv=True)
def tests(session: nox.Session) -> None:
    """All tests but the slow ones; with arguments for pytest, just those."""
    _install(session)
    arguments = session.posargs or [
        "-m",
        "not slow",
        "-n",
        "auto",
        "--dist",
        "loadfile",
        "--cov",
        "--cov-report=term:skip-covered",
    ]
    session.run("python", "-m", "pytest", *arguments)


@nox.session(reuse_venv=True)
def lint(session: nox.Session) -> None:
    """Ruff finds nothing."""
    _install(session)
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")


@nox.session(reuse_venv=True)
def types(session: nox.Session) -> None:
    """Mypy strict finds nothing, in the tests too."""
    _install(session)
    session.run("mypy")

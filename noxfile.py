"""This project's own sessions, and the package's."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import nox

from releasegate.frontends.nox import sessions

nox.options.default_venv_backend = "uv"
nox.options.sessions = ["lint", "types", "tests"]

_APP = """
build_cache ci/handover ci/parts ci/runner ci/vendor ci/workflows container_runner deliveries examine kept late newer
orders outcomes package_state pairs project release reports status verify/evidence verify/provenance verify/rebuild
verify/verify watch workspace
"""
_FRONTENDS = """
commands/aftercare commands/cells commands/doctor commands/each_package commands/end_to_end_gate commands/handover
commands/pairs commands/rehearsals commands/releases commands/single_gates commands/status commands/upkeep
commands/verification completion generated/configuration_schema generated/error_page generated/readme_sample
generated/report_schema invoke nox options own_files program proposals screen/console screen/forms screen/log_progress
screen/moving_line screen/printer screen/run_log screen/tables screen/terminal_text shown
"""
PROVEN = ",".join(
    f"src/releasegate/{place}"
    for place in (
        *("core/*", "steps/*", "pipelines.py", "engine.py", "ledger_writer.py", "rehearsal/*"),
        *(f"app/{name}.py" for name in _APP.split()),
        *(f"frontends/{name}.py" for name in _FRONTENDS.split()),
    )
)
"""What decides over a release, and what asks for one and shows it: every branch of it is covered by tests."""

PAIR = "--source pypi --version 0.0.29.post6 --backend-source pypi --backend-version 0.0.27.post4"
"""A pair that fits, as PyPI has it."""

sessions()


def _install(session: nox.Session, *, compiled: bool = False) -> None:
    # Synced, so that what is no longer pinned goes. What starts hundreds of processes has all that they import compiled
    # once, also where Python may write no bytecode.
    compiling = ["--compile-bytecode"] if compiled else []
    session.run_install("uv", "pip", "sync", "--require-hashes", *compiling, "requirements.txt", silent=True)
    session.install("--no-deps", "-e", ".")
    if compiled:
        session.run_install("python", "-m", "compileall", "-q", "src", silent=True)


@nox.session(reuse_venv=True)
def tests(session: nox.Session) -> None:
    """All tests but the slow ones and those that need an engine; with arguments for pytest, just those."""
    _install(session, compiled=True)
    if session.posargs:
        session.run("python", "-m", "pytest", *session.posargs)
        return
    quick = ("-m", "not slow and not docker and not pair")
    # In the order of the folders: the many short files of tests/unit come last, so that no long one ends alone.
    # One more than there are cores, since each waits now and then: for a disk, a server, the end of a time.
    workers = str((os.cpu_count() or 1) + 1)
    parallel = ("-n", workers, "--dist", "loadfile", "--no-loadscope-reorder")
    session.run("python", "-m", "pytest", *quick, *parallel, "--cov", "--cov-report=")
    session.run("coverage", "report", "--skip-covered", f"--include={PROVEN}", "--fail-under=100")


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
    # The checks are a folder of their own, with modules of their own names.
    checks = ("e2e/suite", "e2e/netbox/checks", "e2e/proxbox/checks")
    session.run("mypy", *checks, env={"MYPYPATH": ":".join(checks)})


@nox.session(venv_backend="none", default=False)
def pins(session: nox.Session) -> None:
    """Write every pin anew from one resolution that keeps the versions that fit; with --upgrade, the newest."""
    session.run(sys.executable, "pins.py", *session.posargs, external=True)


@nox.session(reuse_venv=True, default=False)
def bench(session: nox.Session) -> None:
    """Measure beside what people would use instead, and how the work grows; writes docs/benchmarks.*."""
    _install(session, compiled=True)
    session.run("python", "-m", "tests.bench", *session.posargs)


@nox.session(venv_backend="none", default=False)
def bench_cells(session: nox.Session) -> None:
    """Time an end-to-end cell on an engine that has nothing of it, then again; then the same for two side by side.

    Cold is what a fresh machine pays: the base images too, pulled, or made where the variables name those of e2e/bases.
    """
    import statistics  # noqa: PLC0415 - late, for the list of sessions is asked for more often

    options = session.posargs or [*PAIR.split(), "--netbox", "4.7.3"]
    measured = []
    for cells in (("--path", "fresh"), ("--path", "fresh", "--path", "upgrade")):
        session.run("invoke", "cache", "--clear", external=True)
        bases = _base_images()
        session.run("docker", "image", "rm", "--force", *bases, external=True, silent=True, success_codes=[0, 1])
        times = []
        for _ in range(4):
            started = time.monotonic()
            if any(name.startswith("releasegate-base/") for name in bases):
                session.run("e2e/bases/make.sh", external=True, silent=True)
            session.run("nox", "-s", "e2e", "--", *options, *cells, external=True)
            times.append(time.monotonic() - started)
        cold, warm = times[0], statistics.median(times[1:])
        measured.append(f"{' '.join(cells)}: cold {cold:.0f} s, warm {warm:.0f} s, {warm / cold:.3f} of it")
        session.log(measured[-1])
    session.log("; ".join(measured))


@nox.session(reuse_venv=True, default=False)
def faults(session: nox.Session) -> None:
    """Inject faults into releases and inputs, and count what becomes of them; with --short, a few of each kind."""
    _install(session, compiled=True)
    beside = os.pathsep.join(str(Path("tests", each).absolute()) for each in ("integration", "unit"))
    session.run("python", "-m", "tests.faults", *session.posargs, env={"PYTHONPATH": beside})


@nox.session(reuse_venv=True, default=False)
def mutants(session: nox.Session) -> None:
    """Plant defects into a stack that e2e left up with --keep, and say of each which contract tells of it."""
    _install(session)
    session.run("python", "-m", "tests.mutants", *session.posargs)


def _base_images() -> tuple[str, ...]:
    from pathlib import Path  # noqa: PLC0415 - as above

    from releasegate.app.project import load  # noqa: PLC0415

    stack = load(Path.cwd(), environ=os.environ).settings.stack
    if stack is None:
        return ()
    pulled = {each.name: stack.pulled(each, os.environ) for each in stack.kit.images if each.pull}
    return pulled["python"].format(python="3.13"), pulled["postgres"], pulled["redis"]

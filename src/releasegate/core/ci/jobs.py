"""The jobs of the release workflow: what each runs, may do and hands over.

Foreign code (build backends, dependencies, the installed package, end-to-end commands) runs in the jobs ``prove``,
``build``, ``e2e`` and ``judge`` alone: they may read the repository, and have no secret. ``tell``, ``publish`` and
``seal`` run releasegate alone, over files that they check; only ``publish`` has an index's identity or token, in the
index's own environment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from releasegate.core.ci.private import JOB as PRIVATE
from releasegate.core.ci.yaml_values import quoted
from releasegate.core.config.model import ForgeConfig, IndexConfig, Settings
from releasegate.core.e2e.matrix import Cell, Wanted, matrix
from releasegate.core.errors import ConfigurationError
from releasegate.core.release.companion import variables

Role = Literal["staging", "production"]

TAKEN, GIVEN = "taken", "given"
"""The folders of a runner in which a job finds what others handed over, and leaves what it hands over."""

READS = ("contents: read",)
_WRITES = ("contents: write  # evidence, tags and releases",)
_ASKS = ("actions: read  # how the run ended that proved the candidate",)
LONG, CELL, SHORT = 180, 90, 60
_PLAN = 'cells=$(releasegate e2e --record --plan json) && echo "cells=$cells" >> "$GITHUB_OUTPUT"'
"""An echo with the command inside of its words would succeed where that command failed."""


@dataclass(frozen=True)
class Job:
    """One job: ``lines`` are its own keys, ``runs`` its named lines, ``told`` what these are told.

    ``takes`` names what it is handed, ``gives`` under which name it hands on what its lines leave. ``before`` and
    ``after`` are steps around its lines, as YAML. ``ref`` is what is checked out; empty for what started the run. With
    ``token`` its lines have the job's own token for the forge.
    """

    key: str
    permissions: tuple[str, ...]
    minutes: int
    runs: tuple[tuple[str, str], ...]
    lines: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    gives: str = ""
    before: tuple[str, ...] = ()
    restores: bool = False
    saves: bool = False
    ref: str = "${{ inputs.tag || github.ref }}"
    token: bool = True

    @property
    def runs_foreign_code(self) -> bool:
        """Whether code of others runs in it, so that it may have no secret."""
        return self.key.partition("-")[0] not in {"publish", "seal"}


def jobs(settings: Settings, forge: ForgeConfig) -> Iterator[Job]:
    """Yield the jobs in the order in which they run, for the staging index and then for the production index.

    Raises:
        ConfigurationError: an index has neither an identity nor a token on this forge.
    """
    staging = quoted_word(settings.staging)
    first = f"github.event_name == 'push' || inputs.target == {staging} || inputs.pipeline == 'post'"
    second = (
        f"github.event_name == 'release' || (inputs.target == {quoted_word(settings.production)} && "
        "(inputs.pipeline != 'post' || needs.seal-staging.result == 'success'))"
    )
    reads = any(p.forge and p.forge.read_token_env for p in settings.packages if ".." in p.path.parts)
    before = (f"needs: [{PRIVATE}]",) if reads else ()
    yield from _half(settings, forge, "staging", (*before, f"if: ${{{{ {first} }}}}"))
    begins = ("needs: [seal-staging]", f"if: ${{{{ !cancelled() && ({second}) }}}}")
    if reads:
        read = f"needs.{PRIVATE}.result == 'success'"
        begins = (f"needs: [seal-staging, {PRIVATE}]", f"if: ${{{{ !cancelled() && {read} && ({second}) }}}}")
    for job in _half(settings, forge, "production", begins):
        yield replace(job, permissions=(*job.permissions, *_ASKS))


def quoted_word(text: str) -> str:
    """Return a word as an expression's string."""
    return "'" + text.replace("'", "''") + "'"


def _half(settings: Settings, forge: ForgeConfig, role: Role, begins: tuple[str, ...]) -> Iterator[Job]:
    index = settings.indexes.get(settings.staging if role == "staging" else settings.production)
    name = settings.staging if role == "staging" else settings.production
    told, stack = companions(settings, role), settings.stack
    keys = {word: f"{word}-{role}" for word in ("prove", "tell", "build", "publish", "e2e", "judge", "seal")}
    files = f"files-{role}"
    # Before a final, its candidate is proven where nobody who is believed has proven it.
    proven = (f"proven-{role}",) if role == "production" else ()

    def line(job: str, *words: str) -> tuple[tuple[str, str], ...]:
        return ((job, " ".join(["releasegate release --event --yes --job", job, "--index", name, *words])),)

    build = Job(keys["build"], READS, LONG, line("build", "--given", GIVEN), begins, told, gives=files)
    if proven:
        words = ("--taken", TAKEN, "--given", GIVEN)
        yield Job(keys["prove"], READS, LONG, line("prove", *words), begins, told, ("judged-staging*",), proven[0])
        yield _tells(keys, line("tell", "--taken", TAKEN), told, takes=f"{proven[0]}*")
        begins = _after(keys["prove"])
        build = replace(build, runs=line("build", *words), lines=begins, takes=proven)
    if stack is not None and forge.kind == "github":
        outputs = ("outputs:", "  cells: ${{ steps.plan.outputs.cells }}")
        build = replace(build, lines=(*begins, *outputs), runs=(*build.runs, ("plan", _PLAN)))
    yield build
    yield Job(
        keys["publish"],
        (*_WRITES, *(("id-token: write  # trusted publishing",) if is_trusted(index, forge) else ())),
        LONG,
        line("publish", "--taken", TAKEN),
        (*_after(keys["build"]), f"environment: {quoted((index.environment if index else '') or name)}"),
        (*told, *_token(name, index, forge)),
        takes=(files, *proven),
    )
    before: tuple[str, ...] = (keys["publish"],)
    if stack is not None:
        yield _cells_job(settings, forge, keys, role, told)
        before = (keys["publish"], keys["e2e"])
    proofs = tuple(f"proof-{role}-*" for _ in range(stack is not None))
    yield Job(
        keys["judge"],
        READS,
        LONG,
        line("judge", "--taken", TAKEN, "--given", GIVEN),
        _after(*before),
        told,
        takes=(files, *proven, *proofs),
        gives=f"judged-{role}",
    )
    yield Job(
        keys["seal"],
        _WRITES,
        SHORT,
        line("seal", "--taken", TAKEN),
        _after(keys["publish"], keys["judge"]),
        told,
        takes=(files, *proven, f"judged-{role}"),
    )


def _tells(keys: Mapping[str, str], line: tuple[tuple[str, str], ...], told: tuple[str, ...], *, takes: str) -> Job:
    """Return the job that records what a candidate failed at: who proves may not write, and nothing follows it."""
    begins = f"needs: [{keys['prove']}]", f"if: ${{{{ !cancelled() && needs.{keys['prove']}.result == 'failure' }}}}"
    # By a pattern: a job that did not get as far as to find anything hands over nothing.
    return Job(keys["tell"], _WRITES, SHORT, line, begins, told, (takes,))


def _after(published: str, *others: str) -> tuple[str, ...]:
    """Return when a job runs: after its first need has succeeded, whatever became of the others.

    Without a condition of its own a job is skipped where any job before it was.
    """
    needs = ", ".join((published, *others))
    return f"needs: [{needs}]", f"if: ${{{{ !cancelled() && needs.{published}.result == 'success' }}}}"


def _cells_job(settings: Settings, forge: ForgeConfig, keys: dict[str, str], role: Role, told: tuple[str, ...]) -> Job:
    """Return the job that runs every cell on a runner of its own."""
    needs, condition = _after(keys["publish"], keys["build"])
    return Job(
        keys["e2e"],
        READS,
        CELL,
        (("e2e", f"releasegate e2e --record --given {GIVEN} $CELL"),),
        (needs, condition, *fan_out(settings, forge, keys["build"])),
        (*told, "CELL: ${{ matrix.options }}"),
        gives=f"proof-{role}-${{{{ matrix.number }}}}",
        restores=True,
    )


def fan_out(settings: Settings, forge: ForgeConfig, planned: str) -> tuple[str, ...]:
    """Return the strategy of a job that runs the cells; on GitHub the job *planned* tells them."""
    cells: tuple[str, ...] = (f"include: ${{{{ fromJSON(needs.{planned}.outputs.cells) }}}}",)
    if forge.kind != "github":
        rows = enumerate(_cells(settings))
        cells = (
            "include:",
            *(f"  - {{number: {n}, options: {quoted(' '.join(c.options))}, kept: {c.kept}}}" for n, c in rows),
        )
    return ("strategy:", "  fail-fast: false", "  matrix:", *(f"    {line}" for line in cells))


def _cells(settings: Settings) -> tuple[Cell, ...]:
    """Return each cell; where the package comes from is known when the run is."""
    return matrix(replace(settings.stack, sources=("",)), Wanted()) if settings.stack is not None else ()


def companions(settings: Settings, role: Role) -> tuple[str, ...]:
    """Return the repository's variables that may name a companion, as lines of an environment.

    A post begins in the jobs of the staging index, and is asked there about the production index, too.
    """
    names = [each.name for p in settings.packages if ".." not in p.path.parts for each in p.companions]
    asked: dict[Role, str] = {"staging": settings.staging, "production": settings.production}
    if role == "production":
        del asked["staging"]
    told = dict.fromkeys(
        variable
        for purpose, index in asked.items()
        for name in names
        for variable in variables(name, purpose=purpose, index=index)
    )
    return tuple(f"{name}: ${{{{ vars.{name} }}}}" for name in told)


def is_trusted(index: IndexConfig | None, forge: ForgeConfig) -> bool:
    """Whether the index knows the forge's own word on who publishes: public indexes know GitHub's, none a Gitea's."""
    return index is not None and index.trusts_github and forge.kind == "github"


def _token(name: str, index: IndexConfig | None, forge: ForgeConfig) -> tuple[str, ...]:
    if is_trusted(index, forge):
        return ()
    variable = index.token_env if index is not None else None
    if variable is None:
        raise ConfigurationError(
            f"Nothing says with which token {name} is uploaded to from {forge.kind}.",
            hint=f'Set token-env = "NAME_OF_THE_SECRET" in [tool.releasegate.indexes.{name}]',
        )
    return (f"{variable}: ${{{{ secrets.{variable} }}}}",)

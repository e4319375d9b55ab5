"""The jobs of the release workflow: what each runs, may do and hands over.

Foreign code (build backends, dependencies, the installed package, end-to-end commands) runs in the jobs ``prove``,
``build``, ``e2e`` and ``judge`` alone: they may read the repository, and have no secret. ``tell``, ``publish`` and
``seal`` run releasegate alone, over files that they check; only ``publish`` has an index's identity or token, in the
index's own environment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from releasegate.core.ci.private import JOB as PRIVATE
from releasegate.core.ci.yaml_values import quoted
from releasegate.core.config.keys import ForgeConfig, IndexConfig, Settings
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
    yield from _Half(settings, forge, "staging").jobs((*before, f"if: ${{{{ {first} }}}}"))
    begins = ("needs: [seal-staging]", f"if: ${{{{ !cancelled() && ({second}) }}}}")
    if reads:
        read = f"needs.{PRIVATE}.result == 'success'"
        begins = (f"needs: [seal-staging, {PRIVATE}]", f"if: ${{{{ !cancelled() && {read} && ({second}) }}}}")
    for job in _Half(settings, forge, "production").jobs(begins):
        yield replace(job, permissions=(*job.permissions, *_ASKS))


def quoted_word(text: str) -> str:
    """Return a word as an expression's string."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True)
class _Half:
    """The jobs on the way to the index of one role; ``told`` is what all their lines are told."""

    settings: Settings
    forge: ForgeConfig
    role: Role

    @property
    def name(self) -> str:
        """What the configuration calls the index."""
        return self.settings.staging if self.role == "staging" else self.settings.production

    @property
    def told(self) -> tuple[str, ...]:
        """The variables that may name a companion."""
        return companions(self.settings, self.role)

    @property
    def taken(self) -> tuple[str, ...]:
        """What every job after the build is handed: the files, and before a final the proof of its candidate."""
        return (f"files-{self.role}", *self.proven)

    @property
    def proven(self) -> tuple[str, ...]:
        """Before a final, its candidate is proven where nobody who is believed has proven it."""
        return (f"proven-{self.role}",) if self.role == "production" else ()

    def jobs(self, begins: tuple[str, ...]) -> Iterator[Job]:
        """Yield them in the order in which they run; the first *begins* so."""
        build = Job(self.key("build"), READS, LONG, self.line("build", "--given", GIVEN), begins, self.told)
        build = replace(build, gives=f"files-{self.role}")
        if self.proven:
            words = ("--taken", TAKEN, "--given", GIVEN)
            line, proven = self.line("prove", *words), self.proven[0]
            yield Job(self.key("prove"), READS, LONG, line, begins, self.told, ("judged-staging*",), proven)
            yield self.tells(takes=f"{proven}*")
            begins = _after(self.key("prove"))
            build = replace(build, runs=self.line("build", *words), lines=begins, takes=self.proven)
        if self.settings.stack is not None and self.forge.kind == "github":
            outputs = ("outputs:", "  cells: ${{ steps.plan.outputs.cells }}")
            build = replace(build, lines=(*begins, *outputs), runs=(*build.runs, ("plan", _PLAN)))
        yield build
        yield self.publishes()
        yield from self.judge()
        needs = _after(self.key("publish"), self.key("judge"))
        takes = (*self.taken, f"judged-{self.role}")
        yield Job(self.key("seal"), _WRITES, SHORT, self.line("seal", "--taken", TAKEN), needs, self.told, takes)

    def key(self, job: str) -> str:
        """Return the name of a job of this half."""
        return f"{job}-{self.role}"

    def line(self, job: str, *words: str) -> tuple[tuple[str, str], ...]:
        """Return what a job runs."""
        return ((job, " ".join(["releasegate release --event --yes --job", job, "--index", self.name, *words])),)

    def tells(self, *, takes: str) -> Job:
        """Return the job that records what a candidate failed at: who proves may not write, and nothing follows it."""
        proof = self.key("prove")
        begins = f"needs: [{proof}]", f"if: ${{{{ !cancelled() && needs.{proof}.result == 'failure' }}}}"
        # By a pattern: a job that did not get as far as to find anything hands over nothing.
        line = self.line("tell", "--taken", TAKEN)
        return Job(self.key("tell"), _WRITES, SHORT, line, begins, self.told, (takes,))

    def publishes(self) -> Job:
        """Return the one job that has the index's identity or token."""
        index = self.settings.indexes.get(self.name)
        trusted = ("id-token: write  # trusted publishing",) if is_trusted(index, self.forge) else ()
        return Job(
            self.key("publish"),
            (*_WRITES, *trusted),
            LONG,
            self.line("publish", "--taken", TAKEN),
            (*_after(self.key("build")), f"environment: {quoted((index.environment if index else '') or self.name)}"),
            (*self.told, *_token(self.name, index, self.forge)),
            takes=self.taken,
        )

    def judge(self) -> Iterator[Job]:
        """Yield what installs and runs the files: where there is a stack, each cell on a runner of its own before."""
        needs, proofs = [self.key("publish")], tuple[str, ...]()
        if self.settings.stack is not None:
            yield self.cells()
            needs, proofs = [*needs, self.key("e2e")], (f"proof-{self.role}-*",)
        yield Job(
            self.key("judge"),
            READS,
            LONG,
            self.line("judge", "--taken", TAKEN, "--given", GIVEN),
            _after(*needs),
            self.told,
            takes=(*self.taken, *proofs),
            gives=f"judged-{self.role}",
        )

    def cells(self) -> Job:
        """Return the job that runs every cell on a runner of its own."""
        needs, condition = _after(self.key("publish"), self.key("build"))
        return Job(
            self.key("e2e"),
            READS,
            CELL,
            (("e2e", f"releasegate e2e --record --given {GIVEN} $CELL"),),
            (needs, condition, *fan_out(self.settings, self.forge, self.key("build"))),
            (*self.told, "CELL: ${{ matrix.options }}"),
            gives=f"proof-{self.role}-${{{{ matrix.number }}}}",
            restores=True,
        )


def _after(published: str, *others: str) -> tuple[str, ...]:
    """Return when a job runs: after its first need has succeeded, whatever became of the others.

    Without a condition of its own a job is skipped where any job before it was.
    """
    needs = ", ".join((published, *others))
    return f"needs: [{needs}]", f"if: ${{{{ !cancelled() && needs.{published}.result == 'success' }}}}"


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

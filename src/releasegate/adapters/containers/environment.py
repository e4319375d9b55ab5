"""What a stack and its checks are told: the Compose file's variables, and the checks' environment."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, replace

from releasegate.adapters.containers.compose import ComposeProject
from releasegate.adapters.containers.images.ensemble_images import Ensemble, Prepared
from releasegate.adapters.containers.runs.labels import Run
from releasegate.core.config.stack import Stack, compose_variable
from releasegate.core.e2e.matrix import Cell
from releasegate.core.e2e.places import filled
from releasegate.core.stacks.kit import fits

KEPT = "kept"
"""The run that a stack is marked with which is left up."""
FACTS = "facts.json"
"""What the serving service told, in the folder of the stack."""


def fresh_secrets(stack: Stack) -> dict[str, str]:
    """Return every secret of one stack, made for it."""
    return {name: secrets.token_hex(size) for name, size in stack.kit.secrets.items()}


def variables(cell: Cell, stack: Stack, *, run: Run | None) -> dict[str, str]:
    """Return what the Compose file reads besides secrets and images; without a *run* nobody removes the stack."""
    return {
        **stack.kit.variables,
        **stack.variables,
        **cell.variables,
        "RELEASEGATE_RUN": run.name if run is not None else KEPT,
        "RELEASEGATE_LOCK": run.process if run is not None else "",
    }


def with_images(project: ComposeProject, prepared: Prepared) -> ComposeProject:
    """Return *project* with the images of an ensemble."""
    chosen = {compose_variable(name): tag for name, tag in prepared.images.items()}
    return replace(project, variables={**project.variables, **chosen})


def checks_environment(
    project: ComposeProject, ensemble: Ensemble, cell: Cell, stack: Stack, *, phase: str
) -> Mapping[str, str]:
    """Return what the checks are told; docs/reference.md lists it. What the Compose file reads is with it."""
    places = {**project.variables, **cell.places}
    addresses = {
        each.variable: f"{each.scheme}://{project.address(each.service, each.port)}"
        for each in stack.kit.addresses
        if fits(each.when, cell.fits)
    }
    relayed = {
        f"{each.service}:{each.port}": project.address(each.service, each.port)
        for each in stack.kit.addresses
        if project.relay is not None and fits(each.when, cell.fits)
    }
    sides = {each.name: stack.kit.role_of(each.name) for each in stack.kit.services}
    left_out = {each.pattern: each.reason for each in (*stack.kit.suite.left_out, *stack.left_out)}
    return {
        **project.variables,
        **_roles(ensemble, stack),
        **{name: filled(text, places) for name, text in stack.kit.suite.environment.items()},
        **addresses,
        "RELEASEGATE_PATH": cell.path,
        "RELEASEGATE_PHASE": phase,
        "RELEASEGATE_STACK_PROJECT": project.project,
        "RELEASEGATE_STACK_FILE": os.pathsep.join(map(str, project.files)),
        "RELEASEGATE_STACK_SERVICES": json.dumps(sides),
        "RELEASEGATE_STACK_RELAYED": json.dumps(relayed),
        "RELEASEGATE_STACK_SECRETS": ",".join(stack.kit.secrets),
        "RELEASEGATE_LEFT_OUT": json.dumps(left_out),
        "RELEASEGATE_FACTS": str(project.folder / FACTS),
        "RELEASEGATE_REPORT": str(project.folder),
        "RELEASEGATE_ALLOWED": json.dumps([asdict(each) for each in stack.allowed]),
    }


def _roles(ensemble: Ensemble, stack: Stack) -> dict[str, str]:
    """Return the names and versions of the packages of each role, with commas between where there are several."""
    told: dict[str, str] = {}
    for role, names in stack.packages.items():
        found = [ensemble[name] for name in names]
        prefix = f"RELEASEGATE_{role.upper().replace('-', '_')}"
        told[f"{prefix}_NAME"] = ",".join(each.package.name for each in found)
        told[f"{prefix}_VERSION"] = ",".join(str(each.version) for each in found)
    return told


def left_up(project: ComposeProject, stack: Stack) -> tuple[str, ...]:
    """Return how a stack that is left up is reached, how to log in, and what takes it down."""
    login = (filled(line, project.variables) for line in stack.kit.login)
    where = (
        () if project.relay is None else ("these addresses are those of the engine's machine, which is another one",)
    )
    return (*project.reached(), *where, *login, f"take it down: {project.taken_down_by}")

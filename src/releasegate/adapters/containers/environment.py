"""What a stack and its checks are told: the Compose file's variables, and the checks' environment."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, replace

from releasegate.adapters.containers.compose import ComposeProject
from releasegate.adapters.containers.images.image_specs import BACKEND_PORT, MOCK_PORT
from releasegate.adapters.containers.images.pair_images import PreparedPair
from releasegate.adapters.containers.labels import Run
from releasegate.core.config.exemptions import Exemptions
from releasegate.core.e2e.matrix import Cell

NETBOX_PORTS = {"pypi": 8081, "image": 8080}
"""Where the checks ask: NetBox from PyPI has a process of its own for them."""
KEPT = "kept"
"""The run that a stack is marked with which is left up."""
CHOSEN = ("RELEASEGATE_WORLD", "RELEASEGATE_SEED", "RELEASEGATE_USER")
"""What a person may choose of a cell besides its dimensions; docs/checks.md says what."""
FACTS = "facts.json"
"""What NetBox told of the plugin, in the folder of the stack."""


def fresh_secrets() -> dict[str, str]:
    """Return every secret of one stack, made for it."""
    made = {name: secrets.token_urlsafe(48) for name in ("SECRET_KEY", "API_TOKEN_PEPPER", "SERVICE_SECRET")}
    made |= {name: secrets.token_hex(16) for name in ("DB_PASSWORD", "REDIS_PASSWORD", "SUPERUSER_PASSWORD")}
    return {**made, "SUPERUSER_API_TOKEN": secrets.token_hex(20)}


def variables(cell: Cell, *, module: str, run: Run | None) -> dict[str, str]:
    """Return what the Compose file reads besides secrets and images; without a *run* nobody removes the stack."""
    return {
        "SUPERUSER_NAME": "admin",
        "PLUGIN_MODULE": module,
        "PROXMOX_SERVICE": cell.service,
        "RELEASEGATE_RUN": run.name if run is not None else KEPT,
        "RELEASEGATE_LOCK": str(run.lock) if run is not None else "",
    }


def with_images(stack: ComposeProject, images: PreparedPair) -> ComposeProject:
    """Return *stack* with the images of a pair."""
    chosen = {
        "POSTGRES_IMAGE": images.postgres,
        "REDIS_IMAGE": images.redis,
        "NETBOX_IMAGE": images.netbox,
        "BACKEND_IMAGE": images.backend,
        "MOCK_IMAGE": images.mock,
    }
    return replace(stack, variables={**stack.variables, **chosen})


def checks_environment(
    stack: ComposeProject, images: PreparedPair, cell: Cell, *, phase: str, allowed: Exemptions = ()
) -> Mapping[str, str]:
    """Return what the checks are told; docs/reference.md lists it. What the Compose file reads is with it."""
    plugin, backend = images.pair.plugin, images.pair.backend
    return {
        **stack.variables,
        "RELEASEGATE_NETBOX_URL": f"http://{stack.address('netbox', NETBOX_PORTS[cell.netbox.source])}",
        "RELEASEGATE_NETBOX_TOKEN": stack.variables["SUPERUSER_API_TOKEN"],
        "RELEASEGATE_NETBOX_USER": stack.variables["SUPERUSER_NAME"],
        "RELEASEGATE_NETBOX_PASSWORD": stack.variables["SUPERUSER_PASSWORD"],
        "RELEASEGATE_NETBOX_VERSION": cell.netbox.version,
        "RELEASEGATE_BACKEND_URL": f"http://{stack.address('backend', BACKEND_PORT)}",
        "RELEASEGATE_BACKEND_NAME": backend.package.name,
        "RELEASEGATE_BACKEND_VERSION": str(backend.version),
        "RELEASEGATE_MOCK_URL": f"https://{stack.address('mock', MOCK_PORT)}",
        "RELEASEGATE_PLUGIN_NAME": plugin.package.name,
        "RELEASEGATE_PLUGIN_VERSION": str(plugin.version),
        "RELEASEGATE_PLUGIN_MODULE": stack.variables["PLUGIN_MODULE"],
        "RELEASEGATE_PROXMOX_SERVICE": cell.service,
        "RELEASEGATE_PATH": cell.path,
        "RELEASEGATE_PHASE": phase,
        "RELEASEGATE_STACK_PROJECT": stack.project,
        "RELEASEGATE_STACK_FILE": str(stack.file),
        "RELEASEGATE_FACTS": str(stack.folder / FACTS),
        "RELEASEGATE_REPORT": str(stack.folder),
        "RELEASEGATE_ALLOWED": json.dumps([asdict(each) for each in allowed]),
    }


def left_up(stack: ComposeProject) -> tuple[str, ...]:
    """Return how a stack that is left up is reached, how to log in, and what takes it down."""
    told = stack.variables
    return (
        *stack.reached(),
        f"log in to NetBox as {told['SUPERUSER_NAME']} with the password {told['SUPERUSER_PASSWORD']}",
        f"API token: {told['SUPERUSER_API_TOKEN']}",
        f"take it down: {stack.taken_down_by}",
    )

"""The reference on stacks: what their checks are told, those that come with releasegate, and the keys of a kit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from releasegate.adapters.kit_folders import kit_folders, shipped
from releasegate.adapters.package_data import package_folder
from releasegate.core.config.reference import render_reference
from releasegate.core.config.stack import image_variable
from releasegate.core.report.markdown_text import table
from releasegate.core.stacks.host import KnownHosts
from releasegate.core.stacks.kit import Kit
from releasegate.core.stacks.stack_keys import Dimension

CHECKS = """\
The checks of a stack (its suite, and `checks` of a project's table) run while all of its containers do; a project's own
run from the folder of the configuration. Addresses are seen from the machine. Every stack tells these; what one adds
is [below](#stacks).

| variable | what it holds |
| --- | --- |
| `RELEASEGATE_<ROLE>_NAME`, `RELEASEGATE_<ROLE>_VERSION` | which packages play a role, and their versions, with \
commas between where there are several |
| `RELEASEGATE_PATH` | `fresh` or `upgrade` |
| `RELEASEGATE_PHASE` | `released` while the old final runs in an upgrade, else `candidate` |
| `RELEASEGATE_STACK_PROJECT`, `RELEASEGATE_STACK_FILE` | what `docker compose` is given as `--project-name` and as \
`--file`, several with `:` between; the variables that the files read are in the environment |
| `RELEASEGATE_STACK_SERVICES` | a JSON table: the role whose packages run in a service, by the service; empty for one \
of the stack's own |
| `RELEASEGATE_STACK_RELAYED` | a JSON table: where a `SERVICE:PORT` is reached, of an engine that is not on this \
machine's loopback |
| `RELEASEGATE_STACK_SECRETS` | which of the variables are secrets of the run, with commas between |
| `RELEASEGATE_LEFT_OUT` | a JSON table: the contracts that are left out, each with the reason |
| `RELEASEGATE_ALLOWED` | a JSON list: the findings that are declared, each with its `pattern` and its `reason` |
| `RELEASEGATE_FACTS` | a JSON file: what the serving service told, where it does |
| `RELEASEGATE_REPORT` | a folder for what a check wants to keep |

`RELEASEGATE_<IMAGE>_IMAGE` replaces an image of the stack that is pulled on one machine. `RELEASEGATE_CA_BUNDLE` (else
`SSL_CERT_FILE`) names a file of certificates that pip trusts while images are made.
`RELEASEGATE_REGISTRY` is the stack's `registry` on one machine.
"""
STACKS = """\
# Stacks

A stack is a folder: a `stack.toml`, a `compose.yaml`, the folder `images/` with what lies in its images, and the folder
`checks/` with a suite of pytest. `kit` in `[tool.releasegate.stack]` names one that comes with releasegate, or one's
own; [how to make one](how-to.md#make-a-stack-of-your-own) goes through it.

Every container, network and volume is marked by releasegate itself, so that nothing is left behind: `compose.yaml` has
the services alone. It reads each image as `NAME_IMAGE`, and the variables and secrets of `stack.toml` by their names.

An image's folder has the packages under test and its files in `/opt/releasegate`, with `spec.json`, which says what is
in it. `run.py` there becomes the image's entry point, with the environment's Python. The folder `server`, which all
stacks have, is one that serves a package as its `service` says.
"""


def stacks() -> Iterator[str]:
    """Yield what stacks there are, and the keys of their files."""
    yield STACKS
    for name in shipped():
        yield from _shipped(name, kit_folders(name, beside=package_folder("e2e")).kit)
    yield "# Files of a stack\n"
    yield render_reference(Kit)
    yield render_reference(KnownHosts)


def _shipped(name: str, kit: Kit) -> Iterator[str]:
    below = f" It builds on `{kit.extends}`." if kit.extends else ""
    yield f"## The stack `{name}`\n\n{kit.title[:1].upper()}{kit.title[1:]}.{below}\n"
    yield _table(("role", "which packages play it"), [(f"`{role}`", meaning) for role, meaning in kit.roles.items()])
    rows = [(f"`{each.name}`", f"`--{each.name}`", each.meaning, _default(each)) for each in kit.dimensions]
    yield _table(("dimension", "option", "a value", "if left out"), rows)
    given = [(f"`{name}`", f"`{value}`" if value else "nothing") for name, value in kit.variables.items()]
    yield _table(("variable of a project's table", "if left out"), given)
    pulled = [(f"`{i.name}`", f"`{image_variable(i.name)}`", f"`{i.pull}`") for i in kit.images if i.pull]
    yield _table(("image that is pulled", "replaced on a machine by", "name"), pulled)
    told = dict.fromkeys(kit.suite.environment, "a text")
    told = {**{each.variable: f"where {each.service} answers" for each in kit.addresses}, **_of(kit)}
    yield _table(("told to the checks", "what it holds"), [(f"`{name}`", said) for name, said in told.items()])


def _of(kit: Kit) -> dict[str, str]:
    titles = {each.name: each.title or each.name for each in kit.dimensions}
    found = {}
    for name, text in kit.suite.environment.items():
        place = text.strip("{}")
        found[name] = f"the {titles[place]} of the cell" if place in titles else f"`{place}` of the Compose file"
    return found


def _default(dimension: Dimension) -> str:
    return ", ".join(f"`{each}`" for each in dimension.default) or "must be written"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(table(heads, rows)) if rows else ""

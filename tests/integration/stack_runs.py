"""Runs packages in a stack of the tests' own, as a project runs them in its folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from releasegate.adapters.containers.runner import ContainerRunner
from releasegate.adapters.index.addresses import addresses
from releasegate.adapters.kit_folders import kit_folders
from releasegate.core.config.keys import IndexConfig
from releasegate.core.config.stack import Stack
from releasegate.ports import Delivery

FOLDER = Path(__file__).parents[1] / "stacks"


def stack_runner(  # noqa: PLR0913 - what differs between the stacks that are run
    folder: Path,
    name: str,
    *,
    packages: Mapping[str, tuple[str, ...]],
    paths: tuple[str, ...],
    released: Callable[[str], Delivery],
    environ: Mapping[str, str] = os.environ,
) -> ContainerRunner:
    """Return what runs the stack *name* with *packages* by role; *released* gives what users have of one."""
    found = kit_folders(f"./{name}", beside=FOLDER)
    return ContainerRunner(
        stack=Stack(f"./{name}", ("3.13",), packages=packages, paths=paths, kit=found.kit),
        environ=environ,
        folders=found,
        cache=folder / "cache",
        folder=folder / "e2e",
        workplace=folder,
        index=addresses(IndexConfig("pypi")).simple,
        staging_hosts=frozenset(),
        released=lambda package, *_: released(package),
        hosts=lambda _: (),
        blame=True,
    )

"""A command waits for the libraries that it uses, and for no other: importing a module loads next to nothing."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

ALWAYS = frozenset({"releasegate", "packaging"})
"""What every command needs, and is quick to load."""

SLOW = frozenset({"asyncio", "email"})
"""Parts of the standard library that take as long as a library does."""

_TELL = """
import importlib, json, sys
before = set(sys.modules)
importlib.import_module(sys.argv[1])
print(json.dumps(sorted({name.partition(".")[0] for name in set(sys.modules) - before})))
"""


def late(module: str) -> frozenset[str]:
    """Return what a new interpreter loads with *module* and should load later: libraries, by their top-level name."""
    done = subprocess.run([sys.executable, "-c", _TELL, module], capture_output=True, text=True, check=True)
    return frozenset(json.loads(done.stdout)) - ALWAYS - (sys.stdlib_module_names - SLOW)


@pytest.mark.parametrize(
    "module",
    [
        "releasegate.adapters.build.builder",
        "releasegate.adapters.build.kept",
        "releasegate.adapters.build.tools",
        "releasegate.adapters.containers.runner",
        "releasegate.adapters.forges",
        "releasegate.adapters.git.repository",
        "releasegate.adapters.git.writer",
        "releasegate.adapters.index.addresses",
        "releasegate.adapters.index.package_index",
        "releasegate.adapters.ledger.files",
        "releasegate.adapters.ledger.git_notes",
        "releasegate.adapters.ledger.shared",
        "releasegate.adapters.processes.runner",
        "releasegate.adapters.venvs.install_check",
        "releasegate.adapters.venvs.installer",
        "releasegate.core.audit.audit",
        "releasegate.core.dists.promotion",
        "releasegate.engine",
        "releasegate.pipelines",
    ],
)
def test_a_module_loads_no_library_before_it_is_needed(module: str) -> None:
    assert late(module) == frozenset()


def test_what_puts_everything_together_loads_no_more() -> None:
    assert late("releasegate.app.workspace") <= {"platformdirs"}


@pytest.mark.parametrize(("module", "library"), [("requests", "requests"), ("email.message", "email")])
def test_a_library_that_is_loaded_is_found(module: str, library: str) -> None:
    assert library in late(module)

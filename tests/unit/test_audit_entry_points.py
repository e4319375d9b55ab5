"""Entry points are references, and what they name of the wheel's own is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from archives import dist_info, metadata, said, subject

from releasegate.core.audit.checks.entry_points import dangling
from releasegate.core.audit.checks.imports import own_imports
from releasegate.core.audit.subject import Subject

INFO = dist_info()


def pointing(points: str, files: Mapping[str, bytes] | None = None) -> Subject:
    return subject(add={f"{INFO}/entry_points.txt": points.encode(), **(files or {})})


@pytest.mark.parametrize(
    ("points", "problem"),
    [
        (
            "[pytest11]\nlamp = sample_app.testing.plugin",
            "The entry-point pytest11 lamp is sample_app.testing.plugin: the wheel does not hold sample_app.testing.",
        ),
        (
            "[own.group]\nred = sample_app:RedLamp",
            "The entry-point own.group red is sample_app:RedLamp: sample_app does not define RedLamp.",
        ),
        (
            "[gui_scripts]\nshow = sample_app.gui:main [extra]",
            "The gui-script show is sample_app.gui:main [extra]: the wheel does not hold sample_app.gui.",
        ),
        (
            "[console_scripts]\nrun = sample_app.cli:gone.deep",
            "The script run is sample_app.cli:gone.deep: sample_app.cli does not define gone.",
        ),
        (
            "[own.group]\nred = sample_app.kinds:Lamp.on",
            "The entry-point own.group red is sample_app.kinds:Lamp.on: Lamp in sample_app.kinds does not define on.",
        ),
        (
            "[own.group]\nred = cli.py:main()",
            "The entry-point own.group red is cli.py:main(): that is no reference, such as package.module:function.",
        ),
        (
            "[console_scripts]\nrun = sample_app.cli",
            "The script run is sample_app.cli: it names no function, such as sample_app.cli:main.",
        ),
        (
            "[console_scripts]\nrun = sample_app.__init__:gone",
            "The script run is sample_app.__init__:gone: sample_app.__init__ does not define gone.",
        ),
        (
            "[console_scripts]\nrun = Sample_App.cli:main",
            "The script run is Sample_App.cli:main: the wheel does not hold Sample_App, but sample_app.",
        ),
        (
            "[own.group]\nred = sample_lamp:main",
            "The entry-point own.group red is sample_lamp:main: the wheel does not hold sample_lamp.",
        ),
    ],
)
def test_an_entry_point_of_what_is_not_there_is_a_finding(points: str, problem: str) -> None:
    built = pointing(points, {"sample_app/kinds.py": b"class Lamp:\n    def light(self): ...\n"})
    before = subject(add={"sample_lamp/__init__.py": b""})
    assert said(dangling(replace(built, previous=before.wheel))) == (problem,)


@pytest.mark.parametrize(
    "target",
    [
        "elsewhere.cli:main",
        "sample_app",
        "sample_app.cli:main",
        "sample_app.__init__",
        "sample_app.more.__init__:Held.run",
        "sample_app.cli:PAGE.upper",
        "sample_app.migrations",
        "sample_app.made.__init__:run",
        "sample_app.cli:main [extra, more]",
        "sample_app.kinds:Made.run",
        "sample_app.kinds:Derived.run",
        "sample_app.kinds:Patched.run",
        "sample_app.kinds:Twice.run",
        "sample_app.kinds:Plain.__call__",
        "sample_app.kinds:function.run",
        "sample_app.broken:A.run",
    ],
)
def test_an_entry_point_that_can_be_loaded_or_is_another_project_s_is_no_finding(target: str) -> None:
    code = {
        "kinds": b"class Made:\n    def run(self): ...\nclass Derived(B): ...\n@patch\nclass Patched: ...\n"
        b"class Twice: ...\nclass Twice: ...\nclass Plain: ...\ndef function(): ...\n",
        "broken": b"def (",
        "more/__init__": b"class Held:\n    def run(self): ...\n",
        "made/__init__": b"from sample_app.made.__init__ import run\nimport sample_app.made.__init__\ndef run(): ...\n",
    }
    files = {f"sample_app/{name}.py": text for name, text in code.items()}
    built = pointing(f"[some.group]\nx = {target}", files)
    assert (dangling(built), own_imports(built)) == ((), ())


def test_a_command_of_a_package_that_requires_nothing_is_its_own_or_python_s() -> None:
    alone = {f"{INFO}/METADATA": metadata().replace(b"Requires-Dist: six\n", b"")}
    built = pointing("[console_scripts]\nrun = other:main\ntest = pdb:main\n[own.group]\nred = host:x", alone)
    assert said(dangling(replace(built, standard_library=frozenset({"pdb"})))) == (
        "The script run is other:main: the wheel does not hold other.",
    )

"""What the wheel's code imports of itself, its entry points, and modules that no import finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from archives import dist_info, said, subject

from releasegate.core.audit.checks.entry_points import dangling
from releasegate.core.audit.checks.hidden import hidden
from releasegate.core.audit.checks.imports import own_imports
from releasegate.core.audit.subject import Subject

INFO = dist_info()


def coded(**modules: str) -> Subject:
    """Return a wheel with more modules in its package: ``a="..."`` is ``sample_app/a.py``, ``b__c`` one in ``b``."""
    return subject(add={f"sample_app/{name.replace('__', '/')}.py": text.encode() for name, text in modules.items()})


def complaints(built: Subject) -> list[str]:
    return [text.partition(" imports ")[2] for text in said(own_imports(built))]


def test_a_sound_wheel_imports_what_it_holds() -> None:
    assert own_imports(subject()) == ()


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("from .gone import x", "sample_app.gone, which the wheel does not hold."),
        ("from . import gone", "gone from sample_app, which does not define it."),
        ("from .cli import gone", "gone from sample_app.cli, which does not define it."),
        ("from sample_app.cli import main, gone", "gone from sample_app.cli, which does not define it."),
        ("import sample_app.gone.deep", "sample_app.gone, which the wheel does not hold."),
        ("import sample_app.cli.deep", "sample_app.cli.deep, which the wheel does not hold."),
        ("def late():\n    from .cli import gone", "gone from sample_app.cli, which does not define it."),
        ("class A:\n    from .cli import gone", "gone from sample_app.cli, which does not define it."),
        (
            "try:\n    import six\nexcept ImportError:\n    from .gone import six",
            "sample_app.gone, which the wheel does not hold.",
        ),
        ("try:\n    from .cli import gone\nexcept KeyError:\n    pass", "gone from sample_app.cli, which does not"),
        ("if True:\n    from .cli import gone", "gone from sample_app.cli, which does not define it."),
        ("with open('x'):\n    from .cli import gone", "gone from sample_app.cli, which does not define it."),
    ],
)
def test_an_import_of_what_is_not_there_is_a_finding(code: str, problem: str) -> None:
    (found,) = complaints(coded(user=code))
    assert found.startswith(problem)


def test_a_finding_says_where_and_is_told_once_for_a_module() -> None:
    built = coded(user="\nfrom .cli import gone\nfrom .cli import gone\n")
    (found,) = said(own_imports(built))
    assert found.startswith("sample_app/user.py:2 imports gone from ")


@pytest.mark.parametrize(
    "code",
    [
        "import six\nfrom six.moves import urllib\nfrom six import *",
        "from .cli import *",
        "from . import migrations, cli",
        "from .cli import main, PAGE",
        "from .cli import __name__, __doc__",
        "from .... import above",
        "try:\n    from .gone import x\nexcept ImportError:\n    x = None",
        "try:\n    from .gone import x\nexcept (ValueError, ModuleNotFoundError):\n    x = None",
        "try:\n    from .gone import x\nexcept Exception:\n    x = None",
        "try:\n    from .gone import x\nexcept:\n    x = None",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .gone import x",
        "import sys\nif sys.version_info < (3, 8):\n    from .gone import x\nelse:\n    from .cli import gone",
        "import contextlib\nwith contextlib.suppress(ImportError):\n    from .gone import x",
    ],
)
def test_an_import_that_may_fail_or_is_there_is_no_finding(code: str) -> None:
    assert complaints(coded(user=code)) == []


@pytest.mark.parametrize(
    "module",
    [
        "name = 1",
        "name: int = 1",
        "name: int",
        "def name(): ...",
        "async def name(): ...",
        "class name: ...",
        "import name",
        "import other as name",
        "import name.deep",
        "from other import name",
        "from other import *",
        "from sample_app.named import name",
        "for name in (): ...",
        "with open('x') as name: ...",
        "(name, other), *more = x",
        "try: ...\nexcept E as name: ...",
        "if x:\n    name = 1",
        "if (name := 1): ...",
        "match x:\n    case {'a': 1, **name}: ...",
        "match x:\n    case [*name]: ...",
        "match x:\n    case str() as name: ...",
        "def set_it():\n    global name\n    name = 1",
        "def __getattr__(n): ...",
        "__getattr__, __dir__, __all__ = attach()",
        "globals()['name'] = 1",
        "for n in (): exec(n)",
        "import sys\nsys.modules[__name__] = x",
        "from sys import modules\nmodules[__name__] = x",
        "__path__ = []",
        "def (",
    ],
)
def test_whatever_binds_a_name_defines_it(module: str) -> None:
    built = coded(user="from .defines import name", defines=module, named="name = 1")
    assert complaints(built) == []


@pytest.mark.parametrize(
    "module",
    [
        "def f():\n    name = 1",
        "class A:\n    name = 1",
        "other.name = 1",
        "x = other.modules",
        "print(name)",
        "match x:\n    case [*_]: ...\n    case {}: ...\n    case _: ...",
    ],
)
def test_what_binds_no_name_of_the_module_does_not_define_it(module: str) -> None:
    assert len(complaints(coded(user="from .defines import name", defines=module))) == 1


def test_names_that_are_taken_over_from_other_modules_are_followed_in_circles_too() -> None:
    circle = {"a": "from .b import *", "b": "from .a import *\nfrom .c import *", "c": "name = 1"}
    assert complaints(coded(user="from .a import name", **circle)) == []
    assert len(complaints(coded(user="from .a import other", **circle))) == 1


def test_compiled_modules_and_namespaces_may_define_anything() -> None:
    more = {
        "sample_app/fast.cpython-312-x86_64-linux-gnu.so": b"",
        "sample_app/space/part.py": b"",
        "sample_app/user.py": b"from .fast import x\nfrom .space import y\nimport sample_app.fast.deep\n"
        b"import sample_app.space.z\nfrom .space import part",
    }
    assert complaints(subject(add=more)) == []


def test_a_package_that_extends_its_path_may_hold_anything() -> None:
    built = coded(ext____init__="from pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)")
    assert complaints(replace(built, wheel=coded(user="from .ext.vendored import x").wheel)) != []
    code = {"ext____init__": "import sys\nsys.meta_path.append(1)", "user": "from .ext.vendored import x"}
    assert complaints(coded(**code)) == []


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
    ],
)
def test_an_entry_point_of_what_is_not_there_is_a_finding(points: str, problem: str) -> None:
    assert said(dangling(pointing(points))) == (problem,)


@pytest.mark.parametrize(
    "target",
    [
        "elsewhere.cli:main",
        "sample_app",
        "sample_app.cli:main",
        "sample_app.cli:PAGE.upper",
        "sample_app.migrations",
        "? ?",
    ],
)
def test_an_entry_point_that_can_be_loaded_or_is_another_project_s_is_no_finding(target: str) -> None:
    assert dangling(pointing(f"[some.group]\nx = {target}")) == ()


def test_modules_of_names_of_their_own_are_not_hidden() -> None:
    beside = {"sample_app/x.py": b"", "sample_app/x/data.json": b"", "sample_app/y/{{name}}.py": b""}
    assert hidden(subject(add=beside)) == ()


def test_a_module_beside_a_package_of_its_name_is_a_finding() -> None:
    found = said(hidden(subject(add={"sample_app/x.py": b"", "sample_app/x/__init__.py": b""})))
    assert found == ("sample_app/x.py is hidden by the package sample_app/x: no import finds it.",)


def test_modules_in_a_folder_beside_a_module_of_its_name_are_a_finding() -> None:
    found = said(hidden(subject(add={"sample_app/x.py": b"", "sample_app/x/part.py": b""})))
    assert found == (
        "sample_app/x/part.py is hidden by sample_app/x.py, as its folder has no __init__.py: no import finds it.",
    )

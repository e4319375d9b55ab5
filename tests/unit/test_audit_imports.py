"""What the wheel's code imports of itself, and modules that no import finds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from archives import said, subject

from releasegate.core.audit.checks.hidden import hidden
from releasegate.core.audit.checks.imports import own_imports
from releasegate.core.audit.subject import Subject


def coded(**modules: str) -> Subject:
    """Return a wheel with more modules: ``a="..."`` is ``sample_app/a.py``, ``b__c`` one in ``b``."""
    files = {name.removesuffix("____init__").replace("__", "/"): name.endswith("____init__") for name in modules}
    paths = [f"sample_app/{path}{'/__init__' if package else ''}.py" for path, package in files.items()]
    return subject(add=dict(zip(paths, (text.encode() for text in modules.values()), strict=True)))


def complaints(built: Subject) -> list[str]:
    return [text.partition(" imports ")[2] for text in said(own_imports(built))]


def test_a_sound_wheel_imports_what_it_holds() -> None:
    assert own_imports(subject()) == ()


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("from .gone import x", "sample_app.gone, which the wheel does not hold."),
        ("from . import gone", "gone from sample_app, which does not define it."),
        ("from .__init__ import gone", "gone from sample_app.__init__, which does not define it."),
        ("from .cli.__init__ import gone", "sample_app.cli.__init__, which the wheel does not hold."),
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
        ("if TYPE_CHECKING: ...\nelse:\n    from .cli import gone", "gone from sample_app.cli, which does not"),
        ("if not t.TYPE_CHECKING:\n    from .cli import gone", "gone from sample_app.cli, which does not define"),
        ("if CHECKED:\n    from .cli import gone", "gone from sample_app.cli, which does not define it."),
        ("try:\n    from .cli import gone\nexcept ImportError:\n    raise", "gone from sample_app.cli, which does"),
        (
            "try:\n    from .cli import gone\nexcept ImportError as e:\n    raise ImportError('install it') from e",
            "gone from sample_app.cli, which does not define it.",
        ),
        ("with importlib.resources.path(x):\n    from .cli import gone", "gone from sample_app.cli, which does"),
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
        "if False:\n    from .gone import x",
        "if 0:\n    from .gone import x\nelse:\n    from .cli import main",
        "if MYPY:\n    from .gone import x",
        "if IS_WINDOWS:\n    from .gone import x",
        "if compat.PY_37:\n    from .gone import x",
        "with self.assertRaises(ImportError):\n    from .gone import x",
        "with try_import() as found:\n    from .gone import x",
        "async def f():\n    async with optional_imports():\n        from .gone import x",
        "try:\n    from .gone import x\nexcept ImportError:\n    raise SkipTest('not here')",
        "from .__init__ import __name__\nfrom sample_app.__init__ import cli\nfrom . import __init__",
        "import sample_app.__init__\nfrom .__init__ import *",
    ],
)
def test_an_import_that_may_fail_or_is_there_is_no_finding(code: str) -> None:
    assert complaints(coded(user=code)) == []


@pytest.mark.parametrize(
    "module",
    [
        "name = 1",
        "name: int = 1",
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
        "for n in (): setattr(this, n, 1)",
        "import sample_app.defines\ndef f(n):\n    setattr(sample_app.defines, n, 1)",
        "@enum.global_enum\nclass A: ...",
        "enum.IntEnum._convert_('A', __name__, str.isupper)",
        "apipkg.initpkg(__name__, {})",
        "define(module=__name__)",
        "__import__('pkg_resources').declare_namespace(__name__)",
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
        "name: int",
        "other.name = 1",
        "log = getLogger(__name__)",
        "def f(self):\n    setattr(self, 'other', 1)\n    setattr()",
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


@pytest.mark.parametrize(
    ("module", "missing"),
    [
        ("__all__ = ['other']\nother = name = 1", 1),
        ("__all__ = ('name',)\nname = 1", 0),
        ("__all__: list[str] = ['name']\nname = 1", 0),
        ("__all__ = ['other', *more]\nother = name = 1", 0),
        ("__all__ = ['other']\n__all__ += ['name']\nother = name = 1", 0),
        ("if x:\n    __all__ = ['other']\nother = name = 1", 0),
        ("__all__ = found()\nname = 1", 0),
        ("name = 1", 0),
    ],
)
def test_a_star_takes_over_what_all_lists_where_that_is_a_literal(module: str, missing: int) -> None:
    code = {"user": "from .front import name", "front": "from .defines import *", "defines": module}
    assert len(complaints(coded(**code))) == missing


@pytest.mark.parametrize(("module", "missing"), [("_name = 1", 1), ("__all__ = ['_name']\n_name = 1", 0)])
def test_a_star_takes_over_what_begins_with_an_underscore_only_where_all_lists_it(module: str, missing: int) -> None:
    code = {"user": "from .front import _name", "front": "from .defines import *", "defines": module}
    assert len(complaints(coded(**code))) == missing


def test_a_star_fails_where_all_lists_what_is_not_there() -> None:
    code = {"defines____init__": "__all__ = ['there', 'part', 'gone']\nthere = 1", "defines__part": ""}
    assert complaints(coded(user="from .defines import *\nfrom six import *", **code)) == [
        "all of sample_app.defines, whose __all__ names gone, which it does not define."
    ]


def test_what_other_modules_set_on_an_imported_one_may_be_there() -> None:
    sets = "import sample_app.defines as d\nfrom .x import y\nd.name = y\ny.sub.deep = f().other = 1"
    code = {"sets": sets, "x": "y = 1", "defines": ""}
    assert complaints(coded(user="from .defines import name, deep", **code)) == []
    assert len(complaints(coded(user="from .defines import other", **code))) == 1


def test_a_package_in_which_a_module_finds_modules_may_hold_anything() -> None:
    code = {"lazy____init__": "from . import _build", "lazy___build": "import sys\nsys.meta_path.insert(0, 1)"}
    assert complaints(coded(user="from .lazy.part import x\nfrom .lazy import y", **code)) == []
    assert len(complaints(coded(user="from .lazier import x", **code))) == 1


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


def test_a_module_of_the_standard_library_s_name_at_the_top_is_a_finding() -> None:
    built = replace(subject(add={"queue.py": b"", "sample_app/queue.py": b""}), standard_library=frozenset({"queue"}))
    assert said(hidden(built)) == ("queue is hidden by the module of the standard library: no import finds it.",)

"""Build environments are kept by what is in them, lent to each build, and changed by none."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from shutil import copytree
from threading import Event

import pytest
from distributions import index, sdist, wheel
from source_trees import BACKEND

from releasegate.adapters.build import environments
from releasegate.adapters.build.builder import Builder
from releasegate.adapters.build.environments import BuildEnvironments, required
from releasegate.adapters.foreign import hidden
from releasegate.adapters.foreign.isolation import Isolation, lends
from releasegate.app.build_cache import build_cache
from releasegate.app.project import Project
from releasegate.core.config.keys import Settings
from releasegate.core.errors import GateFailed

HOOKS = BACKEND.replace('"backend.py", ', "")
PYPROJECT = '[build-system]\nrequires = ["{}"]\nbuild-backend = "quay"\n'
NEVER = Event()


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    (home := tmp_path / "person").mkdir()
    made = {"PATH": os.environ["PATH"], "HOME": str(home)}
    if not lends(tmp_path, made):
        pytest.skip("no folder can be lent to foreign code here")
    return made


def checkout(folder: Path, requires: str) -> Callable[[], AbstractContextManager[Path]]:
    """Return what gives a clean checkout of a project, each time in a folder of its own."""
    (sources := folder / "sources").mkdir(exist_ok=True)
    (sources / "pyproject.toml").write_text(PYPROJECT.format(requires), encoding="utf-8")
    (sources / "harbor_api.py").write_text("VALUE = 1\n", encoding="utf-8")
    numbers = iter(range(99))

    @contextmanager
    def give() -> Iterator[Path]:
        yield copytree(sources, folder / f"checkout-{next(numbers)}")

    return give


def make(folder: Path, environ: dict[str, str], address: str, requires: str = "quay", times: int = 1) -> Path:
    """Build a project with the Quay backend so many times, and return where its environments are kept."""
    for number in range(times):
        (out := folder / f"out-{number}").mkdir()
        Builder(address, environ).make(checkout(folder, requires), epoch=1_700_000_000, out=out)
    return BuildEnvironments(address, environ).root


def kept(root: Path) -> list[Path]:
    return sorted(path.parent for path in root.glob("*/made"))


def test_an_environment_is_made_once_and_lent_to_every_build(tmp_path: Path, environ: dict[str, str]) -> None:
    with index(wheel(tmp_path, "quay", "3", files={"quay.py": HOOKS})) as address:
        root = make(tmp_path, environ, address)
        (first,) = kept(root)
        begun = (first / "env" / "pyvenv.cfg").stat().st_ctime_ns
        for name in ("out-0", *(path.name for path in tmp_path.glob("checkout-*"))):
            os.rename(tmp_path / name, tmp_path / f"old-{name}")  # noqa: PTH104 - as short as it can be
        make(tmp_path, environ, address)

    assert kept(root) == [first]
    assert (first / "env" / "pyvenv.cfg").stat().st_ctime_ns == begun


def test_what_a_build_writes_into_its_environment_goes_with_it(tmp_path: Path, environ: dict[str, str]) -> None:
    """The wheel from the sdist has an environment that the sdist's build did not write into, either."""
    spoil = (
        "\nimport sys\nMARK = pathlib.Path(sys.prefix, 'spoilt')\n"
        "assert not MARK.exists()\n"
        "inner = build_sdist, build_wheel\n"
        "def build_sdist(*a): made = inner[0](*a); MARK.touch(); return made\n"
        "def build_wheel(*a, **k): made = inner[1](*a, **k); MARK.touch(); return made\n"
    )
    with index(wheel(tmp_path, "quay", "3", files={"quay.py": HOOKS + spoil})) as address:
        root = make(tmp_path, environ, address)

    assert [path for folder in kept(root) for path in folder.rglob("spoilt")] == []


def test_no_other_foreign_code_sees_an_environment(tmp_path: Path, environ: dict[str, str]) -> None:
    environ["XDG_CACHE_HOME"] = str(tmp_path / "elsewhere")
    with index(wheel(tmp_path, "quay", "3", files={"quay.py": HOOKS})) as address:
        root = make(tmp_path, environ, address)
    (home := tmp_path / "empty").mkdir()
    apart = Isolation(environ, home)

    code = f"import os; print(os.listdir({str(root)!r}))"
    done = apart.run((sys.executable, "-c", code), env=apart.environment(), cwd=home, timeout=60)

    assert kept(root)
    assert done.stdout.strip() == "[]"


def test_what_the_backend_wants_beside_is_installed_for_one_build(tmp_path: Path, environ: dict[str, str]) -> None:
    wants = "\ndef get_requires_for_build_wheel(_): return ['crane']\ninner = build_wheel\n"
    wants += "def build_wheel(*a, **k): import crane; return inner(*a, **k)\n"
    backend = wheel(tmp_path, "quay", "3", files={"quay.py": HOOKS + wants})
    with index(backend, wheel(tmp_path, "crane", "1", files={"crane.py": ""})) as address:
        root = make(tmp_path, environ, address)

    assert [path for folder in kept(root) for path in folder.rglob("crane.py")] == []


@pytest.mark.parametrize("why", ["built for it", "no hash", "not lent"])
def test_what_cannot_be_known_by_its_files_is_not_kept_and_the_build_is_as_ever(
    tmp_path: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    make_it = sdist if why == "built for it" else wheel
    backend = make_it(tmp_path, "quay", "3", files={"quay.py": HOOKS})
    requires = f"quay @ {backend.as_uri()}" if why == "no hash" else "quay"
    if why == "not lent":
        monkeypatch.setattr(environments, "lends", lambda *_: False)
    with index(backend) as address:
        root = make(tmp_path, environ, address, requires)

    assert kept(root) == []


def test_a_changed_requirement_of_the_sdist_has_an_environment_of_its_own(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    changes = "\ninner = build_sdist\ndef build_sdist(*a):\n    file = pathlib.Path('pyproject.toml')\n"
    changes += "    file.write_text(file.read_text().replace('[\"quay', '[\"crane\", \"quay'))\n    return inner(*a)\n"
    changes += "if 'crane' in pathlib.Path('pyproject.toml').read_text(): import crane\n"
    backend = wheel(tmp_path, "quay", "3", files={"quay.py": HOOKS + changes})
    with index(backend, wheel(tmp_path, "crane", "1", files={"crane.py": ""})) as address:
        make(tmp_path, environ, address)


def test_an_sdist_without_its_metadata_is_no_sdist(tmp_path: Path, environ: dict[str, str]) -> None:
    torn = HOOKS.replace("archive.addfile(info", "(info")
    with (
        index(wheel(tmp_path, "quay", "3", files={"quay.py": torn})) as address,
        pytest.raises(GateFailed) as failure,
    ):
        make(tmp_path, environ, address)

    assert any("PKG-INFO" in line for line in failure.value.details)


def test_a_torn_making_is_made_anew_and_the_old_ones_go(tmp_path: Path, environ: dict[str, str]) -> None:
    with index(wheel(tmp_path, "quay", "3", files={"quay.py": HOOKS})) as address:
        here = BuildEnvironments(address, environ)
        found = here.find(["quay"], stop=NEVER)
        assert found is not None
        (found.folder / "made").unlink()
        (found.env / "pyvenv.cfg").unlink()
        again = here.find(["quay"], stop=NEVER)

    assert again == found
    assert (found.env / "pyvenv.cfg").exists()
    assert here.size()[0] == 1
    assert here.trim(days=1) == 0
    assert here.trim(days=0) == 1
    assert kept(here.root) == []


@pytest.mark.parametrize("whose", ["anybody's to write to", "nobody's home"])
def test_where_somebody_else_could_write_nothing_is_kept(
    tmp_path: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, whose: str
) -> None:
    if whose == "nobody's home":
        monkeypatch.setattr(hidden, "gettempdir", lambda: str(tmp_path))
        del environ["HOME"]
    here = BuildEnvironments("http://127.0.0.1:9/simple/", environ)
    here.root.mkdir(parents=True, mode=0o700)
    if whose == "anybody's to write to":
        here.root.chmod(0o777)

    assert not here._is_ours()
    assert here.find(["quay"], stop=NEVER) is None
    assert list(here.root.iterdir()) == []


def test_what_is_kept_is_told_and_removed(tmp_path: Path, environ: dict[str, str]) -> None:
    project = Project(tmp_path, Settings(packages=(), indexes={}), environ)
    with index(wheel(tmp_path, "quay", "3", files={"quay.py": HOOKS})) as address:
        assert BuildEnvironments(address, environ).find(["quay"], stop=NEVER)
    assert build_cache(project, clear=False).startswith("1 build environments, ")
    assert build_cache(project, clear=True) == "removed 1 build environments"
    assert build_cache(project, clear=False).startswith("0 build environments, 0.0 MiB, in ")


@pytest.mark.parametrize("text", ["", "[build-system]\n", "[build-system]\nrequires = 3\n", "[", None])
def test_a_project_that_does_not_say_what_it_requires_has_nothing_to_be_kept(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")

    assert required(tmp_path) == ()


COUNTED = "\nimport os\nLOG = pathlib.Path(os.environ['HOME'], 'imports')\nwith LOG.open('a') as log: log.write('x')\n"


def test_a_backend_is_imported_once_for_each_tree_and_no_hook_sees_what_another_left(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    alone = "\nLEFT = []\ninner = build_wheel\n"
    alone += "def get_requires_for_build_wheel(_): LEFT.append(1); return []\n"
    alone += "def build_wheel(*a, **k): assert not LEFT; assert LOG.read_text() in ('x', 'xx'); return inner(*a, **k)\n"
    with index(wheel(tmp_path, "quay", "3", files={"quay.py": HOOKS + COUNTED + alone})) as address:
        make(tmp_path, environ, address)


@pytest.mark.parametrize(
    "odd",
    [
        "import threading, time\nthreading.Thread(target=time.sleep, args=(9,), daemon=True).start()\n",
        "import tempfile\nHELD = tempfile.TemporaryDirectory()\n",
        "import sys\nif 'hooks_script' in sys.argv[0]: raise RuntimeError('not here')\n",
        "import sys\nif 'hooks_script' in sys.argv[0]: sys.exit(3)\n",
        "import sys\nsys.stdout.close()\n",
    ],
    ids=["a thread", "what goes at its end", "an error", "an end", "an output that is closed"],
)
def test_whatever_its_import_does_the_hooks_of_a_backend_are_called(
    tmp_path: Path, environ: dict[str, str], odd: str
) -> None:
    uses = "\nimport os\ninner = build_wheel\ndef get_requires_for_build_wheel(_): return []\n"
    uses += "def build_wheel(*a, **k):\n    if 'HELD' in globals(): assert os.path.isdir(HELD.name)\n"
    uses += "    return inner(*a, **k)\n"
    with index(wheel(tmp_path, "quay", "3", files={"quay.py": HOOKS + odd + uses})) as address:
        make(tmp_path, environ, address)


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        ("raise RuntimeError('no such quay')", "no such quay"),
        ("sys.exit('the quay is closed')", "the quay is closed"),
        ("os.abort()", "build_wheel"),
    ],
)
def test_a_hook_that_fails_ends_the_build_with_its_own_words(
    tmp_path: Path, environ: dict[str, str], ending: str, said: str
) -> None:
    fails = f"\nimport os, sys\ndef build_wheel(*a, **k): {ending}\n"
    with (
        index(wheel(tmp_path, "quay", "3", files={"quay.py": HOOKS + fails})) as address,
        pytest.raises(GateFailed) as failure,
    ):
        make(tmp_path, environ, address)
    assert any(said in line for line in failure.value.details)

"""The sample pair does what the rehearsal relies on, as real wheels in clean environments, at every version."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.network  # isolated builds take setuptools and hatchling from the default index

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PLANTS = {plant["name"]: plant for plant in tomllib.loads((EXAMPLES / "plants.toml").read_text())["plants"]}
VERSIONS: Mapping[str, tuple[str, ...]] = {  # in order, with what is planted before each
    "1.0.0": (),
    "1.1.0rc1": ("final-defect", "contract-break"),
    "1.1.0rc2": ("contract-mend",),
    "1.1.0": (),
    "1.1.0.post1.dev1": ("final-mend",),
    "1.1.0.post1": (),
}
Change = tuple[str, str, str]  # a file, what stands in it once, and what is put there
STATED = {
    "harbor-api": ("pyproject.toml", "uv.lock"),
    "harbor-plugin": ("pyproject.toml", "uv.lock", "harbor_plugin/__init__.py"),
}


@dataclass(frozen=True)
class Venv:
    """An environment that holds one package."""

    root: Path

    def script(self, name: str) -> str:
        """Return where one of its console scripts, or its interpreter, is."""
        return str(self.root / "bin" / name)

    def install(self, wheel: Path) -> None:
        """Install that file and nothing else, from the disk alone."""
        run("uv", "pip", "install", "--quiet", "--no-index", "--no-deps", "--python", self.script("python"), wheel)

    def run(
        self, script: str, *words: str, cwd: Path | None = None, environ: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a script with *environ* added, in *cwd* (default: a folder without any package)."""
        base = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        command, where, env = (self.script(script), *words), cwd or self.root, {**base, **(environ or {})}
        return subprocess.run(command, env=env, cwd=where, capture_output=True, text=True, timeout=60, check=False)


def run(tool: str, *words: str | Path) -> None:
    """Run one of the project's own tools; its output is shown where it fails."""
    done = subprocess.run([sys.executable, "-m", tool, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def broken(done: subprocess.CompletedProcess[str]) -> str:
    """Return the contract that a failed check names, last of all."""
    assert done.returncode == 1
    start, last = "contract broken: ", done.stdout.splitlines()[-1]
    assert last.startswith(start)
    return last.removeprefix(start)


def make_room(root: Path, *wheels: Path) -> Venv:
    run("uv", "venv", "--quiet", "--no-config", "--python", sys.executable, root)
    for wheel in wheels:
        Venv(root).install(wheel)
    return Venv(root)


def replace_once(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert text.count(old) == 1, f"{old!r} in {file.name}"
    file.write_text(text.replace(old, new))


def build(tree: Path, version: str, out: Path) -> Path:
    """Build the wheel of a copy of *tree* that states *version* in all its places."""
    source = Path(shutil.copytree(tree, out / version / tree.name))
    for place in STATED[tree.name]:
        if version != "1.0.0":
            replace_once(source / place, 'version = "1.0.0"', f'version = "{version}"')
    run("build", "--wheel", "--installer", "uv", "--outdir", out / version, source)
    (wheel,) = (out / version).glob("*.whl")
    return wheel


@dataclass(frozen=True)
class Pair:
    """The plugin's wheels by version, its checkout, its room, and the backend that is running."""

    wheels: Mapping[str, Path]
    tree: Path
    venv: Venv
    backend: str

    def check(self, version: str, **changed: str) -> subprocess.CompletedProcess[str]:
        """Install that version and run the plugin's own end-to-end command."""
        self.venv.install(self.wheels[version])
        environ = {
            "RELEASEGATE_VERSION": version,
            "RELEASEGATE_COMPANION_URL": self.backend,
            "RELEASEGATE_COMPANION_VERSION": "1.1.0rc1",
            "RELEASEGATE_PYTHON": self.venv.script("python"),
            **changed,
        }
        return self.venv.run("python", "e2e/check.py", cwd=self.tree, environ=environ)


@pytest.fixture(scope="module")
def api_room(tmp_path_factory: pytest.TempPathFactory) -> Venv:
    folder = tmp_path_factory.mktemp("backend")
    return make_room(folder / "room", build(EXAMPLES / "harbor-api", "1.1.0rc1", folder / "out"))


@pytest.fixture(scope="module")
def backend(api_room: Venv) -> Iterator[str]:
    words = [api_room.script("harbor-api"), "--port", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split(" on ")[1].strip()
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, backend: str) -> Pair:
    folder = tmp_path_factory.mktemp("plugin")
    tree = Path(shutil.copytree(EXAMPLES / "harbor-plugin", folder / "harbor-plugin"))
    wheels = {}
    for version, plants in VERSIONS.items():
        for plant in map(PLANTS.__getitem__, plants):
            replace_once(folder / plant["package"] / plant["path"], plant["old"], plant["new"])
        wheels[version] = build(tree, version, folder / "out")
    return Pair(wheels, tree, make_room(folder / "room"), backend)


@pytest.mark.parametrize("version", ["1.0.0", "1.1.0rc2", "1.1.0.post1.dev1", "1.1.0.post1"])
def test_the_pair_passes_end_to_end_where_nothing_is_broken(pair: Pair, version: str) -> None:
    done = pair.check(version)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines() == [
        f"ok: harbor-plugin {version} is installed",
        "ok: the backend is up and is 1.1.0rc1",
        f"ok: the host lists harbor_plugin {version}",
        "ok: a sync stores 4 berths with the backend's values",
        "ok: a second sync changes nothing",
        "ok: the page shows every berth",
    ]


@pytest.mark.parametrize(
    ("version", "contract"),
    [
        ("1.1.0rc1", 'GET /api/v1/berths: field "length_metres" is missing'),
        ("1.1.0", "POST /api/v/sync: the backend answers 404"),
    ],
)
def test_a_planted_defect_fails_end_to_end_and_names_the_contract(pair: Pair, version: str, contract: str) -> None:
    assert broken(pair.check(version)) == contract


@pytest.mark.parametrize("version", ["1.1.0rc1", "1.1.0"])
def test_no_install_check_finds_the_planted_defects(pair: Pair, version: str) -> None:
    pair.venv.install(pair.wheels[version])
    with zipfile.ZipFile(pair.wheels[version]) as wheel:
        modules = [name.removesuffix(".py").replace("/", ".") for name in wheel.namelist() if name.endswith(".py")]
    imports = "import importlib, sys; [importlib.import_module(name) for name in sys.argv[1:]]"
    assert "harbor_plugin.migrations.0001_initial" in modules
    assert pair.venv.run("python", "-c", imports, *modules).returncode == 0
    assert pair.venv.run("harbor-host", "--help").returncode == 0
    host = "from harbor_host.host import Host; Host({}).install('harbor_plugin')"
    assert pair.venv.run("python", "-c", host).returncode == 0


def members(wheel: Path, version: str) -> Mapping[str, bytes]:
    """Return every member but RECORD, with the version taken out of names and contents."""
    with zipfile.ZipFile(wheel) as opened:
        names = [name for name in opened.namelist() if not name.endswith("RECORD")]
        return {name.replace(version, "V"): opened.read(name).replace(version.encode(), b"V") for name in names}


def test_the_defective_final_is_its_candidate_but_for_the_version(pair: Pair) -> None:
    candidate = members(pair.wheels["1.1.0rc2"], "1.1.0rc2")
    assert candidate == members(pair.wheels["1.1.0"], "1.1.0")
    assert candidate != members(pair.wheels["1.1.0rc1"], "1.1.0rc1")


@pytest.mark.parametrize(
    ("changed", "contract"),
    [
        ({"RELEASEGATE_VERSION": "1.0.1"}, "installed: harbor-plugin is 1.0.0, not 1.0.1"),
        ({"RELEASEGATE_COMPANION_VERSION": "1.2.0"}, "GET /health: the backend is 1.1.0rc1, not 1.2.0"),
        ({"RELEASEGATE_COMPANION_URL": "http://127.0.0.1:1"}, "GET /health: no answer"),
        ({"RELEASEGATE_PYTHON": "nowhere/python"}, "console script: there is no harbor-host in nowhere"),
    ],
)
def test_the_plugins_check_refuses_another_pair(pair: Pair, changed: dict[str, str], contract: str) -> None:
    assert broken(pair.check("1.0.0", **changed)).startswith(contract)


def spoilt(tree: Path, target: Path, change: Change) -> dict[str, str]:
    """Return the environment in which a changed copy of *tree* is imported instead of what is installed."""
    file, old, new = change
    copy = Path(shutil.copytree(tree, target / "spoilt"))
    replace_once(copy / file, old, new)
    return {"PYTHONPATH": str(copy)}


@pytest.mark.parametrize(
    ("change", "contract"),
    [
        (("harbor_plugin/__init__.py", '"1.0.0"', '"0.9.0"'), "GET /plugins/: the host lists harbor_plugin 0.9.0"),
        (("harbor_plugin/__init__.py", '"2.9"', '"2.1"'), "console script: harbor-host does not start"),
        (("harbor_host/web.py", "{escape(plugin.version)}", ""), "GET /plugins/: the page lacks the plugin"),
        (("harbor_plugin/sync.py", "client.berths()", "client.berths()[1:]"), "sync: created 3 berths of 4"),
        (("harbor_plugin/client.py", 'text("name")', 'text("code")'), "sync: berth N1: \"name\" is 'N1', the backend"),
        (("harbor_host/records.py", "before == row", "before is row"), "sync: a second one is no repetition"),
        (("harbor_plugin/views.py", '"rows": lines', '"rows": ""'), "GET /plugins/harbor/berths/: the page lacks"),
    ],
)
def test_the_plugins_check_names_a_broken_contract(pair: Pair, tmp_path: Path, change: Change, contract: str) -> None:
    done = pair.check("1.0.0", **spoilt(EXAMPLES / "harbor-plugin", tmp_path, change))
    assert broken(done).startswith(contract)


@pytest.mark.parametrize(
    ("change", "contract"),
    [
        (("harbor_api/application.py", '"ok"', '"up"'), "GET /health: answers {'status': 'up', 'version': '1.1.0rc1'}"),
        (("harbor_api/application.py", '"read": len(self._berths)', '"read": 0'), "POST /api/v1/sync: reads no berth"),
        (
            ("harbor_api/application.py", '"changed": changed', '"changed": 4'),
            "POST /api/v1/sync: a second one changes",
        ),
        (
            ("harbor_api/application.py", '"results": results', '"rows": results'),
            'GET /api/v1/berths: field "count" is not',
        ),
        (("harbor_api/application.py", "/health", "/up"), "GET /health: HTTP 404"),
        (("harbor_api/berths.py", "length_m: float", "length: float"), "POST /api/v1/sync: no answer"),
        (("harbor_api/data/berths.json", "12.5", '"12.5"'), 'GET /api/v1/berths: field "draught_m" has the wrong'),
    ],
)
def test_the_backends_check_names_a_broken_contract(
    api_room: Venv, tmp_path: Path, change: Change, contract: str
) -> None:
    environ = spoilt(EXAMPLES / "harbor-api", tmp_path, change)
    assert broken(check_backend(api_room, "1.1.0rc1", **environ)).startswith(contract)


def test_the_plugins_check_refuses_to_judge_the_checkout(pair: Pair) -> None:
    done = pair.check("1.0.0", PYTHONPATH=str(pair.tree))
    assert broken(done) == "installed: harbor_plugin is imported from the checkout"


def test_a_host_that_the_plugin_does_not_take_is_refused(pair: Pair) -> None:
    pair.venv.install(pair.wheels["1.0.0"])
    load = "from harbor_host.plugins import load_plugin; load_plugin('harbor_plugin', host_version='{}')"
    accepted = {
        version: pair.venv.run("python", "-c", load.format(version)).returncode == 0
        for version in ("1.9.9", "2.0.0", "2.9.5", "2.10.0", "3.0.0")
    }
    assert accepted == {"1.9.9": False, "2.0.0": True, "2.9.5": True, "2.10.0": False, "3.0.0": False}


def test_a_backend_that_is_down_is_told_apart_from_a_broken_contract(pair: Pair) -> None:
    pair.venv.install(pair.wheels["1.0.0"])
    sync = "import harbor_plugin.client as c; c.BackendClient('http://127.0.0.1:1', plugin_version='1.0.0').sync()"
    done = pair.venv.run("python", "-c", sync)
    assert "BackendDown: the backend at http://127.0.0.1:1 does not answer" in done.stderr


def check_backend(venv: Venv, version: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the backend's own end-to-end command."""
    environ = {"RELEASEGATE_VERSION": version, **environ}
    return venv.run("python", "e2e/check_service.py", cwd=EXAMPLES / "harbor-api", environ=environ)


def test_the_backend_passes_its_own_check(api_room: Venv) -> None:
    done = check_backend(api_room, "1.1.0rc1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert broken(check_backend(api_room, "1.1.0")) == "installed: harbor-api is 1.1.0rc1, not 1.1.0"


def test_the_pair_depends_on_nothing() -> None:
    for package in STATED:
        lock = tomllib.loads((EXAMPLES / package / "uv.lock").read_text())
        assert lock["package"] == [{"name": package, "version": "1.0.0", "source": {"editable": "."}}]

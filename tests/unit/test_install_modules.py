"""What is imported and loaded of an installed package, and what is said of what cannot be."""

from __future__ import annotations

import pytest

from releasegate.core.config.exemptions import Exemption
from releasegate.core.config.keys import Service
from releasegate.core.install.entry_points import EntryPoint, to_load
from releasegate.core.install.environment import service_environment
from releasegate.core.install.extras import brings, offered
from releasegate.core.install.guarded_imports import Offered, patterns, proposals
from releasegate.core.install.modules import failures, select

HOST = "ModuleNotFoundError: No module named 'netbox'"


def test_what_is_exempted_is_not_kept_and_what_exempts_nothing_is_told() -> None:
    stale = Exemption("gone.*", "why")
    selection = select(["app", "app.host"], [Exemption("app.h*", "why"), stale])
    assert (selection.kept, selection.stale) == (("app",), (stale,))


def test_two_exemptions_of_one_module_are_both_in_use() -> None:
    both = [Exemption("pkg.*", "host"), Exemption("pkg.a", "host")]
    assert select(["pkg.a"], both).stale == ()


def test_equal_failures_are_told_once() -> None:
    errors = {"a": "E: 1", "b": "E: 1", "c": "E: 1", "d": "E: 1", "e": "E: 2"}
    assert failures(errors) == ("a, b, c and 1 more: E: 1", "e: E: 2")


@pytest.mark.parametrize(
    ("failed", "passed", "found"),
    [
        (["app.models"], ["app"], ["app.models"]),
        (["app.models", "app.models.lamp"], ["app"], ["app.models*"]),
        (["app", "app.models"], [], ["app*"]),
        (["app.models"], ["app", "app.models_base"], ["app.models"]),
        (
            ["app.api.views", "app.api.urls", "app.forms"],
            ["app", "app.api"],
            ["app.api.urls", "app.api.views", "app.forms"],
        ),
        (["app.host.a", "app.host.b", "app.host.sub.c"], ["app"], ["app.host*"]),
    ],
)
def test_a_pattern_takes_in_no_module_that_can_be_imported(
    failed: list[str], passed: list[str], found: list[str]
) -> None:
    assert list(patterns(failed, passed)) == found


def test_a_module_of_a_host_is_proposed_as_not_imported() -> None:
    (line,) = proposals(
        {"app.models": HOST, "app.views": "ModuleNotFoundError: No module named 'netbox.views'"}, ["app"], written=False
    )
    assert line == (
        "netbox is not installed here: name it in the dependencies. If users have it by themselves, as a host or to "
        "be used with it, "
        "in [tool.releasegate.packages.install]: not-imported = ["
        '{ pattern = "app.models", reason = "it needs netbox" }, '
        '{ pattern = "app.views", reason = "it needs netbox" }]'
    )


def test_other_failures_have_a_line_to_paste_too_the_first_whole_the_others_as_members() -> None:
    lines = proposals(
        {"app.a": HOST, "app.b": "SystemExit: 0", "app.c": "ModuleNotFoundError: No module named 'app.gone'"},
        ["app"],
        written=False,
    )
    assert [line.count("not-imported = [") for line in lines] == [1, 0]
    assert lines[1] == (
        'If that is meant so, to not-imported: { pattern = "app.b", reason = "say why" }, '
        '{ pattern = "app.c", reason = "say why" },'
    )
    assert "to not-imported: {" in proposals({"app.a": HOST}, [], written=True)[0]
    assert proposals({}, ["app"], written=False) == ()


def test_a_neighbour_that_is_imported_as_in_a_script_is_told_from_what_is_not_installed() -> None:
    errors = {
        "app.checks.one": "ModuleNotFoundError: No module named 'cell'",
        "app.checks.two": "ModuleNotFoundError: No module named 'cell.part'",
        "app.checks.cell": "ModuleNotFoundError: No module named 'two'",
    }
    (line,) = proposals(errors, ["app", "app.core"], written=False)
    assert line == (
        "What they import lies beside them, and an installed package finds it as .NAME alone: import it so. "
        "If they run as scripts, from their folder, in [tool.releasegate.packages.install]: not-imported = ["
        '{ pattern = "app.checks*", reason = "it runs as a script, from its folder" }]'
    )


def test_what_an_extra_brings_is_installed_to_be_tried_and_a_module_may_be_called_like_it() -> None:
    errors = {
        "app.backends.trio": "ModuleNotFoundError: No module named 'trio'",
        "app.backends.auto": "ModuleNotFoundError: No module named 'trio'",
        "app.http": "ImportError: pip install app[http] (ModuleNotFoundError: No module named 'h2')",
        "app.win": "ModuleNotFoundError: No module named '_winreg'",
    }
    extras = Offered(("cli",), {"http": ["h2"], "all": ["h2", "trio"], "trio": ["trio"]})
    first, second = proposals(errors, ["app", "app.backends"], written=False, extras=extras)
    assert first == (
        "trio, h2 are in the package's own extras http, trio: install what is to be tried, "
        'in [tool.releasegate.packages.install]: extras = ["cli", "http", "trio"]'
    )
    assert second.startswith("_winreg is there on Windows alone. If that is meant so, in [tool")
    (alone,) = proposals({"app.backends.trio": errors["app.backends.trio"]}, ["app"], written=False)
    assert alone.startswith("trio is not installed here: name it in the dependencies")
    (one,) = proposals({"app.http": errors["app.http"]}, ["app"], written=True, extras=extras)
    assert one.startswith("h2 is in the package's own extra http: install what is to be tried, in [tool")


def test_what_every_import_of_the_package_needs_is_no_matter_of_an_extra() -> None:
    error = "ModuleNotFoundError: No module named 'trio'"
    errors = {"app": error, "app.core": error, "app.http": "ModuleNotFoundError: No module named 'h2'"}
    extras = Offered((), {"http": ["h2"], "trio": ["trio"]})
    first, second = proposals(errors, [], written=False, extras=extras)
    assert first == (
        "trio comes with the package's own extra trio alone, and app cannot be imported without it: name it in the "
        "dependencies. If nobody installs the package without that extra, in [tool.releasegate.packages.install]: "
        'extras = ["trio"]'
    )
    assert second.startswith("h2 is in the package's own extra http")
    told = {"app": "ImportError: pip install app[http] (ModuleNotFoundError: No module named 'h2')"}
    (meant,) = proposals(told, [], written=False, extras=extras)
    assert meant.startswith("h2 is in the package's own extra http")


@pytest.mark.parametrize("name", ["tomllib", "distutils"])
def test_no_distribution_is_asked_for_that_would_be_a_module_of_python_s_own(name: str) -> None:
    errors = {"app.a": f"ModuleNotFoundError: No module named '{name}'"}
    (line,) = proposals(errors, ["app"], written=False, standard={"tomllib"})
    assert "name it in the dependencies" not in line
    assert line == (
        f"{name} is a module of Python's own, and not of this Python: import what stands in for it here, or raise "
        "Requires-Python. If that is meant so, in [tool.releasegate.packages.install]: "
        'not-imported = [{ pattern = "app.a", reason = "it imports only on other Pythons" }]'
    )


def test_what_an_extra_installs_is_what_it_adds() -> None:
    requires = ["one", "two; extra == 'more'", 'three>1 ; extra == "more" and python_version > "2"', "=", "PyYAML"]
    assert offered(requires, ["more"]) == {"more": frozenset({"two", "three"})}


@pytest.mark.parametrize(
    ("module", "installed", "brought"),
    [("yaml", {"pyyaml"}, True), ("a_b", {"a-b"}, True), ("h2", {"h11"}, False), ("", {"py"}, False)],
)
def test_a_module_is_brought_by_what_is_called_like_it(module: str, installed: set[str], *, brought: bool) -> None:
    assert brings(module, installed) is brought


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        ("ModuleNotFoundError: No module named 'any_llm'", "any_llm"),  # the extra is called so
        ("ModuleNotFoundError: No module named 'sky'; pip install 'app[any-llm]'", "sky"),
        ("ImportError: needs the any-llm extra. Install with: pip install 'app[cli, any_llm]'", "app.models"),
    ],
)
def test_an_extra_that_is_called_as_a_module_or_named_by_its_error_is_proposed(error: str, cause: str) -> None:
    extras = Offered(("cli",), {"any-llm": ["any-llm-sdk"], "other": ["h2"]})
    (line,) = proposals({"app.models": error}, ["app"], written=False, extras=extras)
    assert line == (
        f"{cause} is in the package's own extra any-llm: install what is to be tried, "
        'in [tool.releasegate.packages.install]: extras = ["any-llm", "cli"]'
    )


def test_a_top_module_that_names_its_extra_is_no_exemption() -> None:
    extras = Offered((), {"dimmer": ["led"], "tests": ["pytest"]})
    (line,) = proposals({"lamp": "ImportError: pip install lamp[dimmer]"}, [], written=False, extras=extras)
    assert line.startswith("lamp is in the package's own extra dimmer: install what is to be tried")
    (line,) = proposals({"lamp.a": "ModuleNotFoundError: No module named 'tests'"}, [], written=False, extras=extras)
    assert line.startswith("tests is not installed here")


def test_brackets_that_name_no_extra_of_the_package_say_nothing() -> None:
    extras = Offered((), {"other": ["h2"]})
    (line,) = proposals(
        {"app.models": "ImportError: pip install 'b[thing]' or list[0]"}, [], written=False, extras=extras
    )
    assert "say why" in line


@pytest.mark.parametrize(
    ("value", "module", "target", "extras"),
    [
        ("app.cli:main", "app.cli", "app.cli:main", set()),
        ("app", "app", "app", set()),
        ("app.x : y.z [Cli, more]", "app.x", "app.x:y.z", {"cli", "more"}),
        ("no reference!", "no reference!", "no reference!", set()),
    ],
)
def test_an_entry_point_s_value_is_read(value: str, module: str, target: str, extras: set[str]) -> None:
    point = EntryPoint("own.group", "red", value)
    assert (point.module, point.target, set(point.extras)) == (module, target, extras)
    assert str(point) == f"the entry point red of own.group ({value})"


def test_entry_points_are_loaded_but_for_what_is_exempted_run_or_not_installed() -> None:
    points = [
        EntryPoint("console_scripts", "run", "app.cli:main"),
        EntryPoint("console_scripts", "serve", "app.cli:serve"),
        EntryPoint("own.group", "plain", "app:x"),
        EntryPoint("own.group", "host", "app.host:x"),
        EntryPoint("own.group", "extra", "app:x [Fancy]"),
        EntryPoint("own.group", "there", "app:x [cli]"),
    ]
    exempted = [Exemption("app.host*", "needs its host")]
    loaded = to_load(points, extras=["CLI"], not_imported=exempted, run=["run"])
    assert [point.name for point in loaded] == ["serve", "plain", "there"]


def test_a_service_is_told_its_secret_and_its_folder() -> None:
    service = Service(("run", "{port}"), environment={"KEY": "{secret}", "DB": "{data}/a.db", "MODE": "test"})
    told = service_environment(service, secret="s", data="/d")
    assert told == {"KEY": "s", "DB": "/d/a.db", "MODE": "test"}

"""The folders of stacks: read, built on each other, and refused with what to write."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest
import yaml
from stacks import folders, kit

from releasegate.adapters.containers.runs.compose_labels import with_labels
from releasegate.adapters.kit_folders import KitFolders, KitsBeside, kit_folders, known_hosts, shipped
from releasegate.core.errors import ConfigurationError
from releasegate.core.stacks.kit import NO_KIT, Kit, fits
from releasegate.core.stacks.stack_parse import parse_hosts, parse_kit

WHOLE = """\
title = "a Django app"
roles = { app = "what is under test" }
variables = { MODE = "plain" }
secrets = { DB_PASSWORD = 16 }

[[dimensions]]
name = "django"
title = "Django"
meaning = "a Django: `5.2.1`"
origins = [{ name = "pypi" }]
default = ["5.2.1"]

[[images]]
name = "postgres"
pull = "postgres:17"

[[images]]
name = "python"
pull = "python:{python}"

[[images]]
name = "app"
base = "python"
packages = "app"
requirements = ["django=={django}"]

[[services]]
name = "postgres"
image = "postgres"
begins = "ground"

[[services]]
name = "app"
image = "app"
begins = "serves"

[database]
service = "postgres"
name = "app"
user = "app"
image = "app"

[[addresses]]
variable = "APP_URL"
service = "app"
port = 8000
"""


def read(text: str) -> Kit:
    def below(_: str) -> Kit:
        raise AssertionError("nothing is extended")

    return parse_kit(text, where="stack.toml", below=below)


def problems(text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read(text)
    return "\n".join(caught.value.details)


def written(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "stack.toml").write_text(text, encoding="utf-8")
    return folder


def test_what_a_kit_says_is_read() -> None:
    found = read(WHOLE)
    assert (found.begun("ground"), found.begun("serves", "after")) == (("postgres",), ("app",))
    assert (found.role_of("app"), found.role_of("postgres")) == ("app", "")
    assert found.serving() == found.services[1]
    assert found.image("app", {}) == found.images[2]
    assert found.image("none", {}) is None
    assert NO_KIT.serving() is None
    assert read("") == NO_KIT


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[[dimensions]]", "[[dimension]]", "did you mean dimensions?"),
        ('name = "django"', 'name = "source"', "source is an option of every stack"),
        ('name = "django"', 'name = "the_host"', "write small letters"),
        ('origins = [{ name = "pypi" }]', "", "has values or origins of versions; write one of them"),
        ('pull = "postgres:17"', "", "is pulled or made from another one"),
        ('base = "python"', 'base = "pythons"', "is no image that stands before; did you mean python?"),
        ('packages = "app"', 'packages = "apps"', "apps is no role; did you mean app?"),
        ('packages = "app"', 'packages = "app"\nwhen = { netbox = "x" }', "netbox is no dimension"),
        ("[[addresses]]", '[[routes]]\nrole = "ap"\n\n[[addresses]]', "ap is no role; did you mean app?"),
        ('image = "postgres"\nbegins', 'image = "mysql"\nbegins', "mysql is no image"),
        ('begins = "ground"', 'begins = "serves"', "more than one migrates the database"),
        ('begins = "serves"', 'begins = "after"', "is migrated by nobody"),
        ('begins = "ground"', 'begins = "never"', "is not known here"),
        ('service = "postgres"', 'service = "mysql"', "mysql is no service"),
        ('user = "app"\nimage = "app"', 'user = "app"', "nothing is no image"),
        ('user = "app"\n', 'user = "app"\nalone-image = "x"\nalone = ["y"]\n', "x is no image"),
        ('user = "app"\n', 'user = "app"\nalone = ["y"]\n', "write both or none"),
        ('variable = "APP_URL"\nservice = "app"', 'variable = "APP_URL"\nservice = "ap"', "ap is no service"),
        ("port = 8000", "port = 8000\nwhen = { moon = 'full' }", "moon is no dimension"),
        ("port = 8000", "port = 0", "is no port"),
        ("secrets = { DB_PASSWORD = 16 }", 'secrets = { DB_PASSWORD = "x" }', "is no count"),
        ("roles = {", "roles = [] # {", "write a table of texts"),
    ],
)
def test_what_does_not_fit_is_told_with_its_line_and_what_to_write(old: str, new: str, said: str) -> None:
    assert old in WHOLE
    found = problems(WHOLE.replace(old, new))
    assert said in found
    assert found.startswith("stack.toml:")


def test_a_problem_of_a_stack_that_builds_on_another_has_the_line_of_its_own_file() -> None:
    text = 'extends = "netbox"\n\n[[services]]\nname = "mine"\nimage = "nowhere"\n'
    with pytest.raises(ConfigurationError) as caught:
        parse_kit(text, where="stack.toml", below=kit)
    (line,) = caught.value.details
    assert line.startswith("stack.toml:5: services.0.image: nowhere is no image; ")


def test_a_problem_that_lies_below_is_told_where_such_parts_are_listed() -> None:
    lost = replace(kit("netbox"), images=())
    with pytest.raises(ConfigurationError) as caught:
        parse_kit('extends = "netbox"\n', where="stack.toml", below=lambda _: lost)
    assert caught.value.details[0].startswith("stack.toml:1: ")
    assert any(": services: postgres is no image; there is none" in line for line in caught.value.details)


def test_what_has_no_text_before_it_is_told_that_there_is_none() -> None:
    assert "there is none" in problems('[[services]]\nname = "a"\nimage = "b"\n')


def test_a_stack_that_builds_on_another_adds_to_it_and_stands_in_for_what_is_named_alike() -> None:
    pair, below = kit("proxbox"), kit("netbox")
    assert pair.dimensions[0] == below.dimensions[0]
    assert [each.name for each in pair.services] == ["postgres", "redis", "netbox", "worker", "backend", "mock"]
    assert {**below.secrets, "SERVICE_SECRET": 48} == pair.secrets
    assert pair.suite.plugins == ("netbox_fixtures", "proxbox_fixtures")
    assert (pair.suite.levels, below.suite.levels) == (2, 1)
    assert pair.suite.environment["RELEASEGATE_NETBOX_VERSION"] == "{netbox}"
    assert pair.database == below.database
    assert [home.name for home in folders().homes] == ["proxbox", "netbox"]
    assert len(list(folders().find("checks"))) == 2


def test_a_suite_may_replace_that_of_the_stack_below_and_an_image_stands_in_for_both_of_its_name(
    tmp_path: Path,
) -> None:
    own = """\
extends = "netbox"
images = [{ name = "netbox", base = "netbox-core", packages = "plugin" }]
suite = { replaces = true, left-out = [{ pattern = "plugin.api", reason = "it has none" }] }
"""
    found = kit_folders("./mine", beside=written(tmp_path / "mine", own).parent)
    assert (found.kit.suite.levels, found.kit.suite.plugins) == (1, ())
    assert [each.when for each in found.kit.images if each.name == "netbox"] == [{}]
    assert fits({}, {})


def test_a_folder_of_one_s_own_is_found_from_the_table_and_what_it_extends_from_there(tmp_path: Path) -> None:
    written(tmp_path / "below", WHOLE)
    written(tmp_path / "stacks" / "mine", 'extends = "../../below"\nvariables = { MODE = "strict" }\n')
    found = KitsBeside(tmp_path).kit("stacks/mine")
    assert (found.variables, found.roles) == ({"MODE": "strict"}, {"app": "what is under test"})


def test_a_stack_that_is_not_there_or_builds_on_itself_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="There is no stack moon") as caught:
        kit_folders("moon", beside=tmp_path)
    assert "netbox, proxbox" in caught.value.hint
    written(tmp_path / "round", 'extends = "../round"\n')
    with pytest.raises(ConfigurationError, match="builds on itself"):
        kit_folders("./round", beside=tmp_path)
    (written(tmp_path / "latin", "") / "stack.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        kit_folders("./latin", beside=tmp_path)


def test_the_stacks_that_come_with_releasegate_say_only_what_is_there() -> None:
    assert shipped() == ("netbox", "proxbox")
    for name in shipped():
        found: KitFolders = folders(name)
        assert all(next(found.find("images", each), None) for image in found.kit.images for each in image.files)
        assert {each.name for each in fields(Kit)} >= {"suite", "host"}


def test_the_hosts_that_are_known_are_those_of_the_stacks_and_those_that_have_none() -> None:
    titles = [host.title for host in known_hosts()]
    assert titles.count("NetBox") == titles.count("Blender") == 1
    with pytest.raises(ConfigurationError, match=r"1 problem in hosts\.toml"):
        parse_hosts("hosts = 3", where="hosts.toml")


def test_all_that_a_stack_declares_is_marked_by_who_runs_it(tmp_path: Path) -> None:
    compose = tmp_path / "compose.yaml"
    compose.write_text("services:\n  app: {}\n  postgres: {}\nvolumes:\n  kept:\n", encoding="utf-8")
    files = with_labels([compose], read(WHOLE), folder=tmp_path / "run")
    told = yaml.safe_load(files[-1].read_text(encoding="utf-8"))
    assert told["services"]["app"]["labels"]["releasegate.runs"] == "app"
    assert told["services"]["app"]["labels"]["releasegate.speaks"] == "http"
    assert told["services"]["postgres"]["labels"] == told["volumes"]["kept"]["labels"]
    assert told["networks"]["default"]["labels"]["releasegate.run"] == "${RELEASEGATE_RUN}"


def test_no_service_waits_long_for_a_name_that_nobody_knows_unless_it_says_how_names_are_found(tmp_path: Path) -> None:
    compose = tmp_path / "compose.yaml"
    text = "services:\n  app:\n  postgres: {network_mode: none}\n  own: {dns_opt: [ndots:1]}\n  odd: 3\n"
    compose.write_text(text, encoding="utf-8")
    files = with_labels([compose], read(WHOLE), folder=tmp_path / "run")
    told = yaml.safe_load(files[-1].read_text(encoding="utf-8"))["services"]
    assert told["app"]["dns_opt"] == told["odd"]["dns_opt"] == ["timeout:2", "attempts:1"]
    assert "dns_opt" not in told["postgres"]
    assert "dns_opt" not in told["own"]


@pytest.mark.parametrize(
    ("text", "said"),
    [("services:\n  app: {}\n", "has the service postgres"), ("- a\n", "is no Compose file"), ("{", "cannot be read")],
)
def test_a_compose_file_that_does_not_fit_is_refused(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=said):
        with_labels([tmp_path / "compose.yaml"], read(WHOLE), folder=tmp_path)

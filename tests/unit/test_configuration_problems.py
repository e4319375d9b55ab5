"""What is refused in ``[tool.releasegate]``, and what is said about it."""

import pytest

from releasegate.core.config.parse import EXAMPLE, parse_settings
from releasegate.core.errors import ConfigurationError

PAIR = """\
[[tool.releasegate.packages]]
name = "backend"
version-files = [{ lock = "uv.lock" }]
pythons = ["3.12"]

"""


def problems(text: str) -> tuple[str, ...]:
    """Return what is said about *text*, without the file, in the file's order."""
    with pytest.raises(ConfigurationError) as caught:
        parse_settings(text, where="pyproject.toml")
    assert all(line.startswith("pyproject.toml:") for line in caught.value.details)
    return tuple(line.removeprefix("pyproject.toml:") for line in caught.value.details)


def package(line: str) -> str:
    """Return the one problem of the example with *line* added to its package, or instead of the key's line."""
    key = line.partition(" ")[0]
    kept = [old for old in EXAMPLE.splitlines() if old.partition(" ")[0] != key]
    (problem,) = problems("\n".join([*kept, line]))
    return problem


def general(line: str, after: str = "") -> str:
    """Return the one problem of the example with *line* in its head."""
    (problem,) = problems(f"[tool.releasegate]\n{line}\n{EXAMPLE}{after}")
    return problem


def test_all_problems_are_told_at_once_in_the_order_of_the_file() -> None:
    text = """\
[tool.releasegate]
stagin = "testpypi"
propagation = 0

[[tool.releasegate.packages]]
name = "my-package"
pythons = [
    "3.12",
    "3.12.1",
]
"""
    with pytest.raises(ConfigurationError) as caught:
        parse_settings(text, where="pyproject.toml")
    time, number = "write a number of seconds above 0, e.g. 300", 'write e.g. "3.12"'
    version_files = (
        "write a list of version files: every file that states the version, "
        "or version-from-tag = true where the build reads it from Git's tags"
    )
    assert caught.value.problem == "4 problems in pyproject.toml."
    assert caught.value.hint == "Correct each line in pyproject.toml; releasegate's docs/reference.md lists every key"
    assert caught.value.details == (
        "pyproject.toml:2: tool.releasegate.stagin: is no key here; did you mean staging?",
        f"pyproject.toml:3: tool.releasegate.propagation: is not a length of time; {time}",
        f"pyproject.toml:5: tool.releasegate.packages[0].version-files: is missing; {version_files}",
        f'pyproject.toml:9: tool.releasegate.packages[0].pythons[1]: "3.12.1" is not a minor version; {number}',
    )


def test_letters_of_every_language_are_shown_as_they_are_and_what_cannot_be_seen_by_its_number() -> None:
    assert 'production: "größer" is not a configured index' in general('production = "größer"')
    assert 'production: "a\\u202eb" is not' in general('production = "a\\u202eb"')


def test_one_problem_is_counted_as_one() -> None:
    with pytest.raises(ConfigurationError, match=r"^1 problem in pyproject\.toml\."):
        parse_settings("[tool.releasegate]", where="pyproject.toml")


@pytest.mark.parametrize("text", ["", "[tool.other]\n", "tool = 1\n"])
def test_a_file_without_the_table_is_told_the_least_to_write(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_settings(text, where="pyproject.toml")
    assert caught.value.problem == "pyproject.toml has no [tool.releasegate] table."
    assert caught.value.details == tuple(EXAMPLE.splitlines())


@pytest.mark.parametrize(
    ("text", "line"),
    [("[tool]\na = \n", 2), ("[tool]\n\na = 'x", 3), ("[tool\n", 1), ("a = 1\na = 2\n", 2), ("\ufeff\na = = 2\n", 2)],
)
def test_a_syntax_error_is_one_problem_with_its_line(text: str, line: int) -> None:
    with pytest.raises(ConfigurationError, match=rf"^pyproject\.toml:{line} is not TOML: [^()]+\.\n"):
        parse_settings(text, where="pyproject.toml")


def test_a_key_that_is_written_twice_is_called_so() -> None:
    with pytest.raises(ConfigurationError, match=r"^pyproject\.toml:2 is not TOML: that key is written twice\.\n"):
        parse_settings("a = 1\na = 2\n", where="pyproject.toml")


def test_a_text_nested_too_deeply_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="nested too deeply"):
        parse_settings("a = " + "[" * 20000 + "]" * 20000, where="pyproject.toml")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("tool.releasegate = 1", "1: tool.releasegate: is a number; write a table"),
        ("tool.releasegate.packages = []", "1: tool.releasegate.packages: is empty; write at least one"),
        ("tool.releasegate.packages = {}", "1: tool.releasegate.packages: is a table; write [[tool.releasegate.packa"),
        ("tool.releasegate.packages = [1]", "1: tool.releasegate.packages[0]: is a number; write a table"),
        ("tool.releasegate.staging = 'pypi'", "1: tool.releasegate.packages: is missing; write one [[tool.releaseg"),
    ],
)
def test_at_least_one_package_is_needed(line: str, problem: str) -> None:
    assert any(said.startswith(problem) for said in problems(line))


@pytest.mark.parametrize("missing", ["name", "version-files", "pythons"])
def test_a_missing_required_key_is_named(missing: str) -> None:
    text = "\n".join(line for line in EXAMPLE.splitlines() if not line.startswith(missing))
    (problem,) = problems(text)
    assert problem.startswith(f"1: tool.releasegate.packages[0].{missing}: is missing; write ")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("versionfiles = 1", "versionfiles: is no key here; did you mean version-files?"),
        ("tag_prefix = 'v'", "tag_prefix: is no key here; did you mean tag-prefix?"),
        (
            "released-versions = 3",
            "released-versions: is no key here; it belongs into [[tool.releasegate.packages.companion]]",
        ),
        ("smoke = []", "smoke: is no key here; it belongs into [tool.releasegate.packages.install]"),
        ("staging = 'x'", "staging: is no key here; it belongs into [tool.releasegate]"),
        ("'a b' = 1", "'a b': is no key here; write one of name, path, version-files"),
        ("name = 1", "name: is a number; write a package's name, in quotes"),
        ("name = 'a b'", 'name: "a b" is not a package\'s name; write letters'),
        ("name = '''a\n'''", 'name: "a\\n" is not a package\'s name; write letters'),
        ("name = '-a'", 'name: "-a" is not a package\'s name; write letters'),
        ("path = '/srv'", 'path: "/srv" is not a relative path'),
        ("path = 'a\\b'", 'path: "a\\\\b" is not a relative path'),
        ("path = 'C:/b'", 'path: "C:/b" is not a relative path'),
        ("path = ' '", 'path: " " is empty or has control characters; write printable text'),
        ('path = "a\\u0000b"', 'path: "a\\u0000b" is empty or has control characters'),
        ("pythons = []", "pythons: is empty; write a list of minor versions"),
        ("pythons = '3.12'", "pythons: is text; write a list of minor versions"),
        ("pythons = [3.12]", "pythons[0]: is a number; write a minor version of Python, in quotes"),
        ("pythons = ['3.012']", 'pythons[0]: "3.012" is not a minor version; write e.g. "3.12"'),
        ("pythons = ['3.12', '3.12']", "pythons: names a version twice; write each once"),
        ("branch = '-x'", 'branch: "-x" is not a name that Git takes; write e.g. "develop"'),
        ("branch = 'a..b'", 'branch: "a..b" is not a name that Git takes'),
        ("branch = 'a.lock'", 'branch: "a.lock" is not a name that Git takes'),
        ("remote = 'two words'", 'remote: "two words" is not a name that Git takes'),
        ("tag-prefix = 'v '", 'tag-prefix: "v " cannot begin a tag; write e.g. "v", or "" for none'),
        ("tag-prefix = '..'", 'tag-prefix: ".." cannot begin a tag'),
        ("tag-prefix = 'a..'", 'tag-prefix: "a.." cannot begin a tag'),
        ("service = { command = ['app'] }", "service.command: has no {port}; write it where the port goes"),
        ("service = { command = [] }", "service.command: is empty; write a list of words"),
        ("service = { command = ['{port}'], ready = 'x' }", 'service.ready: "x" is not the path of an address'),
        ("service = { ready = '/' }", "service.command: is missing; write a list of words, one with {port}"),
        ("end-to-end = { command = ['  '] }", "end-to-end.command: starts with an empty word"),
        ('end-to-end = { command = ["a\\u0000"] }', "end-to-end.command[0]: has a NUL character; remove it"),
        ("end-to-end = { command = 'run' }", "end-to-end.command: is text; write a list of words"),
        ("end-to-end = { command = ['a'], timeout = 0 }", "end-to-end.timeout: is not a length of time"),
        ("end-to-end = { command = ['a'], timeout = true }", "end-to-end.timeout: is true or false; write a number"),
        ("end-to-end = { command = ['a'], timeout = 1979-05-27 }", "end-to-end.timeout: is a date or time; write a n"),
        ("wheel = 1", "wheel: is a number; write a table"),
        ("wheel = { data = ['a', ''] }", 'wheel.data[1]: "" is empty or has control characters'),
        ("wheel = { frozen = 'a' }", "wheel.frozen: is text; write a list of glob patterns"),
        ("wheel = { references = ['../a'] }", 'wheel.references[0]: "../a" leads outside'),
        ("wheel = { omitted = [{ pattern = 'a' }] }", "wheel.omitted[0].reason: is missing; write a reason"),
        ("wheel = { omitted = [{ pattern = 'a', reason = ' ' }] }", 'wheel.omitted[0].reason: " " is empty'),
        ("wheel = { generated = [{ pattern = '', reason = 'a' }] }", 'wheel.generated[0].pattern: "" is empty'),
        ("install = { extras = ['a b'] }", 'install.extras[0]: "a b" is not a package\'s name'),
        ("install = { requirements = ['a b'] }", 'install.requirements[0]: "a b" is not a requirement by PEP 508'),
        ("install = { smoke = ['python'] }", "install.smoke[0]: is text; write a list of words"),
        ("install = { smoke = [[]] }", "install.smoke[0]: is empty; write a list of words"),
    ],
)
def test_a_wrong_key_of_a_package_is_told_what_to_write(line: str, problem: str) -> None:
    said = package(line)
    assert said.split(": ", 1)[1].startswith(f"tool.releasegate.packages[0].{problem}")


@pytest.mark.parametrize(
    ("version_file", "problem"),
    [
        ("'uv.lock'", "[0]: is text; write e.g. { toml = "),
        (
            "{ key = 'project.version' }",
            "[0]: is not one version file; write one of the keys toml, python, lock, setup, ini, json and text",
        ),
        ("{ toml = 'a', lock = 'b' }", "[0]: is not one version file"),
        ("{ toml = 'a.toml' }", "[0].key: is missing; write a dotted key"),
        ("{ toml = 'a.toml', key = 'a..b' }", '[0].key: "a..b" is not a dotted key; write e.g. "project.version"'),
        ("{ toml = 'a.toml', key = '\"\\q\"' }", '[0].key: "\\"\\\\q\\"" is not a dotted key'),
        ("{ python = 'a.py', attribute = 'A.' }", '[0].attribute: "A." is not an attribute'),
        ("{ python = 'a.py', atribute = 'A', attribute = 'A' }", "[0].atribute: is no key here; did you mean attribu"),
        ("{ lock = '/uv.lock' }", '[0].lock: "/uv.lock" is not a relative path'),
        ("{ lock = 'a/../../uv.lock' }", '[0].lock: "a/../../uv.lock" is not a file of the repository'),
        ("{ lock = '../..' }", '[0].lock: "../.." is not a file of the repository; write e.g. "pkg/__init__.py"'),
        ("{ lock = '.' }", '[0].lock: "." is not a file of the repository'),
        ("{ lock = '.git/config' }", '[0].lock: ".git/config" is not a file of the repository'),
        ("{ lock = 'uv.lock', name = '-' }", '[0].name: "-" is not a package'),
        ("{ ini = 'a.cfg', key = 'version' }", '[0].key: "version" is not a section and a key'),
        ("{ ini = 'a.cfg', key = 'a.b=c' }", '[0].key: "a.b=c" is not a section and a key; write e.g. "metadata.'),
        ("{ json = 'a.json', key = 'a', spelling = 'calver' }", '[0].spelling: "calver" is not known here; write one'),
        ("{ text = 'a', pattern = 'version' }", '[0].pattern: "version" needs {version} once; write e.g. "version: '),
        ("{ text = 'a', pattern = '{version}, {version}' }", '[0].pattern: "{version}, {version}" needs {version}'),
        (
            "{ lock = 'uv.lock' }, { lock = './uv.lock' }",
            ": names a version file in uv.lock twice; write each once",
        ),
    ],
)
def test_a_wrong_version_file_is_told_what_to_write(version_file: str, problem: str) -> None:
    said = package(f"version-files = [{version_file}]")
    assert said.startswith(f"4: tool.releasegate.packages[0].version-files{problem}")


def test_a_lock_of_the_whole_repository_is_a_version_file() -> None:
    text = EXAMPLE.replace('{ toml = "pyproject.toml", key = "project.version" }', '{ lock = "../../uv.lock" }')
    (parsed,) = parse_settings(text, where="pyproject.toml").packages
    assert parsed.version_files[0].path.as_posix() == "../../uv.lock"


def test_a_version_from_the_tag_needs_no_version_file() -> None:
    lines = [line for line in EXAMPLE.splitlines() if not line.startswith("version-files")]
    (parsed,) = parse_settings("\n".join([*lines, "version-from-tag = true"]), where="pyproject.toml").packages
    assert (parsed.version_from_tag, parsed.version_files) == (True, ())


@pytest.mark.parametrize("prefix", ["name@", "name==", "name/v", "@scope/name@", "v", "", "r+", "версия-"])
def test_whatever_git_takes_may_begin_a_tag(prefix: str) -> None:
    (parsed,) = parse_settings(f'{EXAMPLE}tag-prefix = "{prefix}"\n', where="pyproject.toml").packages
    assert parsed.tag_prefix == prefix


@pytest.mark.parametrize("prefix", ["-v", "a b", "a..", "a@{", "a~", "a^", "a:", "a//", "a/.", "a.lock/", "a\\\\", "="])
def test_what_git_or_a_shell_takes_for_something_else_begins_no_tag(prefix: str) -> None:
    assert "cannot begin a tag" in package(f'tag-prefix = "{prefix}"')


def test_no_version_files_are_refused() -> None:
    assert package("version-files = []").endswith("version-files: is empty; write a list of version files")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("propagation = -1", "propagation: is not a length of time; write a number of seconds above 0, e.g. 300"),
        ("propagation = inf", "propagation: is not a length of time"),
        ("propagation = nan", "propagation: is not a length of time"),
        (f"propagation = 0x{'f' * 5000}", "propagation: is not a length of time"),
        ("propagation = '5'", "propagation: is text; write a number of seconds"),
        ("production-without-forge = 1", "production-without-forge: is a number; write true or false, without quotes"),
        ("indexes = 1", "indexes: is a number; write [tool.releasegate.indexes.NAME] tables"),
        ("indexes.mine = 1", "indexes.mine: is a number; write a table"),
        ("indexes.'a b' = { upload = 'http://a/', simple = 'http://a/' }", "indexes.'a b': is not an index's name"),
        ("indexes.mine = {}", "indexes.mine: has no upload and no simple; write both addresses, upload and simple"),
        ("indexes.mine = { simple = 'http://a/' }", "indexes.mine: has no upload; write both addresses"),
        ("indexes.pypi = { upload = 'http://a/' }", "indexes.pypi: has no simple; write both addresses"),
        ("indexes.pypi = { keyring = 'yes' }", "indexes.pypi.keyring: is text; write true or false"),
        ("indexes.pypi = { url = 'http://a/' }", "indexes.pypi.url: is no key here; "),
        ("staging = 'tespypi'", 'staging: "tespypi" is not a configured index; did you mean testpypi?'),
        ("production = 'zzz'", 'production: "zzz" is not a configured index; write one of testpypi, pypi'),
        ("dependencies = 'mirror'", 'dependencies: "mirror" is not a configured index; write one of testpypi, pypi'),
        ("dependencies = 'testpypi'", 'dependencies: is the staging index, "testpypi"; write another index'),
        ("production = 'testpypi'", 'production: is the staging index, "testpypi"; write another index'),
    ],
)
def test_a_wrong_general_key_is_told_what_to_write(line: str, problem: str) -> None:
    assert general(line).startswith(f"2: tool.releasegate.{problem}")


@pytest.mark.parametrize(
    "address",
    [
        "a.example/simple/",
        "ftp://a.example/",
        "http://",
        "http://[a",
        "http://a:99999/",
        "http://a:0/",
        "http://a b/",
        "",
    ],
)
@pytest.mark.parametrize("key", ["upload", "simple"])
def test_an_address_that_is_none_is_refused(key: str, address: str) -> None:
    other = {"upload": "simple", "simple": "upload"}[key]
    said = general(f"indexes.mine = {{ {key} = '{address}', {other} = 'http://a.example/' }}")
    assert said.startswith(f"2: tool.releasegate.indexes.mine.{key}: is not an address; write e.g. ")


def test_a_package_that_is_configured_twice_is_refused() -> None:
    (problem,) = problems(PAIR + PAIR.replace("backend", "Backend"))
    assert problem.endswith('packages[1].name: "backend" is configured twice; write each package once')


@pytest.mark.parametrize(
    ("companion", "problem"),
    [
        ("name = 'plugin'", "companion.name: is the package itself; write the name of another package"),
        ("name = 'later'", 'companion.name: "later" comes later; move its table up: companions are released first'),
        ("name = 'backen'", 'companion.name: "backen" is not a configured package; did you mean backend?'),
        ("name = 'backend', default = 'x'", 'companion.default: "x" is not a version by PEP 440; write e.g. "1.2.3"'),
        ("name = 'backend', requires = '1'", 'companion.requires: "1" is not a version range by PEP 440'),
        (
            "name = 'backend', default = '2.0', requires = '<2'",
            'companion.default: 2.0 is outside of "<2"; write one that requires allows',
        ),
        ("default = '1.0'", "companion.name: is missing; write a package's name"),
    ],
)
def test_a_companion_that_does_not_fit_is_refused(companion: str, problem: str) -> None:
    plugin = PAIR.replace("backend", "plugin").rstrip() + f"\ncompanion = {{ {companion} }}\n"
    (said,) = problems(PAIR + plugin + PAIR.replace("backend", "later"))
    assert said.split("packages[1].")[1].startswith(problem)


@pytest.mark.parametrize(
    ("companions", "problem"),
    [
        ("[]", "companion: is empty; write a table, or a list of tables, or leave it out"),
        ("['backend']", "companion[0]: is text; write a table"),
        ("'backend'", "companion: is text; write a table"),
        ("[{ name = 'backend' }, { nam = 'other' }]", "companion[1].nam: is no key here; did you mean name?"),
        (
            "[{ name = 'backend' }, { name = 'Backend' }]",
            'companion[1].name: "backend" is a companion twice; write each once',
        ),
        ("[{ name = 'backend' }, { name = 'plugin' }]", "companion[1].name: is the package itself"),
        ("[{ name = 'later' }, { name = 'backend' }]", 'companion[0].name: "later" comes later; move its table up'),
        ("[{ name = 'backend' }, { name = 'nobody' }]", 'companion[1].name: "nobody" is not a configured package'),
        (
            "[{ name = 'backend', default = '2.0', requires = '<2' }, { name = 'other' }]",
            'companion[0].default: 2.0 is outside of "<2"',
        ),
    ],
)
def test_one_of_several_companions_that_does_not_fit_is_refused_by_its_place(companions: str, problem: str) -> None:
    plugin = PAIR.replace("backend", "plugin").rstrip() + f"\ncompanion = {companions}\n"
    said = problems(PAIR + PAIR.replace("backend", "other") + plugin + PAIR.replace("backend", "later"))
    assert said[0].split("packages[2].")[1].startswith(problem)
    assert len(said) == 1 + (".nam:" in problem), "a missing name is told beside the key that is none"


def test_two_packages_that_call_each_other_cannot_be_written() -> None:
    first = PAIR.rstrip() + "\ncompanion = { name = 'plugin' }\n"
    second = PAIR.replace("backend", "plugin").rstrip() + "\ncompanion = { name = 'backend' }\n"
    (said,) = problems(first + second)
    assert said.startswith('5: tool.releasegate.packages[0].companion.name: "plugin" comes later')


def test_a_companion_of_the_first_package_has_none_to_name() -> None:
    assert package("companion = { name = 'backend' }").endswith(
        '"backend" is not a configured package; configure it before this package'
    )


def test_a_companion_whose_own_table_has_a_problem_is_still_known() -> None:
    plugin = PAIR.replace("backend", "plugin").rstrip() + "\ncompanion = { name = 'backend' }\n"
    (said,) = problems(PAIR.replace("3.12", "3") + plugin)
    assert "packages[0].pythons[0]" in said


@pytest.mark.parametrize("line", ["default = '{}'", "requires = '=={}'"])
def test_a_number_of_thousands_of_digits_is_no_version(line: str) -> None:
    plugin = PAIR.replace("backend", "plugin").rstrip()
    (said,) = problems(PAIR + plugin + f"\ncompanion = {{ name = 'backend', {line.format('1' * 5000)} }}\n")
    assert "by PEP 440" in said
    assert len(said) < 300


@pytest.mark.parametrize(
    ("forge", "problem"),
    [
        ('{ kind = "gitlab", repository = "a/b" }', "is not known here; write one of: github, gitea"),
        ('{ kind = "github", repository = "harbor" }', "is not a repository; write owner/name"),
        ('{ kind = "gitea", repository = "a/b" }', "has no address; write the web address of the Gitea"),
    ],
)
def test_a_forge_that_cannot_be_asked_is_told_what_to_write(forge: str, problem: str) -> None:
    assert problem in package(f"forge = {forge}")

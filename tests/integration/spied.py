"""A package that looks for secrets wherever its code is run, a person's secrets, and a release of it.

Run as a script, under a shell that exports the secrets: ``python spied.py FOLDER``; with a reason as the second
argument, on a system that has no namespaces for that reason.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from distributions import index
from git_repositories import ENVIRON, git, make_repository
from packaging.version import Version
from source_trees import BACKEND, PYPROJECT

from releasegate.adapters.build.kept import LocalBuilds
from releasegate.adapters.foreign import isolation
from releasegate.adapters.git.repository import GitRepository
from releasegate.adapters.processes.runner import ProcessRunner
from releasegate.adapters.venvs.install_check import VenvInstallChecker
from releasegate.core.config.keys import EndToEndCommand, Install, Package, Service
from releasegate.ports import Delivery

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
AUTHOR = {name: value for name, value in ENVIRON.items() if name.startswith("GIT_")}
EXPORTED = {
    name: f"planted-env-{number:02}"
    for number, name in enumerate(
        (
            *("PYPI_TOKEN", "TESTPYPI_TOKEN", "FORGE_TOKEN", "GITHUB_TOKEN", "GH_TOKEN", "GITLAB_TOKEN", "GITEA_TOKEN"),
            *("TWINE_PASSWORD", "UV_PUBLISH_TOKEN", "FLIT_PASSWORD", "HATCH_INDEX_AUTH", "POETRY_PYPI_TOKEN_PYPI"),
            *("PIP_INDEX_URL", "UV_INDEX_URL", "NPM_TOKEN", "CARGO_REGISTRY_TOKEN", "AWS_SECRET_ACCESS_KEY"),
            *("AZURE_CLIENT_SECRET", "DOCKER_PASSWORD", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "VAULT_TOKEN", "PGPASSWORD"),
            *("GPG_PASSPHRASE", "ANYTHING_AT_ALL"),
        )
    )
}
KEPT = {
    name: f"planted-file-{number:02}"
    for number, name in enumerate(
        (
            *(".pypirc", ".netrc", ".git-credentials", ".gitconfig", ".config/git/credentials", ".config/pip/pip.conf"),
            *(".config/uv/uv.toml", ".local/share/uv/credentials/credentials.toml", ".config/pypoetry/auth.toml"),
            *(".local/share/keyrings/login.keyring", ".local/share/python_keyring/keyring_pass.cfg", ".ssh/id_ed25519"),
            *(".cargo/credentials.toml", ".cargo/config.toml", ".docker/config.json", ".npmrc", ".aws/credentials"),
            *(".config/gh/hosts.yml", ".config/tea/config.yml", ".gnupg/private-keys-v1.d/key", ".bash_history"),
            *(".bashrc", ".cache/secret", "src/another/.env", ".local/lib/python3/secret.py", ".local/bin/secret"),
        )
    )
}
SPY = '''
"""Looks for what was planted, and writes down what it found."""

import glob, json, os, pwd, re, tempfile


def look(who):
    found = set()

    def search(text):
        found.update(re.findall("planted-(?:env|file)-[0-9]+", text))

    def read(path):
        try:
            with open(path, "rb") as file:
                search(file.read(1 << 16).decode("latin-1"))
        except OSError:
            pass

    search(repr(dict(os.environ)))
    for each in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline"):
        read(each)
    homes = {HOME, pwd.getpwuid(os.getuid()).pw_dir, os.path.expanduser("~"), os.environ["HOME"]}
    roots = ["", *glob.glob("/proc/[0-9]*/root"), *("/proc/%d/cwd/../../../../../.." % n for n in (1, 2, 3))]
    for home in homes:
        for name in FILES:
            for root in roots:
                read(root + home + "/" + name)
    for folder, folders, files in os.walk(HOME):
        folders[:] = set(folders) - {".releasegate"}
        for name in files:
            if not name.endswith((".pyc", ".so")):
                read(os.path.join(folder, name))
    handle, path = tempfile.mkstemp(dir=OUT, prefix=who + "-", suffix=".json")
    with open(handle, "w") as file:
        json.dump(sorted(found), file)


def serve(port):
    import http.server

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()

    look("service")
    http.server.HTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()
'''
MODULE = """
import sys
if __name__ == "__main__":
    serve(sys.argv[2]) if sys.argv[1] == "serve" else look(sys.argv[1])
else:
    look("import")
"""
_FILES = (".py", "-1.0.dist-info/METADATA", "-1.0.dist-info/WHEEL", "-1.0.dist-info/RECORD")
RECORD = "".join(f"harbor_api{name},,\\n" for name in _FILES)
INSTALLABLE = BACKEND.replace(
    'os.environ["SOURCE_DATE_EPOCH"]', 'os.environ.get("SOURCE_DATE_EPOCH", 1700000000)'
).replace("    members = {", f'    members = {{\n        "harbor_api-1.0.dist-info/RECORD": "{RECORD}",')
LOOKING = '\nlook("install" if "PIP_BUILD_TRACKER" in os.environ else "build")\n'


def plant(folder: Path) -> Path:
    """Make a home folder with a person's secrets and the repository of the package, and return it."""
    home = folder / "home"
    for name, secret in KEPT.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(f"secret = {secret}\n", encoding="utf-8")
    (home / ".local/bin/secret").chmod(0o755)
    (folder / "out").mkdir()
    known = f"HOME, OUT, FILES = {str(home)!r}, {str(folder / 'out')!r}, {list(KEPT)!r}\n"
    files = {
        "pyproject.toml": PYPROJECT,
        "backend.py": known + SPY + INSTALLABLE + LOOKING,
        "harbor_api.py": known + SPY + MODULE,
        "check.py": known + SPY + 'look("end-to-end")\n',
    }
    repository = make_repository(home / "src" / "harbor-api", files)
    for name in ("pre-commit", "pre-push"):
        hook = repository.root / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!{sys.executable}\n{known}{SPY}look({name!r})\n", encoding="utf-8")
        hook.chmod(0o755)
    git(folder, "clone", "--quiet", "--bare", str(repository.root), "remote.git")
    git(repository.root, "remote", "add", "origin", str(folder / "remote.git"))
    return home


def release(home: Path, address: str) -> None:
    """Build it, install it everywhere, and run it end to end, beside itself as its companion."""
    environ, project = {**os.environ, **AUTHOR}, home / "src" / "harbor-api"
    repository = GitRepository(project, environ)
    package = Package(
        *("harbor-api", PurePosixPath(), (), (HERE,)),
        install=Install(smoke=(("python", "-m", "harbor_api", "smoke"),)),
        service=Service(("python", "-m", "harbor_api", "serve", "{port}"), ready="/"),
        end_to_end=EndToEndCommand(("python", "check.py"), 60.0),
    )
    lines: list[str] = []
    dist, work = project / ".releasegate" / "dist", project / ".releasegate" / "tmp"
    builds = LocalBuilds(dist, lambda _: repository, address, environ)
    manifest = builds.build(package, version=Version("1.0"), commit="HEAD", progress=lines.append)
    files = tuple(builds.path(package, Version("1.0"), artifact) for artifact in manifest.artifacts)
    delivery = Delivery(package, Version("1.0"), "dist", manifest.commit, files)
    for report in VenvInstallChecker(work, address, environ).check(delivery, pythons=(HERE,), progress=lines.append):
        sys.stdout.write(f"{report.verdict} {report.problems}\n")
    runner = ProcessRunner(work, address, environ, lambda _, commit: repository.clean_checkout(commit))
    ran = runner.run(delivery, companions=(delivery,), progress=lines.append)
    sys.stdout.write(f"{ran.verdict} {ran.problems}\n")
    repository.commit({PurePosixPath("CHANGES"): b"1.0\n"}, message="Release 1.0")
    repository.tag("v1.0", commit=repository.head())
    sys.stdout.write(f"{repository.push(branch='develop', tag='v1.0')}\n")


def lacking(environ: Mapping[str, str]) -> str | None:  # noqa: ARG001 - asked as on any system
    """Stand for a system that has no namespaces."""
    return sys.argv[2]


if __name__ == "__main__":
    if len(sys.argv) > 2:
        isolation.obstacle = lacking
    with index() as address:
        release(Path(sys.argv[1], "home"), address)

"""What every mutant starts from: the stack's database and volumes as a fresh cell has them."""

from __future__ import annotations

import gzip
import os
import subprocess
import time
from pathlib import Path

from tests.mutants.kept import FACTS, PAIRED, KeptStack, docker

FRESH, BEFORE = "fresh", "before"
"""Databases that are kept in the server: migrated, and without the plugin's newest migration, once that is wanted."""
_ASKED = ("--username=netbox", "--maintenance-db=postgres")
_STARTED_FILE = "/tmp/started.sql"  # noqa: S108 - inside of a container
_NETBOX = "/opt/netbox/venv/bin/netbox"
_TOLD = "RELEASEGATE-FACTS "
_STARTED = 900.0
_TABLES = "SELECT string_agg(format('%I', tablename), ', ') FROM pg_tables WHERE schemaname = 'public'"
_EXCHANGED = (
    "psql --no-psqlrc --quiet -v ON_ERROR_STOP=1 --single-transaction --output=/dev/null --username=netbox netbox"
)
_QUEUED = 'redis-cli --no-auth-warning -a "$0" -n 0 flushdb'
"""Jobs of another database are no jobs of this one."""
_CACHED = 'redis-cli --no-auth-warning -a "$0" -n 1'
_FORGOTTEN = f"{_CACHED} --scan | grep -v cache_page | xargs -r -n 200 {_CACHED} del"
"""What NetBox keeps in mind is forgotten, but for its description, which takes long to make."""


def keep_database(stack: KeptStack, dump: Path) -> None:
    """Keep a fresh database in the server, that of the dump that the stack came from."""
    server = stack.containers["postgres"]["Id"]
    if FRESH not in _held(server):
        docker("exec", server, "createdb", *_ASKED, FRESH)
        restore = ["psql", "--no-psqlrc", "--quiet", "--output=/dev/null", "--username=netbox", FRESH]
        docker("exec", "--interactive", server, *restore, told=gzip.decompress(dump.read_bytes()))


def is_kept(stack: KeptStack, database: str) -> bool:
    """Whether the server has a database."""
    return database in _held(stack.containers["postgres"]["Id"])


def keep_before(stack: KeptStack) -> None:
    """Keep a database from before the plugin's newest migration; NetBox runs as it was installed."""
    server = stack.containers["postgres"]["Id"]
    docker("exec", server, "createdb", *_ASKED, f"--template={FRESH}", BEFORE)
    _undo_the_newest(stack, server)


def _held(server: str) -> list[str]:
    return _asked(server, "SELECT datname FROM pg_database", "postgres").split()


def newest_dump(folder: Path, module: str) -> Path:
    """Return the kept database that was used last, of those that hold the plugin: the stack was made from it."""
    held = [file for file in folder.glob("*.sql.gz") if f"\t{module}\t".encode() in gzip.decompress(file.read_bytes())]
    return max(held, key=lambda file: file.stat().st_mtime)


def start(stack: KeptStack, database: str, *, anew: bool) -> bool:
    """Start the pair on a fresh database; whether all of it comes up.

    NetBox starts slowly: where nothing of it need be read *anew*, it runs on, and what its tables hold is exchanged.
    """
    numbers = {name: each["Id"] for name, each in stack.containers.items()}
    server, again = numbers["postgres"], [numbers[name] for name in (PAIRED, "worker") if name in numbers]
    docker("stop", "--time", "1", *again, *([numbers["netbox"]] if anew else ()))
    if stack.paired:
        docker("run", "--rm", "--volumes-from", numbers[PAIRED], "--entrypoint", "sh",
               stack.containers[PAIRED]["Config"]["Image"], "-c", "rm -rf /data/*")  # fmt: skip
    since, password = str(int(time.time())), stack.variables("netbox")["REDIS_PASSWORD"]
    docker("exec", numbers["redis"], "sh", "-c", _QUEUED, password)
    if anew:
        docker("exec", server, "dropdb", "--if-exists", "--force", *_ASKED, "netbox")
        docker("exec", server, "createdb", *_ASKED, f"--template={database}", "netbox")
        docker("start", numbers["netbox"])
    else:
        _exchange(server)
        docker("exec", numbers["redis"], "sh", "-c", _FORGOTTEN, password)
    docker("start", *again)
    ready = {"netbox": ["healthy", "serve"]} | ({PAIRED: ["healthy"]} if stack.paired else {})
    up = _come_up(ready, numbers)
    if up and anew:
        (stack.report / FACTS).write_text(_facts(numbers["netbox"], since), encoding="utf-8")
    if up and anew and database == FRESH:
        dump = f"pg_dump --username=netbox --data-only netbox > {_STARTED_FILE}"
        docker("exec", server, "sh", "-c", dump)
    return up


def _facts(container: str, since: str) -> str:
    """Return what NetBox's Django told of the plugin when it started."""
    lines = docker("logs", "--since", since, container).splitlines()
    told = [line.removeprefix(_TOLD) for line in lines if line.startswith(_TOLD)]
    return told[-1] if told else "{}"


def _exchange(server: str) -> None:
    """Let each table hold what it held when NetBox had started."""
    tables = _asked(server, _TABLES, "netbox").strip()
    command = f"(echo 'SET lock_timeout = 20000; TRUNCATE TABLE {tables};'; cat {_STARTED_FILE}) | {_EXCHANGED}"
    docker("exec", "--env", "PGOPTIONS=-c session_replication_role=replica", server, "sh", "-c", command)


def _asked(server: str, query: str, database: str) -> str:
    told = ["--username=netbox", "--tuples-only", "--no-align", f"--command={query}"]
    return docker("exec", server, "psql", *told, database)


def _undo_the_newest(stack: KeptStack, server: str) -> None:
    """Bring the plugin to where its newest migration is still to come, as one that never ran.

    What goes back may leave behind what it finds no way to take back: so all of the plugin goes, and comes anew.
    """
    query = f"SELECT name FROM django_migrations WHERE app = '{stack.module}' ORDER BY name DESC LIMIT 2"  # noqa: S608
    _, earlier = _asked(server, query, BEFORE).split()
    held = f"SELECT string_agg(format('%I', tablename), ', ') FROM pg_tables WHERE tablename LIKE '{stack.module}%'"  # noqa: S608
    _asked(server, f"DROP TABLE {_asked(server, held, BEFORE).strip()} CASCADE", BEFORE)
    _asked(server, f"DELETE FROM django_migrations WHERE app = '{stack.module}'", BEFORE)  # noqa: S608
    told = ["--env", f"DB_NAME={BEFORE}", "--env", f"PLUGIN_MODULE={stack.module}"]
    docker("exec", *told, stack.containers["netbox"]["Id"], _NETBOX, "migrate", stack.module, earlier)


def _come_up(ready: dict[str, list[str]], numbers: dict[str, str]) -> bool:
    end = time.monotonic() + _STARTED
    while time.monotonic() < end:
        if all(_passes(numbers[name], words) for name, words in ready.items()):
            return True
        if any(not _runs(numbers[name]) for name in ready):
            return False
        time.sleep(1)
    return False


def _runs(container: str) -> bool:
    return docker("inspect", "--format", "{{.State.Running}}", container).strip() == "true"


def _passes(container: str, words: list[str]) -> bool:
    done = subprocess.run(
        ["docker", "exec", container, "/opt/releasegate/run", *words], capture_output=True, check=False
    )
    return done.returncode == os.EX_OK

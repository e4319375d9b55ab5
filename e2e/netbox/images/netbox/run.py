"""What NetBox's containers run.

``prepare`` migrates the database without the plugin; ``serve`` migrates it with the plugin, tells what Django knows of
that, and becomes the web server: all in one start of Django. Then there are ``work`` and ``healthy serve|work``.
"""

from __future__ import annotations

import gc
import http.client
import importlib.metadata
import json
import os
import re
import socket
import sys
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Application = Callable[..., Iterable[bytes]]

PORT = 8080
ASIDE = 8081
"""Where NetBox from PyPI answers from a process of its own, for the checks: the pair does not wait for their pages."""
ROOT = Path("/opt/netbox")
LAUNCHER = ROOT / "launch-netbox.sh"
"""Only in NetBox's own image; it starts as many processes as that likes, on one port."""
IMAGE = ROOT / "netbox" / "manage.py"
"""Only where NetBox came as an image; from PyPI it is a command of the virtual environment."""
BIN = ROOT / "venv" / "bin"
MARK = "RELEASEGATE-FACTS "
CONFIG = re.compile(r"^config\s*(?::[^=\n]+)?=", re.MULTILINE)


def main(verb: str, arguments: list[str]) -> None:
    """Do what *verb* says; does not return where that is a program of its own."""
    if verb != "prepare":
        os.environ["PLUGIN_MODULE"] = ",".join(modules())
    if verb == "serve":
        prepare()
        tell(modules())
        serve()
    elif verb == "work":
        # Its checks load every address of NetBox, of which a worker needs none.
        manage("rqworker", "--skip-checks", "high", "default", "low")
    elif verb == "prepare":
        os.environ["PLUGIN_MODULE"] = ""
        prepare()
    elif verb == "healthy":
        sys.exit(0 if {"serve": answers, "work": works}[arguments[0]]() else 1)
    else:
        sys.exit(f"There is no verb {verb}.")


def modules() -> list[str]:
    """Return the modules of the plugins: those that the stack was told, else those of the packages under test."""
    told = [name for name in os.environ.get("PLUGIN_MODULE", "").split(",") if name]
    spec = json.loads(Path(__file__).with_name("spec.json").read_text(encoding="utf-8"))
    return told or [module_of(package["name"]) for package in spec["packages"]]


def module_of(package: str) -> str:
    """Return the module of a package that has what NetBox looks for in a plugin: a name ``config`` at its top."""
    files = [file for file in importlib.metadata.files(package) or [] if file.name == "__init__.py"]
    for file in sorted(files, key=lambda each: (len(each.parts), str(each))):
        try:
            code = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        if len(file.parts) > 1 and CONFIG.search(code):
            return ".".join(file.parts[:-1])
    return package.replace("-", "_")


def serve() -> None:
    """Become the web server: the image's own where it has one."""
    if LAUNCHER.exists():
        os.execv(LAUNCHER, [str(LAUNCHER)])  # noqa: S606 - this container runs this program
    import netbox.wsgi  # once, for both processes
    from django.core.cache import caches
    from django.db import connections
    from drf_spectacular.renderers import OpenApiJsonRenderer
    from gunicorn.app.wsgiapp import run

    # Without its indents, NetBox's description of its API is a third as long; a backend may ask for it for each guest.
    OpenApiJsonRenderer.get_indent = lambda *_: None
    netbox.wsgi.application = reads_all(netbox.wsgi.application)
    connections.close_all()
    caches.close_all()
    port = PORT if os.fork() else ASIDE
    # While one thread computes, each of the others waits this long with every answer of the database.
    sys.setswitchinterval(0.0005)
    gc.set_threshold(100_000, 20, 100)
    # One process with threads on each port: a second one would compile every page once more.
    words = ["--workers=1", "--threads=8", "--timeout=120", "--keep-alive=120"]
    # The checks read who asked for what, and what the answer was.
    words += ["--access-logfile=-", '--access-logformat=%(h)s "%(r)s" %(s)s']
    sys.argv = ["gunicorn", "netbox.wsgi", f"--bind=0.0.0.0:{port}", *words]
    run()


def reads_all(application: Application) -> Application:
    """Return an application that has read a request wholly before it answers.

    What a refusal leaves unread, gunicorn's threads read after the answer, and with it the next request of a client
    that is quick: of that nobody hears before the connection ends.
    """

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        answered = application(environ, start_response)
        environ["wsgi.input"].read()
        return answered

    return answer


def manage(*arguments: str) -> None:
    """Become a management command."""
    if IMAGE.exists():
        os.execv(BIN / "python", ["python", str(IMAGE), *arguments])  # noqa: S606
    os.execv(BIN / "netbox", ["netbox", *arguments])  # noqa: S606


def prepare() -> None:
    """Migrate the database, and make the superuser with its token where there is none."""
    if IMAGE.exists():
        sys.path.insert(0, str(IMAGE.parent))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "netbox.settings")
    import django
    from django.core.management import call_command

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        django.setup()
    require_plugin([str(warning.message) for warning in said])
    call_command("migrate", interactive=False, verbosity=1)
    from users.models import Token, User

    name, secret = os.environ["SUPERUSER_NAME"], os.environ["SUPERUSER_API_TOKEN"]
    user = User.objects.filter(username=name).first() or User(username=name)
    user.is_superuser = user.is_active = True
    if hasattr(user, "is_staff"):
        user.is_staff = True
    user.set_password(os.environ["SUPERUSER_PASSWORD"])
    user.save()
    versioned = any(field.name == "version" for field in Token._meta.get_fields())
    # In an upgrade the token is there already, and what was registered in it refers to it.
    if not Token.objects.filter(user=user, **{"plaintext" if versioned else "key": secret}).exists():
        Token(user=user, version=1, token=secret).save() if versioned else Token(user=user, key=secret).save()


def tell(plugins: list[str]) -> None:
    """Print what Django knows of the plugins, in a line of its own; what cannot be found out is told in words."""
    try:
        from facts import facts

        found = facts(plugins)
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything where its parts are loaded
        found = {"error": f"{type(error).__name__}: {error}"}
    print(f"\n{MARK}{json.dumps(found)}", flush=True)


def require_plugin(said: list[str]) -> None:
    """End in NetBox's own words where it goes on without the plugin that it was told to load."""
    from django.apps import apps

    for name in filter(None, os.environ["PLUGIN_MODULE"].split(",")):
        if not any(app.name == name for app in apps.get_app_configs()):
            words = [line for line in said if name in line] or ["it says nothing about it"]
            sys.exit(f"NetBox does not load the plugin {name}: {' '.join(words)}")


def answers() -> bool:
    """Whether the web server answers with a page, wherever it listens."""
    return all(_answers(port) for port in ((PORT,) if LAUNCHER.exists() else (PORT, ASIDE)))


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
    try:
        connection.request("GET", "/login/")
        return connection.getresponse().status == 200
    except OSError:
        return False


def works() -> bool:
    """Whether a worker has told the queue that it is there."""
    words = [f"AUTH {os.environ['REDIS_PASSWORD']}", "SELECT 0", "SCARD rq:workers", "QUIT"]
    try:
        with socket.create_connection((os.environ["REDIS_HOST"], 6379), timeout=5) as queue:
            queue.sendall("".join(f"{word}\r\n" for word in words).encode())
            answer = b"".join(iter(lambda: queue.recv(1024), b""))
    except OSError:
        return False
    counts = [line for line in answer.split(b"\r\n") if line.startswith(b":")]
    return bool(counts) and int(counts[0][1:]) > 0


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])

"""Installs what ``spec.json`` says into a virtual environment of the image, and keeps pip's word on where it came from.

Runs once, while the image is made, with the base image's Python; it needs nothing but the standard library.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TRUST = HERE / "ca.crt"
"""Certificates that the index is believed by; empty where the image's own will do."""
REFUSED = 81
"""The exit code where pip says no to what is to be installed; with any other one the image could not be made."""
NOT_THERE = 127
"""What a shell ends with where there is no such program."""
STAMP = re.compile(r"^\d{4}-\d\d-\d\dT[\d:,]+ ?")
NOISE = re.compile(
    r"^ *(Found link|Skipping link|Fetch|Getting page|Link requires|Given no hashes|Created temporary|Added)"
)
TOLD = 400
"""So many of the last lines of pip's log are told, and of the others those that say why a page could not be had."""


def main() -> None:
    """Install all that the image is to hold."""
    spec: dict[str, Any] = json.loads((HERE / "spec.json").read_text(encoding="utf-8"))
    venv = Path(spec["venv"])
    install_packages(spec["system"])
    if not (venv / "bin" / "python").exists():
        run(sys.executable, "-m", "venv", str(venv))
    python = str(venv / "bin" / "python")
    if subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode:
        # The image has uv only, which does not say where a distribution came from.
        trusted = {"SSL_CERT_FILE": str(TRUST)} if TRUST.stat().st_size else {}
        run("uv", "pip", "install", "--python", python, "--default-index", spec["index"], "pip", env=trusted)
    install(python, spec)
    for name, target in spec["places"].items():
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE / name, target)
    origins = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(HERE.glob("origins-*.json"))]
    (HERE / "origins.json").write_text(json.dumps(origins), encoding="utf-8")
    if (HERE / "run.py").exists():
        script = HERE / "run"
        script.write_text(f"#!{python}\n" + (HERE / "run.py").read_text(encoding="utf-8"), encoding="utf-8")
        script.chmod(0o755)
    found = content(python, spec["trees"], spec["content"])
    (HERE / "content.json").write_text(json.dumps(found), encoding="utf-8")


def install_packages(names: list[str]) -> None:
    """Install Debian packages, and Python's headers where something is compiled against a Python without them."""
    if not names:
        return
    headers = Path(sysconfig.get_paths()["include"]) / "Python.h"
    wanted = names if headers.exists() else [*names, "python3-dev"]
    run("apt-get", "update", "-qq")
    run("apt-get", "install", "-qq", "--yes", "--no-install-recommends", *wanted)
    shutil.rmtree("/var/lib/apt/lists", ignore_errors=True)


def install(python: str, spec: dict[str, Any]) -> None:
    """Install each package's file by its path and the requirements by name, all else from the default index."""
    wanted = []
    for package in spec["packages"]:
        extras = f"[{','.join(package['extras'])}]" if package["extras"] else ""
        wanted.append(f"{package['name']}{extras} @ {(HERE / package['file']).as_uri()}")
    wanted += spec["requirements"]
    if not wanted:
        return
    number = len(list(HERE.glob("origins-*.json")))
    log = HERE / "pip.log"
    report = ("--report", str(HERE / f"origins-{number}.json"), "--log", str(log))
    trust = ("--cert", str(TRUST)) if TRUST.stat().st_size else ()
    options = ("--isolated", "--no-input", "--no-cache-dir", "--progress-bar=off", "--disable-pip-version-check")
    pip = (python, "-m", "pip", "install", *options, *trust, "--index-url", spec["index"], *report, *wanted)
    # An answer that was cut may pass for a page without files: what is said twice is meant.
    code = done(*pip) and done(*pip)
    if code:
        print(*tell(log), sep="\n", flush=True)
        # pip ends with 1 where it says no; with any other code it crashed, or was killed.
        sys.exit(REFUSED if code == 1 else code)
    log.unlink(missing_ok=True)


def tell(log: Path) -> list[str]:
    """Return what pip's log says of a failure: why a page was not had, and how a build ended, stand only there."""
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    lines = [line for line in (STAMP.sub("", each) for each in text.splitlines()) if not NOISE.match(line)]
    return [line for line in lines[:-TOLD] if "Could not fetch URL" in line] + lines[-TOLD:]


def content(python: str, trees: list[str], patterns: list[str]) -> dict[str, Any]:
    """Return the sha256 of every file that makes the database, and which of them change the order of others.

    The words are Django's, for its migrations; files of others have none of them.
    """
    asked = [python, "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"]
    purelib = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    digests: dict[str, str] = {}
    found: dict[str, list[str]] = {"replaces": [], "run_before": []}
    for tree in (purelib, *trees):
        for file in sorted({path for pattern in patterns for path in Path(tree).glob(pattern)}):
            if file.name == "__init__.py" or not file.is_file():
                continue
            data, name = file.read_bytes(), str(file.relative_to(tree))
            digests[name] = hashlib.sha256(data).hexdigest()
            for word, names in found.items():
                if re.search(rf"^\s+{word}\s*(:[^=\n]+)?=".encode(), data, re.MULTILINE):
                    names.append(name)
    return {"digests": digests, **found}


def run(*argv: str, env: Mapping[str, str] | None = None) -> None:
    """Run a command and end with its exit code where it fails; its output is the build's."""
    if code := done(*argv, env=env):
        sys.exit(code)


def done(*argv: str, env: Mapping[str, str] | None = None) -> int:
    """Run a command and return its exit code, that of a shell where it was killed; its output is the build's."""
    print("releasegate:", " ".join(os.path.basename(word) for word in argv[:4]), flush=True)  # noqa: PTH119
    try:
        code = subprocess.run(argv, check=False, stdin=subprocess.DEVNULL, env={**os.environ, **(env or {})}).returncode
    except FileNotFoundError:
        print(f"{argv[0]}: there is no such program in this image", flush=True)
        return NOT_THERE
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    main()

"""A stack that `nox -s e2e -- ... --keep` left up: what its checks are told, read from its own containers."""

from __future__ import annotations

import json
import os
import subprocess
import tomllib
import urllib.request
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

E2E = Path("e2e")
CHECKS = (E2E / "netbox" / "checks", E2E / "proxbox" / "checks")
"""The checks of the pair's stack, and of the one that it builds on."""
SUITE = E2E / "suite"
PLUGINS = ("judging", "netbox_fixtures", "proxbox_fixtures")
PAIRED = "backend"
"""The service that only the pair's stack has."""
_ROLES = {"netbox": "plugin", "worker": "plugin", "backend": "backend"}
_SECRETS = ("SECRET_KEY", "API_TOKEN_PEPPER", "DB_PASSWORD", "REDIS_PASSWORD", "SUPERUSER_PASSWORD",
            "SUPERUSER_API_TOKEN", "SERVICE_SECRET")  # fmt: skip
_PROJECT = "com.docker.compose.project"
_SERVICE = "com.docker.compose.service"
_FILE = "com.docker.compose.project.config_files"
FACTS = "facts-mutant.json"
"""What NetBox told of the plugin when it started last, with a defect or without."""
_LABELLED = "releasegate.run=kept"


class NothingKeptError(LookupError):
    """There is no such stack, or more than one."""


def docker(*words: str, told: bytes = b"") -> str:
    """Run one command of the engine's and return what it says."""
    return docker_bytes(*words, told=told).decode(errors="replace")


def docker_bytes(*words: str, told: bytes = b"") -> bytes:
    """Run one command of the engine's and return what it says, as it says it."""
    return subprocess.run(["docker", *words], check=True, capture_output=True, input=told).stdout


@dataclass(frozen=True)
class KeptStack:
    """One stack that was left up: its containers by service, and the folder of its report."""

    project: str
    containers: dict[str, dict[str, Any]]
    report: Path

    @classmethod
    def of(cls, project: str, reports: Path, *, stopped: bool = False) -> KeptStack:
        """Find the stack of that name, or the only one; with *stopped*, what does not run of it, too.

        Raises:
            NothingKeptError: there is none, or there are several and none is named.
        """
        numbers = docker("ps", "--quiet", *(("--all",) if stopped else ()), "--filter", f"label={_LABELLED}").split()
        every = json.loads(docker("inspect", *numbers)) if numbers else []
        found = {each["Config"]["Labels"][_PROJECT] for each in every} & ({project} if project else {*_projects(every)})
        if len(found) != 1:
            held = ", ".join(sorted(_projects(every))) or "none"
            raise NothingKeptError(
                f"One stack that was left up is needed; there are: {held}. "
                "Leave one with nox -s e2e -- --keep, and name it with --stack"
            )
        name = found.pop()
        own = [each for each in every if each["Config"]["Labels"][_PROJECT] == name]
        # Each stack is called by its run and a word of its own.
        facts = max(reports.glob(f"{name.rpartition('-')[0]}/*/facts.json"), key=lambda file: file.stat().st_mtime)
        return cls(name, {each["Config"]["Labels"][_SERVICE]: each for each in own}, facts.parent)

    def variables(self, service: str) -> dict[str, str]:
        """Return the environment of a service's container."""
        return dict(line.split("=", 1) for line in self.containers[service]["Config"]["Env"])

    def address(self, service: str, port: int) -> str:
        """Return where a port of a service is published."""
        bound = self.containers[service]["NetworkSettings"]["Ports"][f"{port}/tcp"][0]
        return f"{bound['HostIp']}:{bound['HostPort']}"

    def spec(self, service: str) -> dict[str, Any]:
        """Return what a service's container was made from and is started by."""
        told: dict[str, Any] = json.loads(
            docker("exec", self.containers[service]["Id"], "cat", "/opt/releasegate/spec.json")
        )
        return told

    def _installed(self, service: str) -> str:
        """Return the version of the first package that a service's image is made for."""
        return str(self.spec(service)["packages"][0]["file"]).split("-")[1]

    @cached_property
    def _facts(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads((self.report / "facts.json").read_text(encoding="utf-8"))
        return told

    @property
    def paired(self) -> bool:
        """Whether it is the pair's; else it is that of a plugin alone."""
        return PAIRED in self.containers

    @property
    def checks(self) -> tuple[Path, ...]:
        """The folders of its checks."""
        return CHECKS if self.paired else CHECKS[:1]

    @property
    def plugins(self) -> tuple[str, ...]:
        """What of pytest's its checks stand on."""
        return PLUGINS if self.paired else PLUGINS[:-1]

    @property
    def module(self) -> str:
        """The plugin's module, as NetBox told it."""
        (name,) = self._facts["plugins"]
        return str(name)

    @property
    def report_folder(self) -> Path:
        """Where its checks write what they tell."""
        return Path(os.environ.get("RELEASEGATE_REPORT", self.report)).absolute()

    @cached_property
    def environment(self) -> dict[str, str]:
        """What the checks of this stack are told."""
        inside, labels = self.variables("netbox"), self.containers["netbox"]["Config"]["Labels"]
        netbox = f"http://{self.address('netbox', 8081)}"
        request = urllib.request.Request(
            f"{netbox}/api/status/", headers={"Authorization": f"Token {inside['SUPERUSER_API_TOKEN']}"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            status = json.load(answer)
        module = self.module
        images = {f"{name.upper()}_IMAGE": each["Config"]["Image"] for name, each in self.containers.items()}
        return {
            **os.environ, **images, **inside,
            **(self._of_the_pair() if self.paired else {}),
            "RELEASEGATE_RUN": "kept", "RELEASEGATE_LOCK": "",
            "RELEASEGATE_NETBOX_URL": netbox,
            "RELEASEGATE_NETBOX_TOKEN": inside["SUPERUSER_API_TOKEN"],
            "RELEASEGATE_NETBOX_USER": inside["SUPERUSER_NAME"],
            "RELEASEGATE_NETBOX_PASSWORD": inside["SUPERUSER_PASSWORD"],
            "RELEASEGATE_NETBOX_VERSION": status["netbox-version"].split("-")[0],
            "RELEASEGATE_PLUGIN_NAME": self._facts["plugins"][module]["package"],
            "RELEASEGATE_PLUGIN_VERSION": status["plugins"][module],
            "RELEASEGATE_PATH": "fresh",
            "RELEASEGATE_PHASE": "candidate",
            "RELEASEGATE_ALLOWED": json.dumps(_allowed()),
            "RELEASEGATE_STACK_PROJECT": self.project,
            "RELEASEGATE_STACK_FILE": labels[_FILE].replace(",", os.pathsep),
            "RELEASEGATE_STACK_SERVICES": json.dumps({name: _ROLES.get(name, "") for name in self.containers}),
            "RELEASEGATE_STACK_SECRETS": ",".join(_SECRETS),
            "RELEASEGATE_FACTS": str((self.report / FACTS).absolute()),
            "RELEASEGATE_REPORT": str(self.report_folder),
        }  # fmt: skip

    def _of_the_pair(self) -> dict[str, str]:
        """Return what the checks are told besides where there is a backend."""
        mock = self.variables("mock")
        return {
            "SERVICE_SECRET": self.variables("backend")["SERVICE_SECRET"],
            "PROXMOX_SERVICE": mock["PROXMOX_MOCK_SERVICE"], "MOCK_APP": mock["MOCK_APP"],
            "RELEASEGATE_BACKEND_URL": f"http://{self.address('backend', 8000)}",
            "RELEASEGATE_BACKEND_NAME": "backend", "RELEASEGATE_BACKEND_VERSION": self._installed("backend"),
            "RELEASEGATE_MOCK_URL": f"https://{self.address('mock', 8006)}",
            "RELEASEGATE_PROXMOX_SERVICE": mock["PROXMOX_MOCK_SERVICE"], "RELEASEGATE_WORLD_SEED": "1",
        }  # fmt: skip


def _allowed() -> list[dict[str, str]]:
    """Return what this repository's configuration declares."""
    configured = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["tool"]["releasegate"]["stack"]
    return list(configured.get("allowed", ()))


def _projects(every: list[dict[str, Any]]) -> set[str]:
    return {each["Config"]["Labels"][_PROJECT] for each in every}

"""Runs a synchronisation as a person does: presses the plugin's button, then follows the job that the worker runs."""

import re
import time
from dataclasses import dataclass
from typing import Any

import requests
from contracts import PLUGIN, BrokenContract
from netbox import Browser, NetBox

PAUSE = 1.0  # seconds between two looks at the job: each costs NetBox what the job could use
DEADLINE = 900.0
PATIENCE = 4
ENDED = frozenset({"completed", "errored", "failed"})
TROUBLE = frozenset({"error", "failure", "critical"})
FULL = re.compile(r"/sync/(full-update|full_update|all)/$")
BRIEF = re.compile(r"/sync/storage/$")
"""What is over soon, for where it matters that there is a synchronisation and not what it brings."""


@dataclass(frozen=True)
class Job:
    """One background job as NetBox shows it."""

    number: int
    state: str
    error: str
    log: tuple[str, ...]
    troubles: tuple[str, ...] = ()

    @property
    def ended(self) -> bool:
        """Whether the worker is done with it."""
        return self.state in ENDED

    @property
    def completed(self) -> bool:
        """Whether it ended well."""
        return self.state == "completed"

    @property
    def words(self) -> str:
        """Return what it says about itself when it fails."""
        return self.error.strip() or "; ".join(self.log[-3:])


@dataclass(frozen=True)
class Synchroniser:
    """Starts full synchronisations and follows them."""

    netbox: NetBox
    browser: Browser
    pages: tuple[str, ...]

    def start(self, button: re.Pattern[str] = FULL) -> int:
        """Press a button, the full update's where there is no other, and return the number of the job it queued."""
        pressed = [page for page in self.pages if button.search(page)]
        buttons = pressed or [page for page in self.pages if FULL.search(page)]
        if not buttons:
            raise BrokenContract("the plugin has no synchronisation to press", side=PLUGIN)
        before = self._newest()
        answer = self.browser.post(f"/{buttons[0]}")
        if answer.status_code not in {requests.codes.ok, requests.codes.found, requests.codes.see_other}:
            raise BrokenContract(f"the plugin answered {answer.status_code} to /{buttons[0]}", side=PLUGIN)
        named = answer.headers.get("X-Proxbox-Job-ID", "") or self._linked(answer.headers.get("Location", ""))
        number = int(named) if named.isdigit() else self._newest()
        if number <= before:
            raise BrokenContract(f"/{buttons[0]} queued no job", side=PLUGIN)
        return number

    def look(self, number: int) -> Job:
        """Return the job as it is now."""
        record: dict[str, Any] = self.netbox.get(f"/api/core/jobs/{number}/")
        entries = record.get("log_entries") or []
        data = record.get("data") if isinstance(record.get("data"), dict) else {}
        state = record["status"]["value"] if isinstance(record["status"], dict) else record["status"]
        said = [(str(entry.get("level", "")), str(entry.get("message", ""))) for entry in entries]
        return Job(
            number=number,
            state=str(state),
            error=str(record.get("error") or (data or {}).get("error") or ""),
            log=tuple(message for _, message in said),
            troubles=tuple(message for level, message in said if level in TROUBLE),
        )

    def wait(self, number: int, *, deadline: float = DEADLINE, until_started: bool = False) -> Job:
        """Follow a job until the worker is done with it (or has begun), or the deadline says that nobody works.

        Who says something works: the deadline is for a silence, and four times as long for all.
        """
        began = heard = time.monotonic()
        said_before = 0
        while True:
            job = self.look(number)
            now = time.monotonic()
            if len(job.log) != said_before:
                heard, said_before = now, len(job.log)
            spent = now - began
            if job.ended or (until_started and job.state not in {"pending", "scheduled"}):
                return job
            if now - heard > deadline or spent > PATIENCE * deadline:
                said = "; ".join(job.log[-3:]) or "nothing"
                raise BrokenContract(f"job {number} is {job.state} after {spent:.0f} s; it says {said}")
            time.sleep(PAUSE)

    def run(self, button: re.Pattern[str] = FULL) -> Job:
        """Run one synchronisation to its end."""
        return self.wait(self.start(button))

    def _newest(self) -> int:
        """Return the number of the newest job, 0 when there is none."""
        found = self.netbox.get("/api/core/jobs/", limit=1, ordering="-id")["results"]
        return int(found[0]["id"]) if found else 0

    @staticmethod
    def _linked(location: str) -> str:
        """Return the job's number out of a redirect to its page."""
        match = re.search(r"/core/jobs/(\d+)/", location)
        return match[1] if match else ""

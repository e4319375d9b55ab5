"""Files are sent until the index holds them; what is said of it once is not believed, and the index is read in between.

The same bytes are sent again: an index that has them answers as if it had just taken them, or that the name exists.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from releasegate.core.dists.manifest import Artifact
from releasegate.core.errors import ConfigurationError, GateFailed, ReleasegateError, Unavailable
from releasegate.core.release.next_command import given_up
from releasegate.ports import Index, UploadAnswer
from releasegate.steps.release import Release

PAUSES = (2.0, 10.0)
"""Seconds before a file is sent for the second time, and for the third."""

OF_THE_FILE = frozenset({400, 413, 415, 422})
"""HTTP statuses of an index that looked at the file, if it says a word of its own with them."""

OF_THE_SENDER = frozenset({401, 403})
"""HTTP statuses of an index that looked at who asks."""

TAKEN = re.compile("already exist", re.IGNORECASE)
"""Said of a name that an index holds, perhaps by what was sent before: its page tells whose bytes they are."""


STATUS = "status"
"""The key of a failed upload's evidence that has the HTTP status which ended it."""


def send_all(
    release: Release, index: Index, *, missing: Callable[[], Sequence[Artifact]], before: int | None = None
) -> None:
    """Send the files of the release's build that *index* lacks; *missing* reads there which these are.

    All are sent at once. Where that fails, each that is still missing is sent by itself, as ``send`` does.

    Raises:
        ReleasegateError: as ``send`` does.
    """
    lacking, said = missing(), None
    if len(lacking) > 1:
        said = _sent(release, index, *lacking)
        if said.exit_code == 0:
            return
        failed, lacking = said.about or lacking[0].filename, missing()
    for artifact in lacking:
        # What was said counts for the file that it was said of.
        known = said if said is not None and artifact.filename == failed else None
        send(release, index, artifact, missing=missing, before=before, known=known)


def send(  # noqa: PLR0913 - what an earlier run and an earlier look know of one file
    release: Release,
    index: Index,
    artifact: Artifact,
    *,
    missing: Callable[[], Sequence[Artifact]],
    before: int | None = None,
    known: UploadAnswer | None = None,
) -> None:
    """Send one file of the release's build until *index* holds it; *missing* reads there which files it does not.

    *before* is the HTTP status that ended an earlier run's upload, *known* what came of the file when it was sent just
    now.

    Raises:
        ConfigurationError: the index does not let us upload, now as in the earlier run.
        GateFailed: the index refuses the file, and again when it is sent anew.
        Unavailable: the index does not say anything of the file; the same command goes on.
    """
    answers: list[UploadAnswer] = []
    while True:
        answer, known = known or _sent(release, index, artifact), None
        if answer.exit_code == 0 or artifact not in missing():
            return
        agreed = bool(answers) and _clear(answer) and _said(answer) == _said(answers[-1])
        if agreed or len(answers) == len(PAUSES):
            heard = [*(answers[-1:] if agreed else answers), answer]
            error = _error(release, index, artifact, heard, stored=_stored(release, missing()))
            raise (
                _lasting(release, index, error) if answer.status in OF_THE_SENDER and answer.status == before else error
            )
        release.run.clock.sleep(PAUSES[len(answers)])
        answers.append(answer)


def _sent(release: Release, index: Index, *artifacts: Artifact) -> UploadAnswer:
    for each in artifacts:
        release.run.progress(f"uploading {each.filename} ({each.size} bytes) to {index.name}")
    return index.upload(*(release.ports.builds.path(release.package, release.version, each) for each in artifacts))


def _said(answer: UploadAnswer) -> tuple[int | None, str]:
    return answer.status, answer.reason


def _clear(answer: UploadAnswer) -> bool:
    """Whether the index said that it did not take the file; else what became of it is not known."""
    return answer.status is not None and 400 <= answer.status < 500  # noqa: PLR2004 - HTTP: the client's fault


def _judged(answer: UploadAnswer) -> bool:
    return answer.status in OF_THE_FILE and bool(answer.reason) and not TAKEN.search(answer.reason)


def _stored(release: Release, missing: Sequence[Artifact]) -> tuple[str, ...]:
    return tuple(a.filename for a in release.manifest().artifacts if a not in missing)


def _lasting(release: Release, index: Index, error: ReleasegateError) -> ConfigurationError:
    """Return *error* as what it is where it lasts: nothing but another token, or other rights, will mend it."""
    return ConfigurationError(
        f"{error.problem.removesuffix('.')}, as in the run before.",
        hint=f"Give {release.package.name} a token that may upload to it on {index.name} (now: {index.credential()}), "
        "then run the same command again: it goes on with the same number and sends the same bytes",
        details=error.details,
        evidence=error.evidence,
    )


def _error(
    release: Release, index: Index, artifact: Artifact, answers: Sequence[UploadAnswer], *, stored: tuple[str, ...]
) -> ReleasegateError:
    last, file = answers[-1], artifact.filename
    details = (*last.words, f"{index.name} holds of {release.version}: {', '.join(stored) or 'nothing'}")
    if all(_judged(answer) for answer in answers):
        return GateFailed(
            f"{index.name} refused {file} ({last.status}), and again when it was sent anew.",
            hint=given_up(release.version, package=release.package.name, published=bool(stored)),
            details=details,
        )
    again = "run the same command again: it reads the index and sends the same bytes"
    if last.status in OF_THE_SENDER:
        return Unavailable(
            f"{index.name} did not let us upload {file} ({last.status}).",
            hint=f"Check the token and its rights ({index.credential()}), then {again}",
            details=details,
            evidence={STATUS: last.status},
        )
    if _clear(last):
        return Unavailable(
            f"{index.name} did not take {file} ({last.status}), and says nothing of the file itself.",
            hint=f"Check the index's upload address if it stays so; {again}",
            details=details,
        )
    return Unavailable(
        f"What became of the upload of {file} to {index.name} is not known.",
        hint=again[0].upper() + again[1:],
        details=details,
    )

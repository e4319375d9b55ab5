"""The rules that judge an upload by what the index holds, and held once."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import datetime

from releasegate.core.dists.index_rules import confusable, name_problem
from releasegate.rehearsal.index.held.state import IndexProject, IndexRelease, State
from releasegate.rehearsal.index.upload.form import Form
from releasegate.rehearsal.index.upload.model import (
    GIGABYTE,
    MEGABYTE,
    Identical,
    Policy,
    ReceivedUpload,
    UploadedFile,
    UploadRefusal,
    bad_request,
)

USER = "__token__"


@dataclass(frozen=True)
class Case:
    """An upload whose sender and form are known, with all that the rules judge it by."""

    upload: ReceivedUpload
    form: Form
    file: UploadedFile
    state: State
    policy: Policy
    now: datetime

    @property
    def project(self) -> IndexProject | None:
        """The project that the upload goes to, if it exists."""
        return self.state.project(self.form.name)

    @property
    def release(self) -> IndexRelease | None:
        """The release that the upload goes to, if it exists."""
        return self.project.release(self.form.version) if self.project else None


def new_project(case: Case) -> UploadRefusal | None:
    """Refuse a project that this identity may not create."""
    if case.project or case.form.normalized in case.state.reserved:
        return None
    if case.policy.identity != "user":
        return bad_request("Non-user identities cannot create new projects.")
    if case.policy.new_projects is not None and case.state.created >= case.policy.new_projects:
        return UploadRefusal(429, "Too many new projects created")
    return _bad_new_name(case)


def _bad_new_name(case: Case) -> UploadRefusal | None:
    """Refuse a name that nobody can have, or that could be taken for one that is here; somebody else's names count."""
    name = case.form.name
    if problem := name_problem(name, standard_library=sys.stdlib_module_names):
        return bad_request(problem)
    if confusable(name) in {confusable(other) for other in (*case.state.projects, *case.state.reserved)}:
        return bad_request(f"The name {name!r} is too similar to an existing project.")
    return None


def permission(case: Case) -> UploadRefusal | None:
    """Refuse a project that belongs to somebody else."""
    if case.form.normalized not in case.state.reserved:
        return None
    who = f"The user '{USER}'" if case.policy.identity == "user" else "The given token"
    return UploadRefusal(403, f"{who} isn't allowed to upload to project '{case.form.name}'.")


def size(case: Case) -> UploadRefusal | None:
    """Refuse a file, or a project, that grows past its limit."""
    limit = case.policy.file_limit
    if case.file.size > limit:
        return bad_request(f"File too large. Limit for project {case.form.name!r} is {limit // MEGABYTE} MB.")
    limit = case.policy.project_limit
    if case.file.size + sum(file.size for file in (case.project.files if case.project else ())) > limit:
        return bad_request(
            f"Project size too large. Limit for project {case.form.name!r} total size is {limit // GIGABYTE} GB."
        )
    return None


def existing_file(case: Case) -> Identical | UploadRefusal | None:
    """Let the identical file pass unchanged; refuse its name with other content and its content under another name."""
    name, digests = case.file.filename, case.file.digests
    same = [f for _, f in case.state.files() if f.filename == name or f.digests.blake2_256 == digests.blake2_256]
    if not same:
        return None
    if any(file.filename == name and file.digests == digests for file in same):
        return Identical()
    return bad_request(f"File already exists ({name!r}, with blake2_256 hash {digests.blake2_256!r}).")


def burnt_name(case: Case) -> UploadRefusal | None:
    """Refuse a file name that was used once, even where its project is gone."""
    if case.file.filename not in case.state.used:
        return None
    return bad_request(
        "This filename was previously used by a file that has since been deleted. Use a different version."
    )


def closed_release(case: Case) -> UploadRefusal | None:
    """Refuse a file for a release whose first file is too old."""
    if case.release is None or case.now - case.release.created <= case.policy.release_age:
        return None
    return bad_request(
        f"Uploading new files to releases older than {case.policy.release_age.days} days is not allowed."
    )


def second_sdist(case: Case) -> UploadRefusal | None:
    """Refuse a second sdist of one release."""
    files = case.release.files if case.release else ()
    if case.form.filetype == "sdist" and any(file.packagetype == "sdist" for file in files):
        return bad_request("Only one sdist may be uploaded per release.")
    return None

"""The project JSON API: unlike the simple pages it also lists versions that have no files any more."""

from __future__ import annotations

from typing import Any

from packaging.version import Version

from releasegate.rehearsal.index.held.events import StoredFile
from releasegate.rehearsal.index.held.state import IndexProject, IndexRelease
from releasegate.rehearsal.index.pages.simple import Address


def project_json(project: IndexProject, address: Address) -> dict[str, Any] | None:
    """Return the project's JSON; ``None`` where it has no release: PyPI answers 404 then."""
    if not project.releases:
        return None
    latest = max(project.releases.values(), key=_preference)
    releases = {release.version: _files(release, address) for release in project.in_order}
    return {
        "info": {
            "name": project.name,
            "version": latest.version,
            "summary": latest.summary,
            "requires_python": latest.requires_python,
            "yanked": latest.yanked is not None,
            "yanked_reason": latest.yanked or None,
        },
        "last_serial": project.serial,
        "releases": releases,
        "urls": releases[latest.version],
        "vulnerabilities": [],
    }


def _preference(release: IndexRelease) -> tuple[bool, bool, Version]:
    """Sort key of the release that the project is shown with: not yanked, final, newest."""
    version = Version(release.version)
    return release.yanked is None, not version.is_prerelease, version


def _files(release: IndexRelease, address: Address) -> list[dict[str, Any]]:
    return [_file(release, file, address=address) for file in sorted(release.files, key=lambda f: f.filename)]


def _file(release: IndexRelease, file: StoredFile, *, address: Address) -> dict[str, Any]:
    return {
        "filename": file.filename,
        "packagetype": file.packagetype,
        "python_version": file.python_version,
        "has_sig": False,
        "comment_text": "",
        "md5_digest": file.digests.md5,
        "digests": {
            "md5": file.digests.md5,
            "sha256": file.digests.sha256,
            "blake2b_256": file.digests.blake2_256,
        },
        "core-metadata": {"sha256": file.metadata_sha256} if file.metadata_sha256 else False,
        "size": file.size,
        "downloads": -1,
        "upload_time": file.uploaded.strftime("%Y-%m-%dT%H:%M:%S"),
        "upload_time_iso_8601": file.uploaded.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "url": address(file),
        "requires_python": release.requires_python,
        "yanked": release.yanked is not None,
        "yanked_reason": release.yanked or None,
    }

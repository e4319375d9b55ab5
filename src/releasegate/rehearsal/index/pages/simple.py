"""The simple pages (PEP 503, 592, 629, 658, 691, 700, 714, 740, 792), as JSON and as HTML.

Every project is "active": nobody archives or quarantines one here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from releasegate.rehearsal.index.held.events import StoredFile
from releasegate.rehearsal.index.held.state import IndexProject, IndexRelease, State

JSON = "application/vnd.pypi.simple.v1+json"
HTML = "application/vnd.pypi.simple.v1+html"
TEXT = "text/html"
API_VERSION = "1.4"
STATUS = "active"

Body = dict[str, Any]
Address = Callable[[StoredFile], str]


def root_page(state: State) -> Body:
    """Return the JSON of the page that lists all projects."""
    projects = [{"name": p.name, "_last-serial": p.serial} for _, p in sorted(state.projects.items())]
    return {"meta": {"api-version": API_VERSION, "_last-serial": state.serial}, "projects": projects}


def project_page(project: IndexProject, address: Address) -> Body:
    """Return the JSON of one project's page; *address* says where a file is served."""
    return {
        "meta": {"api-version": API_VERSION, "_last-serial": project.serial},
        "name": project.normalized,
        "project-status": {"status": STATUS},
        "versions": [release.version for release in project.in_order if release.files],
        "files": [
            _file(release, file, address=address)
            for release in project.in_order
            for file in sorted(release.files, key=lambda f: f.filename)
        ],
    }


def _file(release: IndexRelease, file: StoredFile, *, address: Address) -> Body:
    metadata = {"sha256": file.metadata_sha256} if file.metadata_sha256 else False
    return {
        "filename": file.filename,
        "url": address(file),
        "hashes": {"sha256": file.digests.sha256},
        "requires-python": release.requires_python,
        "size": file.size,
        "upload-time": file.uploaded.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "yanked": release.yanked or release.yanked is not None,
        "data-dist-info-metadata": metadata,
        "core-metadata": metadata,
        "provenance": None,
    }


def root_html(page: Body) -> str:
    """Return the page of all projects as HTML."""
    links = [f'<a href="{escape(p["name"])}/">{escape(p["name"])}</a><br />' for p in page["projects"]]
    return _html("Simple index", links, meta=page["meta"])


def project_html(page: Body) -> str:
    """Return one project's page as HTML."""
    links = [_link(file) for file in page["files"]]
    return _html(f"Links for {page['name']}", links, meta=page["meta"], status=page["project-status"]["status"])


def _link(file: Body) -> str:
    attributes = {"href": f"{file['url']}#sha256={file['hashes']['sha256']}"}
    if file["requires-python"]:
        attributes["data-requires-python"] = file["requires-python"]
    if file["yanked"] is not False:
        attributes["data-yanked"] = "" if file["yanked"] is True else file["yanked"]
    if file["core-metadata"]:
        attributes["data-dist-info-metadata"] = f"sha256={file['core-metadata']['sha256']}"
        attributes["data-core-metadata"] = f"sha256={file['core-metadata']['sha256']}"
    written = " ".join(f'{name}="{escape(value)}"' for name, value in attributes.items())
    return f"<a {written}>{escape(file['filename'])}</a><br />"


def _html(title: str, links: list[str], *, meta: Mapping[str, Any], status: str | None = None) -> str:
    marked = f'    <meta name="pypi:project-status" content="{status}">'
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            "  <head>",
            f'    <meta name="pypi:repository-version" content="{meta["api-version"]}">',
            *([marked] if status else []),
            f"    <title>{escape(title)}</title>",
            "  </head>",
            "  <body>",
            f"    <h1>{escape(title)}</h1>",
            *(f"    {link}" for link in links),
            "  </body>",
            "</html>",
            f"<!--SERIAL {meta['_last-serial']}-->",
            "",
        ]
    )

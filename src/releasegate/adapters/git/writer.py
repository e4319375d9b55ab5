"""What is written into a Git repository: commits of given files alone, annotated tags."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from releasegate.adapters.files import write_atomically
from releasegate.adapters.git.ancestry import head
from releasegate.adapters.git.command import LOCAL_SECONDS, Git, failure, line_in
from releasegate.adapters.git.work_tree import require_inside
from releasegate.adapters.process import clean_environment, run
from releasegate.core.errors import Refused, Unavailable

_NO_DATE = "invalid date format"
# Git would otherwise make up a name from the machine's, and that would be published.
_NAMED = ("-c", "user.useConfigOnly=true")
_SIGNING = r"^(commit\.gpgsign|tag\.(gpgsign|forcesignannotated)|gpg\..*|user\.signingkey)$"
_SIGNED = ("commit.gpgsign", "tag.gpgsign", "tag.forcesignannotated")
_YES = frozenset({"", "true", "yes", "on", "1"})
_SIGNERS = {"openpgp": "gpg", "x509": "gpgsm", "ssh": "ssh-keygen"}
_LITERAL = ("key::", "ssh-")
_DEFAULT_KEY = "gpg.ssh.defaultkeycommand"


def commit(git: Git, files: Mapping[PurePosixPath, bytes], *, message: str) -> str:
    """Write *files* and commit them and nothing else, unless the last commit holds them; see ``GitRepository``.

    Where Git does not commit (a hook refuses, a key is missing), the files are as they were.
    """
    _check_paths(git, files)
    if not files or all(_committed(git, path) == content for path, content in files.items()):
        _write(git, files)
        return head(git)
    committer(git)
    before = {path: target.read_bytes() if (target := git.root / path).is_file() else None for path in files}
    _write(git, files)
    paths = [str(path) for path in files]
    for words in (("add",), (*_NAMED, "commit", "--quiet", f"--message={message}")):
        answer = git.ask(*words, "--", *paths)
        if answer.exit_code:
            _take_back(git, before)
            raise failure(answer, f"Git did not commit {', '.join(paths)}.")
    return head(git)


def tag(git: Git, name: str, *, commit: str) -> None:
    """Create an annotated tag that does not exist yet; see ``GitRepository``."""
    committer(git)
    answer = git.ask(*_NAMED, "tag", "--annotate", f"--message={name}", "--", name, commit)
    if answer.exit_code:
        raise failure(answer, f"Git did not create the tag {name}.")


def _check_paths(git: Git, files: Mapping[PurePosixPath, bytes]) -> None:
    for path in files:
        require_inside(git, path)
        if (git.root / path).is_symlink():
            raise Refused(
                f"{path} is a link, which a new file would take the place of.",
                hint="Name the file that it leads to in the configuration",
            )


def _committed(git: Git, path: PurePosixPath) -> bytes | None:
    answer = git.ask("cat-file", "blob", f"HEAD:./{path}")
    return None if answer.exit_code else answer.stdout


def committer(git: Git) -> str:
    """Return who commits, where Git knows that and who the author is.

    Raises ``Unavailable`` where Git would make up a name, ``Refused`` where the moment that it is told is none.
    """
    _person(git, "AUTHOR")
    return _person(git, "COMMITTER")


def _person(git: Git, role: str) -> str:
    answer = git.ask(*_NAMED, "var", f"GIT_{role}_IDENT")
    if answer.exit_code and any(_NO_DATE in line for line in answer.words):
        raise Refused(
            f"GIT_{role}_DATE is set to what Git reads no date from.",
            hint=f"Let Git take the time of now: unset GIT_{role}_DATE",
            details=answer.words,
        )
    if answer.exit_code:
        raise Unavailable(
            "Git does not know who commits.",
            hint="Tell it: git config --global user.name NAME; git config --global user.email ADDRESS",
            details=answer.words,
        )
    return answer.text.partition(" <")[0]


def require_signer(git: Git) -> None:
    """Raise ``Unavailable`` where Git is told to sign what it commits or tags, and could not.

    Nothing is signed for it, and nobody is asked for a passphrase: the program is there, and has the key.
    """
    answer = git.ask("config", "--get-regexp", _SIGNING)
    told = {key: value for key, _, value in (line.partition(" ") for line in answer.text.splitlines())}
    if not any(told.get(key, "false").lower() in _YES for key in _SIGNED):
        return
    form, key = told.get("gpg.format", "openpgp"), told.get("user.signingkey", "")
    older = told.get("gpg.program") if form == "openpgp" else None
    program = told.get(f"gpg.{form}.program") or older or _SIGNERS.get(form, form)
    found = shutil.which(str(Path(program).expanduser()), path=git.environ.get("PATH"))
    why = f"{program} is not here" if found is None else ""
    if found is not None and form == "openpgp" and not _has_secret_key(git, found, key):
        why = f"{program} has no secret key {key or 'of who commits'}"
    elif found is not None and form == "ssh" and not (key.startswith(_LITERAL) or told.get(_DEFAULT_KEY)):
        why = (
            ""
            if key and (git.root / Path(key).expanduser()).is_file()
            else f"the key {key or 'to sign with'} is not here"
        )
    if why:
        off = (line_in(git.root, f"config {key}.gpgSign false") for key in ("commit", "tag"))
        raise Unavailable(
            f"Git is told to sign its commits and tags, and {why}.",
            hint="Set user.signingKey, gpg.format and gpg.program right (git config --show-origin --get-regexp "
            f"'gpg|sign'), or switch it off here: {' && '.join(off)}",
        )


def _has_secret_key(git: Git, program: str, key: str) -> bool:
    """Whether gpg has a secret key by that name, or where none is set by that of who commits."""
    whose = key or git.ask("var", "GIT_COMMITTER_IDENT").text.rpartition(" <")[2].partition(">")[0]
    env = clean_environment(git.environ, **{k: v for k, v in git.environ.items() if k == "GNUPGHOME"})
    words = [program, "--batch", "--list-secret-keys", "--", whose]
    return run(words, env=env, cwd=git.root, timeout=LOCAL_SECONDS).exit_code == 0


def _take_back(git: Git, before: Mapping[PurePosixPath, bytes | None]) -> None:
    """Put the files back as they were *before*, and leave nothing of them in the index."""
    for path, content in before.items():
        if content is None:
            (git.root / path).unlink(missing_ok=True)
    _write(git, {path: content for path, content in before.items() if content is not None})
    git.ask("reset", "--quiet", "--", *map(str, before))


def _write(git: Git, files: Mapping[PurePosixPath, bytes]) -> None:
    for path, content in files.items():
        target = git.root / path
        try:
            if not target.is_file() or target.read_bytes() != content:
                write_atomically(target, content)
        except OSError as error:
            raise Unavailable(
                f"{path} cannot be written: {error}.", hint="Make room or correct the permissions, and run it again"
            ) from error

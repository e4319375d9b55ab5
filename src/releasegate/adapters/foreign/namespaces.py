"""Runs a command in user, process and mount namespaces of its own: it sees no process and no folder but those shown.

Only the standard library is here, little of it, since this begins for each command anew, and of Linux only the kernel
is needed. It is imported, so that Python keeps it compiled, and told what is hidden, what is shown, and the folders in
which what is written goes with the command; without a command it only tries whether all of it can be had:

    main(FOLDER, *HIDDEN, "--show", *SHOWN, "--lend", *LENT, "--run-apart", *COMMAND)

The exit code is the command's, and its end by a signal is this one's. All that the command started ends with it.
"""

from __future__ import annotations

# The module signal gives the same numbers names, for which it takes as long as all else that is needed here.
import _signal as signal  # type: ignore[import-not-found]
import ctypes
import os
import sys

NO_NAMESPACES = 125
"""The exit code where the namespaces cannot be had; the command was not run."""

_NEWNS, _NEWUSER, _NEWPID = 0x00020000, 0x10000000, 0x20000000
_NOSUID, _NODEV, _NOEXEC, _BIND, _REC, _PRIVATE = 0x2, 0x4, 0x8, 0x1000, 0x4000, 0x40000
_PDEATHSIG = 1
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)

libc = ctypes.CDLL(None, use_errno=True)


def main(words: list[str]) -> None:
    """Run a command apart from everything else, and end as it ends; what the *words* are is said above."""
    show, lend, run = (words.index(each) for each in ("--show", "--lend", "--run-apart"))
    folder, hidden, shown, lent, argv = (
        words[0],
        words[1:show],
        words[show + 1 : lend],
        words[lend + 1 : run],
        words[run + 1 :],
    )
    for number in _ENDING:
        # The whole group is signalled, the command too. A handler, unlike SIG_IGN, is not inherited by it.
        signal.signal(number, lambda *_: None)
    try:
        unshare(_NEWUSER | _NEWNS | _NEWPID)
    except OSError as error:
        give_up(error)
    ended, tell = os.pipe()
    first = os.fork()
    if first == 0:
        os.close(ended)
        try:
            separate(folder, hidden, shown, lent)
            status = command(argv) if argv else 0
        except OSError as error:
            give_up(error)
        os.write(tell, str(status).encode())
        os._exit(0)
    os.close(tell)
    told = os.read(ended, 32)
    _, status = os.waitpid(first, 0)
    end_as(int(told) if told else status)


def separate(folder: str, hidden: list[str], shown: list[str], lent: list[str]) -> None:
    """Be the first process of the new namespaces, hide what is not shown, and keep what is lent as it is."""
    mount("none", "/", "", _REC | _PRIVATE)
    for path in hidden:
        # What is inside of another that is hidden may be gone by now.
        if os.path.lexists(path):
            hide(path, [each for each in shown if each.startswith(f"{path}/")])
    for path in lent:
        lend(path)
    for path in other_process_tables():
        mount("tmpfs", path, "tmpfs", _NOSUID | _NODEV)
    mount("proc", "/proc", "proc", _NOSUID | _NODEV | _NOEXEC)
    # What was mounted by another user namespace cannot be taken away in this one, not by its root either.
    unshare(_NEWUSER | _NEWNS)
    # Before, the working directory would lead to what is hidden now.
    os.chdir(folder)
    checked(libc.prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "prctl")


def hide(path: str, shown: list[str]) -> None:
    """Put an empty folder over *path* in which only what is *shown* is there; a file becomes an empty one."""
    if not os.path.isdir(path):
        mount("/dev/null", path, "", _BIND)
        return
    there = [each for each in sorted(shown) if os.path.exists(each)]
    links = {each: os.path.realpath(each) for each in there if os.path.islink(each)}
    kept: dict[str, int] = {}
    for each in there:
        if each not in links and not any(each.startswith(f"{above}/") for above in kept):
            kept[each] = os.open(each, os.O_PATH)
    mount("tmpfs", path, "tmpfs", _NOSUID | _NODEV, "mode=700")
    for each, opened in kept.items():
        if os.path.isdir(opened):
            os.makedirs(each)
        else:
            os.makedirs(os.path.dirname(each), exist_ok=True)
            os.close(os.open(each, os.O_CREAT | os.O_WRONLY, 0o600))
        mount(f"/proc/self/fd/{opened}", each, "", _BIND | _REC)
        os.close(opened)
    for each, target in links.items():
        if not os.path.lexists(each):
            os.makedirs(os.path.dirname(each), exist_ok=True)
            os.symlink(target, each)


def lend(path: str) -> None:
    """Put a layer over the folder that takes what is written there, and is gone with the command."""
    below = os.open(path, os.O_PATH)
    mount("tmpfs", path, "tmpfs", _NOSUID | _NODEV, "mode=700")
    layers = [os.path.join(path, name) for name in ("written", "work")]
    for each in layers:
        os.mkdir(each)
    written, work = (os.open(each, os.O_PATH) for each in layers)
    places = "lowerdir=/proc/self/fd/{},upperdir=/proc/self/fd/{},workdir=/proc/self/fd/{},userxattr"
    mount("overlay", path, "overlay", _NOSUID | _NODEV, places.format(below, written, work))
    for opened in (below, written, work):
        os.close(opened)


def other_process_tables() -> list[str]:
    """Return where else the processes of outside could be seen: in the root of a container or of a chroot, say."""
    found = []
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as lines:
        for line in lines:
            place, _, kind = line.partition(" - ")
            first, *escaped = place.split(" ")[4].split("\\")
            path = first + "".join(chr(int(each[:3], 8)) + each[3:] for each in escaped)
            if kind.startswith("proc ") and path != "/proc" and not path.startswith("/proc/") and os.path.isdir(path):
                found.append(path)
    return found


def command(argv: list[str]) -> int:
    """Run *argv* to its end and return how it ended; what lost its parent is waited for as well."""
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    child = os.fork()
    if child == 0:
        try:
            os.execv(argv[0], argv)
        except OSError as error:
            print(f"{argv[0]}: {error.strerror}", file=sys.stderr, flush=True)
            os._exit(126)
    while True:
        ended, status = os.wait()
        if ended == child:
            return status


def give_up(error: OSError) -> None:
    """Say why the namespaces cannot be had, and end."""
    print(f"namespaces: {error.strerror or error}", file=sys.stderr, flush=True)
    os._exit(NO_NAMESPACES)


def end_as(status: int) -> None:
    """End as a process did that ended with *status*."""
    if os.WIFSIGNALED(status):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        number = os.WTERMSIG(status)
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    os._exit(os.waitstatus_to_exitcode(status))


def unshare(flags: int) -> None:
    """Enter new namespaces in which everybody has the number that they have outside, as far as that may be said.

    Root may say it of all; anybody else of themselves. It is written by a child that stays outside.
    """
    users, groups = numbers("uid"), numbers("gid")
    (ready, go), writer_of = os.pipe(), os.getpid()
    writer = os.fork()
    if writer == 0:
        os.close(go)
        os.read(ready, 1)
        try:
            if os.geteuid() != 0:
                write(writer_of, "setgroups", "deny")
            write(writer_of, "uid_map", users)
            write(writer_of, "gid_map", groups)
        except OSError as error:
            give_up(error)
        os._exit(0)
    os.close(ready)
    try:
        checked(libc.unshare(flags), "unshare")
    finally:
        os.close(go)
        _, status = os.waitpid(writer, 0)
    if status:
        os._exit(NO_NAMESPACES)


def numbers(kind: str) -> str:
    """Return the map of the user or group numbers that keeps each as it is."""
    own = os.geteuid() if kind == "uid" else os.getegid()
    if os.geteuid() != 0:
        return f"{own} {own} 1"
    with open(f"/proc/self/{kind}_map", encoding="ascii") as lines:
        rows = [line.split() for line in lines]
    return "\n".join(f"{inside} {inside} {count}" for inside, _, count in rows)


def write(process: int, name: str, text: str) -> None:
    """Tell the kernel something about a process, in one write."""
    file = os.open(f"/proc/{process}/{name}", os.O_WRONLY)
    try:
        os.write(file, text.encode())
    finally:
        os.close(file)


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """Mount something; an error says where."""
    words = (os.fsencode(source), os.fsencode(target), os.fsencode(kind) or None)
    checked(libc.mount(*words, ctypes.c_ulong(flags), os.fsencode(options) or None), f"mount on {target}")


def checked(result: int, what: str) -> None:
    """Raise the error of a call that failed."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")

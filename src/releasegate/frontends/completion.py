"""Shell completion of the command: the script for a shell, and the words that it asks for at each press of the key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoke.completion.complete import complete, print_completion_script
from invoke.exceptions import Exit
from invoke.parser.argument import Argument

if TYPE_CHECKING:
    from invoke.program import Program

SCRIPT, WORDS = "print-completion-script", "complete"
FLAG = f"--{WORDS}"
"""Behind it is a line that somebody is typing."""
SHELLS = ("bash", "zsh", "fish")


def arguments() -> list[Argument]:
    """Return the options for it, which stand before any command."""
    shells = "|".join(SHELLS)
    return [
        Argument(names=(SCRIPT,), kind=str, default="", help=f"Print what completes commands in a shell ({shells})."),
        Argument(names=(WORDS,), kind=bool, default=False, help="Print what may come next, for that script."),
    ]


def is_for_people(flag: str) -> bool:
    """Whether a flag is one that a person may have meant: these are typed once, or by a shell."""
    return flag.startswith("--") and flag.removeprefix("--") not in {SCRIPT, WORDS}


def tell_script(program: Program) -> None:
    """Print the script for a shell and end, where that is asked for.

    Raises:
        ConfigurationError: there is none for that shell.
    """
    shell = program.args[SCRIPT].value
    if not shell:
        return
    if shell not in SHELLS:
        from releasegate.core.errors import ConfigurationError

        raise ConfigurationError(
            f"There is no completion for {shell[:40]!r}.", hint=f"Name one of: {', '.join(SHELLS)}"
        )
    print_completion_script(shell=shell, names=program.binary_names)
    raise Exit


def tell_words(program: Program) -> None:
    """Print what may come next in the line that a shell hands over, and end, where that is asked for."""
    if not program.args[WORDS].value:
        return
    try:
        complete(
            names=program.binary_names,
            core=program.core,
            initial_context=program.initial_context,
            collection=program.collection,
            parser=program.parser,
        )
    except ValueError:  # a quotation that is still open has no next word yet
        raise Exit from None

"""The errors that end a command, each with a sentence for people and an exit status."""

from __future__ import annotations

from typing import Any

from loadzone_cli.exit_status import NOT_FREE, NOT_SIGNED_IN, REFUSED, UNREACHABLE

# Codes of refusals that waiting may cure.
WAITING_HELPS = {"not_enough_free", "vm_taken", "vm_held", "in_maintenance"}
# Codes that say: this booking or place in a queue is over, or somebody else's.
ALREADY_GONE = {"not_booked", "not_allowed", "not_in_queue", "no_such_vm", "no_such_group"}


class CommandError(Exception):
    """An error that ends the command: a sentence for people, and the exit status."""

    def __init__(self, text: str, status: int = REFUSED) -> None:
        super().__init__(text)
        self.text, self.status = text, status


class ServerRefusal(CommandError):
    """A refusal by the server: its sentence, its stable `code`, and all the `facts` that came with them."""

    def __init__(self, http_status: int, facts: dict[str, Any]) -> None:
        self.code, self.facts = facts["code"], facts
        status = NOT_SIGNED_IN if http_status == 401 else NOT_FREE if self.code in WAITING_HELPS else REFUSED
        super().__init__(facts["error"], status)


class ServerUnavailable(CommandError):
    """The server cannot be reached, or cannot serve now. It is not known whether it did what was asked."""

    def __init__(self, text: str) -> None:
        super().__init__(text, UNREACHABLE)


class StoppedBySignal(BaseException):
    """A signal came while the job waited. A BaseException, so that no `except Exception` on the way catches it."""

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.signum = signum

"""A real SMTP server that answers as a test says, at each step of the exchange."""

import asyncio

from aiosmtpd.smtp import SMTP, AuthResult

from support.ports import free_port
from support.smtp import ClosingController


class ScriptedSmtp:
    """Accepts every letter and login, except as these say.

    `answers`: the answer to give at a step: "EHLO", "AUTH", "MAIL", "RCPT", "DATA", and "VERDICT" for the one after the
    last dot; "RCPT" and "VERDICT" also with a recipient, as in "RCPT a@example.com". `late`: seconds between taking a
    letter and saying so, by recipient, or for all under "VERDICT"; for a recipient in `held` it waits until that one is
    taken out. `hangs_up_at`: recipients at whom it closes the connection. `connections` counts them.
    """

    def __init__(self, **options) -> None:
        self.reset()
        self.port = free_port()
        self._controller = _Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=10, **options)

    def reset(self) -> None:
        """Accept everything from now on, and forget what has come."""
        self.answers: dict[str, str] = {}
        self.late: dict[str, float] = {}
        self.held: set[str] = set()
        self.hangs_up_at: set[str] = set()
        self.accepted: list[str] = []
        self.greeted_as: list[str] = []
        self.logins: list[tuple[str, str]] = []
        self.connections = 0

    def __enter__(self) -> "ScriptedSmtp":
        self._controller.start()
        self.reset()  # the controller connects once, to find out that it listens
        return self

    def __exit__(self, *error) -> None:
        self._controller.stop()

    @property
    def settings(self) -> dict[str, str]:
        """Return the settings with which a LoadZone server sends through it."""
        return {"SMTP_HOST": "localhost", "SMTP_PORT": str(self.port), "SMTP_FROM": "loadzone@example.com"}

    async def verdict(self, envelope) -> str:
        [to] = envelope.rcpt_tos
        answer = self.answers.get(f"VERDICT {to}", self.answers.get("VERDICT", "250 OK"))
        if answer.startswith("2"):
            self.accepted.append(to)
        await asyncio.sleep(self.late.get(to, self.late.get("VERDICT", 0)))
        while to in self.held:
            await asyncio.sleep(0.01)
        return answer


class _Controller(ClosingController):
    def __init__(self, script: ScriptedSmtp, **options) -> None:
        self._script = script
        super().__init__(_Handler(script), authenticator=self._login, **options)

    def session(self) -> SMTP:
        return _Session(self._script, self.handler, **self.SMTP_kwargs)

    def _login(self, server, session, envelope, mechanism, auth_data) -> AuthResult:
        self._script.logins.append((auth_data.login.decode(), auth_data.password.decode()))
        accepted = self._script.answers.get("AUTH", "235").startswith("2")
        return AuthResult(success=accepted, handled=False)


class _Session(SMTP):
    def __init__(self, script: ScriptedSmtp, handler, **options) -> None:
        super().__init__(handler, **options)
        self._script = script

    def connection_made(self, transport) -> None:
        super().connection_made(transport)
        self._script.connections += 1

    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802 (aiosmtpd names it)
        self._script.greeted_as.append(hostname)
        await self._answer("EHLO", super().smtp_EHLO, hostname)

    async def smtp_HELO(self, hostname: str) -> None:  # noqa: N802
        await self._answer("EHLO", super().smtp_HELO, hostname)

    async def smtp_MAIL(self, arg: str) -> None:  # noqa: N802
        await self._answer("MAIL", super().smtp_MAIL, arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        await self._answer("DATA", super().smtp_DATA, arg)

    async def _answer(self, step: str, usual, *arguments: str) -> None:
        answer = self._script.answers.get(step)
        await (self.push(answer) if answer else usual(*arguments))
        if answer and answer.startswith("421"):
            self.transport.close()


class _Handler:
    def __init__(self, script: ScriptedSmtp) -> None:
        self._script = script

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address in self._script.hangs_up_at:
            server.transport.close()
        answer = self._script.answers.get(f"RCPT {address}", self._script.answers.get("RCPT", "250 OK"))
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        return await self._script.verdict(envelope)

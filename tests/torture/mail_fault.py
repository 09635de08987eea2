"""A fault of the mail server that both one server and several nodes have: it is away, or refuses every letter."""

from random import Random

from support.smtp import MailServer


class MailFault:
    """After `heal` the mail server takes every letter again."""

    def __init__(self, mail: MailServer, random: Random) -> None:
        self._mail = mail
        self._random = random
        self._is_down = False

    def inject(self) -> None:
        """Stop the mail server, or start it again; after a start it may refuse every letter for now."""
        if self._is_down:
            self._mail.start()
        else:
            self._mail.stop()
            self._mail.answer = self._random.choice(["250 OK", "250 OK", "451 later"])
        self._is_down = not self._is_down

    def heal(self) -> None:
        if self._is_down:
            self.inject()
        self._mail.answer = "250 OK"

"""Makes what the endpoints work with."""

from __future__ import annotations

from typing import Protocol

from loadzone.auth.api_tokens import ApiTokens
from loadzone.auth.login_codes import LoginCodes
from loadzone.auth.sessions import Sessions
from loadzone.config import Config
from loadzone.domain.command_bus import CommandBus
from loadzone.domain.mail_trouble import MailTrouble
from loadzone.domain.store import Store
from loadzone.notifications.shared_trouble import SharedTrouble
from loadzone.notifications.signed_links import SignedLinks
from loadzone.reports.mover import Mover
from loadzone.reports.reader import HistoryReader
from loadzone.reports.usage.asking import UsageQuestions
from loadzone.startup.medium import Medium
from loadzone.web.board_cache import BoardCache
from loadzone.web.context import Services
from loadzone.web.node import Node
from loadzone.web.rate_limits import RateLimits


class Mail(Protocol):
    """Sends mail (mailer.py)."""

    @property
    def trouble(self) -> MailTrouble | None:
        """Why letters wait; None while all is well."""
        ...

    def post_code(self, email: str, code: str, language: str) -> None:
        """Send a sign-in code."""
        ...


def services_over(
    medium: Medium,
    config: Config,
    secret_key: str,
    store: Store,
    bus: CommandBus,
    mail: Mail,
    mover: Mover,
    links: SignedLinks,
) -> Services:
    """Return what the endpoints work with, over this medium."""
    clock = medium.clock
    return Services(
        config=config,
        clock=clock,
        store=store,
        bus=bus,
        history=HistoryReader(medium.history, store),
        usage=UsageQuestions(medium.history),
        history_trouble=lambda: mover.trouble,
        board_cache=BoardCache(store),
        links=links,
        sessions=Sessions(config, store, bus, clock, LoginCodes(secret_key, medium.codes), mail.post_code),
        api_tokens=ApiTokens(config, store, bus, clock),
        rate_limits=RateLimits(medium.counters),
        mail_trouble=SharedTrouble(medium.leadership, lambda: mail.trouble),
        behind_at_most=medium.behind_at_most,
        node=Node(config.port, medium.leadership, medium.behind_at_most) if config.database_url else None,
    )

"""The settings: read from the environment once, checked, frozen. An empty value counts as unset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import urlsplit

from loadzone import setting_values as values
from loadzone.environment import BadSetting, EnvReader
from loadzone.lib.email_addresses import EMAIL

LanguageCode = Literal["ru", "en"]
LANGUAGES: tuple[LanguageCode, ...] = get_args(LanguageCode)
# Bytes of a request's body. An admin names 5,000 machines three times (`vm_ids`, `bookings`, `versions`), with names of
# 64 characters that JSON escapes to 12 bytes each. Others name theirs, 5,000 of them with their ends, at 6 bytes a
# character: reading 4 MiB stops the server for 25 ms, 12 MiB for 75. Strangers send no more than an address.
BODY_AT_MOST = 12 * 1024 * 1024
PEOPLES_BODY_AT_MOST = 4 * 1024 * 1024
STRANGERS_BODY_AT_MOST = 64 * 1024


@dataclass(frozen=True, slots=True)
class Config:
    """The settings. Hours and minutes are numbers, fractions allowed. `data` None: the file in the folder instance/.

    It serves as the Limits of the rules (domain/limits.py).
    """

    data: Path | None = None
    database_url: str | None = None
    backups: Path | None = None
    host: str = "127.0.0.1"
    port: int = 5000
    secret_key: str | None = None
    base_url: str = "http://localhost:5000"
    trusted_proxies: int = 0
    auth: str = "code"
    strangers: str = "board"
    admins: tuple[str, ...] = ()
    allowed_domains: tuple[str, ...] = ()
    max_hours: float = 24
    max_ahead_hours: float = 168
    max_machines: int = 100
    remind_minutes: tuple[float, ...] = (60, 15)
    hold_minutes: float = 15
    history_days: int = 400
    language: str = "ru"
    smtp_host: str | None = None
    smtp_port: int = 587
    smtp_user: str | None = None
    smtp_pass: str | None = None
    smtp_from: str | None = None
    smtp_tls: str = "auto"
    smtp_ca: str | None = None
    smtp_helo: str | None = None

    @property
    def base_path(self) -> str:
        """The path of LOADZONE_BASE_URL without a slash at its end, such as "/loadzone"; "" if it has none."""
        return urlsplit(self.base_url).path

    @property
    def is_public(self) -> bool:
        """True if people who are not signed in see the board."""
        return self.strangers == "board"

    @property
    def mails(self) -> bool:
        """True if letters are sent."""
        return self.smtp_host is not None

    @property
    def helo(self) -> str:
        """The name by which LoadZone greets the mail server: a host, or an address in brackets (RFC 5321, 4.1.3)."""
        return self.smtp_helo or values.helo_of(urlsplit(self.base_url).hostname or "localhost")

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Config:
        """Return the settings in these environment variables. Raises BadSetting."""
        read = EnvReader(environ)
        port = read("LOADZONE_PORT", values.port, 5000)
        config = cls(
            data=read("LOADZONE_DATA", Path, None),
            database_url=read.secret("LOADZONE_DATABASE_URL", values.line),
            backups=read("LOADZONE_BACKUPS", Path, None),
            host=read("LOADZONE_HOST", str, "127.0.0.1"),
            port=port,
            secret_key=read.secret("LOADZONE_SECRET_KEY", values.secret),
            base_url=read("LOADZONE_BASE_URL", values.url, f"http://localhost:{port}"),
            trusted_proxies=read("LOADZONE_TRUSTED_PROXIES", values.count, 0),
            auth=read("LOADZONE_AUTH", values.one_of("code", "trust"), "code"),
            strangers=read("LOADZONE_STRANGERS", values.one_of("board", "none"), "board"),
            admins=read("LOADZONE_ADMINS", values.each(values.email), ()),
            allowed_domains=read("LOADZONE_ALLOWED_DOMAINS", values.each(values.domain), ()),
            max_hours=read("LOADZONE_MAX_HOURS", values.amount, 24),
            max_ahead_hours=read("LOADZONE_MAX_AHEAD_HOURS", values.amount, 168),
            max_machines=read("LOADZONE_MAX_MACHINES", values.machines, 100),
            remind_minutes=read("LOADZONE_REMIND_MINUTES", values.minutes, (60, 15)),
            hold_minutes=read("LOADZONE_HOLD_MINUTES", values.amount, 15),
            history_days=read("LOADZONE_HISTORY_DAYS", values.days, 400),
            language=read("LOADZONE_LANGUAGE", values.one_of(*LANGUAGES), "ru"),
            smtp_host=read("SMTP_HOST", values.host, None),
            smtp_port=read("SMTP_PORT", values.port, 587),
            smtp_user=read("SMTP_USER", values.line, None),
            smtp_pass=read.secret("SMTP_PASS", values.password),
            smtp_from=read("SMTP_FROM", values.sender, None),
            smtp_tls=read("SMTP_TLS", values.one_of("auto", "tls", "starttls", "none"), "auto"),
            smtp_ca=read("SMTP_CA", values.certificates, None),
            smtp_helo=read("SMTP_HELO", values.helo, None),
        )
        _check_database(config)
        _check_sender(config)
        _check_login(config)
        return config


def _check_database(config: Config) -> None:
    if not config.database_url:
        return
    if config.data:
        raise BadSetting("LOADZONE_DATA and LOADZONE_DATABASE_URL are both set; keep one of them")
    if not config.secret_key:
        raise BadSetting("LOADZONE_SECRET_KEY: is needed with LOADZONE_DATABASE_URL, the same one on every node")


def _check_sender(config: Config) -> None:
    if not config.mails or config.smtp_from:
        return
    if not config.smtp_user:
        raise BadSetting("SMTP_FROM: is needed, since SMTP_HOST is set and there is no SMTP_USER to send as")
    if not EMAIL.fullmatch(config.smtp_user.lower()):
        raise BadSetting("SMTP_FROM: is needed, since SMTP_USER is not an e-mail address to send as")


def _check_login(config: Config) -> None:
    if config.smtp_user and config.smtp_tls == "none":
        raise BadSetting("SMTP_TLS: none would send the password of SMTP_USER in the clear; unset one of the two")

"""The settings: read from the environment once, checked, frozen. An empty value counts as unset."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import formataddr
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, TypeVar, get_args
from urllib.parse import urlsplit

from loadzone.lib.domain_names import ascii_domain
from loadzone.lib.email_addresses import EMAIL, canonical_email

LanguageCode = Literal["ru", "en"]
LANGUAGES: tuple[LanguageCode, ...] = get_args(LanguageCode)
DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
# Kubernetes sets such values for each service: LOADZONE_PORT for one named loadzone, SMTP_PORT for one named smtp.
KUBERNETES_PORT = re.compile(r"(?:tcp|udp|sctp)://\S+:\d+")
BASE_PATH = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~-]{1,64}){0,8}")
DEFAULT_PORTS = {"http": 80, "https": 443}
# Bytes of a request's body. An admin names 5,000 machines three times (`vm_ids`, `bookings`, `versions`), with names of
# 64 characters that JSON escapes to 12 bytes each. Others name theirs, 5,000 of them with their ends, at 6 bytes a
# character: reading 4 MiB stops the server for 25 ms, 12 MiB for 75. Strangers send no more than an address.
BODY_AT_MOST = 12 * 1024 * 1024
PEOPLES_BODY_AT_MOST = 4 * 1024 * 1024
STRANGERS_BODY_AT_MOST = 64 * 1024
LEAST_AMOUNT = 0.0001  # of hours or minutes; a shorter booking would end before anybody is told of it

T = TypeVar("T")
D = TypeVar("D")
N = TypeVar("N", int, float)


class BadSetting(Exception):
    """A setting cannot be used; the message names it and says what is allowed."""


@dataclass(frozen=True, slots=True)
class Config:
    """The settings. Hours and minutes are numbers, fractions allowed. `data` None: the file in the folder instance/.

    It serves as the Limits of the rules (domain/limits.py).
    """

    data: Path | None = None
    host: str = "127.0.0.1"
    port: int = 5000
    secret_key: str | None = None
    base_url: str = "http://localhost:5000"
    trusted_proxies: int = 0
    auth: str = "code"
    admins: tuple[str, ...] = ()
    allowed_domains: tuple[str, ...] = ()
    max_hours: float = 24
    max_ahead_hours: float = 168
    max_machines: int = 100
    remind_minutes: tuple[float, ...] = (60, 15)
    hold_minutes: float = 15
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
    def mails(self) -> bool:
        """True if letters are sent."""
        return self.smtp_host is not None

    @property
    def helo(self) -> str:
        """The name by which LoadZone greets the mail server: a host, or an address in brackets (RFC 5321, 4.1.3)."""
        return self.smtp_helo or helo_of(urlsplit(self.base_url).hostname or "localhost")

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Config:
        """Return the settings in these environment variables. Raises BadSetting."""
        read = EnvReader(environ)
        port = read("LOADZONE_PORT", _port, 5000)
        config = cls(
            data=read("LOADZONE_DATA", Path, None),
            host=read("LOADZONE_HOST", str, "127.0.0.1"),
            port=port,
            secret_key=read.secret("LOADZONE_SECRET_KEY", _secret),
            base_url=read("LOADZONE_BASE_URL", _url, f"http://localhost:{port}"),
            trusted_proxies=read("LOADZONE_TRUSTED_PROXIES", _count, 0),
            auth=read("LOADZONE_AUTH", _one_of("code", "trust"), "code"),
            admins=read("LOADZONE_ADMINS", _each(_email), ()),
            allowed_domains=read("LOADZONE_ALLOWED_DOMAINS", _each(_domain), ()),
            max_hours=read("LOADZONE_MAX_HOURS", _amount, 24),
            max_ahead_hours=read("LOADZONE_MAX_AHEAD_HOURS", _amount, 168),
            max_machines=read("LOADZONE_MAX_MACHINES", _machines, 100),
            remind_minutes=read("LOADZONE_REMIND_MINUTES", _minutes, (60, 15)),
            hold_minutes=read("LOADZONE_HOLD_MINUTES", _amount, 15),
            language=read("LOADZONE_LANGUAGE", _one_of(*LANGUAGES), "ru"),
            smtp_host=read("SMTP_HOST", _host, None),
            smtp_port=read("SMTP_PORT", _port, 587),
            smtp_user=read("SMTP_USER", _line, None),
            smtp_pass=read.secret("SMTP_PASS", _password),
            smtp_from=read("SMTP_FROM", _sender, None),
            smtp_tls=read("SMTP_TLS", _one_of("auto", "tls", "starttls", "none"), "auto"),
            smtp_ca=read("SMTP_CA", _certificates, None),
            smtp_helo=read("SMTP_HELO", _helo, None),
        )
        _check_sender(config)
        _check_login(config)
        return config


class EnvReader:
    """Reads one variable at a time. Raises BadSetting with the variable's name."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def __call__(self, name: str, parse: Callable[[str], T], default: D) -> T | D:
        text = self._environ.get(name, "")
        return default if KUBERNETES_PORT.fullmatch(text) else self._parsed(name, text, parse, default)

    def secret(self, name: str, parse: Callable[[str], T]) -> T | None:
        """Return a value that may come from a file instead, which the variable with the suffix `_FILE` names."""
        path = self._environ.get(f"{name}_FILE", "").strip()
        if not path:
            return self(name, parse, None)
        if self._environ.get(name, "").strip():
            raise BadSetting(f"{name} and {name}_FILE are both set; keep one of them")
        try:
            content = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise BadSetting(f"{name}_FILE: cannot read {path}: {error}") from error
        if not content.strip():
            raise BadSetting(f"{name}_FILE: {path} is empty")
        return self._parsed(f"{name}_FILE", content, parse, None)

    def _parsed(self, name: str, text: str, parse: Callable[[str], T], default: D) -> T | D:
        value = text.strip()
        if not value:
            return default
        try:
            return parse(value)
        except ValueError as error:
            shown = "" if parse in (_secret, _password) else f" {value!r}"
            raise BadSetting(f"{name}:{shown} {error}") from None


def _number(text: str, kind: Callable[[str], N], words: str, low: float, high: float) -> N:
    try:
        number = kind(text)
    except ValueError:
        raise ValueError(f"is not {words}") from None
    if not low <= number <= high:  # NaN fails this too
        raise ValueError(f"is not between {low} and {high}")
    return number


def _port(text: str) -> int:
    return _number(text, int, "a port number", 1, 65535)


def _count(text: str) -> int:
    return _number(text, int, "a whole number", 0, 10)


def _machines(text: str) -> int:
    return _number(text, int, "a whole number", 1, 1_000_000)


def _amount(text: str) -> float:
    """Return hours or minutes; at most 87,600 (ten years of hours)."""
    return _number(text, float, "a number", LEAST_AMOUNT, 87600)


def _one_of(*allowed: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"is not one of: {', '.join(allowed)}")
        return text

    return parse


def _each(parse: Callable[[str], T]) -> Callable[[str], tuple[T, ...]]:
    def parse_all(text: str) -> tuple[T, ...]:
        return tuple(dict.fromkeys(parse(part.strip()) for part in text.split(",") if part.strip()))

    return parse_all


def _minutes(text: str) -> tuple[float, ...]:
    return () if text == "none" else _each(_amount)(text)


def _email(text: str) -> str:
    try:
        return canonical_email(text)
    except ValueError:
        raise ValueError(f"has {text!r} in it, which is not an e-mail address") from None


def _domain(text: str) -> str:
    try:
        domain = ascii_domain(text.removeprefix("@"))
    except ValueError:
        domain = ""
    if not DOMAIN.fullmatch(domain):
        raise ValueError(f"has {text!r} in it, which is not a domain")
    return domain


def _host(text: str) -> str:
    if with_port := re.fullmatch(r"([^:]+|\[.+\]):(\d+)", text):
        raise ValueError(f"has a port in it; set SMTP_PORT={with_port[2]} instead")
    try:
        host = ascii_domain(text)
    except ValueError:
        raise ValueError("is not a host name or address") from None
    if not re.fullmatch(r"[^\s/@]{1,255}", host):
        raise ValueError("is not a host name or address")
    return host


def helo_of(host: str) -> str:
    """Return the host as a mail server is told it: an IP address stands in brackets."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return f"[{address}]" if address.version == 4 else f"[IPv6:{address}]"


def _helo(text: str) -> str:
    name = helo_of(text)
    if not (name.startswith("[") or DOMAIN.fullmatch(name.lower())):
        raise ValueError("is not a host name or an IP address")
    return name


def _certificates(text: str) -> str:
    try:
        ssl.create_default_context(cafile=text)
    except (OSError, ValueError) as error:  # ssl's own errors are OSErrors
        raise ValueError(f"cannot be read as certificates (PEM): {error}") from None
    return text


def _password(text: str) -> str:
    if "\0" in text:
        raise ValueError("has a character in it that no login can send")
    return text


def _line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("has characters that are not allowed in one line")
    return text


def _sender(text: str) -> str:
    """Return `LoadZone <loadzone@example.com>` or the bare address; special characters in the name are quoted."""
    found = re.fullmatch(r"(?:([^<>]*)<([^<>]+)>|([^<>]+))", _line(text))
    if not found:
        raise ValueError("is not a sender's address")
    address = (found[2] or found[3]).strip()
    canonical = _email(address)
    return formataddr(((found[1] or "").strip().strip('"'), address if address.isascii() else canonical))


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


def _secret(text: str) -> str:
    if len(text) < 16:
        raise ValueError("is too short: use 16 characters or more")
    return text


def _url(text: str) -> str:
    """Return the address as a browser writes it: lower case, no default port, other scripts as IDNA."""
    wrong = ValueError("is not an address like https://loadzone.example.com")
    try:
        parts = urlsplit(text)
        host, port = ascii_domain(parts.hostname or ""), parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme not in DEFAULT_PORTS or not host or parts.query or parts.fragment or parts.username:
        raise wrong
    path = parts.path.rstrip("/")
    if not BASE_PATH.fullmatch(path):
        raise ValueError("has a path that is not made of letters, digits, “-”, “_”, “.” and “~”, like /loadzone")
    place = f"[{host}]" if ":" in host else host
    if port not in (None, DEFAULT_PORTS[parts.scheme]):
        place = f"{place}:{port}"
    return f"{parts.scheme}://{place}{path}"

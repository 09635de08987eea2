"""The address of a server, as people write it, copy it from a browser, or get it from a file or a CI variable."""

from __future__ import annotations

import re
import unicodedata
import urllib.parse

from loadzone_cli.errors import CommandError
from loadzone_cli.exit_status import USAGE
from loadzone_cli.messages import printable
from loadzone_cli.translation import t

QUOTES = "\"'`“”«»"


def bare(text: str) -> str:
    """Return the text without blanks, line ends, a byte order mark, and quotes around it."""
    return text.strip().strip("\ufeff" + QUOTES).strip()


def address_of(text: str) -> str:
    """Return the address without a slash at its end, and without what a browser shows behind it (`?…`, `#…`).

    Raises CommandError where it is none.
    """
    url = bare(text)
    try:
        parts = urllib.parse.urlsplit(url)
        host = host_in_dns(parts.hostname or "")
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError:
        raise bad_address(url) from None
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"[\w.:%-]+", host) or "@" in parts.netloc:
        raise bad_address(url)
    path = urllib.parse.quote(parts.path.rstrip("/"), safe="/%:@!$&'()*+,;=~")
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}{path}"


def host_in_dns(host: str) -> str:
    """Return the host as DNS has it. Raises ValueError.

    The codec of the standard library is of 2003 and takes ß for ss and ς for σ. That would be another host, and it
    would get the token.
    """
    if re.search("[\u200c\u200d]", host):
        raise ValueError("joiners change the name, and the codec leaves them out")
    if not re.search("[ßς]", host):
        return host.encode("idna").decode("ascii")
    labels = re.split("[.\u3002\uff0e\uff61]", unicodedata.normalize("NFKC", host))
    return ".".join(in_own_letters(label) if re.search("[ßς]", label) else host_in_dns(label) for label in labels)


def in_own_letters(label: str) -> str:
    return "xn--" + label.encode("punycode").decode("ascii")


def by_https(server: str, asked: str, location: str) -> str | None:
    """Return the address of the server by https, where an answer to `asked` redirects there; else None.

    The token may go there: it is the same host, whose certificate is checked.
    """
    try:
        old, new = urllib.parse.urlsplit(asked), urllib.parse.urlsplit(location)
        is_same = (old.scheme, new.scheme) == ("http", "https") and (old.hostname, old.path) == (new.hostname, new.path)
    except ValueError:
        return None
    return f"https://{new.netloc}{urllib.parse.urlsplit(server).path}" if is_same and "@" not in new.netloc else None


def bad_address(url: str) -> CommandError:
    return CommandError(t("bad.url", url=printable(url.rpartition("@")[2])), USAGE)

"""The client of the HTTP API: every call of the command line goes through it."""

from __future__ import annotations

import http.client
import json
import re
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import Message
from types import MappingProxyType
from typing import Any

from loadzone_cli import __version__, timing
from loadzone_cli.board import Board, Vm
from loadzone_cli.errors import CommandError, ServerRefusal, ServerUnavailable
from loadzone_cli.exit_status import NOT_SIGNED_IN, UNREACHABLE
from loadzone_cli.http_json import json_object, opener
from loadzone_cli.messages import printable, say_if_new
from loadzone_cli.seen import Seen
from loadzone_cli.server_address import by_https
from loadzone_cli.token_end import warn_of_end
from loadzone_cli.translation import LANGUAGE, t


class NotModified(Exception):
    """The server has nothing newer than what the request named (304)."""


class ApiClient:
    """The calls to one server, with one token. They raise CommandError: ServerRefusal, ServerUnavailable, or others."""

    def __init__(self, url: str, token: str, ca: str | None = None) -> None:
        if not token:
            raise CommandError(t("no_token", url=printable(url)), NOT_SIGNED_IN)
        if not re.fullmatch(r"[!-~]+", token):
            raise CommandError(t("bad.token"), NOT_SIGNED_IN)
        self.url = url
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Accept": "application/json",
            "Accept-Language": LANGUAGE,
            "User-Agent": f"loadzone/{__version__}",
        }
        self._opener = opener(ca)
        self._seen = Seen()
        self._email = ""
        self._latest: tuple[str, Board] = ("", {"vms": [], "groups": []})  # an ETag and its board; threads share both

    def email(self) -> str:
        """Return the address of the person whose token it is. Warns, once, where the token ends soon."""
        if not self._email:
            headers, me = self._open("/me")
            if not isinstance(me.get("email"), str):
                raise self._not_loadzone()
            self._email = me["email"]
            warn_of_end(me.get("token"), headers.get("LoadZone-Time"))
        return self._email

    def board(self) -> Board:
        """Return all machines and groups. They are sent again only where something has changed."""
        etag, board = self._latest
        try:
            headers, content = self._open("/vms", headers={"If-None-Match": etag} if etag else {})
        except NotModified:
            return board
        if not isinstance(content.get("vms"), list) or not isinstance(content.get("groups"), list):
            raise self._not_loadzone()
        board = {"vms": content["vms"], "groups": content["groups"]}
        self._latest = headers.get("ETag", ""), board
        return board

    def book(self, request: Mapping[str, object]) -> list[Vm]:
        """Book a machine, or machines of a group, and return them."""
        answer = self.call("/book", request)
        return answer["vms"] if "group_id" in request else [answer]

    def renew(self, vm_id: str, new_end: Mapping[str, object], expires_at: str | None = None) -> Vm:
        """Move the end of a booking by `hours` or to `until`, and return its machine.

        With the end that it has now, it cannot be moved twice.
        """
        meant = {"expires_at": expires_at} if expires_at else {}
        vm: Vm = self.call("/renew", {"vm_id": vm_id, **new_end, **meant})
        return vm

    def call(self, path: str, body: Mapping[str, object] | None = None) -> dict[str, Any]:
        """Return the JSON object of the answer. With a body it is a POST."""
        data = None if body is None else json.dumps(body).encode()
        return self._open(path, data, {"Content-Type": "application/json"} if data else {})[1]

    def call_ignoring(self, codes: set[str], path: str, body: Mapping[str, object]) -> None:
        """Call, and take a refusal with one of these codes for success: there was nothing left to do."""
        try:
            self.call(path, body)
        except ServerRefusal as refusal:
            if refusal.code not in codes:
                raise

    def _open(
        self, path: str, data: bytes | None = None, headers: Mapping[str, str] = MappingProxyType({})
    ) -> tuple[Message, dict[str, Any]]:
        """Return the headers and the JSON of the answer. Also raises NotModified, where the request allows it."""
        seen = self._seen.header()
        try:
            request = urllib.request.Request(self.url + path, data, {**self._headers, **seen, **headers})
            with self._opener.open(request, timeout=timing.ANSWER_SECONDS) as answer:
                self._seen.note(seen, answer.headers)
                content = json_object(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                self._seen.note(seen, error.headers)
                if self._is_moved_to_https(error):
                    return self._open(path, data, headers)
                raise self._error_of(error) from None
        except (OSError, http.client.HTTPException) as error:
            raise ServerUnavailable(self._reason(error)) from None
        except ValueError as error:  # a proxy or a host that cannot be
            raise CommandError(self._reason(error), UNREACHABLE) from None
        if not content:
            raise self._not_loadzone()
        return answer.headers, content

    def _is_moved_to_https(self, error: urllib.error.HTTPError) -> bool:
        """Return whether the server redirects to the same address by https. That one is used from then on."""
        there = by_https(self.url, error.url, error.headers.get("Location", "")) if 300 < error.code < 400 else None
        if there:
            say_if_new("moved", t("server.moved", url=self.url, there=there))
            self.url = there
        return there is not None

    def _error_of(self, error: urllib.error.HTTPError) -> Exception:
        """Return what an answer of this status means."""
        if error.code == 304:
            return NotModified()
        if 300 <= error.code < 400:
            there = printable(error.headers.get("Location", "?"))
            return self._not_ours(t("server.redirects", url=self.url, there=there))
        try:
            facts = json_object(error.read()) or {}
        except (OSError, http.client.HTTPException):
            facts = {}
        text, code = (value if isinstance(value, str) else "" for value in (facts.get("error"), facts.get("code")))
        status_text = t("server.status", url=self.url, status=error.code)
        if error.code >= 500 or error.code == 429:
            return ServerUnavailable(text or status_text)
        return ServerRefusal(error.code, facts) if text and code else self._not_ours(status_text)

    def _not_loadzone(self) -> CommandError:
        return self._not_ours(t("server.not_loadzone", url=self.url))

    def _not_ours(self, text: str) -> CommandError:
        """Return the error of an answer that is not LoadZone's.

        Where LoadZone has answered before, it is away for a while: the proxy in front of it says that in its own way.
        """
        return ServerUnavailable(text) if self._email else CommandError(text, UNREACHABLE)

    def _reason(self, error: Exception) -> str:
        reason = getattr(error, "reason", error)
        if isinstance(reason, ssl.SSLCertVerificationError):
            return t("server.untrusted", url=self.url, why=reason.verify_message)
        return t("server.away", url=self.url, why=printable(str(reason) or type(reason).__name__))

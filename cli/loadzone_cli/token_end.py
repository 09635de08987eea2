"""The end of the token's time, said in time for whoever has to make a new one."""

from __future__ import annotations

from loadzone_cli.messages import say
from loadzone_cli.times import local_time, seconds_between
from loadzone_cli.translation import t

SOON_SECONDS = 14 * 86400


def warn_of_end(token: object, now: str | None) -> None:
    """Say that the token ends soon. `token` is that of `GET /me`, `now` the server's time: ours may be wrong."""
    if not isinstance(token, dict) or not now:  # an older server
        return
    name, end = token.get("name"), token.get("expires")
    if isinstance(name, str) and isinstance(end, str) and seconds_between(now, end) < SOON_SECONDS:
        say(t("token.ends", name=name, until=local_time(end)))

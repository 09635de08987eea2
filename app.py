"""LoadZone: builds the parts and serves them. `python app.py` runs the production server."""

from __future__ import annotations

if __name__ == "__main__":
    from gevent import monkey

    monkey.patch_all()

import logging
import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask_socketio import SocketIO
from werkzeug.middleware.proxy_fix import ProxyFix

from loadzone import i18n
from loadzone.auth.api_tokens import ApiTokens
from loadzone.auth.secret_key import BadSecretKey, own_key
from loadzone.auth.session_cookie import SessionCookie
from loadzone.auth.sessions import Sessions
from loadzone.commands.data import is_looked_for, refuse_to_serve
from loadzone.commands.inventory import data
from loadzone.config import BadSetting, Config
from loadzone.datafile.backups import Backups
from loadzone.datafile.typed_object import BadFile
from loadzone.domain.command_bus import CommandBus
from loadzone.lib.atomic_file import FileInUse
from loadzone.lib.times import utc_now
from loadzone.notifications import event_log
from loadzone.notifications.broadcaster import Broadcaster
from loadzone.notifications.letters import Writer, letters_for
from loadzone.notifications.signed_links import Links
from loadzone.schemas import responses
from loadzone.schemas.serializers import shown
from loadzone.server import gevent_server, http_protocol, socket_limits
from loadzone.server.websocket import WebSocket
from loadzone.web import errors, origins, rate_limits, security
from loadzone.web.board_cache import BoardCache
from loadzone.web.board_middleware import BoardMiddleware
from loadzone.web.context import Services, language, socket_user
from loadzone.web.machines import api
from loadzone.web.pages import pages
from loadzone.web.people import people_api
from loadzone.web.static_files import Assets
from mailer import Mailer
from scheduler import Scheduler
from storage import JsonStore

log = logging.getLogger("loadzone")

HERE = Path(__file__).parent
# Seconds. Long after a session is over, which the state says, a browser is still known as somebody's (rate_limits.py).
COOKIE_KEPT_FOR = 365 * 24 * 3600


class CannotStart(Exception):
    """What keeps LoadZone from starting, as a sentence for its operator."""


class SyncFlask(Flask):
    """Flask asks of each function that it calls for a request whether it is async. None of ours is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def create_app(config: Config | None = None, clock: Callable[[], datetime] = utc_now) -> Flask:
    """The Flask app with its parts in `extensions["loadzone"]`; `start()` of these begins timers and post.

    For `flask --app app data …` it has commands alone, and leaves the data file to them; `flask run` is refused.
    Raises CannotStart.
    """
    app = SyncFlask(__name__, static_folder=None, instance_path=str(HERE / "instance"))
    app.cli.add_command(data)
    if config is None and is_looked_for():
        return app
    refuse_to_serve()
    config = config or _settings()
    app.config.update(
        SECRET_KEY=_secret_key(config, Path(app.instance_path)),
        MAX_CONTENT_LENGTH=http_protocol.BODY_AT_MOST,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=COOKIE_KEPT_FOR,
    )
    app.json = responses.Json(app)
    app.wsgi_app = BoardMiddleware(app)
    app.extensions["loadzone"] = _build(app, config, clock)
    app.context_processor(lambda: {"t": i18n.PAGE[language()]})
    Assets(HERE / "static").install(app)
    app.session_interface = SessionCookie(app, clock)
    security.install(app)
    errors.install(app)
    app.register_blueprint(api)
    app.register_blueprint(people_api)
    app.register_blueprint(pages)
    return app


def _build(app: Flask, config: Config, clock: Callable[[], datetime]) -> Services:
    store = _open_store(config, Path(app.instance_path))
    links = Links(app.config["SECRET_KEY"], config.base_url)
    bus = CommandBus(store, clock, config, letters_for if config.mails else lambda event, now: ())
    mailer = Mailer(config, store, bus, Writer(links, config.base_url), clock)
    store.subscribe(event_log.follow)
    return Services(
        config=config,
        clock=clock,
        store=store,
        backups=Backups(store.path, clock, gevent_server.run_blocking()),
        bus=bus,
        board_cache=BoardCache(store),
        links=links,
        mailer=mailer,
        sessions=Sessions(config, store, bus, clock, mailer.post_code),
        api_tokens=ApiTokens(store, bus, clock),
        scheduler=Scheduler(store, bus, config, clock),
        broadcaster=Broadcaster(_sockets(app, config), store, socket_user),
        limiter=rate_limits.limiter(app),
    )


def _sockets(app: Flask, config: Config) -> SocketIO:
    socketio = SocketIO(
        app,
        async_mode=gevent_server.async_mode(),
        manage_session=False,
        logger=logging.getLogger("loadzone.sockets"),
        engineio_logger=logging.getLogger("loadzone.sockets"),
        cors_allowed_origins=lambda _, environ: origins.is_own(environ, config),
        max_http_buffer_size=socket_limits.MESSAGE_AT_MOST,
    )
    if gevent_server.is_green():
        socketio.server.eio._async = {**socketio.server.eio._async, "websocket": WebSocket}
    socket_limits.SocketLimits(socketio.server.eio)
    app.wsgi_app = security.with_headers(app.wsgi_app)
    proxies = config.trusted_proxies
    if proxies:  # in front of the sockets too
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies, x_port=proxies)
    return socketio


def _open_store(config: Config, instance: Path) -> JsonStore:
    path = config.data or instance / "data.json"
    try:
        if not config.data:
            instance.mkdir(mode=0o700, exist_ok=True)
        starter = b"{}" if config.data else (HERE / "data.json").read_bytes()
        return JsonStore(path, starter, shown, gevent_server.run_blocking())
    except FileInUse as error:
        raise CannotStart(f"{error} is in use by another LoadZone; stop that one first") from None
    except FileNotFoundError:
        raise CannotStart(f"{path}: there is no such folder; create it, or set LOADZONE_DATA") from None
    except BadFile as error:
        raise CannotStart(f"{path} cannot be used: {error}. It was left as it is") from None
    except OSError as error:
        raise CannotStart(f"{path} cannot be used: {error.strerror}") from None


def _secret_key(config: Config, instance: Path) -> str:
    try:
        return config.secret_key or own_key(instance)
    except BadSecretKey as error:
        raise CannotStart(f"{error}; delete it and everybody signs in anew, or set LOADZONE_SECRET_KEY") from None
    except OSError as error:
        raise CannotStart(f"{instance}: {error.strerror}; set LOADZONE_SECRET_KEY instead") from None


def _settings() -> Config:
    try:
        return Config.from_env(os.environ)
    except BadSetting as error:
        raise CannotStart(str(error)) from None


def main() -> int:
    event_log.set_up()
    try:
        app = create_app()
    except CannotStart as error:
        sys.stderr.write(f"LoadZone cannot start: {error}\n")
        return 2
    return gevent_server.serve(app)


if __name__ == "__main__":
    sys.exit(main())

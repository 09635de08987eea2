"""LoadZone's composition root: builds the parts, starts and stops them. `python app.py` runs the production server."""

from __future__ import annotations

if __name__ == "__main__":
    from gevent import monkey

    monkey.patch_all()

import logging
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask, request
from flask_socketio import SocketIO

from loadzone import RESOURCES, i18n
from loadzone.auth.session_cookie import SessionCookie
from loadzone.commands.data import is_command_lookup, refuse_flask_run
from loadzone.commands.program import data
from loadzone.config import BODY_AT_MOST, Config
from loadzone.datafile.backups import AutomaticBackups
from loadzone.datafile.typed_object import BadFile
from loadzone.domain.certainty import may_be_behind
from loadzone.domain.command_bus import CommandBus
from loadzone.domain.durable import CannotLoad
from loadzone.domain.hearing import Hearing
from loadzone.environment import BadSetting
from loadzone.lib.concurrency import async_mode, is_green, yield_to_others
from loadzone.lib.ending import Ending
from loadzone.lib.listening_clock import LOOK_SECONDS
from loadzone.lib.owners import ownership
from loadzone.lib.times import utc_now
from loadzone.notifications.behind_watch import BehindWatch
from loadzone.notifications.broadcaster import Broadcaster
from loadzone.notifications.event_log import log_commit
from loadzone.notifications.letters import LetterWriter, letters_for
from loadzone.notifications.signed_links import SignedLinks
from loadzone.reports.mover import Mover
from loadzone.reports.upkeep import Upkeep, upkeep_of
from loadzone.rules.finish import finish
from loadzone.schemas.serializers import shown
from loadzone.server import gevent_server, logging_setup, ping_clock, socket_filter, socket_limits
from loadzone.server.socket_rooms import SocketRooms
from loadzone.server.websocket import use_whole_frames
from loadzone.startup.cannot_start import CannotStart, unusable
from loadzone.startup.greeting import greet
from loadzone.startup.history import prepared
from loadzone.startup.json_file_medium import open_json_file, secret_key_beside
from loadzone.startup.medium import Medium
from loadzone.startup.postgres_medium import open_database
from loadzone.startup.services import services_over
from loadzone.web import errors, origins, security, texts, wsgi_layers
from loadzone.web.board_middleware import BoardMiddleware
from loadzone.web.context import Services, language, socket_user, via
from loadzone.web.history import history_api
from loadzone.web.json_provider import OrjsonProvider
from loadzone.web.known_callers import sender_of
from loadzone.web.letter_pages import letter_pages
from loadzone.web.machines import api
from loadzone.web.pages import pages
from loadzone.web.people import people_api
from loadzone.web.static_files import StaticFiles
from loadzone.web.usage import usage_api
from mailer import Mailer
from scheduler import Scheduler
from storage import DurableStore

log = logging.getLogger("loadzone")

# Seconds. Long after a session is over, which the data file says, a browser is still known to be somebody's, which the
# limits on sign-in codes ask for (web/rate_limits.py).
COOKIE_KEPT_FOR = 365 * 24 * 3600


class SyncFlask(Flask):
    """Flask without the check, for each function it calls, whether that is async. None of ours is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is."""
        return func


@dataclass(frozen=True, slots=True)
class Application:
    """The parts that run beside requests, to be started and stopped. `app.extensions["application"]` holds it."""

    services: Services
    store: DurableStore
    backups: AutomaticBackups | None
    mailer: Mailer
    mover: Mover
    upkeep: Upkeep
    scheduler: Scheduler
    broadcaster: Broadcaster
    hearing: Hearing
    behind_watch: BehindWatch | None
    ending: Ending

    def start(self) -> None:
        """Begin the timers, the mailer and the delivery to sockets.

        Before that, what ended meanwhile is released, unless another process does so, and a backup keeps what the file
        said until then.
        """
        self.services.board_cache.warm(self.services.config.is_public)
        self.broadcaster.start()
        if self.behind_watch:
            self.behind_watch.start()
        if self.backups:
            self.backups.start(self.scheduler.every)
        self.mover.start()
        self.scheduler.catch_up()
        self.scheduler.every(self.hearing.look, LOOK_SECONDS)
        self.scheduler.start()
        self.mailer.start()
        self.upkeep.start(self.scheduler.every)
        self.services.history.tell_what_is_missing()

    def stop(self) -> None:
        """End them, and wait for the write under way."""
        self.scheduler.stop()
        self.mailer.stop()
        self.mover.stop()
        self.broadcaster.stop()
        if self.behind_watch:
            self.behind_watch.stop()
        self.store.close()


def create_app(config: Config | None = None, clock: Callable[[], datetime] = utc_now) -> Flask:
    """Return the Flask app; `start()` of its Application begins timers and mail.

    For `flask --app app data …` the app has commands only, and leaves the data file to them; `flask run` is refused.
    Raises CannotStart.
    """
    app = SyncFlask(__name__, static_folder=None, template_folder=str(RESOURCES / "templates"))
    app.cli.add_command(data)
    if config is None and is_command_lookup():
        return app
    refuse_flask_run()
    config = config or _settings()
    app.config.update(
        SECRET_KEY=config.secret_key or secret_key_beside(config),
        MAX_CONTENT_LENGTH=BODY_AT_MOST,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH=config.base_path or "/",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=COOKIE_KEPT_FOR,
    )
    medium = _open_medium(config, clock)
    _install_web(app, medium.clock)
    application = _build(app, config, medium)
    app.extensions["loadzone"] = application.services
    app.extensions["application"] = application
    return app


def _install_web(app: Flask, clock: Callable[[], datetime]) -> None:
    cookie = SessionCookie(app, clock)
    app.json = OrjsonProvider(app)
    app.session_interface = cookie
    app.wsgi_app = BoardMiddleware(app, cookie)  # type: ignore[method-assign]  # as Flask documents it
    app.context_processor(lambda: {"t": i18n.PAGE[language()], "base": request.script_root})
    StaticFiles(RESOURCES / "static", texts.files()).install(app)
    security.install(app)
    errors.install(app)
    for blueprint in (api, history_api, usage_api, people_api, pages, letter_pages):
        app.register_blueprint(blueprint)


def _build(app: Flask, config: Config, medium: Medium) -> Application:
    store, clock = _open_store(medium), medium.clock
    links = SignedLinks(app.config["SECRET_KEY"], config.base_url)
    hearing = medium.hearing(lambda: store.is_failing or may_be_behind(medium.behind_at_most()))
    letters = letters_for if config.mails else lambda events, now: ()
    bus = CommandBus(store, clock, config, finish, letters, yield_to_others, hearing, via, lambda: mover.moved)
    mover = Mover(medium.history, store, bus, clock, medium.leadership)
    mailer = Mailer(
        config,
        store,
        bus,
        LetterWriter(links, config.base_url),
        clock,
        leadership=medium.leadership,
        clear_every=medium.clear_letters_every,
    )
    store.subscribe(log_commit)
    rooms = SocketRooms(_sockets(app, config))
    return Application(
        services=services_over(medium, config, app.config["SECRET_KEY"], store, bus, mailer, mover, links),
        store=store,
        backups=medium.backups(lambda: store.snapshot) if medium.backups else None,
        mailer=mailer,
        mover=mover,
        upkeep=upkeep_of(medium.history, store, medium.leadership, clock, medium.history_backups, config.history_days),
        scheduler=Scheduler(store, bus, config, clock, hearing, medium.leadership, medium.machines_at_once),
        broadcaster=Broadcaster(rooms, store, socket_user, clock, config.is_public),
        hearing=hearing,
        behind_watch=BehindWatch(rooms, medium.behind_at_most) if config.database_url else None,
        ending=medium.ending,
    )


def _sockets(app: Flask, config: Config) -> SocketIO:
    socketio = SocketIO(
        app,
        async_mode=async_mode(),
        manage_session=False,
        logger=logging.getLogger("loadzone.sockets"),
        engineio_logger=logging.getLogger("loadzone.sockets"),
        cors_allowed_origins=lambda _, environ: origins.is_own(environ, config),
        max_http_buffer_size=socket_limits.MESSAGE_AT_MOST,
    )
    if is_green():
        use_whole_frames(socketio.server)
    ping_clock.use_steady_clock()
    socket_limits.SocketLimits(socketio.server.eio)
    socket_filter.ignore_client_messages(socketio.server)
    wsgi_layers.install(app, config)
    return socketio


def _open_medium(config: Config, clock: Callable[[], datetime]) -> Medium:
    return open_database(config, config.database_url) if config.database_url else open_json_file(config, clock)


def _open_store(medium: Medium) -> DurableStore:
    try:
        store = DurableStore(medium.durable, shown)
    except (BadFile, OSError, CannotLoad) as error:
        raise unusable(medium.durable.place, error) from None
    try:
        prepared(medium.history)  # in PostgreSQL only now is there a schema for it
    except CannotStart:
        store.close()
        raise
    return store


def _settings() -> Config:
    try:
        return Config.from_env(os.environ)
    except BadSetting as error:
        cause = error.__cause__
        owner = ownership(Path(cause.filename)) if isinstance(cause, PermissionError) else ""
        raise CannotStart(f"{error}{owner}") from None


def serve(app: Flask) -> int:
    """Serve the app until SIGTERM or Ctrl-C; return the exit status."""
    application: Application = app.extensions["application"]
    config, store = application.services.config, application.store
    return gevent_server.serve(
        app,
        config.host,
        config.port,
        application,
        lambda: greet(config, store.snapshot, store.place),
        partial(sender_of, app),
    )


def main() -> int:
    """Start LoadZone and serve; return the exit status."""
    logging_setup.set_up()
    try:
        app = create_app()
    except CannotStart as error:
        sys.stderr.write(f"LoadZone cannot start: {error}\n")
        return 2
    return serve(app)


if __name__ == "__main__":
    sys.exit(main())

"""Flask, werkzeug, itsdangerous, click and limits."""

import io

import click
import flask
import pytest
from click.testing import CliRunner
from flask import Flask, g, request, session, url_for
from flask.cli import FlaskGroup
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadData, BadSignature, URLSafeSerializer
from werkzeug.datastructures import Accept
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.http import parse_accept_header, parse_cookie
from werkzeug.wsgi import get_host

from support.internals.registry import used

# Made by these versions. They must stay readable, or everybody is signed out and all links in letters are void.
COOKIE = "eyJhIjoiYiJ9.aw1tmw.605n7YvJPuudrojM0n0DyCupABM"
LINK = "WyJyZW5ldyIsInZtIl0.dzRnNy6Ui3lxfIghq-Hj_GH6xjY"


def app_with_cookie() -> Flask:
    app = Flask(__name__)
    app.secret_key = "a key"
    return app


@used("Flask.ensure_sync")
def sync():
    asked = []

    class Asking(Flask):
        def ensure_sync(self, func):
            asked.append(func)
            return func

    app = Asking(__name__)

    def before() -> None: ...

    def after(response):
        return response

    def view():
        return "ok"

    app.before_request(before)
    app.after_request(after)
    app.add_url_rule("/", view_func=view)
    app.test_client().get("/")
    assert asked == [before, view, after]


@used("LocalProxy._get_current_object")
def proxies():
    with app_with_cookie().test_request_context("/"):
        assert isinstance(request._get_current_object(), flask.Request)
        assert isinstance(session._get_current_object(), SecureCookieSession)
        assert g._get_current_object() == g


@used("SecureCookieSessionInterface.get_signing_serializer")
def cookie_signature():
    serializer = SecureCookieSessionInterface().get_signing_serializer(app_with_cookie())
    assert serializer.loads(COOKIE) == {"a": "b"}
    for rubbish in ("", "x", COOKIE[:-1], "\xff.\xff.\xff"):
        with pytest.raises((BadSignature, UnicodeDecodeError)):
            serializer.loads(rubbish, max_age=1)
    assert SecureCookieSessionInterface.session_class is SecureCookieSession


@used("SecureCookieSessionInterface.save_session")
def session_headers():
    app, interface = app_with_cookie(), SecureCookieSessionInterface()

    def saved(change=lambda session: None) -> flask.Response:
        response, one = flask.Response(), SecureCookieSession({"a": "b"})
        change(one)
        with app.test_request_context("/"):
            interface.save_session(app, one, response)
        return response

    assert "Vary" not in saved().headers
    assert saved(lambda one: setattr(one, "accessed", True)).headers["Vary"] == "Cookie"
    changed = saved(lambda one: one.update(a="c"))
    assert changed.headers["Set-Cookie"].startswith("session=")


@used('url_for("static")')
def static_rule():
    app = Flask(__name__, static_folder=None)
    assert [rule.endpoint for rule in app.url_map.iter_rules()] == []
    app.add_url_rule("/static/version/<path:filename>", "static", lambda filename: filename)
    with app.test_request_context("/"):
        assert url_for("static", filename="a.js") == "/static/version/a.js"


@used("FlaskGroup")
def contexts_of_the_command():
    seen = []

    def load() -> Flask:
        context = click.get_current_context(silent=True)
        seen.append((context.parent is None, context.info_name))
        if context.info_name == "run":
            raise click.ClickException("refused")
        app = Flask(__name__)

        @app.cli.command("ours")
        def ours() -> None:
            seen.append("runs")

        return app

    group = FlaskGroup("flask", create_app=load)
    CliRunner().invoke(group, ["ours"])
    assert seen[0][0], "commands are looked for while the context has no parent"
    assert seen[-1] == "runs"
    seen.clear()
    assert "refused" in CliRunner().invoke(group, ["run"]).output
    assert seen == [(False, "run")]
    assert click.get_current_context(silent=True) is None


@used("rule.rule")
def form_of_a_rule():
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/a/<int:number>", "one", lambda number: "")
    [rule] = app.url_map.iter_rules()
    assert (rule.rule, rule.endpoint, rule.methods) == ("/a/<int:number>", "one", {"GET", "HEAD", "OPTIONS"})


@used("parse_accept_header")
def accepted_encodings():
    qualities = [parse_accept_header(text, Accept)["gzip"] for text in ("gzip", "*", "gzip;q=0", "br", "")]
    assert qualities == [1, 1, 0, 0, 0]


@used("parse_cookie")
def cookies():
    assert parse_cookie("a=b; session=x.y").get("session") == "x.y"


@used("get_host")
def host():
    environ = {"wsgi.url_scheme": "https", "HTTP_HOST": "lz.example.com:443"}
    assert get_host(environ) == "lz.example.com"
    assert get_host({**environ, "HTTP_HOST": "lz.example.com:8443"}) == "lz.example.com:8443"


@used("MethodNotAllowed.valid_methods")
def methods():
    app, seen = Flask(__name__), []
    app.register_error_handler(MethodNotAllowed, lambda error: (seen.extend(error.valid_methods), "no")[1])
    app.add_url_rule("/", view_func=lambda: "", endpoint="one", methods=["POST"])
    app.test_client().get("/")
    assert set(seen) == {"POST", "OPTIONS"}


@used("MAX_CONTENT_LENGTH")
def too_large():
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 10
    app.add_url_rule("/", view_func=lambda: request.get_data(), endpoint="one", methods=["POST"])
    environ = {"CONTENT_LENGTH": "11", "wsgi.input": io.BytesIO()}
    assert app.test_client().post("/", environ_overrides=environ).status_code == 413


@used("URLSafeSerializer")
def signed_links():
    signer = URLSafeSerializer("a key", salt="loadzone-mail-link")
    assert signer.loads(LINK) == ["renew", "vm"]
    for rubbish in ("", "x", LINK[:-1], "\u0416.x"):
        with pytest.raises(BadData):
            signer.loads(rubbish)


@used("click.File")
def standard_input():
    seen = []

    @click.command()
    @click.argument("file", type=click.File("rb"))
    def read(file) -> None:
        seen.append(file.read())

    CliRunner().invoke(read, ["-"], input=b"content")
    assert seen == [b"content"]

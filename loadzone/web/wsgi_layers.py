"""The layers around the app, through which requests of the page, of programs and of sockets come."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from loadzone.config import Config
from loadzone.web import security
from loadzone.web.base_path import BasePath
from loadzone.web.cut_off import CutOff
from loadzone.web.read_your_writes import ReadYourWrites


def install(app: Flask, config: Config) -> None:
    """Wrap the app, sockets included: from outside, what proxies say, the headers of answers, the path.

    Inmost, where several nodes may serve the same state: what this one knows, and what the caller has seen.
    """
    layers = app.wsgi_app
    if config.database_url:
        layers = CutOff(ReadYourWrites(layers, app, config.base_path or "/"), app)
    if config.base_path:
        layers = BasePath(layers, config.base_path)
    layers = security.with_headers(layers, has_host=not config.base_path)
    proxies = config.trusted_proxies
    if proxies:
        layers = ProxyFix(layers, x_for=proxies, x_proto=proxies, x_host=proxies, x_port=proxies)
    app.wsgi_app = layers  # type: ignore[method-assign]  # as Flask documents it

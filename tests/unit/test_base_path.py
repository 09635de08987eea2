"""LOADZONE_BASE_URL with a path: which are allowed, and what the app sees of a request."""

import re

import pytest

from loadzone.config import BadSetting, Config
from loadzone.web.base_path import BasePath
from support.server import ROOT


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://lz.example.com", ""),
        ("https://lz.example.com/", ""),
        ("https://x.example/loadzone", "/loadzone"),
        ("https://x.example/loadzone/", "/loadzone"),
        ("https://x.example:8443/Tools/load-zone_2.0~", "/Tools/load-zone_2.0~"),
    ],
)
def test_the_path_is_kept_without_a_slash_at_its_end(url, path):
    config = Config.from_env({"LOADZONE_BASE_URL": url})
    assert config.base_path == path
    assert config.base_url == url.rstrip("/")


@pytest.mark.parametrize(
    "path", ["/a//b", "/..", "/a/../b", "/.", "/a b", "/тест", "/%6c", "/a;b", '/"', "/" + "x" * 65]
)
def test_a_path_that_browsers_or_proxies_would_change_stops_the_start(path):
    with pytest.raises(BadSetting, match="LOADZONE_BASE_URL"):
        Config.from_env({"LOADZONE_BASE_URL": f"https://x.example{path}"})


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        ("/loadzone", "/"),
        ("/loadzone/", "/"),
        ("/loadzone/vms", "/vms"),
        ("/loadzone//vms", "//vms"),
        ("/loadzone/healthz", "/healthz"),
        ("/loadzone/loadzone/vms", "/loadzone/vms"),
        ("/healthz", "/healthz"),
        ("/healthz/", "/outside/healthz/"),
        ("/", "/outside/"),
        ("/vms", "/outside/vms"),
        ("/loadzoneX", "/outside/loadzoneX"),
        ("/loadzoneX/vms", "/outside/loadzoneX/vms"),
        ("/Loadzone/vms", "/outside/Loadzone/vms"),
        ("/socket.io/", "/outside/socket.io/"),
        ("", "/outside"),
    ],
)
def test_the_app_sees_requests_as_if_it_were_at_the_root(path, seen):
    environ = {"PATH_INFO": path, "SCRIPT_NAME": ""}
    BasePath(lambda environ, start_response: (), "/loadzone")(environ, lambda *_: None)
    assert environ == {"PATH_INFO": seen, "SCRIPT_NAME": "/loadzone"}


def test_no_address_in_the_page_is_written_without_the_path():
    files = [*(ROOT / "templates").glob("*.html"), *(ROOT / "static").rglob("*.js")]
    own = [path for path in files if "vendor" not in path.parts]
    absolute = re.compile(r"""(?:href|src|action)=["']/|fetch\(["'`]/|path=/;|location[.\w]* = ["'`]/""")
    assert [path.name for path in own if absolute.search(path.read_text(encoding="utf-8"))] == []
    assert len(own) > 50

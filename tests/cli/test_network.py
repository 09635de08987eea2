"""Proxies, private certificate authorities and redirects: who gets the token."""

from types import SimpleNamespace

import pytest

from support.command import Shell, token_of
from support.gateway import Gateway
from support.inventory import inventory, machine
from support.people import Person
from support.ports import free_port
from support.server import running
from support.smtp import Authority


@pytest.fixture
def server(shared_server):
    return shared_server


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def proxy():
    with Gateway() as gateway:
        yield gateway


@pytest.fixture
def front(server, authority):
    """Serve https in front of the server, with a certificate of the authority."""
    with Gateway(server.url.removeprefix("http://"), tls=authority.context()) as gateway:
        yield gateway


def test_the_proxy_of_the_environment_is_used(loadzone, server, proxy):
    ended = loadzone("list", http_proxy=proxy.url)
    assert (ended.status, proxy.seen[0]) == (0, f"GET {server.url}/vms")
    assert loadzone("run", "--vm", "lone", "--hours", "1", "--", "true", http_proxy=proxy.url).status == 0


def test_no_proxy_is_used_for_hosts_in_no_proxy(loadzone, proxy):
    assert loadzone("list", http_proxy=proxy.url, no_proxy="127.0.0.1").status == 0
    assert proxy.seen == []


def test_an_unreachable_proxy(loadzone):
    ended = loadzone("list", http_proxy=f"http://127.0.0.1:{free_port()}")
    assert ended.status == 5


@pytest.mark.parametrize("how", [{"SSL_CERT_FILE": ""}, {"LOADZONE_CA": ""}, "--ca"])
def test_a_private_authority_is_trusted_if_it_is_named(loadzone, front, authority, how):
    words = ["--ca", authority.file] if how == "--ca" else []
    named = dict.fromkeys(how, authority.file) if isinstance(how, dict) else {}
    assert loadzone("list", *words, LOADZONE_URL=front.url, **named).status == 0
    assert loadzone("queue", *words, LOADZONE_URL=front.url, **named).status == 0


def test_by_https_a_proxy_does_not_see_the_token(loadzone, front, authority, proxy):
    where = {"LOADZONE_URL": front.url, "LOADZONE_CA": authority.file, "https_proxy": proxy.url}
    assert loadzone("list", **where).status == 0
    assert proxy.seen == [f"CONNECT {front.url.removeprefix('https://')}"] * len(proxy.seen) != []
    assert proxy.tokens == []


def test_an_unknown_authority_is_not_trusted_and_the_message_says_what_helps(loadzone, front):
    ended = loadzone("list", LOADZONE_URL=front.url)
    assert (ended.status, "LOADZONE_CA" in ended.err) == (5, True)
    assert front.tokens == []


def test_a_certificate_for_another_name_is_not_trusted(loadzone, server, authority):
    with Gateway(server.url.removeprefix("http://"), tls=authority.context("elsewhere.example.com")) as other:
        assert loadzone("list", LOADZONE_URL=other.url, LOADZONE_CA=authority.file).status == 5
        assert other.tokens == []


@pytest.mark.parametrize("file", ["/no/such/file", "/etc/hostname"])
def test_a_file_without_certificates_is_refused(loadzone, file):
    assert loadzone("list", "--ca", file).status == 2


def test_the_authority_is_remembered_with_the_sign_in(loadzone, front, authority):
    token = loadzone.environment.pop("LOADZONE_TOKEN")
    del loadzone.environment["LOADZONE_URL"]
    words = ["login", "--url", front.url, "--token-stdin", "--ca", authority.file]
    assert loadzone(*words, stdin=token).status == 0
    assert loadzone("list").status == 0


def test_a_redirect_is_not_followed(loadzone, server, front):
    """Neither to another host nor from https to http. The message says where it leads instead."""
    other = Gateway(server.url.removeprefix("http://"))
    with other, Gateway(redirect=other.url + "/vms") as redirecting:
        ended = loadzone("list", LOADZONE_URL=redirecting.url)
    assert (ended.status, other.url in ended.err) == (5, True)
    assert other.seen == []


def test_a_redirect_to_https_on_the_same_host_is_followed(loadzone, front, authority):
    """Many proxies redirect so. The address is used from then on, also for what is not only read."""
    with Gateway(redirect=front.url + "{path}") as redirecting:
        words = ["run", "--vm", "lone", "--hours", "1", "--", "true"]
        ended = loadzone(*words, LOADZONE_URL=redirecting.url, LOADZONE_CA=authority.file)
        assert (ended.status, front.url in ended.err) == (0, True)
        assert redirecting.seen == ["GET /me"]
        assert loadzone(*words, LOADZONE_URL=redirecting.url).status == 125, "its certificate is checked"


@pytest.mark.parametrize(
    "there", ["https://127.0.0.1:9{path}", "https://localhost:9/login", "https://a@localhost:9{path}"]
)
def test_a_redirect_to_another_place_is_not(loadzone, there):
    with Gateway(redirect=there) as redirecting:
        ended = loadzone("list", LOADZONE_URL=redirecting.url)
        assert (ended.status, len(redirecting.seen)) == (5, 1)


def test_the_token_is_never_shown(loadzone, server):
    token = loadzone.environment["LOADZONE_TOKEN"]
    for words in (["list"], ["list", "--json"], ["queue"], ["--help"], ["book", "nix", "--hours", "1"]):
        ended = loadzone(*words)
        assert token not in ended.out + ended.err


def test_the_server_may_be_under_a_path(tmp_path, authority):
    """The gateway passes the path on unchanged, as the proxy of a shared host does."""
    settings = {"LOADZONE_BASE_URL": "https://localhost/loadzone"}
    with (
        running(tmp_path, inventory([machine("lone")]), **settings) as server,
        Gateway(server.url.removeprefix("http://"), tls=authority.context()) as front,
    ):
        url, ann = f"{front.url}/loadzone", Person(server, "ann@example.com")
        ann.server = SimpleNamespace(url=f"{server.url}/loadzone", log_lines=server.log_lines)
        token = token_of(ann.sign_in())
        loadzone = Shell(tmp_path, LOADZONE_CA=authority.file)
        assert loadzone("login", "--url", f"{url}/", "--token-stdin", stdin=token).status == 0
        assert loadzone("run", "--vm", "lone", "--hours", "1", "--", "true").status == 0
        assert loadzone("list", LOADZONE_URL=front.url, LOADZONE_TOKEN=token).status == 1
    assert front.tokens, "it was read through the gateway"
    assert {line.split()[1].split("/")[1] for line in front.seen} == {"loadzone", "vms"}

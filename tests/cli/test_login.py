"""loadzone login: where the token is stored, and which servers it is sent to."""

import json
import os
import stat

import pytest

from support.command import Shell, token_of
from support.gateway import Gateway


@pytest.fixture
def server(shared_server):
    return shared_server


@pytest.fixture
def shell(tmp_path):
    """Return a shell in which nobody has signed in."""
    return Shell(tmp_path)


@pytest.fixture
def token(ann):
    return token_of(ann)


def config_of(shell):
    return shell.home / ".config" / "loadzone" / "config.json"


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def sign_in(shell, server, token):
    ended = shell("login", "--url", server.url, "--token-stdin", stdin=token + "\n")
    assert ended.status == 0, ended.err
    return ended


def test_the_saved_sign_in_is_readable_by_its_owner_only(shell, server, token):
    ended = sign_in(shell, server, token)
    assert "ann@example.com" in ended.out
    assert token not in ended.out + ended.err
    assert (mode(config_of(shell)), mode(config_of(shell).parent)) == (0o600, 0o700)
    assert json.loads(config_of(shell).read_text()) == {"url": server.url, "token": token}
    assert os.listdir(config_of(shell).parent) == ["config.json"]
    assert shell("list").status == 0


def test_the_folder_follows_xdg_config_home(shell, server, token, tmp_path):
    shell.environment["XDG_CONFIG_HOME"] = str(tmp_path / "elsewhere")
    sign_in(shell, server, token)
    assert (tmp_path / "elsewhere" / "loadzone" / "config.json").exists()
    assert not config_of(shell).exists()


def test_at_a_terminal_it_asks_and_does_not_show_the_token(shell, server, token):
    terminal = shell.at_terminal("login")
    terminal.wait_for("Address of the server: ")
    terminal.press(server.url + "/\n")
    terminal.wait_for("Token .*: ")
    terminal.press(token + "\n")
    assert terminal.ended() == 0
    assert token not in terminal.seen
    assert json.loads(config_of(shell).read_text())["url"] == server.url


def test_the_known_address_is_offered_again(shell, server, token):
    sign_in(shell, server, token)
    terminal = shell.at_terminal("login")
    terminal.wait_for(rf"\[{server.url}\]: ")
    terminal.press("\n")
    terminal.wait_for("Token .*: ")
    terminal.press(token + "\n")
    assert terminal.ended() == 0


def test_without_a_terminal_it_does_not_ask(shell, server):
    ended = shell("login", "--url", server.url)
    assert (ended.status, "--token-stdin" in ended.err) == (2, True)


def test_a_token_is_never_an_argument(shell, server, token):
    assert shell("login", "--url", server.url, "--token", token).status == 2


@pytest.mark.parametrize("wrong", ["lz_0123456789abcdef_nonsense", "", "a b", "тайна"])
def test_an_invalid_token_is_not_saved(shell, server, wrong):
    ended = shell("login", "--url", server.url, "--token-stdin", stdin=wrong + "\n")
    assert ended.status == 4
    assert not config_of(shell).exists()


def test_a_revoked_token_no_longer_works(shell, server, ann, token):
    sign_in(shell, server, token)
    stored = ann.get("/tokens").json()[-1]
    assert ann.request("DELETE", f"/tokens/{stored['id']}").ok
    ended = shell("list")
    assert (ended.status, ended.out) == (4, "")
    assert "token" in ended.err


@pytest.mark.parametrize("url", ["", "loadzone.example.com", "ftp://loadzone.example.com", "http://", "http://a:b@c"])
def test_an_invalid_address_is_refused(shell, url):
    ended = shell("login", "--url", url, "--token-stdin", stdin="lz_x\n")
    assert (ended.status, "https://" in ended.err) == (2, True)


def test_an_unreachable_server(shell):
    ended = shell("login", "--url", "http://127.0.0.1:9", "--token-stdin", stdin="lz_x\n")
    assert (ended.status, "127.0.0.1:9" in ended.err) == (5, True)


@pytest.mark.parametrize("page", ["<h1>It works!</h1>", "[]", "{}", '{"hello": "world"}'])
def test_a_server_that_is_not_loadzone(shell, page):
    with Gateway(page=page) as other:
        ended = shell("login", "--url", other.url, "--token-stdin", stdin="lz_x\n")
    assert (ended.status, "not LoadZone" in ended.err) == (5, True)


def test_without_a_sign_in_it_says_how_to_sign_in(shell, server):
    ended = shell("list")
    assert (ended.status, "loadzone login" in ended.err) == (4, True)
    ended = shell("list", LOADZONE_URL=server.url)
    assert (ended.status, "LOADZONE_TOKEN" in ended.err) == (4, True)


def test_the_environment_takes_precedence_over_the_saved_sign_in(shell, server, token, bob):
    sign_in(shell, server, token)
    assert shell("queue", "join", "lone", "--hours", "1", LOADZONE_TOKEN=token_of(bob)).status == 0
    assert bob.vm("lone")["held_for"] == "bob@example.com"


def test_a_saved_token_is_sent_to_no_other_server(shell, server, token):
    sign_in(shell, server, token)
    with Gateway(server.url.removeprefix("http://")) as other:
        assert shell("list", LOADZONE_URL=other.url).status == 4
        assert other.seen == []


def test_a_broken_file_is_reported(shell, server, token):
    sign_in(shell, server, token)
    config_of(shell).write_text("{")
    ended = shell("list")
    assert (ended.status, "config.json" in ended.err) == (4, True)

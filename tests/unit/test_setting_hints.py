"""What the log says about settings at the start: unknown names, and values that do not go together."""

import pytest

from loadzone.config import BadSetting, Config
from loadzone.setting_hints import hints, known_names

# As Kubernetes 1.30 sets them in a pod beside services named loadzone (with a named port), loadzone-blue and smtp.
OF_KUBERNETES = {
    "LOADZONE_SERVICE_HOST": "10.96.14.7",
    "LOADZONE_SERVICE_PORT": "80",
    "LOADZONE_SERVICE_PORT_HTTP": "80",
    "LOADZONE_PORT": "tcp://10.96.14.7:80",
    "LOADZONE_PORT_80_TCP": "tcp://10.96.14.7:80",
    "LOADZONE_PORT_80_TCP_PROTO": "tcp",
    "LOADZONE_PORT_80_TCP_PORT": "80",
    "LOADZONE_PORT_80_TCP_ADDR": "10.96.14.7",
    "LOADZONE_BLUE_SERVICE_HOST": "10.96.14.8",
    "LOADZONE_BLUE_PORT": "tcp://[fd00::8]:80",
    "SMTP_SERVICE_HOST": "10.96.14.9",
    "SMTP_PORT": "tcp://10.96.14.9:25",
    "SMTP_PORT_25_TCP": "tcp://10.96.14.9:25",
}


def said(**environment):
    return hints(Config.from_env(environment), environment)


def test_good_settings_are_not_commented():
    secrets = {"LOADZONE_SECRET_KEY": "", "PATH": "/bin", "HOME": "/root"}
    assert said(LOADZONE_MAX_HOURS="8", SMTP_HOST="localhost", SMTP_FROM="lz@example.com", **secrets) == []


def test_what_kubernetes_sets_is_ignored_silently():
    config = Config.from_env(OF_KUBERNETES)
    assert (config.port, config.smtp_port, config.base_url) == (5000, 587, "http://localhost:5000")
    assert said(**OF_KUBERNETES) == []


@pytest.mark.parametrize("port", ["tcp://10.96.14.7", "tcp:80", "http://10.96.14.7:80", "80/tcp"])
def test_a_port_in_another_form_stops_the_start(port):
    with pytest.raises(BadSetting, match="LOADZONE_PORT"):
        Config.from_env({"LOADZONE_PORT": port})


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("LOADZONE_ADMIN", "LOADZONE_ADMINS"),
        ("LOADZONE_REMIND_MINUTE", "LOADZONE_REMIND_MINUTES"),
        ("LOADZONE_SECRET", "LOADZONE_SECRET_KEY"),
        ("SMTP_PASSWORD", "SMTP_PASS"),
        ("SMTP_USERNAME", "SMTP_USER"),
        ("SMTP_PASS_FILES", "SMTP_PASS_FILE"),
    ],
)
def test_an_unknown_name_is_said_with_the_nearest_one(name, meant):
    assert said(**{name: "x"}) == [f"{name} is not a setting, and was ignored; did you mean {meant}?"]


def test_a_name_like_no_other_is_said_too():
    assert said(LOADZONE_QQQQQQQQQQQQQQ="x") == ["LOADZONE_QQQQQQQQQQQQQQ is not a setting, and was ignored"]


def test_variables_of_the_command_line_and_empty_ones_are_not_said():
    of_the_command = ["LOADZONE_URL", "LOADZONE_TOKEN", "LOADZONE_CA", "LOADZONE_VM", "LOADZONE_VM_IP", "LOADZONE_VMS"]
    assert said(**dict.fromkeys(of_the_command, "x"), LOADZONE_ADMIN="") == []


def test_the_names_are_those_that_the_settings_read():
    assert {"LOADZONE_DATA", "LOADZONE_SECRET_KEY_FILE", "SMTP_PASS_FILE", "SMTP_HOST"} <= known_names()


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"LOADZONE_MAX_HOURS": "200"}, ["LOADZONE_MAX_HOURS (200)", "LOADZONE_MAX_AHEAD_HOURS (168)"]),
        ({"LOADZONE_REMIND_MINUTES": "60,20000"}, ["LOADZONE_REMIND_MINUTES: 20000"]),
        (
            {"LOADZONE_ADMINS": "ann@example.org", "LOADZONE_ALLOWED_DOMAINS": "example.com"},
            ["LOADZONE_ADMINS: ann@example.org", "LOADZONE_ALLOWED_DOMAINS"],
        ),
        ({"LOADZONE_BASE_URL": "https://lz.example.com"}, ["LOADZONE_BASE_URL", "LOADZONE_TRUSTED_PROXIES is 0"]),
        (
            {"LOADZONE_STRANGERS": "none", "LOADZONE_AUTH": "trust"},
            ["LOADZONE_STRANGERS=none", "LOADZONE_AUTH is trust"],
        ),
    ],
)
def test_values_that_do_not_go_together_are_said(environment, words):
    [sentence] = said(**environment)
    assert all(word in sentence for word in words)


@pytest.mark.parametrize("host", ["smtp.example.com:465", "192.0.2.1:465", "[2001:db8::1]:465"])
def test_a_mail_server_with_a_port_stops_the_start_and_says_where_the_port_goes(host):
    with pytest.raises(BadSetting, match=r"SMTP_HOST: .* has a port in it; set SMTP_PORT=465 instead"):
        Config.from_env({"SMTP_HOST": host, "SMTP_FROM": "lz@example.com"})


@pytest.mark.parametrize("host", ["smtp.example.com", "192.0.2.1", "2001:db8::1", "::1"])
def test_a_mail_server_is_a_name_or_an_address(host):
    assert Config.from_env({"SMTP_HOST": host, "SMTP_FROM": "lz@example.com"}).smtp_host == host

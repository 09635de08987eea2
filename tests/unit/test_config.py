"""A bad setting is refused in one line that names it. tests/process/test_settings.py shows that it stops the start."""

import pytest

from loadzone.config import BadSetting, Config

BAD = [
    ("LOADZONE_PORT", "http"),
    ("LOADZONE_PORT", "70000"),
    ("LOADZONE_TRUSTED_PROXIES", "-1"),
    ("LOADZONE_TRUSTED_PROXIES", "all"),
    ("LOADZONE_AUTH", "magic"),
    ("LOADZONE_STRANGERS", "all"),
    ("LOADZONE_STRANGERS", "None"),
    ("LOADZONE_ADMINS", "ann@example.com, nobody"),
    ("LOADZONE_ALLOWED_DOMAINS", "exam ple.com"),
    ("LOADZONE_MAX_HOURS", "a day"),
    ("LOADZONE_MAX_HOURS", "0"),
    ("LOADZONE_MAX_HOURS", "-4"),
    ("LOADZONE_MAX_HOURS", "nan"),
    ("LOADZONE_MAX_HOURS", "inf"),
    ("LOADZONE_MAX_AHEAD_HOURS", "0"),
    ("LOADZONE_MAX_AHEAD_HOURS", "1e999"),
    ("LOADZONE_REMIND_MINUTES", "60,soon"),
    ("LOADZONE_REMIND_MINUTES", "60,-15"),
    ("LOADZONE_HOLD_MINUTES", "-1"),
    ("LOADZONE_LANGUAGE", "de"),
    ("LOADZONE_BASE_URL", "lz.example.com"),
    ("LOADZONE_BASE_URL", "ftp://lz.example.com"),
    ("LOADZONE_SECRET_KEY_FILE", "/no/such/file"),
    ("SMTP_PORT", "smtps"),
    ("SMTP_PORT", "0"),
    ("SMTP_FROM", "nobody"),
    ("SMTP_PASS_FILE", "/no/such/file"),
    ("SMTP_PASS", "a\0b"),
    ("SMTP_TLS", "yes"),
    ("SMTP_TLS", "none"),
    ("SMTP_CA", "/no/such/file"),
    ("SMTP_CA", __file__),
    ("SMTP_HELO", "my host"),
    ("SMTP_HELO", "a\r\nb"),
    ("LOADZONE_REMIND_MINUTES", "60,none"),
    ("LOADZONE_DATABASE_URL", "host=/tmp"),  # without a secret key
    ("LOADZONE_DATABASE_URL_FILE", "/no/such/file"),
]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_value_is_named(name, value):
    # With SMTP_HOST and SMTP_USER the settings of mail are checked too.
    environment = {"SMTP_HOST": "localhost", "SMTP_USER": "a@example.com", name: value}
    with pytest.raises(BadSetting) as refused:
        Config.from_env(environment)
    assert name in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value", "bounds"),
    [
        ("LOADZONE_MAX_MACHINES", "0", "1 and 1000000"),
        ("LOADZONE_PORT", "0", "1 and 65535"),
        ("LOADZONE_MAX_HOURS", "0", "0.0001 and 87600"),
    ],
)
def test_the_bounds_of_a_number_are_named_in_full(name, value, bounds):
    with pytest.raises(BadSetting, match=rf"^{name}: '{value}' is not between {bounds}$"):
        Config.from_env({name: value})


def test_reminders_can_be_off():
    assert Config.from_env({"LOADZONE_REMIND_MINUTES": "none"}).remind_minutes == ()


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({}, "localhost"),
        ({"LOADZONE_BASE_URL": "https://machines.example.com:8443/lz"}, "machines.example.com"),
        ({"LOADZONE_BASE_URL": "https://\u043f\u0440\u0438\u043c\u0435\u0440.example"}, "xn--e1afmkfd.example"),
        ({"LOADZONE_BASE_URL": "http://192.0.2.7"}, "[192.0.2.7]"),
        ({"LOADZONE_BASE_URL": "http://[2001:db8::7]:5000"}, "[IPv6:2001:db8::7]"),
        ({"SMTP_HELO": "relay.example.com"}, "relay.example.com"),
        ({"SMTP_HELO": "192.0.2.8"}, "[192.0.2.8]"),
    ],
)
def test_the_mail_server_is_greeted_by_a_host_or_an_address_in_brackets(settings, name):
    """RFC 5321, 4.1.1.1 and 4.1.3."""
    assert Config.from_env(settings).helo == name


def test_a_password_is_not_repeated_in_the_message():
    with pytest.raises(BadSetting) as refused:
        Config.from_env({"SMTP_PASS": "secret\0word"})
    assert "secret" not in str(refused.value)


def test_a_database_needs_a_secret_key_and_no_file():
    with_key = {"LOADZONE_DATABASE_URL": "postgresql://db/loadzone", "LOADZONE_SECRET_KEY": "a key for tests alone"}
    assert Config.from_env(with_key).database_url == "postgresql://db/loadzone"
    with pytest.raises(BadSetting, match="LOADZONE_DATA and LOADZONE_DATABASE_URL are both set"):
        Config.from_env({**with_key, "LOADZONE_DATA": "data.json"})

"""A bad setting is refused in one line that names it. tests/process/test_settings.py shows that it stops the start."""

import pytest

from loadzone.config import BadSetting, Config

BAD = [
    ("LOADZONE_PORT", "http"),
    ("LOADZONE_PORT", "70000"),
    ("LOADZONE_TRUSTED_PROXIES", "-1"),
    ("LOADZONE_TRUSTED_PROXIES", "all"),
    ("LOADZONE_AUTH", "magic"),
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
]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_value_is_named(name, value):
    # With SMTP_HOST and SMTP_USER the settings of mail are checked too.
    environment = {"SMTP_HOST": "localhost", "SMTP_USER": "a@example.com", name: value}
    with pytest.raises(BadSetting) as refused:
        Config.from_env(environment)
    assert name in str(refused.value)
    assert "\n" not in str(refused.value)

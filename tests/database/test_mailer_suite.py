"""The suites of the post, tests/unit/test_mailer.py and test_mail_refusals.py, over PostgreSQL."""

from unit.test_mail_refusals import *  # noqa: F403 (the tests)
from unit.test_mailer import *  # noqa: F403 (the tests)

"""Times on pages that the server makes whole: the pages behind the links of letters, and pages with an error."""

from __future__ import annotations

from datetime import datetime

from markupsafe import Markup

from loadzone.i18n import moment
from loadzone.lib.times import iso


def time_element(language: str, instant: datetime) -> Markup:
    """Return an element with the server's local time. static/local_times.js shows it in the reader's zone."""
    return Markup('<time datetime="{}">{}</time>').format(iso(instant), moment(language, instant))

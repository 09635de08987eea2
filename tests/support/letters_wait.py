"""Serve LoadZone with another wait for letters about a deletion: LETTERS_WAIT seconds instead of ten."""

from gevent import monkey

monkey.patch_all()

import os  # noqa: E402
import sys  # noqa: E402
from datetime import timedelta  # noqa: E402
from pathlib import Path  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import app  # noqa: E402
from loadzone.rules import outbox  # noqa: E402

outbox.LETTERS_WAIT = timedelta(seconds=float(os.environ["LETTERS_WAIT"]))
sys.exit(app.main())

"""Serve LoadZone so that moved lines of the history leave with a commit of their own where three are still there."""

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402
from pathlib import Path  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import app  # noqa: E402
from loadzone.reports import mover  # noqa: E402

mover.LET_GO_AT = 3
mover.LET_GO_AFTER = 0.5
sys.exit(app.main())

"""Serve LoadZone as a node that waits PATIENCE seconds at the start for a database that does not answer."""

from gevent import monkey

monkey.patch_all()

import os  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import app  # noqa: E402
from loadzone.database import reaching  # noqa: E402

reaching.PATIENCE = float(os.environ["PATIENCE"])
sys.exit(app.main())

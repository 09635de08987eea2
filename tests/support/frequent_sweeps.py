"""Serve LoadZone with a sweep over all machines every half second instead of every minute.

As often the node that leads looks whether a backup is due.
"""

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402
from pathlib import Path  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import app  # noqa: E402
import scheduler  # noqa: E402
from loadzone.datafile import leaders_backups  # noqa: E402

scheduler.SWEEP_SECONDS = 0.5
leaders_backups.LOOK_SECONDS = 0.5
sys.exit(app.main())

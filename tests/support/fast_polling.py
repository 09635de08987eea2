"""The command, but it looks at the board every half second or so instead of every two or three, and sooner again
where the server is away."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "cli"))

from loadzone_cli import main, timing

timing.POLL_SECONDS = 0.1
timing.RETRY_SECONDS = 1
sys.exit(main.main())

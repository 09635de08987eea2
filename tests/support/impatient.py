"""The command, but it looks at the board every half second or so instead of every two or three, and sooner again
where the server is away."""

import importlib.util
import sys
from pathlib import Path

COMMAND = Path(__file__).resolve().parents[2] / "cli" / "loadzone_cli" / "job.py"

spec = importlib.util.spec_from_file_location("loadzone", COMMAND)
loadzone = importlib.util.module_from_spec(spec)
spec.loader.exec_module(loadzone)
loadzone.POLL_SECONDS = 0.1
loadzone.RETRY_SECONDS = 1
sys.exit(loadzone.main())

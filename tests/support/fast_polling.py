"""Run the command line with shorter pauses: it polls the board about every half second instead of
every two or three, and tries again after one second instead of five. UNDO_SECONDS sets how long it waits for an undo.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "cli"))

from loadzone_cli import main, timing

timing.POLL_SECONDS = 0.1
timing.RETRY_SECONDS = 1
timing.UNDO_SECONDS = float(os.environ.get("UNDO_SECONDS", timing.UNDO_SECONDS))
sys.exit(main.main())

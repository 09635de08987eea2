"""Run the command `loadzone`: from the zip that a server gives at `/cli`, or from a checkout (`python cli list`)."""

import sys

from loadzone_cli.main import main

sys.exit(main())

"""Settings of hypothesis for all tests that use it; importing this module loads them."""

import os

from hypothesis import settings

# No deadlines: a busy machine must not make an example fail. The same examples each time: a change is judged by what it
# changes and not by chance. EXPLORE=1 looks for new ones.
settings.register_profile("loadzone", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None)
settings.load_profile("explore" if os.environ.get("EXPLORE") else "loadzone")

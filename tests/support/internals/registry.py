"""The checks of what LoadZone uses of other libraries' insides, by their keys in docs/upgrading.md."""

from collections.abc import Callable

CHECKS: dict[str, Callable[[], None]] = {}


def used(key: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Register a check of the part that docs/upgrading.md lists under this key."""

    def register(check: Callable[[], None]) -> Callable[[], None]:
        assert key not in CHECKS, f"{key} is checked twice"
        CHECKS[key] = check
        return check

    return register

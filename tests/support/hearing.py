"""A listening clock that is behind the time by which rules go, for as long as the test says."""


class Behind:
    """A Hearing as that of the JSON file. `behind()` tells how far its clock is behind."""

    outlasts_process = False

    def __init__(self, behind):
        self.behind = behind

    def look(self):
        pass

    def heard_at(self, now):
        return now - self.behind()

    def unheard(self, noted, now):
        return self.behind()

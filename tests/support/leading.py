"""A Leadership that the test gives and takes."""


class Leading:
    """Tells whether this process leads: at first it does not, unless `leads`."""

    def __init__(self, leads=False):
        self.leads = self.leads_alone = leads
        self._begun = []

    def when_begun(self, call):
        self._begun.append(call)

    def begin(self):
        """Lead from now on, and alone."""
        self.leads = self.leads_alone = True
        for call in self._begun:
            call()

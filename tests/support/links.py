"""A visitor's browser that follows the links in letters."""

import requests

from support.people import Person
from support.server import Server


class Follower(Person):
    """Opens the page behind a link and presses its only button."""

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        self.http.headers["Accept"] = "text/html,*/*;q=0.8"

    def open(self, token: str, **headers: str) -> requests.Response:
        return self.get(f"/link/{token}", **headers)

    def press(self, token: str, **headers: str) -> requests.Response:
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return self.request("POST", f"/link/{token}", data={"go": "1"}, headers=named)

    def find(self, tokens: list[str], word: str) -> str:
        """Return the token whose page has this word on its button."""
        return next(token for token in dict.fromkeys(tokens) if word in button(self.open(token)).lower())


def button(answer: requests.Response) -> str:
    """Return the text of the page's button, or an empty text if there is none."""
    _, found, rest = answer.text.partition("<button")
    return rest.partition("</button>")[0] if found else ""

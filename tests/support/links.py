"""A visitor's browser that follows the links in letters."""

import re

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

    def press(self, token: str, page: requests.Response | None = None, **headers: str) -> requests.Response:
        """Press the button: of this page, with the fields of its form, or without having opened one."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return self.request("POST", f"/link/{token}", data=fields(page) if page else [("go", "1")], headers=named)

    def find(self, tokens: list[str], word: str) -> str:
        """Return the token whose page has this word on its button."""
        return next(token for token in dict.fromkeys(tokens) if word in button(self.open(token)).lower())


def fields(page: requests.Response) -> list[tuple[str, str]]:
    """Return the hidden fields of the page's form."""
    return re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.text)


def heading(page: requests.Response) -> str:
    return re.search(r"<h1>(.*?)</h1>", page.text).group(1)


def button(answer: requests.Response) -> str:
    """Return the text of the page's button, or an empty text if there is none."""
    _, found, rest = answer.text.partition("<button")
    return rest.partition("</button>")[0] if found else ""

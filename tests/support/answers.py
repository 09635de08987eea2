"""Read HTTP answers, and check what must hold for every answer."""

import requests


def done(response: requests.Response, status: int = 200) -> object:
    """Return the JSON of an answer that must be a success."""
    assert response.status_code == status, f"{response.status_code} {response.text}"
    assert response.headers["Content-Type"].startswith("application/json")
    return response.json()


def refusal(response: requests.Response) -> tuple[int, str]:
    """Return status and code of a refusal, which must be JSON with a sentence for people."""
    assert response.headers["Content-Type"].startswith("application/json"), response.text
    body = response.json()
    assert response.status_code >= 400, f"not refused: {response.status_code} {body}"
    assert isinstance(body["error"], str)
    assert len(body["error"].split()) > 1, f"not a sentence: {body['error']!r}"
    return response.status_code, body["code"]


def is_russian(text: str) -> bool:
    """Return whether a text is in Russian: it has a Cyrillic letter."""
    return any("а" <= letter <= "я" or letter == "ё" for letter in text.lower())

"""People at their browsers: a method for each thing that they can do over HTTP."""

import itertools

import requests

from support.answers import done
from support.server import ADMIN, Server

JANITOR = "janitor@example.com"
WITH_JANITOR = f"{ADMIN},{JANITOR}"  # LOADZONE_ADMINS of a server for which `cleared` is called
_numbers = itertools.count(1)


class Person:
    """One browser with its cookies. It sends no Origin, like a script; answers are plain `requests` responses."""

    def __init__(self, server: Server, email: str | None = None, language: str | None = "en") -> None:
        self.server = server
        self.email = email or f"person-{next(_numbers)}@example.com"
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.headers["Accept-Language"] = language

    def get(self, path: str, **headers: str) -> requests.Response:
        return self.http.get(self.server.url + path, headers=_named(headers), timeout=20, allow_redirects=False)

    def post(self, path: str, body: object = None, **headers: str) -> requests.Response:
        """`headers` are written with underscores: `post("/logout", Sec_Fetch_Site="cross-site")`."""
        return self.http.post(self.server.url + path, json=body, headers=_named(headers), timeout=20)

    def post_raw(self, path: str, data: bytes | str, content_type: str | None = "application/json"):
        body = data.encode() if isinstance(data, str) else data
        return self.http.post(
            self.server.url + path, data=body, headers={"Content-Type": content_type}, timeout=20, allow_redirects=False
        )

    def request(self, method: str, path: str, **options) -> requests.Response:
        return self.http.request(method, self.server.url + path, timeout=20, allow_redirects=False, **options)

    # signing in and out

    def sign_in(self) -> "Person":
        """Sign in as the server asks: with the address alone, or with the code from its log."""
        before = len(self.server.log_lines)
        answer = self.ask_for_code()
        assert answer.ok, answer.text
        if answer.json()["status"] == "code_sent":
            self._give_newest_code(before)
        return self

    def _give_newest_code(self, line: int) -> None:
        """Give the code that the log has from this line on; the line of an older code may have come after it."""
        tried: list[str] = []
        while True:
            tried.append(self.server.newest_code(self.email, after=line, tried=tried))
            answer = self.give_code(tried[-1])
            if answer.ok:
                return
            assert answer.json()["code"] == "wrong_code", answer.text

    def ask_for_code(self) -> requests.Response:
        return self.post("/auth", {"email": self.email})

    def give_code(self, code: str) -> requests.Response:
        return self.post("/auth", {"email": self.email, "code": code})

    def sign_out(self, **body) -> requests.Response:
        return self.post("/logout", body or None)

    def me(self) -> dict:
        return self.get("/me").json()

    def is_signed_in(self) -> bool:
        return self.me()["authenticated"]

    def history(self) -> list[dict]:
        return self.me()["bookings"]

    def actions(self, vm_id: str) -> list[str]:
        """Return the actions with one machine in this person's history, oldest first."""
        return [record["action"] for record in self.history() if record["vm_id"] == vm_id]

    def choose_language(self, language: object) -> requests.Response:
        return self.post("/me", {"language": language})

    def choose(self, **wishes: object) -> requests.Response:
        return self.post("/me", wishes)

    # machines

    def state(self) -> dict:
        return self.get("/vms").json()

    def vm(self, vm_id: str) -> dict | None:
        return next((vm for vm in self.state()["vms"] if vm["id"] == vm_id), None)

    def book(self, vm_id: object, hours: object = 1, **more) -> requests.Response:
        return self.post("/book", {"vm_id": vm_id, "hours": hours, **more})

    def renew(self, vm_id: object, hours: object = 1, **more) -> requests.Response:
        return self.post("/renew", {"vm_id": vm_id, "hours": hours, **more})

    def cancel(self, vm_id: object, **more) -> requests.Response:
        return self.post("/cancel", {"vm_id": vm_id, **more})

    def hand_over(self, vm_id: object, email: object, **more) -> requests.Response:
        return self.post("/hand-over", {"vm_id": vm_id, "email": email, **more})

    def change_note(self, vm_id: object, note: object, **more) -> requests.Response:
        return self.post("/note", {"vm_id": vm_id, "note": note, **more})

    def add_vm(self, vm_id: object, group_id: object = None, **more) -> requests.Response:
        return self.post("/add-vm", {"id": vm_id, "group_id": group_id, **more})

    def edit_vm(self, vm_id: object, **changes) -> requests.Response:
        return self.post("/edit-vm", {"vm_id": vm_id, **changes})

    def delete_vm(self, vm_id: object, **more) -> requests.Response:
        return self.post("/delete-vm", {"vm_id": vm_id, **more})

    def undelete(self, *vm_ids: object, **more) -> requests.Response:
        return self.post("/undelete", {**({"vm_ids": list(vm_ids)} if vm_ids else {}), **more})

    # queues: at a machine by its id, at a group by its number

    def join(self, place: str | int, hours: object = 1, **more) -> requests.Response:
        return self.post("/queue/join", {**_at(place), "hours": hours, **more})

    def leave(self, place: str | int, **more) -> requests.Response:
        return self.post("/queue/leave", {**_at(place), **more})

    def queue(self, place: str | int) -> list[str]:
        """Return the addresses of those who wait there, first to last."""
        found = self.group(place) if isinstance(place, int) else self.vm(place)
        return [waiter["email"] for waiter in found["queue"]]

    def book_any(self, group_id: object, hours: object = 1, **more) -> requests.Response:
        return self.post("/book", {"group_id": group_id, "hours": hours, **more})

    def heartbeat(self, *vm_ids: str) -> requests.Response:
        return self.post("/heartbeat", {"vm_ids": list(vm_ids)})

    # tokens

    def make_token(self, name: object = "nightly", days: object = 1) -> requests.Response:
        return self.post("/tokens", {"name": name, "days": days})

    def tokens(self, query: str = "") -> requests.Response:
        return self.get(f"/tokens{query}")

    def revoke(self, token_id: str) -> requests.Response:
        return self.request("DELETE", f"/tokens/{token_id}")

    def program(self, token: str) -> "Person":
        """Return a program of this person, which sends the token and no cookie."""
        program = Person(self.server, self.email)
        program.http.headers["Authorization"] = f"Bearer {token}"
        return program

    # groups

    def groups(self) -> list[dict]:
        return self.get("/groups").json()

    def group(self, group_id: int) -> dict | None:
        return next((group for group in self.groups() if group["id"] == group_id), None)

    def make_group(self, name: object, vm_ids: object = ()) -> requests.Response:
        return self.post("/groups", {"name": name, "vm_ids": list(vm_ids) if isinstance(vm_ids, tuple) else vm_ids})

    def edit_group(self, group_id: object, **changes) -> requests.Response:
        return self.post(f"/groups/{group_id}", changes)

    def add_to_group(self, group_id: object, vm_ids: object) -> requests.Response:
        return self.post(f"/groups/{group_id}/add-existing-vms", {"vm_ids": vm_ids})

    def take_from_group(self, vm_id: object, **more) -> requests.Response:
        return self.post("/remove-vm-from-group", {"vm_id": vm_id, **more})

    def delete_group(self, group_id: object) -> requests.Response:
        return self.post("/delete-group", {"group_id": group_id})

    # people

    def users(self) -> requests.Response:
        return self.get("/users")

    def give_role(self, email: object, role: object) -> requests.Response:
        return self.post("/users/role", {"email": email, "role": role})

    def remove_user(self, email: object, **more: object) -> requests.Response:
        return self.post("/users/remove", {"email": email, **more})


def cleared(server: Server) -> Server:
    """Remove all other people with their bookings, places and history; machines and groups stay. Return the server."""
    janitor = Person(server, JANITOR).sign_in()
    for user in done(janitor.users()):
        if user["email"] != JANITOR:
            done(janitor.remove_user(user["email"]))
    return server


def _at(place: str | int) -> dict[str, object]:
    return {"group_id" if isinstance(place, int) else "vm_id": place}


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}

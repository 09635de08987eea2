"""The one way in which a rule says no."""

from __future__ import annotations

from typing import Any, NoReturn

STATUS = {
    "bad_input": 400,
    "not_signed_in": 401,
    "wrong_code": 401,
    "code_expired": 401,
    "bad_token": 401,
    "token_expired": 401,
    "not_allowed": 403,
    "domain_not_allowed": 403,
    "other_origin": 403,
    "not_with_token": 403,
    "not_found": 404,
    "no_such_vm": 404,
    "no_such_group": 404,
    "no_such_user": 404,
    "no_such_token": 404,
    "method_not_allowed": 405,
    "vm_taken": 409,
    "vm_held": 409,
    "in_maintenance": 409,
    "not_enough_free": 409,
    "others_wait": 409,
    "queue_full": 409,
    "group_too_small": 409,
    "not_in_queue": 409,
    "is_yours": 409,
    "not_booked": 409,
    "changed": 409,
    "link_void": 410,
    "too_far_ahead": 409,
    "vm_exists": 409,
    "name_taken": 409,
    "not_in_group": 409,
    "last_admin": 409,
    "admin_by_settings": 409,
    "too_many_tokens": 409,
    "too_large": 413,
    "not_json": 415,
    "too_many": 429,
    "cannot_save": 503,
}


class Refusal(Exception):
    """A no with a stable code, its HTTP status, and the facts that help; the sentence is made by i18n."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.status = STATUS[code]
        self.facts = facts


def refuse(code: str, **facts: Any) -> NoReturn:
    raise Refusal(code, **facts)

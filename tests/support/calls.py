"""The calls of the contract that change something."""

CHANGING_CALLS = [
    "/auth",
    "/me",
    "/logout",
    "/book",
    "/renew",
    "/cancel",
    "/note",
    "/heartbeat",
    "/queue/join",
    "/queue/leave",
    "/tokens",
    "/add-vm",
    "/edit-vm",
    "/delete-vm",
    "/groups",
    "/groups/1",
    "/groups/1/add-existing-vms",
    "/remove-vm-from-group",
    "/delete-group",
    "/undelete",
    "/users/role",
    "/users/remove",
]
# All of them need a body, except these two: each of their fields may be left out.
WITH_BODY = [path for path in CHANGING_CALLS if path not in ("/logout", "/groups/1")]

"""Every dialog of the page keeps input and labels its fields. The actions are read from the page, so none is missed."""

import pytest
from playwright.sync_api import expect

from browser.machines import starter
from support.answers import done
from support.people import Person
from support.server import ADMIN, running

ACTIONS = """async () => {
  const script = document.querySelector("script[type=module]").src.replace("page.js", "page.action_table.js");
  return Object.keys((await import(script)).actionTable);
}"""
PRESS = """(data) => {
  const button = document.createElement("button");
  Object.assign(button.dataset, data);
  document.body.append(button);
  button.click();
  button.remove();
}"""
# Actions that open no dialog here: they act at once, or the signed-in admin does not need them.
AT_ONCE = {
    "release",
    "renew-by",
    "leave-queue",
    "pass",
    "back-in-service",
    "undo-deletion",
    "language",
    "theme",
    "show-all",
}
NOT_HERE = {"sign-in", "open-link", "bulk"}
BULK = ("book", "renew", "release", "edit", "maintenance", "delete")
UNLABELLED = """(form) => [...new Set([...form.elements].map(({ name }) => name).filter(Boolean))].filter((name) => {
  const control = form.elements[name];
  const first = control instanceof RadioNodeList ? control[0] : control;
  const texts = [first.labels?.[0]?.textContent, first.closest("fieldset")?.querySelector("legend")?.textContent];
  return first.type !== "hidden" && !first.getAttribute("aria-label") && !texts.some((text) => text?.trim());
})"""
CONTROLS = "input:not([type=hidden]):not(:checked), select, textarea"
BESIDE = (3, 3)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("dialogs"), starter(), LOADZONE_ADMINS=ADMIN) as server:
        bob = Person(server, "bob@example.com").sign_in()
        done(bob.book("server-01", 2))
        done(Person(server, "carol@example.com").sign_in().join("server-01"))
        yield server


def openings(here) -> list[dict[str, str]]:
    """Return what the buttons that open the dialogs carry."""
    target = {"vm": "server-01", "group": "1", "email": "carol@example.com", "hours": "1"}
    actions = [name for name in here.page.evaluate(ACTIONS) if name not in AT_ONCE | NOT_HERE]
    single = [{**target, "action": name} for name in actions if name not in ("queue-group", "remove-waiter")]
    for name in "queue-group", "remove-waiter":
        place = "group" if name == "queue-group" else "vm"
        single.append({"action": name, place: target[place], "email": target["email"]})
    return single + [{"action": "bulk", "bulkAction": name} for name in BULK]


def opened(here, data: dict[str, str]) -> bool:
    """Open the dialog with the person's own machines or those of others selected, as the bulk action needs them."""
    if data["action"] == "bulk":
        here.page.keyboard.press("Escape")
        here.card("server-02" if data["bulkAction"] == "book" else "server-01").get_by_role("checkbox").click()
    here.page.evaluate(PRESS, data)
    expect(here.dialogs, str(data)).to_have_count(1)
    expect(here.dialog.locator("[aria-busy=true]")).to_have_count(0)
    return True


def change(control) -> None:
    """Change what the control holds, as a person does."""
    kind = control.evaluate("(node) => node.type")
    if kind in ("checkbox", "radio"):
        control.evaluate("(node) => node.click()")
    elif kind == "select-one":
        control.evaluate(
            "(node) => { node.selectedIndex = 1; node.dispatchEvent(new Event('input', { bubbles: true })); }"
        )
    else:
        control.fill("7")


def test_no_dialog_loses_what_was_typed_by_a_click_or_a_drag(window, server):
    here = window(Person(server, ADMIN).sign_in())
    tried = []
    for data in openings(here):
        opened(here, data)
        controls = here.dialog.locator(CONTROLS)
        heading = here.dialog.get_by_role("heading").first.bounding_box()
        here.page.mouse.move(heading["x"] + 5, heading["y"] + 5)
        here.page.mouse.down()
        here.page.mouse.move(*BESIDE)
        here.page.mouse.up()
        assert here.dialogs.count() == 1, f"{data['action']} {data}"
        assert here.dialog.locator("form").evaluate(UNLABELLED) == [], data
        if controls.count() and controls.first.is_enabled():
            change(controls.first)
            here.page.mouse.click(*BESIDE)
            assert here.dialogs.count() == 1, f"{data['action']} {data}"
            tried.append(data)
        else:
            here.page.mouse.click(*BESIDE)
        if here.dialogs.count():
            here.page.keyboard.press("Escape")
        expect(here.dialogs).to_have_count(0)
    assert len(tried) > 15


@pytest.mark.parametrize("language", ["en", "ru"])
def test_on_the_smallest_phone_an_admin_reaches_what_adds_groups_and_machines(window, server, language):
    here = window(Person(server, ADMIN).sign_in(), language=language, viewport={"width": 320, "height": 568})
    for key in "group.create", "vm.add":
        here.page.locator("#groups").get_by_role("button", name=here.text(key), exact=True).click()
        expect(here.dialog.get_by_role("heading", name=here.text(key), exact=True)).to_be_visible()
        here.page.keyboard.press("Escape")
    for action in "create-group", "add-vm":
        box = here.page.locator(f"#groups [data-action={action}]").bounding_box()
        assert 0 <= box["x"] <= 320 - box["width"]

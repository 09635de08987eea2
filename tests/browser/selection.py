"""The machines that are selected on the page, and the bar with what can be done with them."""

SELECTED = ".card.selected .name"


def select(here, *vm_ids: str) -> None:
    for vm_id in vm_ids:
        here.card(vm_id).get_by_role("checkbox", name=vm_id, exact=True).click()


def selected(here) -> list[str]:
    return here.page.locator(SELECTED).all_text_contents()


def bar(here):
    return here.page.get_by_role("region", name=here.text("bulk.label"))


def action_button(here, kind: str):
    return bar(here).get_by_role("button", name=here.text(f"bulk.{kind}"), exact=True)


def calls_to(here, path: str) -> list:
    made = []
    here.page.on("request", lambda request: request.url.endswith(path) and made.append(request.post_data_json))
    return made

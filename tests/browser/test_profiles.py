"""A reused profile is as empty as a new one, whatever the last window left in it."""

from browser.profiles import Profiles
from browser.window import window_in

STATE = """() => [document.cookie, Object.keys(localStorage), Object.keys(sessionStorage), innerWidth, navigator.onLine,
  Notification.permission, matchMedia("(prefers-color-scheme: dark)").matches, document.hasFocus()]"""


def test_nothing_of_the_previous_window_is_left(browser, server, bob):
    profiles = Profiles(browser)
    first = window_in(profiles.take("en"), server, None, "en").go()
    new = first.page.evaluate(STATE)
    first.another_tab()
    first.page.evaluate("localStorage.theme = 'dark'; sessionStorage.a = 'b'; document.cookie = 'c=d'")
    first.context.add_cookies([{"name": c.name, "value": c.value, "url": server.url} for c in bob.http.cookies])
    first.context.grant_permissions(["notifications"])
    first.page.set_viewport_size({"width": 320, "height": 640})
    first.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    first.page.route("**/vms", lambda route: route.abort())
    first.context.set_offline(True)
    profiles.give_back(first.context, "en", server.url)

    second = window_in(profiles.take("en"), server, None, "en").go()
    assert second.context is first.context
    assert second.context.pages == [second.page]
    assert second.page.evaluate(STATE) == new
    assert second.page.evaluate("fetch('/vms').then((answer) => answer.status)") == 200
    assert second.sign_in_button.is_visible()
    second.close()

"""One letter a person, kind and moment: it lists all machines, and its buttons act on all that is still so."""

import pytest

from support.answers import done
from support.inventory import from_now, inventory, machine
from support.links import Follower, heading
from support.people import Person
from support.server import running


@pytest.fixture(scope="module")
def server(smtp, tmp_path_factory):
    with running(tmp_path_factory.mktemp("several"), LOADZONE_REMIND_MINUTES="5", **smtp.settings) as server:
        yield server


@pytest.fixture
def vms(make_vm):
    return [make_vm() for _ in range(3)]


@pytest.fixture
def links(reader, vms, smtp, server):
    """The tokens of the two links, *Renew all* and *Release all now*, of a reminder about three machines."""
    done(reader.post("/book", {"vm_ids": vms, "hours": 5 / 60 + 0.5 / 3600}))
    letter = smtp.wait_for_letter(reader.email, "3 of your bookings end soon")
    assert all(f"- {vm}: " in letter.text and f">{vm}</a>: " in letter.html for vm in vms)
    follower = Follower(server)
    return follower.find(letter.links, "renew"), follower.find(letter.links, "release")


def test_machines_booked_in_one_call_end_with_one_letter(alice, reader, vms, make_vm, smtp):
    done(reader.post("/book", {"vm_ids": vms, "hours": 2 / 3600}))
    letter = smtp.wait_for_letter(reader.email, "3 of your bookings have ended")
    assert all(f"- {vm}: " in letter.text for vm in vms)
    sentinel = make_vm()
    done(reader.book(sentinel))
    done(alice.cancel(sentinel))
    smtp.wait_for_letter(reader.email, sentinel)
    assert len(smtp.letters_to(reader.email)) == 2


def test_somebody_who_waited_for_several_gets_one_letter(alice, bob, reader, vms, make_group, smtp):
    group = make_group(*vms)
    done(bob.post("/book", {"vm_ids": vms, "hours": 1}))
    done(reader.join(group, count=3))
    smtp.wait_for_letter("bob@example.com", "waiting for 3")  # released, his machines would not be news any more
    done(bob.post("/cancel", {"vm_ids": vms}))
    letter = smtp.wait_for_letter(reader.email, "3 machines are held for you")
    assert all(f"- {vm}: " in letter.text for vm in vms)
    assert len(smtp.letters_to("bob@example.com", "waiting for 3")) == 1


def test_the_renew_button_renews_all(links, reader, vms, server):
    renew, release = links
    page = Follower(server).open(renew)
    assert page.status_code == 200
    assert all(f"<li>{vm}: <time" in page.text for vm in vms)
    ends = {vm: reader.vm(vm)["expires_at"] for vm in vms}
    answer = Follower(server).press(renew)
    assert answer.status_code == 200
    assert all(reader.vm(vm)["expires_at"] > ends[vm] for vm in vms)
    assert Follower(server).press(renew).status_code == Follower(server).open(release).status_code == 410


def test_the_release_button_releases_those_that_are_still_so(links, reader, bob, vms, server):
    kept, given_away, left = vms
    done(reader.renew(kept))
    done(reader.cancel(given_away))
    done(bob.book(given_away))
    answer = Follower(server).press(links[1])
    assert answer.status_code == 200
    assert left in answer.text
    assert given_away not in answer.text
    assert [reader.vm(vm)["booked_by"] for vm in vms] == [reader.email, "bob@example.com", None]


def test_what_could_not_be_done_is_said(links, reader, bob, vms, server):
    done(bob.join(vms[0]))
    answer = Follower(server).press(links[0], Accept_Language="en")
    assert answer.status_code == 200
    assert "This was not possible:" in answer.text
    assert f"<li>{vms[1]}: <time" in answer.text
    assert "waits" in answer.text or "waiting" in answer.text
    assert heading(answer) == "Partly done"
    assert answer.text.index("This was not possible:") < answer.text.index(f"<li>{vms[0]}: ")
    assert answer.text.index(f"<li>{vms[0]}: ") < answer.text.index(vms[1]), "what failed comes first"


def test_what_changed_while_the_page_was_open_is_named(links, reader, alice, bob, vms, server):
    """Released and deleted meanwhile: neither done nor refused."""
    page = Follower(server).open(links[1])
    released, deleted, left = vms
    done(reader.cancel(released))
    done(alice.delete_vm(deleted, force=True))
    answer = Follower(server).press(links[1], page, Accept_Language="en")
    assert (answer.status_code, heading(answer)) == (200, "Partly done")
    before, _, after = answer.text.partition("These have changed while this page was open")
    assert f"{left} is released" in after
    assert all(f"<li>{vm}</li>" in after and vm not in before for vm in (released, deleted))
    assert f"<li>{left}" not in answer.text


def test_what_was_renamed_while_the_page_was_open_is_done_under_its_new_name(links, alice, reader, vms, server):
    page = Follower(server).open(links[1])
    done(alice.edit_vm(vms[0], id=f"{vms[0]}-new"))
    answer = Follower(server).press(links[1], page, Accept_Language="en")
    assert (answer.status_code, heading(answer)) == (200, "Done")
    assert f"<li>{vms[0]}-new</li>" in answer.text
    assert f"<li>{vms[0]}</li>" not in answer.text
    assert reader.vm(f"{vms[0]}-new")["state"] == "free"


@pytest.mark.parametrize(("language", "word"), [("en", "Done"), ("ru", "Готово")])
@pytest.mark.parametrize("which", [0, 1])
def test_the_page_after_the_button_says_that_it_is_done(links, vms, server, which, language, word):
    """And a second press says that the link was used, rather than only that it is no longer valid."""
    follower = Follower(server)
    answer = follower.press(links[which], follower.open(links[which]), Accept_Language=language)
    assert heading(answer) == word
    assert answer.text.count(word) == 2, "the name of the page, and its heading"
    assert all(vm in answer.text for vm in vms)
    again = follower.press(links[which], Accept_Language="en")
    assert again.status_code == 410
    assert "You have used this link already, or" in again.text
    assert again.text.count("no longer valid") == 2, "the name of the page, and its heading"


def test_a_name_in_a_form_is_only_text(links, server):
    answer = Follower(server).request("POST", f"/link/{links[1]}", data=[("vm", "<b>&")] * 3)
    assert answer.text.count("<li>&lt;b&gt;&amp;</li>") == 1


# After an outage of the mail server


def test_what_is_no_longer_so_is_not_sent(start, smtp):
    """A turn that has passed meanwhile, and a reminder of what was renewed."""
    smtp.stop()
    try:
        ends = from_now(minutes=5, seconds=1)
        server = start(
            inventory([machine("held"), machine("renewed", "away@example.com", ends)]),
            LOADZONE_HOLD_MINUTES="0.02",
            LOADZONE_REMIND_MINUTES="5",
            **smtp.settings,
        )
        away, alice = (Person(server, f"{name}@example.com").sign_in() for name in ("away", "alice"))
        done(alice.book("held"))
        done(away.join("held"))
        done(alice.cancel("held"))
        server.wait_for_log("Your turn is over: held")
        server.wait_for_log("Your booking of renewed ends in")
        done(away.renew("renewed"))
    finally:
        smtp.start()
    smtp.wait_for_letter("away@example.com", "held: your turn is over")
    server.wait_for_log(r"\(held\) of \S+ to away@example.com about held was not sent")
    server.wait_for_log(r"\(reminder\) of \S+ to away@example.com about renewed was not sent")
    assert len(smtp.letters_to("away@example.com")) == 1

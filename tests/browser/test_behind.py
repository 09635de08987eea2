"""The page says that its server does not reach the database, and is up to date again by itself whatever happened."""

import psycopg
import pytest
from playwright.sync_api import expect

from support.answers import done
from support.node import node_on
from support.people import Person
from support.server import ADMIN


@pytest.fixture
def nodes(cluster, proxy):
    """Return two nodes with a machine. The second one reaches the database through the proxy."""
    url = cluster.make_database()
    through = url.replace(str(cluster.folder), proxy.folder)
    started = [node_on(one) for one in (url, through)]
    for node in started:
        node.start()
    done(Person(started[0], ADMIN).sign_in().add_vm("server-01"), 201)
    yield started
    for node in started:
        node.end()
    cluster.drop(url)


@pytest.fixture
def server(nodes):
    return nodes[1]


def test_the_page_says_that_it_may_be_out_of_date_and_then_that_there_is_no_connection(window, nodes, bob, proxy):
    here = window(bob)
    here.may_lose_connection = True
    here.mark()
    expect(here.card("server-01")).to_be_visible()
    proxy.swallow()
    done(Person(nodes[0], "carol@example.com").sign_in().book("server-01", 2))
    expect(here.behind_banner).to_be_visible()
    expect(here.card("server-01")).to_contain_text("Free")
    later = window(bob)
    later.may_lose_connection = True
    expect(later.behind_banner).to_be_visible()
    for one in (here, later):
        expect(one.offline_banner).to_be_visible()
        expect(one.behind_banner).to_be_hidden()
    later.page.goto(nodes[1].url)
    expect(later.page.get_by_text("its database does not answer")).to_be_visible()

    proxy.let_pass()
    expect(here.offline_banner).to_be_hidden()
    expect(here.card("server-01")).to_contain_text("carol")
    assert not here.was_reloaded()
    expect(later.card("server-01")).to_contain_text("carol")
    for one in (here, later):
        expect(one.behind_banner).to_be_hidden()


def test_the_page_shows_what_is_left_when_the_database_has_lost_its_last_changes(window, nodes, bob):
    here = window(bob)
    here.may_lose_connection = True
    here.mark()
    with psycopg.connect(nodes[0].settings["LOADZONE_DATABASE_URL"], autocommit=True) as database:
        for table in ("commits", "snapshot_parts"):
            database.execute(f"CREATE TABLE {table} AS TABLE loadzone.{table}")
        done(Person(nodes[1], "carol@example.com").sign_in().book("server-01", 2))
        expect(here.card("server-01")).to_contain_text("carol")
        with database.transaction():
            for table in ("commits", "snapshot_parts"):
                database.execute(f"TRUNCATE loadzone.{table}")
                database.execute(f"INSERT INTO loadzone.{table} TABLE {table}")
    expect(here.card("server-01")).to_contain_text("Free")
    done(bob.book("server-01", 2))
    expect(here.own_booking("server-01")).to_be_visible()
    assert not here.was_reloaded()

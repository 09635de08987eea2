"""The health check says which node answers, whether it leads, and by how much it may be behind."""

import socket

from support.answers import done
from support.people import Person
from support.waiting import eventually


def health(node):
    return done(Person(node).get("/healthz"))


def is_hardly_behind(told):
    assert told["lag"] >= 0
    return told if told["lag"] < 3 else None


def leaders(*nodes):
    return [node for node in nodes if health(node)["leader"]]


def test_one_node_leads_and_another_takes_over(server, second, start_node):
    eventually(lambda: len(leaders(server, second)) == 1)
    [leader] = leaders(server, second)
    other = second if leader is server else server
    leader.kill()
    eventually(lambda: leaders(other) == [other])
    third = start_node()
    eventually(lambda: leaders(other, third) == [other])


def test_a_node_says_its_name_and_is_hardly_behind(server, second):
    for node in (server, second):
        told = eventually(lambda node=node: is_hardly_behind(health(node)))
        assert told["node"] == f"{socket.gethostname()}:{node.port}"
        assert sorted(told) == ["lag", "leader", "node", "status", "version"]

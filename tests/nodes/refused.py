"""Nodes that do not start, and what they say."""

from contextlib import ExitStack, contextmanager

from support.node import node_on


@contextmanager
def launched(*urls, **settings):
    """Yield a node for each of these databases; none is waited for."""
    with ExitStack() as nodes:
        started = []
        for url in urls:
            node = node_on(url, **settings)
            nodes.callback(node.end)
            node.launch()
            started.append(node)
        yield started


def sentence(node):
    """Return the sentence with which the node refuses to start; before it, it may have said that it waits."""
    status, output = node.ended()
    *before, last = output.splitlines()
    assert status == 2, output
    assert [line for line in before if "cannot be used yet" not in line] == []
    start = "LoadZone cannot start: "
    assert last.startswith(start)
    return last[len(start) :]


def refusal(url, **settings):
    """Return the sentence with which one node refuses this database."""
    with launched(url, **settings) as [node]:
        return sentence(node)

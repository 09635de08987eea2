"""What is checked beside the order of calls: what each reader sees, copies of letters, lines of histories."""

from torture import checker, lines_checker, session_checker
from torture.history import BoardRead, History, Operation

ANN, BEN = "ann@example.com", "ben@example.com"


def view(holder=None, until="12:00", since="11:00"):
    return {"id": "vm", "booked_by": holder, "expires_at": holder and until, "booked_at": holder and since}


def history(*reads, operations=(), lines=None, copies=None, faults=()):
    made = History(several_nodes=True)
    made.board_reads, made.operations, made.faults = list(reads), list(operations), list(faults)
    made.lines, made.copies = lines or {}, copies or {}
    return made


def read(time, revision, holder=None, reader=ANN):
    return BoardRead(time, time, revision, {"vm": view(holder)}, reader=reader, is_fresh=False)


def booked(actor=ANN, time=1.0):
    return Operation(actor, "book", "vm", time, time + 0.5, arguments={"hours": 1}, answer=view(actor))


def line(**changes):
    return {"action": "book", "vm_id": "vm", "start": "11:00", "end": "12:00"} | changes


def test_a_node_that_is_behind_may_answer_others_but_not_who_was_answered():
    seen = [read(1, 4), read(2, 5, ANN), read(3, 4, reader=BEN)]
    assert not session_checker.violations(history(*seen, operations=[booked()]))
    [sentence] = session_checker.violations(history(*seen, read(3, 4), operations=[booked()]))
    assert "ann@example.com was shown revision 4 after the answer of revision 5" in sentence


def test_a_board_must_not_be_old():
    assert not session_checker.violations(history(read(1, 5), read(10, 4, reader=BEN)))
    [sentence] = session_checker.violations(history(read(1, 5), read(20, 4, reader=BEN)))
    assert "ben@example.com was shown revision 4 when it was 19.0 s behind" in sentence


def test_boards_of_one_moment_do_not_go_back_and_others_may():
    fresh = BoardRead(5, 5, 4, {"vm": view()})
    assert not checker.check_revisions([read(1, 5, ANN), fresh], {})
    assert checker.check_revisions([BoardRead(1, 1, 5, {"vm": view(ANN)}), fresh], {})


def test_a_letter_comes_twice_only_where_something_failed():
    twice = {"letter": [100.0, 101.0]}
    assert checker.check_copies(history(copies=twice))
    assert checker.check_copies(history(copies=twice, faults=[(10.0, "kill")]))
    assert not checker.check_copies(history(copies=twice, faults=[(99.0, "kill")]))
    assert not checker.check_copies(history(copies={"letter": [100.0]}))


def test_each_booking_is_in_its_holders_history_once():
    def found(*lines):
        return list(lines_checker.violations(history(operations=[booked()], lines={ANN: list(lines)})))

    assert not found(line())
    assert "has no line" in found()[0]
    assert "has no line" in found(line(end="13:00"))[0]
    assert "has a line 2 times" in found(line(), line())[0]

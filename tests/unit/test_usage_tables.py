"""The usage tables: what is there before the first line, after a restore or a gap, what is forgotten, and the work."""

from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import create_engine, event, func, inspect, select

from loadzone.domain.commit import Commit, Touched
from loadzone.domain.history_line import HistoryLine
from loadzone.domain.leadership import SoleProcess
from loadzone.domain.pseudonym import Pseudonym
from loadzone.reports.history_database import HistoryAway, HistoryDatabase
from loadzone.reports.usage import tables
from loadzone.reports.usage.answer import answer
from loadzone.reports.usage.asking import AT_A_TIME, UsageQuestions
from loadzone.reports.usage.baseline import agrees, reconcile
from loadzone.reports.usage.forgetting import forget_before, forget_unused_names
from loadzone.reports.usage.instants import DAY, as_number
from loadzone.reports.usage.keeper import keep
from loadzone.reports.usage.naming import rename_person
from loadzone.reports.usage.period import Period
from loadzone.reports.usage.settling import UsageSettler
from loadzone.rules import booking, groups, inventory, queue
from support.world import ALICE, BOB, CHARLIE, NOON, World
from unit.usage_sums import assert_sums_are_right

UTC = timezone.utc


@pytest.fixture
def engine():
    engine = create_engine("sqlite://")
    HistoryDatabase(engine, "here").prepare()
    return engine


@pytest.fixture
def world():
    world = World(max_hours=2000, max_ahead_hours=5000)
    world.add("a", "b")
    return world


def take(engine, world):
    """Keep the lines that wait."""
    with engine.begin() as connection:
        keep(connection, list(world.state.history.values()))
    world.state.history.clear()


def compare(engine, world):
    with engine.begin() as connection:
        reconcile(connection, world.state, world.now)


def ask(engine, begin, end):
    with engine.connect() as connection:
        return answer(connection, Period(as_number(begin), as_number(end)), UTC, "UTC", None)


def hours(engine, begin, end):
    total = ask(engine, begin, end)["total"]
    return total["booked_hours"], total["service_hours"]


# What no line tells


def test_what_was_there_before_the_first_line_counts_from_the_first_start_on(engine, world):
    world.do(booking.book, actor=BOB, vm_id="a", hours=10)
    world.do(inventory.edit, actor=ALICE, vm_id="b", maintenance="disk")
    world.later(hours=2)
    world.state.history.clear()
    compare(engine, world)
    world.later(hours=4)
    assert hours(engine, NOON, world.now) == (6, 6)  # the booking from its beginning on, and b not at all
    assert ask(engine, NOON, world.now)["since"] == "2026-11-24T14:00:00Z"
    world.do(booking.cancel, actor=BOB, vm_id="a")
    take(engine, world)
    world.later(hours=4)
    assert hours(engine, NOON, world.now) == (6, 10)


def test_the_tables_agree_once_they_were_compared(engine, world):
    with engine.begin() as connection:
        assert not agrees(connection, world.state.epoch)
    compare(engine, world)
    with engine.begin() as connection:
        assert agrees(connection, world.state.epoch)
        assert not agrees(connection, world.state.epoch + 1)


def test_after_an_older_file_was_restored_what_is_so_no_more_ends(engine, world):
    take(engine, world)
    compare(engine, world)
    older = world.state.copy()
    world.do(groups.create, actor=ALICE, name="Later", vm_ids=["b"])
    world.do(booking.book, actor=BOB, vm_id="a", hours=20)
    world.add("new")
    take(engine, world)
    world.later(hours=3)
    world.state = older
    older.epoch += 1
    compare(engine, world)
    world.later(hours=5)
    found = ask(engine, NOON, world.now)
    assert (found["total"]["booked_hours"], found["total"]["ended"]) == (3, {"lost": 1})
    assert found["total"]["service_hours"] == 8 + 8 + 3
    assert [(one["name"], one["gone"], one["service_hours"]) for one in found["groups"] if one["name"]] == [
        ("Later", True, 3)
    ]


def test_an_end_whose_beginning_is_lost_is_counted(engine, world):
    take(engine, world)
    world.do(booking.book, actor=BOB, vm_id="a", hours=8)
    world.state.history.clear()
    world.later(hours=2)
    world.do(booking.cancel, actor=BOB, vm_id="a")
    take(engine, world)
    total = ask(engine, NOON, world.now + timedelta(hours=1))["total"]
    assert (total["booked_hours"], total["ended"]) == (2, {"released": 1})


def test_the_tables_are_compared_once_all_lines_are_moved_and_again_after_a_gap(engine, world):
    class Store:
        snapshot = world.state

        def subscribe(self, follow):
            self.follow = follow

    store, database = Store(), HistoryDatabase(engine, "here", (keep,))
    database.append([HistoryLine(1, 1, NOON, "user_added", ALICE)])
    settler = UsageSettler(database, store, SoleProcess(), lambda: world.now)
    settler.look()
    assert not _is_compared(engine, world)
    database.append(list(world.state.history.values()))
    settler.look()
    assert _is_compared(engine, world)
    with engine.begin() as connection:
        connection.execute(tables.machines.delete())
    settler.look()
    assert ask(engine, NOON, NOON + timedelta(hours=1))["machines"] == []
    gap = HistoryLine(world.state.last_number + 1, 0, NOON, "history_gap")
    world.state.history[gap.id] = gap
    store.follow(Commit(world.state, world.state, Touched(history={gap.id: None}), (), False))
    settler.look()
    assert ask(engine, NOON, NOON + timedelta(hours=1))["machines"] == []  # the line is not moved yet
    database.append([gap])
    settler.look()
    assert len(ask(engine, NOON - timedelta(hours=1), NOON + timedelta(hours=1))["machines"]) == 2


def _is_compared(engine, world):
    with engine.begin() as connection:
        return agrees(connection, world.state.epoch)


# Waits


def test_a_hold_that_is_taken_back_is_no_turn(engine, world):
    world.do(booking.book, actor=CHARLIE, vm_id="a", hours=3)
    world.do(queue.join, actor=BOB, vm_id="a", hours=1)
    world.later(hours=1)
    world.do(booking.cancel, actor=CHARLIE, vm_id="a")
    world.do(inventory.edit, actor=ALICE, vm_id="a", maintenance="disk")
    world.later(hours=2)
    world.do(inventory.edit, actor=ALICE, vm_id="a", maintenance=None)
    take(engine, world)
    waits = ask(engine, NOON, world.now + timedelta(hours=1))["total"]["waits"]
    assert (waits["turns"], waits["p50"]) == (1, pytest.approx(3, rel=0.05))


def test_whoever_leaves_has_given_up(engine, world):
    world.do(booking.book, actor=CHARLIE, vm_id="a", hours=3)
    world.do(queue.join, actor=BOB, vm_id="a", hours=1)
    world.later(hours=1)
    world.do(queue.leave, actor=BOB, vm_id="a")
    take(engine, world)
    total = ask(engine, NOON, world.now + timedelta(hours=1))["total"]
    assert (total["waits"]["turns"], total["given_up"]) == (0, 1)


# Groups


def test_a_group_with_the_number_of_a_deleted_one_is_another(engine, world):
    world.do(groups.create, actor=ALICE, name="Old", vm_ids=["a"])
    world.later(hours=1)
    world.do(groups.delete, actor=ALICE, group_id=1)
    world.later(hours=1)
    world.state.deleted.clear()
    world.do(groups.create, actor=ALICE, name="New", vm_ids=["b"])
    world.later(hours=4)
    take(engine, world)
    found = ask(engine, NOON, world.now)["groups"]
    named = [(one["group_id"], one["name"], one["gone"], one["service_hours"]) for one in found if one["name"]]
    assert named == [(1, "Old", True, 1), (1, "New", False, 4)]


# Forgetting


def use_for_days(world, days):
    for _ in range(days):
        world.do(booking.book, actor=BOB, vm_id="a", hours=5)
        world.later(hours=7)
        world.do(booking.book, actor=CHARLIE, vm_id="b", hours=3)
        world.later(hours=17)
        world.do(lambda uow: booking.endings.end_all_over(uow, list(uow.vms.values())))


def test_what_is_forgotten_changes_nothing_of_what_is_kept(engine, world):
    use_for_days(world, 12)
    take(engine, world)
    limit = datetime(2026, 11, 30, tzinfo=UTC)
    before = ask(engine, limit, world.now)
    with engine.begin() as connection:
        steps = 0
        while forget_before(connection, limit + timedelta(hours=9)):
            steps += 1
        forget_unused_names(connection)
    after = ask(engine, limit, world.now)
    assert steps == 6
    assert {**after, "before": None, "since": None} == {**before, "before": None, "since": None}
    assert after["since"] == "2026-11-30T00:00:00Z"
    assert hours(engine, NOON, limit) == (0, 0)
    with engine.begin() as connection:
        days = [connection.execute(select(func.min(table.c.day))).scalar() for table in tables.BY_DAY]
    assert min(days) == as_number(limit) // DAY


def test_the_last_use_of_a_machine_is_not_forgotten(engine, world):
    use_for_days(world, 1)
    world.later(days=60)
    take(engine, world)
    with engine.begin() as connection:
        while forget_before(connection, world.now - timedelta(days=30)):
            pass
        forget_unused_names(connection)
    unused = ask(engine, world.now - timedelta(days=1), world.now)["unused"]
    assert {one["vm_id"]: one["last_use"]["email"] for one in unused} == {"a": BOB, "b": CHARLIE}


def test_a_person_gets_another_name_everywhere(engine, world):
    use_for_days(world, 2)
    take(engine, world)
    with engine.begin() as connection:
        rename_person(connection, Pseudonym(BOB, "somebody-1"))
        assert BOB not in connection.execute(select(tables.people.c.email)).scalars().all()
    people = ask(engine, NOON, world.now)["people"]
    assert [(one["email"], one["booked_hours"]) for one in people] == [("somebody-1", 10), (CHARLIE, 6)]


def test_a_person_who_came_again_is_one_person(engine, world):
    use_for_days(world, 4)
    take(engine, world)
    with engine.begin() as connection:
        for email in (BOB, CHARLIE):
            rename_person(connection, Pseudonym(email, "somebody-1"))
        assert_sums_are_right(connection)
    people = ask(engine, NOON, world.now)["people"]
    assert [(one["email"], one["booked_hours"], one["bookings"]) for one in people] == [("somebody-1", 32, 8)]


def test_what_becomes_known_of_a_day_with_sums_is_added_to_them(engine, world):
    world.do(booking.book, actor=BOB, vm_id="a", hours=100)
    take(engine, world)
    world.later(days=3)
    world.do(booking.book, actor=CHARLIE, vm_id="b", hours=3)
    take(engine, world)  # now the days before have sums
    world.do(booking.cancel, actor=BOB, vm_id="a")
    take(engine, world)
    with engine.begin() as connection:
        assert_sums_are_right(connection)
    assert hours(engine, NOON, NOON + timedelta(days=3))[0] == 72


def test_a_wait_that_goes_on_is_taken_from_the_sums_of_the_day_on_which_it_had_ended(engine, world):
    world.do(booking.book, actor=CHARLIE, vm_id="a", hours=3)
    world.do(queue.join, actor=BOB, vm_id="a", hours=1)
    world.later(hours=1)
    world.do(booking.cancel, actor=CHARLIE, vm_id="a")
    take(engine, world)
    assert ask(engine, NOON, NOON + timedelta(days=1))["total"]["waits"]["turns"] == 1
    world.later(days=3)
    world.do(booking.book, actor=CHARLIE, vm_id="b", hours=3)
    take(engine, world)  # now the days before have sums
    line = HistoryLine(10**6, 1, world.now, "hold_taken", vm=world.state.vms["a"].number, email=BOB, booking=NOON)
    with engine.begin() as connection:
        keep(connection, [line])
        assert_sums_are_right(connection)
    assert ask(engine, NOON, NOON + timedelta(days=1))["total"]["waits"]["turns"] == 0


# The work


@pytest.fixture
def statements(engine):
    seen = []
    event.listen(engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    return seen


def test_a_question_takes_as_many_statements_however_many_machines_there_are(engine, world, statements):
    take(engine, world)
    ask(engine, NOON - timedelta(days=2), NOON + timedelta(days=2))
    few = len(statements)
    world.add(*(f"vm-{number}" for number in range(60)))
    for number in range(60):
        world.do(booking.book, actor=ALICE, vm_id=f"vm-{number}", hours=1 + number, force=True)
    take(engine, world)
    statements.clear()
    ask(engine, NOON - timedelta(days=2), NOON + timedelta(days=2))
    assert len(statements) <= few + 1


def test_lines_that_come_together_take_few_statements(engine, world, statements):
    world.add(*(f"vm-{number}" for number in range(60)))
    for number in range(60):
        world.do(booking.book, actor=ALICE, vm_id=f"vm-{number}", hours=1 + number, force=True)
    take(engine, world)
    for number in range(60):
        world.do(booking.renew, actor=ALICE, vm_id=f"vm-{number}", hours=1)
    statements.clear()
    take(engine, world)
    assert len(statements) <= 8


def test_an_answer_is_made_once_until_something_of_its_time_changes(engine, world, statements):
    database = HistoryDatabase(engine, "here", (keep,))
    world.do(booking.book, actor=BOB, vm_id="a", hours=5)
    database.append(list(world.state.history.values()))
    questions, period = UsageQuestions(database), Period(as_number(NOON), as_number(NOON + timedelta(hours=3)))

    def count():
        statements.clear()
        found = questions.ask(world.state, period, UTC, "UTC", None)
        return len(statements), found["total"]["booked_hours"]

    made, booked = count()
    assert (made > 10, booked) == (True, 3)
    assert count()[0] < 6
    world.later(hours=4)
    world.do(booking.cancel, actor=BOB, vm_id="a")  # after the period
    database.append(list(world.state.history.values()))
    assert count()[0] < 6
    world.now = NOON + timedelta(hours=2)
    world.do(booking.book, actor=BOB, vm_id="b", hours=5)
    database.append(list(world.state.history.values()))
    made, booked = count()
    assert (made > 10, booked) == (True, 4)


def test_a_few_ask_at_a_time(engine, world):
    questions = UsageQuestions(HistoryDatabase(engine, "here", (keep,)), patience=0)
    period = Period(as_number(NOON), as_number(NOON + timedelta(hours=3)))
    for _ in range(AT_A_TIME):
        assert questions._places.acquire(timeout=0)
    with pytest.raises(HistoryAway):
        questions.ask(world.state, period, UTC, "UTC", None)
    questions._places.release()
    for _ in range(2):
        assert questions.ask(world.state, period, UTC, "UTC", None)["zone"] == "UTC"


def test_lines_that_wait_are_in_the_answer_and_not_in_the_tables(engine, world):
    database = HistoryDatabase(engine, "here", (keep,))
    world.do(booking.book, actor=BOB, vm_id="a", hours=5)
    world.later(hours=4)
    period = Period(as_number(NOON), as_number(NOON + timedelta(hours=3)))
    for _ in range(2):
        found = UsageQuestions(database).ask(world.state, period, UTC, "UTC", None)
        assert found["total"]["booked_hours"] == 3
    assert hours(engine, NOON, world.now) == (0, 0)
    database.append(list(world.state.history.values()))
    assert hours(engine, NOON, NOON + timedelta(hours=3)) == (3, 6)


# The migration


def test_the_migration_makes_the_tables(engine):
    made, meant = (inspect(one) for one in (engine, create_engine_with_tables()))
    names = [table.name for table in tables.metadata.sorted_tables]
    assert [name for name in made.get_table_names() if name.startswith("usage_")] == sorted(names)
    for name in names:
        for ask_for in ("get_columns", "get_pk_constraint", "get_indexes", "get_table_options"):
            assert repr(getattr(made, ask_for)(name)) == repr(getattr(meant, ask_for)(name))


def create_engine_with_tables():
    engine = create_engine("sqlite://")
    tables.metadata.create_all(engine)
    return engine

"""SQLAlchemy and Alembic, over SQLite in memory."""

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event, inspect, literal, select

from loadzone.reports import schema
from support.internals.registry import used
from support.server import ROOT


@used("ScriptDirectory._upgrade_revs")
def check_upgrade_revs():
    script = ScriptDirectory(str(ROOT / "loadzone" / "reports" / "migrations"))
    steps = script._upgrade_revs("head", ())
    assert [step.revision.revision for step in steps][-1] == schema.latest()
    assert script._upgrade_revs("head", (schema.latest(),)) == []


@used("MigrationContext.run_migrations")
def check_run_migrations():
    engine = create_engine("sqlite://")

    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    with engine.connect() as connection:
        outer = connection.begin()
        schema.prepare(connection)
        assert "lines" in inspect(connection).get_table_names()
        outer.rollback()
        assert MigrationContext.configure(connection).get_current_heads() == ()
        assert inspect(connection).get_table_names() == []


@used("Row._asdict")
def check_asdict():
    with create_engine("sqlite://").connect() as connection:
        row = connection.execute(select(literal(1).label("id"), literal("a").label("text"))).one()
    assert row._asdict() == {"id": 1, "text": "a"}

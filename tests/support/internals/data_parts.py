"""pydantic, orjson, Babel, and Python itself."""

import argparse
import http.client
import io
import json
import logging
import os
import re
import shutil
import smtplib
import sys
import zlib
from datetime import datetime, timezone
from typing import Annotated, Any, Literal, get_args

import gevent
import orjson
import pytest
import socketio
from babel import Locale
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema
from typing_extensions import TypeAliasType

from loadzone.schemas.validation import _REASONS
from support.internals.registry import used
from support.server import ROOT

OUR_OWN_ERRORS = {
    "time",
    "zone",
    "characters",
    "vm_id",
    "vm_id_start",
    "ssh_user",
    "email",
    "one_of",
    "some_of",
    "of_one",
    "of_several",
    "of_groups",
}  # PydanticCustomError in schemas/
STRICT = ConfigDict(strict=True)


def error(kind: Any, value: object) -> dict:
    """Return what pydantic says of a wrong value."""
    with pytest.raises(ValidationError) as raised:
        TypeAdapter(kind, config=STRICT).validate_python(value)
    return raised.value.errors(include_url=False)[0]


@used('ErrorDetails["type"]')
def names_of_errors():
    assert set(_REASONS) - OUR_OWN_ERRORS <= set(get_args(core_schema.ErrorType))
    assert not OUR_OWN_ERRORS & set(get_args(core_schema.ErrorType))
    wrong = {
        "string_type": (str, 1),
        "string_unicode": (Annotated[str, StringConstraints(max_length=5)], "\ud800"),
        "string_too_long": (Annotated[str, StringConstraints(max_length=1)], "xx"),
        "string_too_short": (Annotated[str, StringConstraints(min_length=1)], ""),
        "string_pattern_mismatch": (Annotated[str, StringConstraints(pattern="^a$")], "b"),
        "float_type": (float, "1"),
        "finite_number": (Annotated[float, Field(allow_inf_nan=False)], float("nan")),
        "int_type": (int, "1"),
        "greater_than_equal": (Annotated[int, Field(ge=1)], 0),
        "less_than_equal": (Annotated[int, Field(le=1)], 2),
        "bool_type": (bool, 1),
        "list_type": (list[int], "x"),
        "dict_type": (dict[str, int], "x"),
        "too_long": (Annotated[list[int], Field(max_length=1)], [1, 2]),
        "too_short": (Annotated[list[int], Field(min_length=1)], []),
        "literal_error": (Literal["a", "b"], "c"),
    }
    assert {*wrong, "missing"} == set(_REASONS) - OUR_OWN_ERRORS
    assert {name: error(*one)["type"] for name, one in wrong.items()} == {name: name for name in wrong}


@used('ErrorDetails["ctx"]')
def facts_of_errors():
    assert error(Annotated[str, StringConstraints(max_length=1)], "xx")["ctx"]["max_length"] == 1
    assert error(Annotated[list[int], Field(max_length=1)], [1, 2])["ctx"]["max_length"] == 1
    assert error(Annotated[int, Field(le=1)], 2)["ctx"]["le"] == 1
    assert error(Annotated[int, Field(ge=1)], 0)["ctx"]["ge"] == 1
    assert error(Literal["a", "b", "c"], "d")["ctx"]["expected"] == "'a', 'b' or 'c'"


@used("ValidationError.errors")
def order_of_errors():
    class Model(BaseModel):
        model_config = STRICT
        b: int
        a: int

    with pytest.raises(ValidationError) as raised:
        Model.model_validate({"a": "x"})
    found = [(one["loc"], one["type"]) for one in raised.value.errors()]
    assert found == [(("b",), "missing"), (("a",), "int_type")]


@used("ConfigDict(strict)")
def strict_models():
    assert TypeAdapter(float, config=STRICT).validate_python(1) == 1.0
    assert error(float, True)["type"] == "float_type"
    assert error(int, True)["type"] == "int_type"


@used("GenerateJsonSchema")
def overridden_schema():
    class Compact(GenerateJsonSchema):
        def field_title_should_be_set(self, schema):
            return False

        def normalize_name(self, name):
            return super().normalize_name(name).removesuffix("Response")

    class OneResponse(BaseModel):
        field: int

    schema = TypeAdapter(list[OneResponse]).json_schema(schema_generator=Compact)
    assert schema["$defs"].keys() == {"One"}
    assert "title" not in schema["$defs"]["One"]["properties"]["field"]


@used("TypeAdapter.json_schemas")
def shape_of_schemas():
    alias = TypeAliasType("Hours", Annotated[float, Field(gt=0)])

    class Model(BaseModel):
        hours: alias
        note: str | None = None

    one, definitions = TypeAdapter.json_schemas([(Model, "validation", TypeAdapter(Model))], ref_template="#/x/{model}")
    assert one == {(Model, "validation"): {"$ref": "#/x/Model"}}
    assert definitions["$defs"].keys() == {"Model", "Hours"}
    fields = definitions["$defs"]["Model"]["properties"]
    assert fields["hours"] == {"$ref": "#/x/Hours"}
    assert fields["note"]["anyOf"] == [{"type": "string"}, {"type": "null"}]


@used("orjson.loads")
def numbers():
    assert orjson.loads(b"18446744073709551615") == 2**64 - 1
    assert isinstance(orjson.loads(b"18446744073709551616"), float)
    for text in (b"NaN", b"Infinity", b"1e999", b"[" * 1025 + b"]" * 1025):
        with pytest.raises(orjson.JSONDecodeError):
            orjson.loads(text)
    assert list(orjson.loads(b'{"b": 1, "a": 2, "b": 3}').items()) == [("b", 3), ("a", 2)]
    orjson.loads(b"[" * 1024 + b"]" * 1024)


@used("orjson.JSONDecodeError")
def place_of_an_error():
    with pytest.raises(orjson.JSONDecodeError) as raised:
        orjson.loads(b'{\n"a": x}')
    assert (raised.value.lineno, raised.value.colno) == (2, 6)
    assert raised.value.msg
    assert isinstance(raised.value, ValueError)


@used("orjson.dumps")
def what_cannot_be_written():
    deep: list = []
    for _ in range(260):
        deep = [deep]
    for value in (object(), deep, 2**64, "\ud800"):
        with pytest.raises(TypeError):
            orjson.dumps(value)


@used("orjson.OPT_UTC_Z")
def times():
    moment = datetime(2026, 11, 30, 12, tzinfo=timezone.utc)
    texts = orjson.dumps([moment, moment.replace(microsecond=120)], option=orjson.OPT_UTC_Z)
    assert texts == b'["2026-11-30T12:00:00Z","2026-11-30T12:00:00.000120Z"]'


@used("orjson.Fragment")
def finished_json():
    assert orjson.dumps({"a": orjson.Fragment(b"[1,  2]")}) == b'{"a":[1,  2]}'


@used("babel.Locale")
def languages():
    assert [Locale.parse("ru").plural_form(number) for number in (1, 2, 5, 1.5)] == ["one", "few", "many", "other"]
    assert Locale.parse("en").months["format"]["abbreviated"][11] == "Nov"


@used("logging._srcfile")
def caller():
    searched = []

    class Logger(logging.Logger):
        def findCaller(self, *args):  # noqa: N802
            searched.append(args)
            return "", 0, "", None

    before = logging._srcfile
    try:
        for logging._srcfile in (before, None):
            Logger("tests").info("text")
    finally:
        logging._srcfile = before
    assert len(searched) == 1
    assert logging.logThreads
    assert logging.logProcesses
    assert logging.logMultiprocessing


@used("logging.Formatter.formatMessage")
def lines():
    class Formatter(logging.Formatter):
        def formatMessage(self, record):  # noqa: N802
            return "/".join(record.msg)

    record = logging.LogRecord("name", logging.INFO, "", 0, ["one", "two"], None, None)
    assert Formatter("%(message)s").format(record) == "one/two"


@used("http.client.parse_headers")
def headers():
    parsed = http.client.parse_headers(io.BytesIO(b"A: 1\r\nB: \xe9\r\n\r\n"))
    assert parsed.items() == [("A", "1"), ("B", "\xe9")]


@used("zlib.Z_SYNC_FLUSH")
def parts():
    def part(text: bytes) -> bytes:
        deflate = zlib.compressobj(2, zlib.DEFLATED, -zlib.MAX_WBITS)
        return deflate.compress(text) + deflate.flush(zlib.Z_SYNC_FLUSH)

    assert zlib.decompress(part(b"abc" * 100) + part(b"abc" * 50) + b"\x03\0", -zlib.MAX_WBITS) == b"abc" * 150


@used("smtplib.SMTPException")
def errors_of_mail():
    assert issubclass(smtplib.SMTPException, OSError)
    assert issubclass(smtplib.SMTPRecipientsRefused, smtplib.SMTPException)
    assert not issubclass(smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException)


@used("sys.setswitchinterval")
def interpreter():
    before = sys.getswitchinterval()
    sys.setswitchinterval(50e-6)
    assert abs(sys.getswitchinterval() - 50e-6) < 1e-6
    sys.setswitchinterval(before)
    assert getattr(sys, "_is_gil_enabled", lambda: True)(), "measure again without the global lock"


@used("os.writev")
def pieces_in_a_call():
    assert os.sysconf("SC_IOV_MAX") >= 1000


@used("argparse.ArgumentParser.error")
def usage():
    texts = json.loads((ROOT / "cli" / "loadzone_cli" / "texts" / "en.json").read_text(encoding="utf-8"))
    said = []

    class Parser(argparse.ArgumentParser):
        def error(self, message):
            said.append(message)
            raise SystemExit

    parser = Parser(prog="loadzone")
    parser.add_argument("--hours", required=True)
    for words in ([], ["--hours"]):
        with pytest.raises(SystemExit):
            parser.parse_args(words)
    assert said == [
        texts["argparse.error.required"].format(names="--hours"),
        texts["argparse.error.argument"].format(name="--hours", message=texts["argparse.error.no_value"]),
    ]
    assert re.match(re.escape(texts["argparse.usage"]) + "loadzone ", parser.format_usage())


@used("eio._trigger_event")
def heard_in_order():
    assert callable(socketio.Client().eio._trigger_event)


@used("shutil._ntuple_diskusage")
def size_of_a_disk():
    assert shutil._ntuple_diskusage(1000, 701, 299).free == 299
    assert isinstance(shutil.disk_usage("/"), shutil._ntuple_diskusage)


@used("gevent.reinit")
def after_a_fork():
    assert callable(gevent.reinit)

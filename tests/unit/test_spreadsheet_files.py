"""CSV as spreadsheets write it: separators, encodings, empty columns and rows, numbers."""

import pytest

from loadzone.domain.records import State
from loadzone.inventory import csv_format
from loadzone.inventory.rows import BadInventory, wanted


def ids_of(content):
    machines, problems = wanted(csv_format.read(content), State())
    assert problems == []
    return {one.id: one.fields for one in machines}


SHEET = "ID{0}Group{0}External IP{0}SSH port\r\nvm-1{0}Тест{0}10.0.0.1{0}22\r\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_a_spreadsheets_separators_and_encodings_are_read(delimiter, encoding):
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    [fields] = ids_of((mark + SHEET.format(delimiter)).encode(encoding)).values()
    assert fields == {"group": "Тест", "external_ip": "10.0.0.1", "ssh_port": 22}


@pytest.mark.parametrize("line", ["sep=;", "SEP=;", '"sep=;"', "sep=;;;"])
def test_excels_line_about_the_separator_is_no_header(line):
    content = f"{line}\r\nid;description\r\nvm;a, b\r\n x;\r\n".encode()
    assert list(ids_of(content)) == ["vm", "x"]
    with_fault = csv_format.read(content.replace(b"vm;", b"a b;"))
    assert wanted(with_fault, State())[1][0].startswith("line 3: ")


def test_empty_columns_and_rows_of_a_spreadsheet_mean_nothing():
    content = 'id;group;;\r\nvm-1;Lab;;\r\nvm-2\r\n;;;\r\n\r\nvm-3;Lab;;;;;\r\n"";"";;\r\n;Empty;;\r\n;;;\r\n'
    rows = csv_format.read(content.encode())
    assert {fields["id"]: fields["group"] for _, fields in rows.machines} == {"vm-1": "Lab", "vm-2": "", "vm-3": "Lab"}
    assert (rows.groups, rows.problems, rows.ignored) == (["Empty"], [], {})


def test_text_in_a_column_without_a_name_is_a_problem():
    for line in ("vm;Lab;lost;", "vm;Lab;;lost", "vm;Lab;;;lost"):
        assert "'lost' is in a column without a name" in csv_format.read(f"id;group;;\n{line}\n".encode()).problems[0]


@pytest.mark.parametrize(
    ("cell", "port"), [("22", 22), ("22.0", 22), ("22,00", 22), ("", None), (" 2222 ", 2222), ("007", 7)]
)
def test_a_port_is_read_as_a_spreadsheet_writes_numbers(cell, port):
    assert ids_of(f"id;ssh_port\nvm;{cell}\n".encode())["vm"]["ssh_port"] == port


def test_tags_that_are_the_same_are_one_as_it_is_written_first():
    assert ids_of("id;tags\nvm;Debian, gpu, debian, ＧＰＵ, arm\n".encode())["vm"]["tags"] == ("Debian", "gpu", "arm")


@pytest.mark.parametrize("cell", ["ssh", "22.5", "0", "65536", "-1", "1E+05", "2 222", "9" * 5000])
def test_what_is_no_port_is_a_problem(cell):
    [problem] = wanted(csv_format.read(f"id;ssh_port\nvm;{cell}\n".encode()), State())[1]
    assert problem.startswith("line 2: “ssh_port”")


@pytest.mark.parametrize("encoding", ["cp1251", "cp1252", "mac-cyrillic"])
def test_an_old_encoding_is_not_guessed(encoding):
    text = "id,description\nvm,Größe\n" if encoding == "cp1252" else "id,description\nvm,Тест\n"
    with pytest.raises(BadInventory, match="line 2 is not UTF-8; save the file as “CSV UTF-8”"):
        csv_format.read(text.encode(encoding))


def test_utf_16_without_a_mark_is_named():
    with pytest.raises(BadInventory, match="NUL"):
        csv_format.read("id\tgroup\r\n".encode("utf-16-le"))


def test_a_broken_utf_16_file_is_refused():
    with pytest.raises(BadInventory, match="not UTF-16"):
        csv_format.read("id\tgroup\r\n".encode("utf-16")[:-1])

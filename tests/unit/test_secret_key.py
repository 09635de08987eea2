import stat

import pytest

from loadzone.auth.secret_key import BadSecretKey, own_key


def test_a_key_is_made_once_and_kept_for_its_owner_alone(tmp_path):
    folder = tmp_path / "instance"
    key = own_key(folder)
    assert len(key) >= 32
    assert own_key(folder) == key
    assert stat.S_IMODE((folder / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == ["secret_key"]


def test_a_key_that_others_could_read_is_made_private(tmp_path):
    own_key(tmp_path)
    (tmp_path / "secret_key").chmod(0o644)
    own_key(tmp_path)
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"\n", b"short", b"\xff" * 40])
def test_an_unusable_key_is_refused(tmp_path, content):
    (tmp_path / "secret_key").write_bytes(content)
    with pytest.raises(BadSecretKey, match="secret_key"):
        own_key(tmp_path)

import stat
import threading
from pathlib import Path

import pytest

from openjupyter_service.errors import SettingsError
from openjupyter_service.secrets import read_or_create_secret


def test_a_secret_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "identity"
    secret = read_or_create_secret(path)
    assert len(secret) == 32 and len(set(secret)) > 8
    assert read_or_create_secret(path) == secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [each.name for each in path.parent.iterdir()] == ["identity"]


def test_secrets_differ(tmp_path: Path) -> None:
    assert len({read_or_create_secret(tmp_path / str(number)) for number in range(3)}) == 3
    assert len(read_or_create_secret(tmp_path / "short", 16)) == 16


def test_all_who_come_at_once_get_the_same(tmp_path: Path) -> None:
    secrets: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: secrets.append(read_or_create_secret(tmp_path / "new" / "key")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(secrets) == 8 and len(set(secrets)) == 1


@pytest.mark.parametrize("content", ["", "xyz", "00" * 31, "00" * 33, "\xff"])
def test_a_damaged_secret_is_not_replaced(tmp_path: Path, content: str) -> None:
    path = tmp_path / "key"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(SettingsError, match="restore it from a backup"):
        read_or_create_secret(path)
    assert path.read_text() == content


def test_a_secret_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    read_or_create_secret(path)
    path.chmod(0o640)
    with pytest.raises(SettingsError, match="chmod 600"):
        read_or_create_secret(path)

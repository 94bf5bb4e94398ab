import pytest

from openjupyter_service.store import SecretBox, Store, ToolKeys
from tests.unit.store.conftest import Clock

DAY = 24 * 3600


@pytest.fixture
def keys(store: Store) -> ToolKeys:
    return ToolKeys(store, SecretBox(b"k" * 32))


def test_the_first_key_signs_at_once(keys: ToolKeys) -> None:
    assert keys.signing() is None and keys.published() == []
    assert keys.add_first("one", "PEM 1")
    assert not keys.add_first("two", "PEM 2")
    signing = keys.signing()
    assert signing is not None and (signing.kid, signing.pem) == ("one", "PEM 1")
    assert "PEM" not in repr(signing)


def test_rotation_overlaps(keys: ToolKeys, clock: Clock) -> None:
    keys.add_first("old", "PEM 1")
    keys.add("new", "PEM 2", clock() + DAY)

    def kids() -> tuple[str, list[str]]:
        signing = keys.signing()
        assert signing is not None
        return signing.kid, [key.kid for key in keys.published()]

    assert kids() == ("old", ["new", "old"])  # platforms can get to know it before it signs
    clock.pass_(DAY)
    assert kids() == ("new", ["new", "old"])
    clock.pass_(30 * DAY + 1)
    assert kids() == ("new", ["new"])
    with pytest.raises(ValueError, match="there is a key new"):
        keys.add("new", "PEM 3", clock())


def test_private_keys_are_encrypted_at_rest(keys: ToolKeys, store: Store) -> None:
    keys.add_first("one", "PEM 1")
    with store.read() as connection:
        assert "PEM" not in str(connection.exec_driver_sql("SELECT * FROM tool_keys").all())

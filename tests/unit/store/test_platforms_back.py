"""A platform that was removed may come back under its name, known by something else, if it is the same LMS."""

from pathlib import Path

import pytest

from openjupyter_service.errors import PlatformError
from openjupyter_service.platforms import Platform13
from openjupyter_service.store import Platforms, SecretBox, Store


def platform(client_id: str) -> Platform13:
    lms = "https://lms.example.org"
    return Platform13(
        name="lms",
        issuer=lms,
        client_id=client_id,
        authorization_url=f"{lms}/a",
        token_url=f"{lms}/t",
        jwks_url=f"{lms}/k",
    )


def test_a_removed_platform_comes_back_if_it_is_known_to_be_the_same(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    store.upgrade()
    platforms = Platforms(store, SecretBox(b"k" * 32))
    assert platforms.removed_identity("lms") is None
    platforms.add(platform("one"))
    assert platforms.removed_identity("lms") is None
    with pytest.raises(PlatformError):
        platforms.add(platform("two"), same_lms=True)
    platforms.remove("lms")
    assert platforms.removed_identity("lms") == "1.3 one https://lms.example.org"
    with pytest.raises(PlatformError):
        platforms.add(platform("two"))
    platforms.add(platform("two"), same_lms=True)
    assert platforms.get("lms") == platform("two")
    assert platforms.by_issuer("https://lms.example.org", "one") == []
    platforms.remove("lms")
    assert platforms.removed_identity("lms") == "1.3 two https://lms.example.org"
    store.close()

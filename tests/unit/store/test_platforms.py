import pytest

from openjupyter_service.errors import NotFound, PlatformError, StoreError
from openjupyter_service.platforms import Platform11, Platform13
from openjupyter_service.store import Platforms, SecretBox, Store

BOX = SecretBox(b"k" * 32)
MOODLE = Platform11(name="moodle", consumer_key="key", secret="a hidden word", title="Our Moodle")  # type: ignore[arg-type]
CANVAS = Platform13(
    name="canvas",
    issuer="https://canvas.instructure.com",
    client_id="1000",
    deployments=("1:a", "2:b"),
    authorization_url="https://sso.canvaslms.com/api/lti/authorize_redirect",
    token_url="https://sso.canvaslms.com/login/oauth2/token",
    jwks_url="https://sso.canvaslms.com/api/lti/security/jwks",
)
OTHER_CLIENT = CANVAS.model_copy(update={"name": "canvas-2", "client_id": "2000"})


def test_platforms_are_kept_whole(store: Store) -> None:
    platforms = Platforms(store, BOX)
    platforms.add(MOODLE)
    platforms.add(CANVAS)
    assert platforms.all() == [CANVAS, MOODLE]
    assert platforms.get("canvas") == CANVAS and platforms.get("unknown") is None
    found = platforms.by_consumer_key("key")
    assert found == MOODLE and found.shared_secret() == "a hidden word"
    assert platforms.by_consumer_key("other") is None


def test_secrets_are_encrypted_at_rest(store: Store) -> None:
    Platforms(store, BOX).add(MOODLE)
    with store.read() as connection:
        assert "hidden" not in str(connection.exec_driver_sql("SELECT * FROM platforms").all())
    with pytest.raises(StoreError, match="another key"):
        Platforms(store, SecretBox(b"x" * 32)).get("moodle")


def test_issuer_and_client_id_find_a_platform(store: Store) -> None:
    platforms = Platforms(store, BOX, [OTHER_CLIENT])
    platforms.add(CANVAS)
    issuer = CANVAS.issuer
    assert platforms.by_issuer(issuer) == [OTHER_CLIENT, CANVAS]
    assert platforms.by_issuer(issuer, "1000") == [CANVAS]
    assert platforms.by_issuer(issuer, "3000") == platforms.by_issuer("https://other.example") == []


def test_what_is_taken_cannot_be_registered_again(store: Store) -> None:
    platforms = Platforms(store, BOX, [MOODLE])
    platforms.add(CANVAS)
    for taken, why in [
        (MOODLE, "there is a platform moodle"),
        (CANVAS, "there is a platform canvas"),
        (MOODLE.model_copy(update={"name": "second"}), "moodle has this consumer key"),
        (CANVAS.model_copy(update={"name": "second"}), "canvas has this issuer and client id"),
    ]:
        with pytest.raises(PlatformError, match=why):
            platforms.add(taken)
    platforms.add(OTHER_CLIENT)


def test_the_settings_file_is_not_changed_here(store: Store) -> None:
    platforms = Platforms(store, BOX, [MOODLE])
    assert platforms.is_configured("moodle") and not platforms.is_configured("canvas")
    with pytest.raises(PlatformError, match="settings file"):
        platforms.replace(MOODLE)
    with pytest.raises(PlatformError, match="settings file"):
        platforms.remove("moodle")


def test_a_name_never_goes_to_another_platform(store: Store) -> None:
    platforms = Platforms(store, BOX)
    platforms.add(MOODLE)
    platforms.remove("moodle")
    assert platforms.all() == [] and platforms.by_consumer_key("key") is None
    with pytest.raises(PlatformError, match="once belonged to another platform"):
        platforms.add(MOODLE.model_copy(update={"consumer_key": "another"}))
    platforms.add(MOODLE)
    assert platforms.all() == [MOODLE]


def test_a_platform_is_changed(store: Store) -> None:
    platforms = Platforms(store, BOX)
    platforms.add(CANVAS)
    platforms.add(OTHER_CLIENT)
    platforms.replace(CANVAS.model_copy(update={"deployments": ("3",)}))
    found = platforms.get("canvas")
    assert isinstance(found, Platform13) and found.deployments == ("3",)
    with pytest.raises(PlatformError, match="canvas-2 has this"):
        platforms.replace(OTHER_CLIENT.model_copy(update={"name": "canvas"}))
    with pytest.raises(NotFound, match="no platform"):
        platforms.replace(MOODLE)
    with pytest.raises(NotFound, match="no platform"):
        platforms.remove("moodle")

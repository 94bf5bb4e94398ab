import stat
import sys
from pathlib import Path

import pytest
from traitlets.config import Config

from openjupyter_service.errors import SettingsError
from openjupyter_service.hub.authenticator import OpenJupyterAuthenticator
from openjupyter_service.hub.config import apply, prepare
from openjupyter_service.hub.proxy import OpenJupyterProxy
from openjupyter_service.hub.spawner import OpenJupyterSpawner
from openjupyter_service.settings import Settings
from openjupyter_service.store import Courses, Launches, People, Store
from tests.unit.grading.followed import BOX, follow
from tests.unit.hub.site import make_settings

GATEWAY = "172.30.0.1"


def applied(settings: Settings) -> Config:
    settings.data_dir.mkdir(exist_ok=True)
    c = Config()
    apply(c, settings, GATEWAY, settings.data_dir.parent / "openjupyter.toml")
    return c


def test_the_hub_listens_where_the_settings_say(tmp_path: Path) -> None:
    c = applied(make_settings(tmp_path, bind="0.0.0.0", port=9000, hub_port=9081, proxy_api_port=9012))
    assert c.JupyterHub.bind_url == "http://0.0.0.0:9000"
    assert (c.JupyterHub.hub_ip, c.JupyterHub.hub_port) == ("127.0.0.1", 9081)
    assert c.ConfigurableHTTPProxy.api_url == "http://127.0.0.1:9012"
    assert "public_url" not in c.JupyterHub


def test_an_ipv6_address_is_written_as_one(tmp_path: Path) -> None:
    c = applied(make_settings(tmp_path, bind="::1", port=9000))
    assert c.JupyterHub.bind_url == "http://[::1]:9000"


def test_the_public_address_is_told_to_the_hub(tmp_path: Path) -> None:
    assert applied(make_settings(tmp_path, public_url="https://lab.example.org")).JupyterHub.public_url == (
        "https://lab.example.org"
    )


def test_restarts_keep_secrets_servers_and_database(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    first, second = applied(settings), applied(settings)
    assert first.JupyterHub.cookie_secret == second.JupyterHub.cookie_secret
    assert first.ConfigurableHTTPProxy.auth_token == second.ConfigurableHTTPProxy.auth_token
    assert first.CryptKeeper["keys"] == second.CryptKeeper["keys"]
    secrets = {first.JupyterHub.cookie_secret, first.CryptKeeper["keys"][0], first.ConfigurableHTTPProxy.auth_token}
    assert len(secrets) == 3
    assert first.JupyterHub.cleanup_servers is False
    assert first.JupyterHub.cleanup_proxy is True
    assert first.JupyterHub.db_url == f"sqlite:///{tmp_path}/data/hub/jupyterhub.sqlite"
    assert first.ConfigurableHTTPProxy.pid_file == f"{tmp_path}/data/hub/proxy.pid"
    for file in (tmp_path / "data" / "secrets").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_our_own_classes_are_used(tmp_path: Path) -> None:
    c = applied(make_settings(tmp_path))
    assert c.JupyterHub.authenticator_class is OpenJupyterAuthenticator
    assert c.JupyterHub.spawner_class is OpenJupyterSpawner
    assert c.JupyterHub.proxy_class is OpenJupyterProxy
    assert c.Authenticator.allow_all is True
    assert c.OpenJupyterAuthenticator.site.platforms[0].name == "demo"


def test_a_container_is_limited(tmp_path: Path) -> None:
    learner = {"memory": "2G", "cpus": 1.5, "pids": 99, "image": "lab:7", "start_seconds": 77}
    c = applied(make_settings(tmp_path, learner=learner))
    host = c.DockerSpawner.extra_host_config
    assert (c.DockerSpawner.mem_limit, host["memswap_limit"]) == ("2G", "2G")
    assert (c.DockerSpawner.cpu_limit, host["pids_limit"]) == (1.5, 99)
    assert host["cap_drop"] == ["ALL"]
    assert host["security_opt"] == ["no-new-privileges"]
    assert host["init"] is True
    assert host["dns"] == ["127.0.0.1"]
    assert c.DockerSpawner.image == "lab:7"
    assert c.Spawner.start_timeout == c.Spawner.http_timeout == 77


def test_names_carry_the_networks_name(tmp_path: Path) -> None:
    c = applied(make_settings(tmp_path, learner={"network": "lab"}))
    assert c.DockerSpawner.network_name == "lab"
    assert c.DockerSpawner.use_internal_ip is True
    assert c.DockerSpawner.remove is True
    assert c.DockerSpawner.name_template == "lab-{username}"
    assert c.DockerSpawner.volumes == {"lab-{username}": "/home/learner"}
    assert c.DockerSpawner.extra_create_kwargs == {"labels": {"openjupyter.site": "lab", "openjupyter.role": "learner"}}


def test_a_container_is_told_addresses_and_no_secret(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, gateway_port=8123, learner={"idle_kernel_seconds": 60})
    c = applied(settings)
    assert c.Spawner.hub_connect_url == "http://172.30.0.1:8123"
    assert c.Spawner.environment == {
        "OPENJUPYTER_URL": "http://172.30.0.1:8123/services/openjupyter",
        "OPENJUPYTER_KERNEL_IDLE_SECONDS": "60",
    }
    assert "env_keep" not in c.Spawner


def test_a_learners_token_reaches_the_service_and_no_more(tmp_path: Path) -> None:
    c = applied(make_settings(tmp_path))
    assert c.Spawner.server_token_scopes == [
        "users:activity!user",
        "access:servers!server",
        "access:services!service=openjupyter",
    ]
    roles = {role["name"]: role for role in c.JupyterHub.load_roles}
    assert roles["user"]["scopes"] == ["self", "access:services!service=openjupyter"]
    assert roles["openjupyter-culler"]["services"] == ["openjupyter-culler"]
    assert not any("admin" in scope for role in roles.values() for scope in role["scopes"])


def test_the_services_are_started_by_the_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///run/other.sock")
    monkeypatch.setenv("MY_PASSWORD", "secret")
    c = applied(make_settings(tmp_path, service_port=9011, port=9000, gateway_port=9001, bind="0.0.0.0"))
    services = {service["name"]: service for service in c.JupyterHub.services}
    service = services["openjupyter"]
    assert service["url"] == "http://127.0.0.1:9011"
    assert service["command"] == [sys.executable, "-m", "openjupyter_service.web"]
    assert service["environment"]["OPENJUPYTER_SETTINGS"] == str(tmp_path / "openjupyter.toml")
    assert service["environment"]["DOCKER_HOST"] == "unix:///run/other.sock"
    assert "MY_PASSWORD" not in service["environment"]
    assert service["oauth_no_confirm"] is True
    gateway = services["openjupyter-gateway"]["command"]
    assert gateway[-4:] == ["--listen", "172.30.0.1:9001", "--target", "127.0.0.1:9000"]
    assert services["openjupyter-culler"]["command"][-1] == "--timeout=3600"
    assert not any(each.get("admin") for each in services.values())


def test_servers_need_not_be_culled(tmp_path: Path) -> None:
    c = applied(make_settings(tmp_path, learner={"idle_server_seconds": 0}))
    assert [service["name"] for service in c.JupyterHub.services] == ["openjupyter", "openjupyter-gateway"]
    assert [role["name"] for role in c.JupyterHub.load_roles] == ["user"]


def launched(settings: Settings, *launches: tuple[str, str]) -> None:
    """Note launches: learner, course."""
    settings.data_dir.mkdir()
    store = Store(settings.store_url)
    store.upgrade()
    for learner, course in launches:
        Launches(store).record(
            platform="demo",
            context_id="",
            resource_link_id=course,
            learner=learner,
            course=course,
            exercise="warm-up",
        )
    store.close()


def test_the_internet_follows_a_learners_courses(tmp_path: Path) -> None:
    courses = [
        {"name": name, "repository": "/x", "private": "/x", "internet": internet}
        for name, internet in (("closed", False), ("open", True))
    ]
    settings = make_settings(tmp_path, courses=courses, learner={"network": "lab"})
    launched(settings, ("ada", "open"), ("ada", "closed"), ("bob", "closed"))
    c = applied(settings)
    assert c.OpenJupyterSpawner.internet_network == "lab-internet"
    rule = c.OpenJupyterSpawner.needs_internet
    assert [rule("ada"), rule("bob"), rule("nobody")] == [True, False, False]


def test_without_such_a_course_nobody_has_the_internet(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    launched(settings, ("ada", "python"))
    assert applied(settings).OpenJupyterSpawner.needs_internet("ada") is False


def test_a_course_that_is_followed_while_the_hub_runs_counts_at_once(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, learner={"network": "lab"})
    launched(settings, ("ada", "genes"), ("bob", "python"))
    spawner = applied(settings).OpenJupyterSpawner
    assert not spawner.needs_internet("ada") and spawner.data_sets("ada") == ()
    (tmp_path / "sets").mkdir()
    store = Store(settings.store_url)
    follow(settings, store, "genes", internet=True, datasets=tmp_path / "sets")
    assert [spawner.needs_internet(learner) for learner in ("ada", "bob")] == [True, False]
    assert [[each.target for each in spawner.data_sets(learner)] for learner in ("ada", "bob")] == [
        ["/srv/data/genes"],
        [],
    ]
    Courses(store, BOX).remove("genes")
    assert not spawner.needs_internet("ada") and spawner.data_sets("ada") == ()
    store.close()


def test_data_sets_of_followed_courses_must_not_lie_in_others(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, courses=courses_with_data(tmp_path))
    launched(settings)
    (tmp_path / "sets/a/inner").mkdir(mode=0o755)
    store = Store(settings.store_url)
    follow(settings, store, "genes", datasets=tmp_path / "sets/a/inner")
    store.close()
    with pytest.raises(SettingsError, match="learners of one would read those of the other"):
        prepare(settings)


def test_the_network_with_internet_is_made_once_when_a_learner_needs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[str, str | None, bool]] = []

    def ensure(name: str, port: int, *, site: str | None = None, internet: bool = False) -> str:
        made.append((name, site, internet))
        if len(made) == 1:
            raise SettingsError("the Docker engine does not answer")
        return GATEWAY

    monkeypatch.setattr("openjupyter_service.hub.config.ensure_network", ensure)
    ensure_internet = applied(make_settings(tmp_path, learner={"network": "lab"})).OpenJupyterSpawner.ensure_internet
    assert made == []
    with pytest.raises(SettingsError):
        ensure_internet()
    ensure_internet()
    ensure_internet()
    assert made == [("lab-internet", "lab", True)] * 2, "a failure is tried again, a network that is there is not"


def test_a_learner_gets_the_language_that_the_lms_told(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    store = Store(settings.store_url)
    store.upgrade()
    People(store).remember("ada", "Ada", "de-DE")
    People(store).remember("bob", "Bob", None)
    store.close()
    rule = applied(settings).OpenJupyterSpawner.locale_of
    assert [rule("ada"), rule("bob"), rule("nobody")] == ["de-DE", None, None]


def courses_with_data(folder: Path) -> list[dict[str, object]]:
    """Courses a and b with a data set each, and c without."""
    courses: list[dict[str, object]] = []
    for name in ("a", "b", "c"):
        course: dict[str, object] = {"name": name, "repository": "/x/git", "private": "/x/private"}
        if name != "c":
            (folder / "sets" / name).mkdir(parents=True, mode=0o755)
            course["datasets"] = folder / "sets" / name
        courses.append(course)
    return courses


def test_data_sets_are_those_of_a_learners_courses_and_no_others(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, courses=courses_with_data(tmp_path))
    launched(settings, ("ada", "a"), ("ada", "b"), ("ada", "a"), ("bob", "b"), ("cid", "c"))
    rule = applied(settings).OpenJupyterSpawner.data_sets
    places = {learner: [each.target for each in rule(learner)] for learner in ("ada", "bob", "cid", "nobody")}
    assert places == {"ada": ["/srv/data/a", "/srv/data/b"], "bob": ["/srv/data/b"], "cid": [], "nobody": []}


def test_without_data_sets_nothing_is_mounted(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    launched(settings, ("ada", "python"))
    assert applied(settings).OpenJupyterSpawner.data_sets("ada") == ()


def test_a_data_set_that_is_not_there_stops_the_hub_with_a_sentence(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, courses=courses_with_data(tmp_path))
    (tmp_path / "sets/b").chmod(0o750)
    with pytest.raises(SettingsError, match=r"course b: .* cannot be read by learners; try: chmod -R o\+rX"):
        prepare(settings)
    (tmp_path / "sets/b").rmdir()
    with pytest.raises(SettingsError, match=r"course b: .* cannot be opened: No such file"):
        prepare(settings)
    (tmp_path / "sets/b").write_text("")
    with pytest.raises(SettingsError, match=r"course b: .* is no folder"):
        prepare(settings)
    assert not settings.data_dir.exists()

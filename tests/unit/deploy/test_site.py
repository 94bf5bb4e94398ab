import os
import stat
import tomllib
from pathlib import Path

import pytest

from deploy import toml
from deploy.errors import SetupError
from deploy.site import site_name, write_site
from openjupyter_service.errors import SettingsError
from openjupyter_service.platforms import Platform11, Platform13
from openjupyter_service.settings import load_settings

IMAGES = {"base": "openjupyter-base:1", "learner": "openjupyter-learner:2", "judge": "openjupyter-judge:3"}
PROXY = ["/usr/bin/node", "/a folder/configurable-http-proxy"]


def write(data_dir: Path, bind: str = "127.0.0.1", port: int = 8000, lms_port: int = 8010):
    return write_site(data_dir, bind, port, lms_port, IMAGES, PROXY)


def test_the_settings_file_is_what_the_hub_reads(tmp_path: Path) -> None:
    site = write(tmp_path / "data")
    settings = load_settings(site.settings_file)
    assert settings == site.settings
    assert (settings.bind, settings.port, settings.proxy_command) == ("127.0.0.1", 8000, PROXY)
    assert settings.learner.image == settings.grading.sandbox_image == "openjupyter-learner:2"
    assert settings.grading.judge_image == "openjupyter-judge:3"
    assert [(course.name, course.repository) for course in settings.courses] == [
        ("sample", tmp_path / "data/courses/sample.git")
    ]
    platform, by_issuer = settings.platforms
    assert isinstance(platform, Platform11) and isinstance(by_issuer, Platform13)
    assert (by_issuer.issuer, by_issuer.deployments) == (site.lms_url, ("1",))
    assert platform.shared_secret() == site.secret_file.read_text()
    assert len(platform.shared_secret()) >= 32
    ports = [settings.service_port, settings.hub_port, settings.proxy_api_port, settings.gateway_port, 8000, 8010]
    assert len(set(ports)) == 6
    assert (site.hub_url, site.lms_url) == ("http://127.0.0.1:8000", "http://127.0.0.1:8010")


def test_secrets_are_for_their_owner_only(tmp_path: Path) -> None:
    site = write(tmp_path / "data")
    assert stat.S_IMODE(site.secret_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(site.data_dir.stat().st_mode) == 0o700


def test_the_next_start_keeps_ports_secret_and_edits(tmp_path: Path) -> None:
    first = write(tmp_path / "data")
    secret = first.secret_file.read_text()
    values = tomllib.loads(first.settings_file.read_text())
    values["learner"]["memory"] = "2G"
    values["courses"][0]["internet"] = True
    values["courses"].append({"name": "statistics", "repository": "/srv/statistics.git", "private": "/srv/hidden"})
    values["platforms"].insert(0, {"name": "moodle", "consumer_key": "m", "secret": "s"})
    first.settings_file.write_text(toml.dumps(values))

    second = write(tmp_path / "data", port=8100)
    assert second.secret_file.read_text() == secret
    assert second.settings.port == 8100
    for name in ("service_port", "hub_port", "proxy_api_port", "gateway_port"):
        assert getattr(second.settings, name) == getattr(first.settings, name)
    assert second.settings.learner.memory == "2G"
    assert {course.name: course.internet for course in second.settings.courses} == {"sample": True, "statistics": False}
    assert {platform.name for platform in second.settings.platforms} == {"demo", "demo13", "moodle"}


def test_two_installations_share_no_name(tmp_path: Path) -> None:
    one, two = write(tmp_path / "one"), write(tmp_path / "two")
    assert one.name == site_name(tmp_path / "one") != two.name
    assert one.name.startswith("openjupyter-")


def test_a_broken_settings_file_is_named(tmp_path: Path) -> None:
    file = write(tmp_path / "data").settings_file
    file.write_text("port = [")
    with pytest.raises(SetupError, match=r"openjupyter\.toml is not TOML: .*mend it or delete it"):
        write(tmp_path / "data")
    file.write_text("nonsense = 1")
    with pytest.raises(SettingsError, match="nonsense"):
        write(tmp_path / "data")


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupError, match=r"the data directory .*/file/data cannot be written: "):
        write(tmp_path / "file/data")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_data_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o500)
    with pytest.raises(SetupError, match="cannot be written"):
        write(tmp_path / "data")

"""One TOML file, read once and checked."""

import json
from pathlib import Path
from typing import Any

import pytest

from openjupyter_service.errors import SettingsError
from openjupyter_service.settings import Settings, load_settings, parse_bytes, settings_path

GOOD = """
data_dir = "/var/lib/openjupyter"
public_url = "https://lab.example.org"

[[platforms]]
name = "moodle"
consumer_key = "key"
secret = "hidden-word"

[[platforms]]
name = "openhpi"
consumer_key = "other"
secret_file = "SECRET_FILE"

[[courses]]
name = "python"
repository = "/srv/python.git"
private = "/srv/python-tests"

[learner]
memory = "2G"

[grading]
workers = 4
runtime = "runsc"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "openjupyter.toml"
    path.write_text(text)
    return path


def refused(path: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    sentence = str(caught.value)
    assert str(path) in sentence and "\n" not in sentence
    return sentence


def test_settings_are_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from a file\n")
    settings = load_settings(write(tmp_path, GOOD.replace("SECRET_FILE", str(tmp_path / "secret"))))
    assert (settings.learner.memory, settings.grading.workers, settings.grading.runtime) == ("2G", 4, "runsc")
    moodle, openhpi = settings.platform("moodle"), settings.platform("openhpi")
    assert moodle is not None and moodle.shared_secret() == "hidden-word"
    assert openhpi is not None and openhpi.shared_secret() == "from a file"
    course = settings.course("python")
    assert course is not None and (course.branch, course.internet) == ("main", False)
    assert (settings.course("rust"), settings.platform("rust")) == (None, None)


def test_the_shortest_settings_are_safe(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, 'data_dir = "/data"'))
    assert (settings.bind, settings.port, settings.courses, settings.platforms) == ("127.0.0.1", 8000, [], [])
    assert settings.store_url == "sqlite:////data/openjupyter.sqlite"


def test_another_database(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, 'data_dir = "/data"\ndatabase_url = "postgresql://db/x"'))
    assert settings.store_url == "postgresql://db/x"


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, GOOD))
    for text in (repr(settings), str(settings), str(settings.model_dump()), settings.model_dump_json()):
        assert "hidden-word" not in text


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, GOOD))
    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1
    with pytest.raises(ValueError, match="frozen"):
        settings.grading.workers = 1


def test_the_environment_names_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("OPENJUPYTER_SETTINGS", raising=False)
    assert settings_path() == Path("openjupyter.toml")
    monkeypatch.setenv("OPENJUPYTER_SETTINGS", str(write(tmp_path, 'data_dir = "/here"')))
    assert load_settings().data_dir == Path("/here")


def test_a_file_that_is_missing_or_none(tmp_path: Path) -> None:
    assert "name one with OPENJUPYTER_SETTINGS" in refused(tmp_path / "missing.toml")
    assert "cannot be read" in refused(tmp_path)
    assert "is not TOML" in refused(write(tmp_path, "data_dir = "))
    assert "is not TOML" in refused(write(tmp_path, "a = 1\na = 2"))


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "openjupyter.toml"
    path.write_bytes(b"data_dir = '\xff'")
    assert "is not TOML" in refused(path)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (("data_dir", "data_folder"), "data_dir"),
        (('data_dir = "/var/lib/openjupyter"', "data_dir = 5"), "data_dir"),
        (("public_url", "publik_url"), "publik_url"),
        (('name = "moodle"', 'name = "Moodle 1"'), "platforms.0.name"),
        (('name = "python"', 'name = "../python"'), "courses.0.name"),
        (('name = "python"', 'name = "-python"'), "courses.0.name"),
        (('name = "python"', f'name = "{"x" * 65}"'), "courses.0.name"),
        (('consumer_key = "key"', 'consumer_key = ""'), "platforms.0.consumer_key"),
        (('secret = "hidden-word"', ""), "platforms.0"),
        (('secret = "hidden-word"', 'secret = "hidden-word"\nsecret_file = "x"'), "platforms.0"),
        (('memory = "2G"', 'memory = "2X"'), "learner.memory"),
        (("workers = 4", "workers = 0"), "grading.workers"),
        (("workers = 4", "workers = 65"), "grading.workers"),
        (('runtime = "runsc"', "speed = 1"), "grading.speed"),
        (("public_url", "port = 70000\npublic_url"), "port"),
    ],
)
def test_a_wrong_value_is_named_without_its_secret(tmp_path: Path, change: tuple[str, str], where: str) -> None:
    assert change[0] in GOOD
    sentence = refused(write(tmp_path, GOOD.replace(*change, 1)))
    assert f"a wrong value for {where}:" in sentence and "hidden-word" not in sentence


def with_data(tmp_path: Path, folder: str, **others: str) -> Path:
    """Settings whose course python has this data set; `others` are courses by name."""
    text = GOOD.replace("SECRET_FILE", "/srv/secrets/openhpi").replace(
        'private = "/srv/python-tests"', f'private = "/srv/python-tests"\ndatasets = {json.dumps(folder)}'
    )
    for name, other in others.items():
        repository = f"repository = '/srv/{name}.git'\nprivate = '/srv/{name}-tests'"
        text += f"\n[[courses]]\nname = '{name}'\n{repository}\ndatasets = {json.dumps(other)}\n"
    return write(tmp_path, text)


def test_a_data_set_has_its_place_in_containers(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    settings = load_settings(with_data(tmp_path, str(tmp_path / "link")))
    course = settings.course("python")
    assert course is not None
    (data,) = course.data_sets
    assert (data.source, data.target) == (str(tmp_path / "real"), "/srv/data/python")
    plain = load_settings(write(tmp_path, GOOD)).course("python")
    assert plain is not None and plain.data_sets == ()


@pytest.mark.parametrize(
    ("folder", "reason"),
    [
        ("data", "no absolute path"),
        ("/srv/../etc/data", "no absolute path without '..'"),
        ("/srv/x/../../root", "no absolute path without '..'"),
        ("/", "whole system folder"),
        ("/srv", "whole system folder"),
        ("//srv", "whole system folder"),
        ("/root", "whole system folder"),
        ("/etc/ssl", "files of the system"),
        ("/proc/1", "files of the system"),
        ("/run/docker", "files of the system"),
        ("/var/run/docker.sock", "files of the system"),
        ("/var/lib", "files of the system"),
        ("/var/lib/docker/volumes/x/_data", "files of the system"),
        ("/srv/a\x1bb", "nobody can see"),
        ("/var/lib/openjupyter", "data_dir"),
        ("/var/lib/openjupyter/hub", "data_dir"),
        ("/srv/python-tests", "the private half of python"),
        ("/srv/python-tests/basket", "the private half of python"),
        ("/srv/python.git/objects", "the repository of python"),
        ("/srv/secrets", "the secret of openhpi"),
    ],
)
def test_a_data_set_that_would_give_away_more(tmp_path: Path, folder: str, reason: str) -> None:
    assert reason in refused(with_data(tmp_path, folder))


def test_a_link_in_a_data_sets_path_hides_nothing(tmp_path: Path) -> None:
    (tmp_path / "data").symlink_to("/etc/ssl")
    assert "files of the system" in refused(with_data(tmp_path, str(tmp_path / "data")))
    (tmp_path / "tests").symlink_to("/srv/python-tests")
    assert "the private half of python" in refused(with_data(tmp_path, str(tmp_path / "tests")))


def test_the_settings_file_is_no_data(tmp_path: Path) -> None:
    assert "lies in the datasets of python" in refused(with_data(tmp_path, str(tmp_path)))


def test_data_sets_of_several_courses(tmp_path: Path) -> None:
    assert "of python and rust lie in one another" in refused(with_data(tmp_path, "/srv/d", rust="/srv/d/rust"))
    assert "of python and rust lie in one another" in refused(with_data(tmp_path, "/srv/d/python", rust="/srv/d"))
    assert "the private half of rust" in refused(with_data(tmp_path, "/srv/rust-tests/x", rust="/srv/d/rust"))
    settings = load_settings(with_data(tmp_path, "/srv/d/python", rust="/srv/d/rust"))
    assert [each.target for course in settings.courses for each in course.data_sets] == [
        "/srv/data/python",
        "/srv/data/rust",
    ]
    # The same folder for two courses is said in so many words.
    load_settings(with_data(tmp_path, "/srv/d/both", rust="/srv/d/both"))


@pytest.mark.parametrize(
    ("text", "size"),
    [
        (0, 0),
        (1024, 1024),
        ("1048576", 2**20),
        ("512M", 512 * 2**20),
        ("1.5G", 3 * 2**29),
        (" 10 k ", 10_240),
        ("2GB", 2**31),
    ],
)
def test_sizes(text: Any, size: int) -> None:
    assert parse_bytes(text) == size


@pytest.mark.parametrize("text", ["", "M", "-1M", "1T", "1e3", "1,5G", "1.G", ".5G", "0x10", "1 M M", "inf", None])
def test_what_is_no_size(text: Any) -> None:
    with pytest.raises(ValueError, match="is not a size"):
        parse_bytes(text)


def test_sizes_stay_as_they_were_written() -> None:
    settings = Settings.model_validate({"data_dir": "/d", "learner": {"memory": "1.5G"}})
    assert settings.learner.memory == "1.5G"

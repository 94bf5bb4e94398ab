"""One TOML file, read once and checked."""

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

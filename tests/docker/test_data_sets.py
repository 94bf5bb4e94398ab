"""A data set in the whole site: a learner opens the exercises of two courses, and grades one that reads data."""

from pathlib import Path

import docker
import pytest

from tests.docker.elsewhere import LearnerElsewhere
from tests.running_site import ROOT, running_site

pytestmark = pytest.mark.docker

SETTINGS = """
[[courses]]
name = "more"
repository = "{site}/courses/sample.git"
private = "{root}/hidden_tests"
datasets = "{data}"
"""
LINK = "ds-warm-up"
READ = "print(*sorted(__import__('os').listdir('/srv/data')), open('/srv/data/more/numbers.txt').read())"


def test_who_opens_a_course_with_data_gets_it_and_nobody_else(tmp_path: Path) -> None:
    data_dir, data = tmp_path / "site", tmp_path / "numbers"
    data_dir.mkdir()
    data.mkdir(mode=0o755)
    (data / "numbers.txt").write_text("1 2 3")
    (data_dir / "openjupyter.toml").write_text(SETTINGS.format(site=data_dir, root=ROOT, data=data))
    engine = docker.from_env()
    with running_site(data_dir) as site:
        person = site.people[0]["user_id"]
        plain = site.learner(person)
        learner = LearnerElsewhere(
            site.lms_url, person, secret=(data_dir / "secrets/demo-lms").read_text().strip(), course="more"
        )
        plain.launch(LINK)
        notebook = plain.pull()
        assert "FileNotFoundError" in plain.run(notebook, READ)
        plain.write("mine.txt", "kept")
        name = f"{site.settings.learner.network}-{plain.server_url.rpartition('/')[2]}"
        first = engine.containers.get(name).id
        # The same person opens the other course: the server that runs has no data, so that another takes its place.
        learner.launch(LINK)
        assert learner.server_url == plain.server_url and engine.containers.get(name).id != first
        assert learner.pull() == notebook.replace("sample/", "more/", 1)
        assert learner.run(notebook, READ).strip() == "more 1 2 3"
        assert learner.read("mine.txt") == "kept"
        # From now on the server stays what it is, whatever is opened.
        second = engine.containers.get(name).id
        learner.launch(LINK)
        plain.launch(LINK)
        assert engine.containers.get(name).id == second
    engine.close()

"""Course updates in the learner's image: Git has the merge driver, the server tells what was not taken."""

import json
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest

from deploy.scripted_learner import ScriptedLearner
from openjupyter_service.exercises.repository import publish
from tests.running_site import ROOT, RunningSite, running_site

pytestmark = pytest.mark.docker

LINK = "ds-warm-up"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    with running_site(tmp_path_factory.mktemp("updates") / "site") as running:
        yield running


def updates(learner: ScriptedLearner, notebook: str) -> list[dict[str, str]]:
    url = f"{learner.server_url}/openjupyter/api/updates"
    answer = learner.session.get(url, params={"path": notebook}, timeout=60)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, str]] = answer.json()["updates"]
    return found


def test_a_course_that_changes_under_a_learner(site: RunningSite, tmp_path: Path) -> None:
    learner = site.learner(site.people[0]["user_id"])
    learner.launch(LINK)
    notebook = learner.pull()
    learner.wait_for_lab()
    assert updates(learner, notebook) == []

    content = learner.read(notebook)
    codes = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
    codes[1]["source"] = "mine = 1"
    for number, cell in enumerate(codes):  # run and saved: by lines, everything is touched
        cell |= {"execution_count": number, "outputs": [{"output_type": "stream", "name": "stdout", "text": "1\n"}]}
    learner.write(notebook, content)

    course = copytree(ROOT / "notebooks", tmp_path / "course")
    file = course / "warm-up/warm-up.ipynb"
    changed = json.loads(file.read_text())
    theirs = [cell for cell in changed["cells"] if cell["cell_type"] == "code"]
    theirs[0]["source"], theirs[1]["source"] = ["mended = 0"], ["theirs = 1"]
    file.write_text(json.dumps(changed, indent=1) + "\n")
    publish(course, site.settings.courses[0].repository)

    learner.pull()
    merged = [cell for cell in learner.read(notebook)["cells"] if cell["cell_type"] == "code"]
    assert ["".join(cell["source"]) for cell in merged[:2]] == ["mended = 0", "mine = 1"]
    (matter,) = updates(learner, notebook)
    assert (matter["mine"], matter["theirs"], matter["kind"]) == ("mine = 1", "theirs = 1", "changed")
    body = {"path": notebook, "choice": "theirs"} | {name: matter[name] for name in ("file", "key", "digest")}
    answer = learner.session.post(
        f"{learner.server_url}/openjupyter/api/updates", json=body, headers=learner._headers(), timeout=60
    )
    assert answer.status_code == 200, answer.text
    merged = [cell for cell in learner.read(notebook)["cells"] if cell["cell_type"] == "code"]
    assert "".join(merged[1]["source"]) == "theirs = 1"
    assert "mine = 1" in str(learner.read(answer.json()["kept"])) and updates(learner, notebook) == []
    learner.stop_server()

"""The built page of the JupyterLab extension: built once for the same sources, by the Node that is at hand."""

import json
import subprocess
import tomllib
from pathlib import Path

import pytest

from deploy import node
from deploy.errors import SetupError
from images.page import BUILT, SOURCES, built_page, install_packages, sources

BUILD = f"""
case "$1" in
ci) mkdir -p node_modules/x ;;
run) test -d node_modules/x && mkdir -p {BUILT}/static && cat package.json > {BUILT}/package.json \
    && cat src/index.ts > {BUILT}/static/page.js ;;
esac
"""


@pytest.fixture
def labextension(tmp_path: Path) -> Path:
    folder = tmp_path / "labextension"
    for name in ("src/index.ts", "style/base.css", "schema/plugin.json", "package.json", "package-lock.json", "x.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


def test_a_page_is_built_once_for_the_same_sources(fake_program, labextension: Path, tmp_path: Path) -> None:
    fake_program("node", "echo v22.1.0")
    calls = fake_program("npm", BUILD)
    home, log = tmp_path / "home", tmp_path / "log"
    first = built_page(labextension, home, log)
    assert (first / "static/page.js").read_text() == "src/index.ts"
    assert built_page(labextension, home, log) == first
    assert [line.split()[0] for line in calls.read_text().splitlines()] == ["ci", "run"]

    (labextension / "x.py").write_text("not of the page")
    assert built_page(labextension, home, log) == first
    (labextension / "src/index.ts").write_text("changed")
    second = built_page(labextension, home, log)
    assert second != first and (second / "static/page.js").read_text() == "changed"
    assert sorted(path.name for path in home.iterdir()) == sorted([first.name, second.name])


def test_packages_are_installed_once_for_the_same_lock_file(fake_program, labextension: Path, tmp_path: Path) -> None:
    fake_program("node", "echo v22.1.0")
    calls = fake_program("npm", BUILD)
    for text in ("one", "one", "another"):
        (labextension / "package-lock.json").write_text(text)
        # What npm does with an old node_modules: it makes a new one.
        install_packages(labextension, tmp_path / "home", tmp_path / "log")
    assert calls.read_text().splitlines() == ["ci --ignore-scripts --no-audit --no-fund"] * 2


def test_a_build_that_failed_leaves_nothing_that_looks_finished(
    fake_program, labextension: Path, tmp_path: Path
) -> None:
    fake_program("node", "echo v22.1.0")
    fake_program("npm", 'test "$1" = ci && mkdir -p node_modules && exit; echo "error TS2304: no name"; exit 2')
    with pytest.raises(SetupError, match="building the JupyterLab extension failed: error TS2304: no name"):
        built_page(labextension, tmp_path / "home", tmp_path / "log")
    fake_program("npm", BUILD.replace("test -d node_modules/x &&", ""))
    assert (built_page(labextension, tmp_path / "home", tmp_path / "log") / "package.json").is_file()


def test_what_npm_runs_finds_the_same_node(
    fake_program, labextension: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one that is not on PATH, as that from the Python package index."""
    fake_program("npm", 'test "$1" = ci && mkdir -p node_modules/x')
    hidden = tmp_path / "elsewhere/node"
    hidden.parent.mkdir()
    hidden.write_text("#!/bin/sh\necho this one\n")
    hidden.chmod(0o755)
    monkeypatch.setattr(node, "find_node", lambda: (str(hidden), [str(tmp_path / "bin/npm")]))
    npm = install_packages(labextension, tmp_path / "home", tmp_path / "log")
    assert subprocess.run([*npm[:2], "node"], capture_output=True, text=True, check=True).stdout == "this one\n"


def test_no_network_is_one_sentence(fake_program, labextension: Path, tmp_path: Path) -> None:
    fake_program("node", "echo v22.1.0")
    fake_program("npm", "echo 'npm error code EAI_AGAIN'; exit 1")
    with pytest.raises(SetupError, match="because the network could not be reached"):
        install_packages(labextension, tmp_path / "home", tmp_path / "log")


def test_the_projects_own_sources_are_complete_and_name_no_registry() -> None:
    project = Path(__file__).resolve().parents[3] / "labextension"
    found = sources(project)
    assert {name.split("/")[0] for name in found} == set(SOURCES)
    assert b'"resolved"' not in found["package-lock.json"].content


def test_both_halves_have_one_version() -> None:
    project = Path(__file__).resolve().parents[3] / "labextension"
    version = tomllib.loads((project / "pyproject.toml").read_text())["project"]["version"]
    locale = project / "openjupyter/locale/de_DE/LC_MESSAGES/openjupyter.json"
    assert json.loads((project / "package.json").read_text())["version"] == version
    assert json.loads(locale.read_text())[""]["version"] == version

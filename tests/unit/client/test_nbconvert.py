"""The grading cell without JupyterLab: run by nbconvert, and exported, where a report is HTML that needs nothing."""

import os
import re
import subprocess
import sys
from html import escape, unescape
from pathlib import Path

import nbformat
import pytest
from nbconvert import HTMLExporter

from tests.unit.client.conftest import PlayedService, stream
from tests.unit.client.test_render import NASTY, WHOLE, submission


@pytest.fixture
def launched(service: PlayedService, notebook: Path, monkeypatch: pytest.MonkeyPatch) -> PlayedService:
    monkeypatch.setenv("OPENJUPYTER_URL", service.url)
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "token")
    report = {**WHOLE, "tests": [{**WHOLE["tests"][0], "title": NASTY}]}
    service.answer("/api/courses/python/exercise", (200, {"name": "means", "files": []}))
    service.answer("/api/submissions", (202, {"id": "s1"}))
    service.answer("/api/submissions/s1/events", (200, stream({"state": "done"})))
    service.answer("/api/submissions/s1", (200, submission(report=report)))
    return service


def nbconvert(notebook: Path, output: str, *options: str) -> str:
    """What nbconvert makes of a notebook, run in the environment of its kernel."""
    folder = notebook.parents[3]
    command = [sys.executable, "-m", "nbconvert", str(notebook), "--output", output, "--output-dir", str(folder)]
    environment = {**os.environ, "JUPYTER_RUNTIME_DIR": str(folder / "runtime"), "IPYTHONDIR": str(folder / "ipython")}
    subprocess.run([*command, *options], env=environment, check=True, capture_output=True, timeout=120)
    return (folder / output).read_text()


def write(notebook: Path, source: str) -> None:
    cells = [nbformat.v4.new_code_cell(source)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), notebook)


def exported(notebook: nbformat.NotebookNode, **options: bool) -> str:
    """`nbconvert --to html`."""
    page, _ = HTMLExporter(**options).from_notebook_node(notebook)
    return str(page)


def words(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub("<[^>]*>", " ", page)))


def test_a_run_keeps_the_report_and_exports_show_it(launched: PlayedService, notebook: Path) -> None:
    write(notebook, "import openjupyter\nopenjupyter.grade()")
    executed = nbformat.reads(nbconvert(notebook, "executed.ipynb", "--execute", "--to", "notebook"), as_version=4)
    (output,) = executed.cells[0].outputs
    assert set(output.data) == {"text/plain", "text/html"}, "the script that saves is gone"
    assert output.data["text/plain"].startswith("Graded as last saved, at ")
    assert "Some tests did not pass: 1.5 of 3 points (50%)" in output.data["text/plain"]

    page = exported(executed)
    assert page.count("openjupyter-report") == 1
    assert NASTY in unescape(re.sub("<[^>]*>", "", page))
    # A page without a report has everything of nbconvert's own; the hostile title is text.
    without = exported(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")]))
    html = output.data["text/html"].replace(escape(NASTY), "")
    for what in (r"<script\b", r"https?://", r"\bsrc=", r"\bhref=", r"url\(", r"@import", r"<link\b"):
        assert not re.search(what, html), what
        if what != r"\bsrc=":  # of the title
            assert len(re.findall(what, page)) == len(re.findall(what, without)), what

    sanitized = words(exported(executed, sanitize_html=True))
    for sentence in ("1.5 of 3 points", "Partly passed.", "yours 3, expected 4", "Hint: Look again."):
        assert sentence in sanitized
    assert len(launched.asked("/api/submissions")) == 1, "an export submits nothing"


def test_the_magic_in_one_go(launched: PlayedService, notebook: Path) -> None:
    write(notebook, "%load_ext openjupyter\n%grade")
    page = nbconvert(notebook, "page.html", "--to", "html", "--execute")
    assert "Some tests did not pass: 1.5 of 3 points (50%)" in words(page)
    assert "jupyterapp" not in page


def test_outside_of_a_course_it_says_what_to_do(home: Path) -> None:
    notebook = home / "downloads" / "copy" / "means.ipynb"
    notebook.parent.mkdir(parents=True)
    write(notebook, "%load_ext openjupyter\n%grade")
    page = nbconvert(notebook, "page.html", "--to", "html", "--execute")
    assert "This notebook was not opened from a course, so nothing was submitted." in page

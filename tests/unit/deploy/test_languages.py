"""The catalogues are complete, and the tool that keeps them would notice if they were not."""

import ast
import shutil
from pathlib import Path

import pytest
from babel.messages.pofile import write_po

from deploy.languages import CATALOGUES, LANGUAGES, PROJECT, Source, Texts, extracted, main, mistakes, read, update

SAMPLE = Texts("sample", "package", (Source("package", "*.py"), Source("package", "*.html", "jinja2")))
PYTHON = """
_("One {name}")
ngettext("{count} point", "{count} points", 3)
pgettext("decimal sign", ".")
TABLE = {"a": N_("Later")}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    package = tmp_path / "package"
    package.mkdir()
    (package / "texts.py").write_text(PYTHON)
    (package / "page.html").write_text('<p title="{{ _("Of a page") }}"></p>')
    update(SAMPLE, "de", tmp_path)
    return tmp_path


def translate(project: Path, changes: dict[str, object]) -> None:
    """Fill the sample in, with some texts otherwise."""
    whole: dict[str, object] = {
        **{"One {name}": "Ein {name}", "{count} point": ("{count} Punkt", "{count} Punkte"), ".": ","},
        **{"Later": "Später", "Of a page": "Einer Seite"},
    }
    path = SAMPLE.po("de", project)
    catalog = read(path, "de", "sample")
    for message in catalog:
        key = message.id if isinstance(message.id, str) else message.id[0]
        if key:
            message.string = (whole | changes)[key]  # type: ignore[assignment]
    with path.open("wb") as file:
        write_po(file, catalog)
    update(SAMPLE, "de", project)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("texts", CATALOGUES, ids=lambda texts: texts.domain)
def test_everything_is_translated(texts: Texts, language: str) -> None:
    assert mistakes(texts, language) == []
    assert len(list(extracted(texts))) > 20


@pytest.mark.parametrize("texts", CATALOGUES, ids=lambda texts: texts.domain)
def test_no_text_is_overlooked(texts: Texts) -> None:
    """Babel sees no call inside of an f-string, and none whose text is not a plain one."""
    there = {
        text for message in extracted(texts) for text in ([message.id] if isinstance(message.id, str) else message.id)
    }
    for path in (path for source in texts.sources if source.method == "python" for path in source.files(PROJECT)):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or not node.args:
                continue
            if node.func.id == "_" and isinstance(node.args[0], ast.JoinedStr):
                pytest.fail(f"{path}:{node.lineno}: a text that is put together cannot be translated")
            count = {"_": 1, "N_": 1, "ngettext": 2}.get(node.func.id, 0)
            for text in node.args[:count]:
                if isinstance(text, ast.Constant):
                    assert text.value in there, f"{path}:{node.lineno}"


def test_a_whole_catalogue_has_no_mistakes(project: Path) -> None:
    assert len(mistakes(SAMPLE, "de", project)) == 5, "nothing is translated yet"
    translate(project, {})
    assert mistakes(SAMPLE, "de", project) == []
    before = {path: path.read_bytes() for path in project.rglob("*.?o")}
    update(SAMPLE, "de", project)
    assert before == {path: path.read_bytes() for path in project.rglob("*.?o")} and len(before) == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"Later": ""}, "is not translated"),
        ({"One {name}": "Ein {nome}"}, "other placeholders"),
        ({"One {name}": "Ein"}, "other placeholders"),
        ({"One {name}": "Ein {name"}, "no text with placeholders"),
        ({"{count} point": ("{count} Punkt", "Punkte")}, "other placeholders"),
        ({"{count} point": ("{count} Punkt", "")}, "is not translated"),
        ({"Later": " Später"}, "spaces at its ends"),
    ],
)
def test_what_is_wrong_is_told(project: Path, changes: dict[str, object], words: str) -> None:
    translate(project, changes)
    (found,) = mistakes(SAMPLE, "de", project)
    assert words in found


def test_what_is_old_is_told(project: Path) -> None:
    translate(project, {})
    (project / "package" / "texts.py").write_text(PYTHON.replace("Later", "Sooner"))
    first, second = mistakes(SAMPLE, "de", project)
    assert "'Sooner'" in first and "is not in the catalogue" in first
    assert "'Later'" in second and "in no source" in second
    update(SAMPLE, "de", project)
    assert "'Sooner' is not translated" in mistakes(SAMPLE, "de", project)[0]


def test_a_file_that_was_not_compiled_is_told(project: Path) -> None:
    translate(project, {})
    path = SAMPLE.po("de", project)
    path.write_text(path.read_text().replace("Später", "Nachher"))
    assert mistakes(SAMPLE, "de", project) == ["sample (de): sample.mo is not what sample.po gives"]
    shutil.copy(path, path.with_suffix(".mo"))
    assert len(mistakes(SAMPLE, "de", project)) == 1


def test_the_command_tells_that_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0
    assert capsys.readouterr().err == ""

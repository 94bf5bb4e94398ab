"""Mistakes in exercise.toml: file, line, and the nearest name that would be right."""

from pathlib import Path

import pytest

from openjupyter_service.exercises.mistakes import ExerciseFileError, read_exercise_file

TITLE = 'title = "T"\n'


def told(folder: Path, text: str | bytes) -> list[str]:
    """The sentences about a file, without its name."""
    path = folder / "exercise.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ExerciseFileError) as caught:
        read_exercise_file(path)
    return [sentence.removeprefix(str(path)).lstrip(", :") for sentence in caught.value.sentences()]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('\n\ntitel = "x"', "line 3: there is no key `titel`; did you mean `title`?"),
        ('[limit]\nmemory = "1G"', "line 2: there is no key `limit`; did you mean `[limits]`?"),
        ("[[sample]]\n", "line 2: there is no key `sample`; did you mean `[[samples]]`?"),
        (
            "[limits]\ntest-seconds = 3",
            "line 3: there is no key `test-seconds` in [limits]; did you mean `test_seconds`?",
        ),
        (
            '[[samples]]\npath = "a"\nscore = 1\n[[samples]]\npth = "b"\nscore = 1',
            "line 6: there is no key `pth` in [[samples]]; did you mean `path`?",
        ),
        ('memory = "1G"', "line 2: the key `memory` does not belong here; it belongs below the line [limits]"),
        (
            '[limits]\nreveal = "calls"',
            "line 3: the key `reveal` does not belong here; it belongs to the top of the file, "
            "before the first line in brackets",
        ),
        (
            "[style]\ntest_second = 1",
            "line 3: there is no key `test_second` in [style]; did you mean `test_seconds`? "
            "Then it belongs below the line [limits]",
        ),
        (
            "[style]\nxyz = 1",
            "line 3: there is no key `xyz` in [style]; the keys here are `weight`, `select`, `ignore`, `points_off`",
        ),
        ('reveal = "cals"', 'line 2: `reveal` must be one of "none", "calls", "diff"; did you mean "calls"?'),
        ("reveal = 3", 'line 2: `reveal` must be one of "none", "calls", "diff"'),
        (
            'notebook = "basket.txt"',
            "line 2: `notebook`: 'basket.txt' is not a notebook; its name must end with .ipynb",
        ),
        ('image = "two words"', "line 2: `image`: 'two words' is not a name; it must be one word"),
        ("files = 'a.py'", 'line 2: `files` must be a list in brackets, such as ["one", "two"], not \'a.py\''),
        ("files = [\n 'a.py',\n 3,\n]", "line 4: item 2 of `files` must be text in quotes, not 3"),
        ("files = [\n 'a.py',\n '../b',\n]", "line 4: item 2 of `files`: '../b' is not a path inside the course"),
        ("[limits]\ntest_seconds = '5'", "line 3: `test_seconds` must be a number, not '5'"),
        ("[limits]\ntest_seconds = true", "line 3: `test_seconds` must be a number, not true"),
        ("[limits]\ntest_seconds = nan", "line 3: `test_seconds` must be a finite number, not nan"),
        ("[limits]\ntest_seconds = 900", "line 3: `test_seconds` must be less than or equal to 600, not 900"),
        ("[limits]\nmemory = 512", "line 3: `memory` must be text in quotes, not 512"),
        ("[limits]\nmemory = '1M'", "line 3: `memory`: 1M is too little; 64M is the least"),
        ("[limits]\noutput = 'lots'", "line 3: `output`: 'lots' is not a size; write for example 512M or 2G"),
        ("limits = 5", "line 2: `limits` is written as a line [limits], with its keys in the lines below"),
        ("[[limits]]", "line 2: `limits` is written as a line [limits], with its keys in the lines below"),
        (
            "[samples]\nscore = 1",
            "line 2: `samples` is written as a line [[samples]], with its keys in the lines below",
        ),
        ("[[samples]]\nscore = 1", "line 2: `path` is missing in this [[samples]]"),
        (
            'data = ["a.csv"]\nfiles = ["a.csv"]',
            "a.csv is named twice; a file is the notebook, one of `files`, or one of `data`",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, sentence: str) -> None:
    assert told(tmp_path, text if "titel" in text else TITLE + text) == [sentence]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("title = Basket", 'line 1: this is not TOML: invalid value (column 9); text needs quotes: title = "Basket"'),
        ("title =\n", "line 1: this is not TOML: invalid value (column 8); there is no value after the ="),
        ('title: "x"', "line 1: this is not TOML: expected '=' after a key in a key/value pair (column 6); "
         "write = between a key and its value"),
        ('title = "x', "line 1: this is not TOML: "),
        (f'{TITLE}title = "y"', "line 2: this is not TOML: cannot overwrite a value"),
        (f"{TITLE}[limits\n", "line 2: this is not TOML: expected ']'"),
        (b"title = 'a'\nnotebook = '\xff'", "line 2: this is not UTF-8 text; save the file as UTF-8"),
        ("x = " + "[" * 5_000 + "]" * 5_000, "this is not TOML: "),
    ],
)  # fmt: skip
def test_what_is_no_toml_is_told_with_its_line(tmp_path: Path, text: str | bytes, sentence: str) -> None:
    (found,) = told(tmp_path, text)
    assert found.startswith(sentence)


def test_all_mistakes_are_told_in_the_order_of_their_lines(tmp_path: Path) -> None:
    found = told(tmp_path, "\n[limits]\nmemory = 1\ntest_second = 1\n[style]\nweight = 2")
    assert [sentence.split(":")[0] for sentence in found] == [
        '`title` is missing; write for example title = "A shopping basket"',
        "line 3",
        "line 4",
        "line 6",
    ]
    with pytest.raises(ExerciseFileError, match=r"\(and 3 more in this file\)$"):
        read_exercise_file(tmp_path / "exercise.toml")


def test_files_are_named_as_seen_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "hidden_tests/basket/exercise.toml"
    path.parent.mkdir(parents=True)
    path.write_text("titel = 1")
    monkeypatch.chdir(tmp_path)
    for given in (path, Path("hidden_tests/basket/exercise.toml")):
        with pytest.raises(ExerciseFileError, match=r"^hidden_tests/basket/exercise\.toml, line 1: there is no key"):
            read_exercise_file(given)
    monkeypatch.chdir(tmp_path / "hidden_tests/basket")
    with pytest.raises(ExerciseFileError, match=r"^exercise\.toml, line 1: "):
        read_exercise_file(path)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ExerciseFileError, match=r"exercise\.toml: cannot be read: No such file"):
        read_exercise_file(tmp_path / "exercise.toml")


def test_a_byte_order_mark_and_windows_lines_are_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "exercise.toml"
    path.write_bytes(b"\xef\xbb\xbftitle = 'T'\r\n[limits]\r\nmemory = '1G'\r\n")
    assert read_exercise_file(path).limits.memory_bytes == 2**30

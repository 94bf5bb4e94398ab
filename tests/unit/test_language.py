"""Which language somebody reads, and errors in it."""

import pytest

from openjupyter_service.errors import NotFound
from openjupyter_service.language import Speech, chosen

GERMAN = "de-DE,de;q=0.9,en;q=0.8"


@pytest.mark.parametrize(
    ("locale", "accepted", "expected"),
    [
        ("de-DE", "", "de"),
        ("de_AT", "en", "de"),
        ("en-GB", GERMAN, "en"),
        ("fr-FR", GERMAN, "de"),
        ("fr-FR", "fr", "en"),
        (None, GERMAN, "de"),
        (None, "en-GB,en;q=0.9,de;q=0.8", "en"),
        (None, "fr, de;q=0.5, en;q=0.1", "de"),
        (None, "en;q=0.1, de;q=0.9", "de"),
        (None, "en;q=0, de", "de"),
        (None, "*", "en"),
        (None, "de;q=nan, en", "en"),
        (None, "de;q=often", "en"),
        (None, ";;;,,, q=1", "en"),
        (None, "x," * 100_000 + "de", "en"),
        (None, "", "en"),
    ],
)
def test_the_launch_decides_then_the_browser_then_english(locale: str | None, accepted: str, expected: str) -> None:
    assert chosen(locale, accepted) == expected


def test_texts_and_numbers() -> None:
    german, english = Speech("de"), Speech("en")
    assert (german.text("Cancel"), english.text("Cancel"), german.text("unknown {x}")) == (
        "Abbrechen", "Cancel", "unknown {x}",
    )  # fmt: skip
    assert german.text("") == ""
    forms = ("{count} exercise chosen", "{count} exercises chosen")
    assert [german.plural(*forms, count) for count in (1, 2)] == ["1 Aufgabe ausgewählt", "2 Aufgaben ausgewählt"]
    assert [german.percent(0.755), english.percent(0.755)] == ["75,5\u00a0%", "75.5 %"]


def test_an_error_is_english_until_it_is_said() -> None:
    error = NotFound("there is no course {name}", name="'{x}'")
    assert str(error) == "there is no course '{x}'"
    assert error.said(Speech("de")) == "es gibt keinen Kurs '{x}'"
    plain = NotFound("what stands {here} is no placeholder")
    assert str(plain) == plain.said(Speech("de")) == "what stands {here} is no placeholder"

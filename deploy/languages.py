"""Catalogues of the texts that people read: `python -m deploy.languages` brings them up to date.

A catalogue is a folder `locale` with a file for translators (.po) and the same for gettext (.mo) in each language. Both
are in the repository, so that nothing has to be built where the packages are installed.
"""

import argparse
import io
import string
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from babel.messages import Catalog, Message
from babel.messages.extract import extract, extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PROJECT = Path(__file__).resolve().parent.parent
LANGUAGES = ("de",)
"""Besides English, which is in the sources."""
KEYWORDS: Mapping[str, Any] = {"_": None, "N_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
COMMENT = "Translators:"
HEADER = "# OpenJupyter's texts in another language, under the BSD 3-Clause License."
FIELDS = {
    "project": "OpenJupyter",
    "version": "0",
    "msgid_bugs_address": "nobody",
    "last_translator": "nobody",
    "language_team": "none",
}
"""What gettext wants to see at the head of a file."""


@dataclass(frozen=True)
class Source:
    """Files with texts: a folder in the project, a pattern in it, and how Babel reads them."""

    folder: str
    pattern: str
    method: str = "python"
    but: str | None = None
    """A folder in it that has a catalogue of its own."""

    def files(self, project: Path) -> list[Path]:
        """In the order of their names."""
        but = project / self.but if self.but else None
        found = sorted((project / self.folder).glob(self.pattern))
        return [path for path in found if but is None or not path.is_relative_to(but)]


@dataclass(frozen=True)
class Texts:
    """The catalogue of one package that is installed by itself: gettext's domain, its folder, and its sources."""

    domain: str
    home: str
    sources: tuple[Source, ...]

    def po(self, language: str, project: Path = PROJECT) -> Path:
        """The file for translators; gettext's is beside it."""
        return project / self.home / "locale" / language / "LC_MESSAGES" / f"{self.domain}.po"


CATALOGUES = (
    Texts(
        "client",
        "labextension/openjupyter/client",
        (Source("labextension/openjupyter/client", "*.py"), Source("labextension/openjupyter/workspace", "*.py")),
    ),
    Texts(
        "service",
        "openjupyter_service",
        (
            Source("openjupyter_service", "**/*.py", but="openjupyter_service/judge"),
            Source("openjupyter_service/hub/templates", "*.html", "jinja2"),
            Source("openjupyter_service/web/templates", "*.html", "tornado"),
        ),
    ),
    Texts("judge", "openjupyter_service/judge", (Source("openjupyter_service/judge", "*.py"),)),
)


def extract_tornado(file: IO[bytes]) -> Iterator[Any]:
    """What Babel's `extract` gives, for a template of tornado: it is Python once it is compiled."""
    from tornado.template import Loader

    path = Path(file.name)
    code = Loader(str(path.parent), autoescape="xhtml_escape").load(path.name).code
    return iter(list(extract("python", io.BytesIO(code.encode()), KEYWORDS, [COMMENT])))


def extracted(texts: Texts, project: Path = PROJECT) -> Catalog:
    """All texts as the sources have them now."""
    catalog = Catalog(project="OpenJupyter", domain=texts.domain)
    for source in texts.sources:
        for path in source.files(project):
            place = [(path.relative_to(project).as_posix(), 0)]
            for _, message, comments, context in _messages(path, source.method):
                catalog.add(message, locations=place, auto_comments=comments, context=context)
    return catalog


def _messages(path: Path, method: str) -> list[Any]:
    if method == "tornado":
        with path.open("rb") as file:
            return list(extract_tornado(file))
    # Jinja's own method takes a template that it cannot read for one without texts, unless it is told not to.
    return list(extract_from_file(method, path, KEYWORDS, [COMMENT], {"silent": "false"}))


def update(texts: Texts, language: str, project: Path = PROJECT) -> None:
    """Put new texts into the file for translators, take those out that are gone, and compile it."""
    path = texts.po(language, project)
    path.parent.mkdir(parents=True, exist_ok=True)
    catalog = read(path, language, texts.domain)
    catalog.update(extracted(texts, project), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    with path.open("wb") as file:
        write_po(file, catalog, width=110, sort_by_file=True, include_lineno=False)
    path.with_suffix(".mo").write_bytes(compiled(catalog))


def read(path: Path, language: str, domain: str) -> Catalog:
    """A catalogue from its file; an empty one where there is no file yet."""
    if not path.exists():
        return Catalog(language, domain=domain, header_comment=HEADER, fuzzy=False, **FIELDS)
    with path.open("rb") as file:
        return read_po(file, language, domain)


def compiled(catalog: Catalog) -> bytes:
    """What gettext reads."""
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def mistakes(texts: Texts, language: str, project: Path = PROJECT) -> list[str]:
    """What is wrong with a catalogue, a sentence each."""
    path = texts.po(language, project)
    catalog, wanted = read(path, language, texts.domain), extracted(texts, project)
    name = f"{texts.domain} ({language})"
    there, needed = _keys(catalog), _keys(wanted)
    found = [f"{name}: {key!r} is not in the catalogue" for key in sorted(needed - there, key=str)]
    found += [f"{name}: {key!r} is in the catalogue, and in no source" for key in sorted(there - needed, key=str)]
    found += [f"{name}: {problem}" for message in catalog if message.id for problem in _wrong(message, catalog)]
    binary = path.with_suffix(".mo")
    if not binary.exists() or binary.read_bytes() != compiled(catalog):
        found.append(f"{name}: {binary.name} is not what {path.name} gives")
    return found


def _keys(catalog: Catalog) -> set[tuple[Any, str | None]]:
    return {(message.id, message.context) for message in catalog if message.id}


def _wrong(message: Message, catalog: Catalog) -> Iterator[str]:
    forms, ids = _forms(message.string), _forms(message.id)
    if message.fuzzy:
        yield f"{message.id!r} is marked as fuzzy"
    if not all(forms) or (len(ids) > 1 and len(forms) != catalog.num_plurals):
        yield f"{message.id!r} is not translated"
        return
    source = ids[-1]
    for number, form in enumerate(forms):
        # "One score" may be written out where English does so, too.
        like = ids if number == 0 else [source]
        try:
            if placeholders(form) not in map(placeholders, like):
                yield f"{form!r} has other placeholders than {source!r}"
        except ValueError:
            yield f"{form!r} is no text with placeholders"
        if form.strip() != form and source.strip() == source:
            yield f"{form!r} has spaces at its ends"


def _forms(text: Any) -> list[str]:
    """A text, or its singular and plurals."""
    return [str(form or "") for form in text] if isinstance(text, list | tuple) else [str(text or "")]


def placeholders(text: str) -> list[str]:
    """Names and formats of the {placeholders} in a text; ValueError where its braces are wrong."""
    return sorted(f"{name}:{spec}" for _, name, spec, _ in string.Formatter().parse(text) if name is not None)


def main(arguments: list[str] | None = None) -> int:
    """The command line; 1 when something is left to translate or to mend."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.languages",
        description="Bring the catalogues of translated texts up to date, and tell what is left to translate.",
    )
    parser.add_argument("--check", action="store_true", help="change nothing")
    options = parser.parse_args(arguments)
    found = []
    for texts in CATALOGUES:
        for language in LANGUAGES:
            if not options.check:
                update(texts, language)
            found += mistakes(texts, language)
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

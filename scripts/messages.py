"""Messages for translation: extract, update, check. Run: python scripts/messages.py update.

extract   write locale/valence.pot, the English sentences and the files they stand in
update    the same, then bring zh.po up to it and list what lacks a translation
check     say what is missing or has other places; exit code 1 if anything is

Translations are kept: a sentence that changed is listed as missing, and the old one stays below as
obsolete, to be copied from.
"""

from __future__ import annotations

import argparse
import ast
import builtins
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).parent.parent / "src/valence"
LOCALE = SOURCE / "kit/locale"
LANGUAGES = ("zh",)
_CALLS = {"message", "_", "worded", "Message"}
_ERROR = re.compile(r"[A-Z]\w*Error")
# Errors of the language speak to developers; everything else that ends so is ours.
_BUILT_IN = {name for name in dir(builtins) if name.endswith("Error")} | {"ValidationError"}
# Declarations whose sentence is a plain argument: its place, and its name where it is named.
_DECLARED = {
    "Column": (2, "meaning"),  # what a column of the lake means
    "_pseudonym": (2, "meaning"),
    "CanonicalTable": (1, "grain"),
}
# In a capability's `definitions.py` or `bond_definition.py` a `Field(description=…)` says
# to whoever defines what a setting does; elsewhere descriptions are those of the API, which speaks
# English to developers.
_SETTINGS = re.compile(r"(\w+/){0,2}(\w+_)?definitions?\.py")
Found = tuple[str, int, str]  # file, line, sentence


def sentences(root: Path = SOURCE) -> Iterator[Found]:
    """Yield every sentence for a person below a folder, file by file."""
    for path in sorted(root.rglob("*.py")):
        name = path.relative_to(root).as_posix()
        settings = _SETTINGS.fullmatch(name) is not None
        for line, text in _of_python(path.read_text("utf-8"), settings=settings):
            yield name, line, text
    for path in sorted(root.rglob("templates/**/*.html")):
        name = path.relative_to(root).as_posix()
        for line, text in _of_template(path):
            yield name, line, text


def _of_python(text: str, *, settings: bool) -> Iterator[tuple[int, str]]:
    """Yield the sentences of `message(…)`, `ask._(…)`, our errors, and of declarations."""
    for node in ast.walk(ast.parse(text)):
        if settings and isinstance(node, ast.ClassDef) and (said := ast.get_docstring(node)):
            yield node.lineno, said.splitlines()[0]  # what a definition decides
        if not isinstance(node, ast.Call):
            continue
        argument = _sentence_of(node, settings=settings)
        for said in _literals(argument) if argument is not None else ():
            yield node.lineno, said


def _sentence_of(call: ast.Call, *, settings: bool) -> ast.expr | None:
    """Return the argument of a call that is a sentence for a person."""
    name = getattr(call.func, "id", "") or getattr(call.func, "attr", "")
    if name in _CALLS or (_ERROR.fullmatch(name) and name not in _BUILT_IN):
        return call.args[0] if call.args else None
    if settings and name == "Field":
        place, keyword = len(call.args), "description"
    elif name in _DECLARED:
        place, keyword = _DECLARED[name]
    else:
        return None
    named = (each.value for each in call.keywords if each.arg == keyword)
    return call.args[place] if len(call.args) > place else next(named, None)


def _literals(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)


def _of_template(path: Path) -> Iterator[tuple[int, str]]:
    keywords: dict[str, None] = {"_": None, "message": None}
    with path.open("rb") as opened:
        found = extract("jinja2.ext:babel_extract", opened, keywords=keywords)
        for line, text, *_ in found:
            for said in text if isinstance(text, tuple) else (text,):
                if said:
                    yield line, said


def template(found: Iterable[Found]) -> Catalog:
    """Return the catalogue of English sentences, each with the files it stands in."""
    made = Catalog(project="Valence", charset="utf-8", fuzzy=False)
    for file, _, text in found:
        # Files without lines: a catalogue that changes with every line moved is never read.
        entry = made.get(text)
        if entry is None:
            made.add(text, locations=[(file, None)])
        elif (file, None) not in entry.locations:
            entry.locations.append((file, None))
    return made


def read(code: str) -> Catalog:
    """Return a catalogue as it is kept; an empty one if there is none."""
    path = LOCALE / f"{code}.po"
    if not path.is_file():
        return Catalog(locale="zh_Hans_CN", project="Valence", charset="utf-8", fuzzy=False)
    with path.open("rb") as opened:
        return read_po(opened, locale="zh_Hans_CN")


def missing(code: str, wanted: Catalog) -> list[str]:
    """Return the sentences that a catalogue does not translate."""
    kept = {entry.id: entry for entry in read(code) if entry.string and not entry.fuzzy}
    return [str(entry.id) for entry in wanted if entry.id and entry.id not in kept]


def places(text: str) -> set[str]:
    """Return the `{named}` places of a sentence, with `!r` and the like."""
    return {
        f"{name}{'!' + how if how else ''}{':' + form if form else ''}"
        for _, name, form, how in Formatter().parse(text)
        if name is not None
    }


def wrong(code: str) -> list[str]:
    """Return the translations whose places are not those of the sentence."""
    faults = []
    for entry in read(code):
        if not entry.id or not entry.string:
            continue
        try:
            same = {p.split("!")[0] for p in places(entry.id)} == {
                p.split("!")[0] for p in places(entry.string)
            }
        except ValueError:
            same = entry.id.count("{") == entry.string.count("{")
        if not same:
            faults.append(f"{entry.id!r} → {entry.string!r}")
    return faults


def write(catalogue: Catalog, path: Path, *, obsolete: bool = True) -> None:
    """Write a catalogue, sorted by sentence, without a date: the same input gives the same file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as opened:
        write_po(
            opened,
            catalogue,
            width=100,
            sort_output=True,
            ignore_obsolete=not obsolete,
            omit_header=True,
        )
    text = path.read_text("utf-8")
    header = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    path.write_text(header + text.lstrip("\n"), "utf-8")


def update(code: str, wanted: Catalog) -> None:
    """Bring a catalogue up to the sentences; translations are kept."""
    kept = read(code)
    kept.update(wanted, no_fuzzy_matching=True)
    write(kept, LOCALE / f"{code}.po")


def main() -> int:
    """Run one of the three verbs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("verb", choices=("extract", "update", "check"))
    verb = parser.parse_args().verb
    wanted = template(sentences())
    if verb != "check":
        write(wanted, LOCALE / "valence.pot", obsolete=False)
    faults = 0
    for code in LANGUAGES:
        if verb == "update":
            update(code, wanted)
        lacking = missing(code, wanted) if verb != "extract" else []
        broken = wrong(code) if verb != "extract" else []
        faults += len(lacking) + len(broken)
        for text in lacking:
            sys.stdout.write(f"{code}: no translation of {text!r}\n")
        for text in broken:
            sys.stdout.write(f"{code}: other places in {text}\n")
    sys.stdout.write(f"{len(wanted)} sentences; {faults} to mend.\n")
    return 1 if faults and verb == "check" else 0


if __name__ == "__main__":
    sys.exit(main())

"""Every sentence is extracted, translated with the same places, and reaches the page."""

import importlib.util
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from valence.kit.languages import catalogue

SCRIPT = Path(__file__).parents[2] / "scripts/messages.py"
_spec = importlib.util.spec_from_file_location("messages_script", SCRIPT)
script = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(script)


def test_every_sentence_has_a_chinese_translation():
    lacking = script.missing("zh", script.template(script.sentences()))
    assert lacking == [], "run `python scripts/messages.py update` and translate what it lists"


def test_every_translation_has_the_places_of_its_sentence():
    assert script.wrong("zh") == []


def test_chinese_has_its_own_punctuation():
    """Outside of code; brackets may be code where no quotes are."""
    han = "\u4e00-\u9fff\u3000-\u303f“”"
    half = re.compile(rf"(?<=[{han}])[,:;?]|[,:;?](?=[{han}])")
    texts = {text: re.sub("`[^`]*`", "``", text) for text in catalogue("zh").values()}
    assert [text for text, plain in texts.items() if half.search(plain)] == []


def test_all_forms_of_a_sentence_are_found(tmp_path):
    (tmp_path / "a.py").write_text(
        'message("One {x}.", x=1)\n'
        'raise BusyError("Two." if a else "Three.")\n'
        'raise ValueError("not for people")\n'
        'ask._("Four " "lines.")\n'
        'Column("worth", "amount", "Seven.", required=True)\n'
        'Field(3, description="For developers.")\n'
    )
    (tmp_path / "definitions.py").write_text(
        'class Tiers:\n    """Nine."""\n    share = Field(3, ge=1, description="Eight.")\n'
    )
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/b.html").write_text(
        "{{ _('Five {n}', n=2) }} {{ v.head(message('Six')) }}"
    )
    found = [text for _, _, text in script.sentences(tmp_path)]
    said = ["One {x}.", "Two.", "Three.", "Four lines.", "Seven.", "Nine.", "Eight."]
    assert found == [*said, "Five {n}", "Six"]


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("Know", "了解"),
        ("Customers", "客户"),
        ("Cohorts", "同期群"),
        ("not enough data", "数据不足"),
    ],
)
def test_the_glossary_is_kept(english, chinese):
    assert catalogue("zh")[english] == chinese


class Words(HTMLParser):
    """Collects the text that a reader meets, without data (`translate="no"`)."""

    VOID = frozenset({"meta", "link", "input", "img", "br"})
    SILENT = frozenset({"script", "style", "title"})

    def __init__(self):
        super().__init__()
        self.open, self.found = [], []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        hidden = tag in self.SILENT or given.get("translate") == "no"
        if not any(hides for _, hides in self.open) and not hidden:
            names = ("aria-label", "title", "data-done")  # a placeholder is a rule, not words
            self.found += [given[n] for n in names if given.get(n)]
        if tag not in self.VOID:
            self.open.append((tag, hidden))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if not any(hides for _, hides in self.open):
            self.found.append(data)


def unwrapped(html):
    parser = Words()
    parser.feed(html)
    text = " ".join(parser.found)
    bare = re.sub(r"⟦[^⟦⟧]*⟧", "", text)
    while bare != text:  # a sentence within a sentence
        text, bare = bare, re.sub(r"⟦[^⟦⟧]*⟧", "", bare)
    return re.findall(r"[^\W\d_]{2,}", bare)


@pytest.mark.parametrize(
    "path", ["/demo", "/demo/customers", "/demo/customers?where=ordrs>3", "/demo/form", "/nothing"]
)
def test_no_word_of_a_page_escapes_translation(web, path):
    web.cookies.set("valence_language", "xx")
    known = {"CSV", "Parquet", "Gold", "Silver"}  # names of formats and of data
    assert set(unwrapped(web.get(path).text)) - known == set()

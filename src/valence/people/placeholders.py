"""Placeholders: what people and systems write where an identifier is not known, in lower case."""

from __future__ import annotations


def _lines(text: str) -> frozenset[str]:
    return frozenset(line.strip() for line in text.replace("|", "\n").splitlines())


WORDS = _lines(
    "n/a|na|n.a.|#n/a|none|(none)|null|(null)|<null>|nil|nan|undefined|unknown|unbekannt|inconnu|"
    "desconocido|anonymous|anonym|guest|gast|empty|blank|missing|default|example|test|tester|"
    "testing|dummy|fake|xx|xxx|xxxx|not set|(not set)|not available|not provided|tbd|tba|no email|"
    "noemail|nomail|no-email|no phone|nophone|-|--|---|.|?|??|???|0|-1|"
    "无|没有|未知|不详|匿名|游客|空|测试|暂无"
)
ADDRESSES = _lines(
    "test@test|test@test.com|test@test.de|test@test.test|test@gmail.com|a@a.com|a@b.c|a@b.com|"
    "abc@abc.com|asdf@asdf.com|none@none.com|no@no.com|no@email.com|na@na.com|n@a.com|"
    "null@null.com|unknown@unknown.com|user@example.com|test@example.com|email@email.com|"
    "mail@mail.com|xxx@xxx.com|guest@guest.com"
)
LOCAL_PARTS = _lines(
    "n/a|none|null|undefined|unknown|noemail|nomail|no-email|no.email|no_email|noreply|no-reply|"
    "donotreply|do-not-reply"
)

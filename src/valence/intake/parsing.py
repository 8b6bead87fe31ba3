"""Parsing in SQL: cells of text become numbers, truth values and texts; what cannot is null.

Each function returns one expression over a cell, so that an engine reads a million cells in one
pass. Numbers have two readings, by which sign marks the decimals: `point` (1,234.50) and `comma`
(1.234,50). The reading is one for the whole column, because 1.234 alone could be either.
"""

from __future__ import annotations

from typing import Literal

from valence.lake.workbench import literal

Decimals = Literal["point", "comma"]

# What systems write where they have nothing. For text only the unmistakable ones count: NA is
# Namibia, None is a surname.
NULL_WORDS = (
    "", "null", "none", "nan", "n/a", "na", "#n/a", "nil", "-", "--", "—", "?", "\\n", "(null)",
    "undefined", "nat", "无", "空", "未知",
)  # fmt: skip
NULL_TEXTS = ("", "NULL", "null", "\\N", "#N/A", "(null)")

CURRENCY_SIGNS = {
    "US$": "USD", "R$": "BRL", "A$": "AUD", "C$": "CAD", "HK$": "HKD", "S$": "SGD", "NT$": "TWD",
    "£": "GBP", "€": "EUR", "$": "USD", "¥": "JPY", "\uffe5": "CNY", "元": "CNY", "圓": "TWD",
    "円": "JPY", "₹": "INR", "₽": "RUB", "₩": "KRW", "₺": "TRY", "zł": "PLN", "Kč": "CZK",
    "Fr.": "CHF", "kr": "SEK", "USD": "USD", "EUR": "EUR", "GBP": "GBP", "CNY": "CNY",
    "RMB": "CNY", "JPY": "JPY", "CHF": "CHF", "BRL": "BRL", "AUD": "AUD", "CAD": "CAD",
    "HKD": "HKD", "SEK": "SEK", "NOK": "NOK", "DKK": "DKK", "PLN": "PLN", "INR": "INR",
}  # fmt: skip
_DOLLARS = {"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "TWD"}

TRUE_WORDS = ("true", "t", "yes", "y", "1", "on", "x", "ja", "oui", "si", "sí", "是", "有", "真")
FALSE_WORDS = ("false", "f", "no", "n", "0", "off", "nein", "non", "否", "无", "没有", "假")

# Longest first, so that R$ is not read as a dollar after a letter.
_SIGN = "(?:" + "|".join(
    sign.replace("$", r"\$").replace(".", r"\.")
    for sign in sorted(CURRENCY_SIGNS, key=lambda sign: (-len(sign), sign))
) + ")"  # fmt: skip
_MINUS = "[-−‐–]"  # hyphen, minus sign, and the two that word processors put in its place
_SPACES = ("chr(160)", "chr(8239)", "chr(8201)")
# Thousands stand in threes, or as in India in twos before a last three; never 1,5.
_DIGITS: dict[Decimals, str] = {
    "point": r"(?:[0-9]{1,3}(?:[, '’][0-9]{2,3})*[, '’][0-9]{3}|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+",
    "comma": r"(?:[0-9]{1,3}(?:[. '’][0-9]{2,3})*[. '’][0-9]{3}|[0-9]+)(?:,[0-9]*)?|,[0-9]+",
}


def let(value: str, name: str, body: str) -> str:
    """Return SQL that computes `value` once and calls it `name` within `body`."""
    return f"list_transform([{value}], lambda {name}: {body})[1]"


def trimmed(cell: str) -> str:
    """Return SQL for a cell without blanks around it, of whatever kind."""
    blanks = "' ' || chr(9) || chr(10) || chr(13) || chr(160) || chr(8239) || chr(12288)"
    return f"trim({cell}, {blanks})"


def text_sql(cell: str) -> str:
    """Return SQL for a trimmed text, null where it says nothing."""
    words = " ".join(f"WHEN {cell} = {literal(word)} THEN NULL" for word in NULL_TEXTS)
    # Trimming reads every letter; whether it is needed shows in the first and the last one. Most
    # that need it end in plain spaces only, for which the engine has a quicker way.
    spaces = f"regexp_full_match({cell}, '[!-~].*[!-~] +')"
    # ="0123" is how exports keep Excel from making a number of a text.
    guarded = f"starts_with({cell}, '=\"') AND ends_with({cell}, '\"')"
    return (
        f"CASE WHEN {cell} < '!' OR ends_with({cell}, ' ') THEN CASE WHEN {spaces} THEN "
        f"rtrim({cell}) ELSE nullif({trimmed(cell)}, '') END {words} "
        f"WHEN {guarded} THEN nullif(trim(({cell})[3:-2]), '') ELSE {cell} END"
    )


def number_sql(cell: str, decimals: Decimals, kind: str = "DECIMAL(18,4)") -> str:
    """Return SQL for a number of an SQL type, null where the text is none.

    It takes currency signs and codes, thousands separators, (1.50) and 1.50- as negative, and
    12 % as 0.12. Plain numbers take a short way.
    """
    slow = f"try_cast({_number(cell, decimals)} AS {kind})"
    if decimals == "comma":
        return slow
    if kind == "DOUBLE":  # which would take nan and inf
        plain = f"regexp_full_match({cell}, '-?[0-9]{{1,15}}[.]?[0-9]{{0,9}}')"
        return f"CASE WHEN {plain} THEN try_cast({cell} AS DOUBLE) ELSE {slow} END"
    return f"coalesce(try_cast({cell} AS {kind}), {slow})"


def boolean_sql(cell: str) -> str:
    """Return SQL for a truth value, null where the text is none."""
    true = ", ".join(literal(word) for word in TRUE_WORDS)
    false = ", ".join(literal(word) for word in FALSE_WORDS)
    word = f"lower({trimmed(cell)})"
    return (
        f"CASE WHEN list_contains([{true}], {word}) THEN true "
        f"WHEN list_contains([{false}], {word}) THEN false END"
    )


def blank_sql(cell: str) -> str:
    """Return SQL that is true where a cell of a number, date or truth value says nothing."""
    words = ", ".join(literal(word) for word in NULL_WORDS)
    # IN would be made a join over all rows, before any condition around it is looked at.
    return f"({cell} IS NULL OR list_contains([{words}], lower({trimmed(cell)})))"


def currency_of_sign_sql(cell: str, home: str) -> str:
    """Return SQL for the ISO code of the sign in an amount, null without one.

    `$` and `¥` belong to several currencies: the brand's own (`home`) where it is one of them.
    """
    signs = dict(CURRENCY_SIGNS)
    if home in _DOLLARS:
        signs["$"] = home
    if home in {"CNY", "JPY"}:
        signs["¥"] = signs["\uffe5"] = home
    arms = " ".join(
        f"WHEN contains({cell}, {literal(sign)}) THEN {literal(code)}"
        for sign, code in sorted(signs.items(), key=lambda item: (-len(item[0]), item[0]))
    )
    return f"CASE {arms} END"


def _number(cell: str, decimals: Decimals) -> str:
    """Return SQL for the text of a number in the engine's own form."""
    pattern = (
        rf"^(\(?)\s*({_MINUS}|\+)?\s*(?:{_SIGN})?\s*({_MINUS}|\+)?\s*({_DIGITS[decimals]})"
        rf"(?:[eE]([-+]?[0-9]{{1,2}}))?\s*(%?)\s*(?:{_SIGN})?\s*({_MINUS})?\s*(\)?)$"
    )
    names = "['open', 'before', 'inner', 'digits', 'power', 'percent', 'after', 'close']"
    spaced = trimmed(cell)
    for space in _SPACES:
        spaced = f"replace({spaced}, {space}, ' ')"
    mark, others = (".", ", ''’") if decimals == "point" else (",", ". ''’")
    signs = " + ".join(f"(p.{part} <> '')::INT" for part in ("open", "before", "inner", "after"))
    # At most one sign: (-5) and -5- say two things at once.
    body = (
        f"CASE WHEN p.digits = '' OR (p.open = '') <> (p.close = '') OR {signs} > 1 THEN NULL ELSE "
        "CASE WHEN p.open <> '' OR p.after <> '' OR (p.before || p.inner) NOT IN ('', '+') "
        "THEN '-' ELSE '' END || "
        f"replace(translate(p.digits, '{others}', ''), '{mark}', '.') || "
        "CASE WHEN p.percent <> '' THEN 'e-2' WHEN p.power <> '' THEN 'e' || p.power "
        "ELSE '' END END"
    )
    return let(f"regexp_extract({spaced}, {literal(pattern)}, {names})", "p", body)

"""Names: invented people, Chinese and European, and the slips made when one is typed again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc

from valence.demo.arrays import Flags, Ints, joined, picked, where
from valence.demo.streams import Streams

_SURNAMES = (
    "王 Wang|李 Li|张 Zhang|刘 Liu|陈 Chen|杨 Yang|赵 Zhao|黄 Huang|周 Zhou|吴 Wu|徐 Xu|"
    "孙 Sun|胡 Hu|朱 Zhu|高 Gao|林 Lin|何 He|郭 Guo|马 Ma|罗 Luo|梁 Liang|宋 Song|郑 Zheng|"
    "谢 Xie|韩 Han|唐 Tang|冯 Feng|于 Yu|董 Dong|萧 Xiao|程 Cheng|曹 Cao|袁 Yuan|邓 Deng|"
    "许 Xu|傅 Fu|沈 Shen|曾 Zeng|彭 Peng|吕 Lv|苏 Su|卢 Lu|蒋 Jiang|蔡 Cai|贾 Jia|丁 Ding|"
    "魏 Wei|薛 Xue|叶 Ye|阎 Yan|欧阳 Ouyang|上官 Shangguan"
)
_GIVEN = (
    "伟 wei|芳 fang|娜 na|敏 min|静 jing|丽 li|强 qiang|磊 lei|军 jun|洋 yang|勇 yong|艳 yan|"
    "杰 jie|娟 juan|涛 tao|明 ming|超 chao|秀 xiu|霞 xia|平 ping|刚 gang|桂 gui|英 ying|"
    "华 hua|玉 yu|萍 ping|红 hong|梅 mei|兰 lan|雪 xue|琳 lin|晨 chen|宇 yu|轩 xuan|涵 han|"
    "梓 zi|欣 xin|怡 yi|佳 jia|思 si|文 wen|博 bo|浩 hao|然 ran|子 zi|若 ruo|诗 shi|雨 yu|"
    "安 an|宁 ning|清 qing|岚 lan|航 hang|睿 rui"
)
_FIRST = [
    "Anna", "Ben", "Clara", "David", "Elena", "Felix", "Grace", "Henry", "Ines", "Jonas", "Karin",
    "Liam", "Maria", "Noah", "Olivia", "Paul", "Rosa", "Samuel", "Tessa", "Victor", "Wanda",
    "Zoë", "Amélie", "Björn", "Chiara", "Dmitri", "Eszter", "François", "Gwen", "Hannah", "Ivan",
    "Jürgen", "Katarzyna", "Luca", "Mireille", "Niamh", "Oskar", "Petra", "Quentin", "Raquel",
    "Søren", "Tomás", "Una", "Yannick",
]  # fmt: skip
_LAST = [
    "Adams", "Bauer", "Clarke", "Dubois", "Evans", "Fischer", "Garcia", "Hughes", "Ivanova",
    "Jensen", "Kowalski", "Lopez", "Meyer", "Novak", "O'Brien", "Petrov", "Quinn", "Rossi",
    "Schmidt", "Taylor", "Ueland", "Vogel", "Walker", "Young", "Zimmermann", "Bianchi",
    "Carlsson", "Diaz", "Fernández", "Göransson", "Horváth", "Lefèvre", "Müller", "Nilsson",
    "Sørensen", "Whitfield", "van-Dijk",
]  # fmt: skip
_ASCII = str.maketrans("ëéöüçøèáíßãñ", "eeoucoeaisan")
CHINESE_SHARE = 0.74


def _pairs(words: str) -> tuple[list[str], list[str]]:
    split = [word.split() for word in words.split("|")]
    return [zh for zh, _ in split], [latin for _, latin in split]


@dataclass(frozen=True, slots=True)
class Names:
    """Arrow texts, one entry per person: the name, as typed another time, and for an address."""

    chinese: Flags
    name: Any
    retyped: Any
    local: Any  # latin letters, such as `wei.zhang`, for the front of an email address


def make_names(streams: Streams, count: int) -> Names:
    """Invent `count` names."""
    rng = streams("names")
    chinese = rng.random(count) < CHINESE_SHARE
    zh_name, pinyin, zh_local = _chinese(rng, count)
    first, last = rng.integers(0, len(_FIRST), count), rng.integers(0, len(_LAST), count)
    european = joined(picked(_FIRST, first), " ", picked(_LAST, last))
    eu_local = joined(picked(_plain(_FIRST), first), ".", picked(_plain(_LAST), last))
    name = where(chinese, zh_name, european)
    other = where(chinese, pinyin, joined(picked(_LAST, last), ", ", picked(_FIRST, first)))
    slip = _slipped(name, rng.integers(1, 4, count))
    retyped = where(rng.random(count) < 0.5, other, slip)
    return Names(chinese, name, retyped, where(chinese, zh_local, eu_local))


def _chinese(rng: np.random.Generator, count: int) -> tuple[Any, Any, Any]:
    (surnames, family), (characters, given) = _pairs(_SURNAMES), _pairs(_GIVEN)
    weight = 1.0 / (np.arange(len(surnames)) + 4)  # some surnames are far more common
    surname = rng.choice(len(surnames), count, p=weight / weight.sum())
    one, two = rng.integers(0, len(characters), (2, count))
    double = rng.random(count) < 0.75
    maybe = np.where(double, two, len(characters))
    zh = joined(
        picked(surnames, surname), picked(characters, one), picked([*characters, ""], maybe)
    )
    latin = joined(picked(given, one), picked([*given, ""], maybe))
    pinyin = joined(picked(family, surname), " ", pc.utf8_capitalize(latin))
    local = joined(latin, ".", pc.utf8_lower(picked(family, surname)))
    return zh, pinyin, local


def _plain(words: list[str]) -> list[str]:
    lowered = (word.lower().translate(_ASCII) for word in words)
    return ["".join(c for c in word if c.isascii() and c.isalpha()) for word in lowered]


def _slipped(name: Any, at: Ints) -> Any:
    """Leave out one character, or double it in short names."""
    out = [
        text[:i] + text[i + 1 :] if len(text) > 3 else text[:i] + text[i - 1 :]
        for text, i in zip(name.to_pylist(), at.tolist(), strict=True)
    ]
    return picked(out, np.arange(len(out)))

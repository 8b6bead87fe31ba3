"""Phrases: what customers write about, and how they begin and end, in English and Chinese."""

from __future__ import annotations

# The first are those of troubles.MATTERS, in their order, so that a matter has its words.
ASPECTS = (
    "delivery", "quality", "returns", "payment", "app", "price", "staff", "speed", "packaging",
    "choice",
)  # fmt: skip
# Before and after what is said: by English or Chinese, and by bad, middling, good. Empty ones say
# how often nothing stands there.
OPENINGS: dict[str, tuple[tuple[str, ...], ...]] = {
    "en": (
        ("", "", "", "Honestly disappointed.", "Not what I expected from you.", "Sorry, but no.",
         "I have been a customer for years.", "What a pity."),
        ("", "", "", "Mostly fine.", "All right, with one reservation.", "It depends.",
         "Average this time."),
        ("", "", "", "Very happy.", "Wonderful as always.", "A pleasure.",
         "I keep coming back.", "Love it!"),
    ),
    "zh": (
        ("", "", "", "有点失望，", "说实话不太满意，", "老顾客了，这次真的生气，",
         "体验很差，", "唉，"),
        ("", "", "", "总体还行，", "一般般，", "还可以吧，", "有好有坏，"),
        ("", "", "", "非常满意，", "一如既往地好，", "很喜欢，", "又来回购了，", "超出预期，"),
    ),
}  # fmt: skip
CLOSINGS: dict[str, tuple[tuple[str, ...], ...]] = {
    "en": (
        ("", "", "", "Please do something about it.", "I will order elsewhere.", "Never again.",
         "I expected better.", "Still waiting."),
        ("", "", "", "", "Could be better.", "Let us see next time.", "Fine otherwise."),
        ("", "", "", "Thank you!", "Highly recommended.", "Keep it up.", "See you soon :)",
         "Five stars."),
    ),
    "zh": (
        ("", "", "", "，请尽快处理", "，以后不来了", "，不会再买了", "，希望改进",
         "，太让人失望了"),
        ("", "", "", "", "，希望下次更好", "，其他都还好", "，再看看吧"),
        ("", "", "", "，谢谢", "，推荐给大家", "，继续加油", "，下次还来", "，好评"),
    ),
}  # fmt: skip
# How a contact begins that is not the first about its matter; and what else is asked.
AGAIN = {
    "en": (
        "I have told your colleague all of this before.", "This is the second time I am writing.",
        "Still nothing has happened since I last got in touch.",
        "I am asking again about the same thing.",
    ),
    "zh": (
        "上次已经跟你们同事说过一遍了，", "这是第二次来问了，",
        "上次反映之后一直没有动静，", "还是同一件事，再问一次，",
    ),
}  # fmt: skip
QUESTIONS = {
    "en": (
        "Which of the green teas is mildest?", "Is the teapot safe on an induction hob?",
        "Do you wrap gifts?", "When will the spring tea be back?",
        "Can I collect the order in a store?", "How do I clean the glaze?",
        "Which size of the robe fits at 175 cm?", "Do you ship abroad?",
    ),
    "zh": (
        "哪款绿茶口感比较清淡？", "这个茶壶可以用电磁炉吗？", "可以礼品包装吗？",
        "今年的春茶什么时候上？", "能不能到门店自提？", "釉面怎么清洗？",
        "175的个子睡袍穿什么码？", "可以寄到国外吗？",
    ),
}  # fmt: skip

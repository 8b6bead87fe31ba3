"""The usual words of questions: what is asked where the author wrote nothing, and the ends."""

from __future__ import annotations

from collections.abc import Mapping

from valence.core.messages import Message, message
from valence.experience.surveys.questions import QuestionKind

# Of the parts of each kind; {about} is the feature, service or product, {brand} the brand.
ASKS: Mapping[QuestionKind, tuple[Message, ...]] = {
    "nps": (message("How likely are you to recommend {brand} to a friend or colleague?"),),
    "csat": (message("How satisfied are you?"),),
    "ces": (message("{brand} made it easy for me. How far do you agree?"),),
    "importance": (message("How important is this to you: {about}?"),),
    "overall": (message("All in all, how satisfied are you with {brand}?"),),
    "perceived": (message("{brand}: how much of this do you get, or give: {about}?"),),
    "aware": (message("Do you know {brand}, if only by name?"),),
    "distinct": (message("{brand} is unlike all others. How far do you agree?"),),
    "close": (message("I feel close to {brand}. How far do you agree?"),),
    "share_of_wallet": (
        message("Of all you spend on such things, how many percent do you spend with {brand}?"),
    ),
    "kano": (
        message("If there is {about}, how do you feel?"),
        message("If there is no {about}, how do you feel?"),
    ),
    "gap": (
        message("{about}: how much did you expect?"),
        message("{about}: how much did you get?"),
    ),
    "price": (
        message("{about}: at which price would you doubt its quality?"),
        message("{about}: at which price is it a bargain?"),
        message("{about}: at which price does it get expensive, but is still worth a thought?"),
        message("{about}: at which price is it too expensive?"),
    ),
}
ABOUT_CSAT = message("How satisfied are you with this: {about}?")
ENDS: Mapping[QuestionKind, tuple[Message, Message]] = {
    "nps": (message("Not at all likely"), message("Extremely likely")),
    "ces": (message("Strongly disagree"), message("Strongly agree: it was easy")),
    "importance": (message("Not important"), message("Very important")),
    "gap": (message("Very little"), message("Very much")),
    "overall": (message("Not at all"), message("Completely")),
    "perceived": (message("Very little"), message("Very much")),
    "distinct": (message("Strongly disagree"), message("Strongly agree")),
    "close": (message("Strongly disagree"), message("Strongly agree")),
}
# Each number of a scale in words, the best at the top as people read it.
NUMBERS: Mapping[QuestionKind, tuple[tuple[int, Message], ...]] = {
    "csat": (
        (5, message("Very satisfied")),
        (4, message("Satisfied")),
        (3, message("Neither")),
        (2, message("Dissatisfied")),
        (1, message("Very dissatisfied")),
    ),
    "aware": ((1, message("Yes")), (0, message("No"))),
    "kano": (
        (1, message("I like it")),
        (2, message("It has to be like that")),
        (3, message("I do not mind")),
        (4, message("I can live with it")),
        (5, message("I dislike it")),
    ),
}
KINDS: Mapping[QuestionKind, Message] = {
    "nps": message("Recommendation, 0–10"),
    "csat": message("Satisfaction, 1–5"),
    "ces": message("Effort, 1–7: “it was easy”, higher is easier"),
    "overall": message("Overall satisfaction, 1–7"),
    "choice": message("Choice"),
    "text": message("Open text"),
    "kano": message("Kano pair"),
    "gap": message("Expectation and perception"),
    "importance": message("Importance, 1–5"),
    "perceived": message("Part of perceived value, 1–7"),
    "aware": message("Known by name: yes or no"),
    "distinct": message("Distinctiveness, 1–7"),
    "close": message("Emotional connection, 1–7"),
    "price": message("Four prices"),
    "share_of_wallet": message("Share of wallet, 0–100 %"),
}
THANKS = message("Thank you. Your answers have arrived.")
EASIER = message("Higher is easier.")
EITHER = message("You may choose more than one.")
PASS = message("You may leave this out.")

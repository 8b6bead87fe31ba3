"""Registries hold what an application knows of one sort."""

from dataclasses import dataclass

import pytest

from valence.core.errors import NotFoundError
from valence.core.messages import message
from valence.core.registry import Registry


@dataclass(frozen=True)
class Tea:
    name: str


class Teas(Registry[Tea]):
    """Teas by name."""

    unknown = message("There is no tea {name!r}. {fix}")


def test_things_are_found_by_name_and_given_in_their_order():
    teas = Teas([Tea("oolong"), Tea("assam")])
    assert teas["assam"] == Tea("assam")
    assert [tea.name for tea in teas] == ["oolong", "assam"]
    assert (teas.names, "oolong" in teas, "mate" in teas) == (["assam", "oolong"], True, False)


def test_an_unknown_name_is_answered_in_the_words_of_the_registry_with_the_near_one():
    with pytest.raises(NotFoundError, match=r"There is no tea 'olong'\. Did you mean 'oolong'\?"):
        Teas([Tea("oolong")])["olong"]


def test_two_of_one_name_are_refused():
    with pytest.raises(ValueError, match="two of Teas are named 'assam'"):
        Teas([Tea("assam"), Tea("assam")])

import pytest

from valence.core.errors import BadInputError
from valence.demo.world import World


def test_an_unknown_process_offers_the_near_name():
    with pytest.raises(BadInputError, match="Did you mean 'bg-nbd'"):
        World(process="bgnbd")


def test_a_currency_without_a_price_level_lists_those_that_have_one():
    with pytest.raises(BadInputError, match=r"no price level for KWD\. Use one of CNY, EUR"):
        World(currency="KWD")


def test_a_currency_that_does_not_exist_is_refused():
    with pytest.raises(BadInputError, match="not an ISO 4217"):
        World(currency="XXQ")


def test_a_share_above_one_is_refused():
    with pytest.raises(
        BadInputError, match="duplicate_share of the simulated brand is 12; a share"
    ):
        World(duplicate_share=12)


def test_a_spend_level_without_a_mean_is_refused():
    with pytest.raises(BadInputError, match="spend_shape of the simulated brand is 1; it must be"):
        World(spend_shape=1)

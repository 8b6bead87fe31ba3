import numpy as np
import pytest

from valence.demo.goods import CATEGORIES, PERSONAS
from valence.demo.products import FLAVOURS, TIERS, make_products
from valence.demo.streams import Streams
from valence.demo.world import World

PRODUCTS = make_products(Streams(1), World())


def test_names_are_unique_in_both_languages():
    assert len(set(PRODUCTS.name)) == len(set(PRODUCTS.name_zh)) == len(PRODUCTS) == 602


def test_every_persona_has_a_taste_for_every_category():
    assert {len(taste) for _, taste in PERSONAS.values()} == {len(CATEGORIES)}
    assert sum(share for share, _ in PERSONAS.values()) == pytest.approx(1)


def test_cost_stays_below_the_list_price():
    assert (PRODUCTS.cost_minor < PRODUCTS.list_minor).all()
    assert (PRODUCTS.cost_minor > 0).all()


def test_weights_sum_to_one_within_category_and_tier():
    total = np.bincount(PRODUCTS.cell, PRODUCTS.weight)
    assert total == pytest.approx(np.ones(len(CATEGORIES) * TIERS))


def test_products_are_drawn_from_their_cell_by_weight():
    cell = np.full(50_000, 4)
    drawn = PRODUCTS.choose(cell, Streams(3)("x").random(50_000), PRODUCTS.weight)
    assert set(PRODUCTS.cell[drawn]) == {4}
    share = np.bincount(drawn, minlength=len(PRODUCTS)) / 50_000
    assert share == pytest.approx(np.where(PRODUCTS.cell == 4, PRODUCTS.weight, 0), abs=0.01)


def test_a_traffic_product_is_cheap_and_earns_little():
    margin = 1 - PRODUCTS.cost_minor / PRODUCTS.list_minor
    star, traffic, image = (PRODUCTS.flavour == FLAVOURS.index(f) for f in FLAVOURS[1:])
    assert margin[traffic].mean() < 0.35 < margin[star].mean() < margin[image].mean()
    price = PRODUCTS.list_minor
    assert np.median(price[traffic]) < np.median(price[star]) < np.median(price[image])


def test_yen_prices_have_no_fraction():
    yen = make_products(Streams(1), World(currency="JPY"))
    assert 500 < np.median(yen.list_minor) < 10_000

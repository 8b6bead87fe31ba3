"""BG/BB against the paper, brute force, and customers drawn as it says."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import beta as beta_function

from valence.core.errors import BadInputError
from valence.value.models.bg_bb import BgBb
from valence.value.models.histories import distinct
from valence.value.models.model import Histories

# Fader, Hardie & Shang 2010, table 3: donors of the 1995 cohort by repeat gifts x, last gift t_x.
DONORS = [
    (0, 0, 3464), (1, 1, 1091), (1, 2, 277), (1, 3, 129), (1, 4, 78), (1, 5, 119), (1, 6, 129),
    (2, 2, 613), (2, 3, 255), (2, 4, 155), (2, 5, 173), (2, 6, 234), (3, 3, 322), (3, 4, 181),
    (3, 5, 225), (3, 6, 357), (4, 4, 240), (4, 5, 284), (4, 6, 512), (5, 5, 335), (5, 6, 728),
    (6, 6, 1203),
]  # fmt: skip


@pytest.fixture(scope="module")
def donors():
    x, t_x, count = np.array(DONORS, dtype=float).T
    return Histories(x, t_x, np.full(len(x), 6.0), count)


@pytest.fixture(scope="module")
def fitted(donors):
    return BgBb.fit(donors)


def test_parameters_of_the_donors_are_those_of_the_paper(fitted):  # table 4
    assert fitted.fitted.customers == 11_104
    assert fitted.fitted.values == pytest.approx((1.204, 0.750, 0.657, 2.783), abs=6e-4)
    assert fitted.fitted.log_likelihood == pytest.approx(-33_225.6, abs=0.05)
    assert fitted.fitted.notes == ()


def test_probabilities_of_being_alive_are_those_of_the_paper(fitted):  # table 6
    x, t_x = np.array([0.0, 2, 6]), np.array([0.0, 4, 6])
    assert fitted.alive(x, t_x, np.full(3, 6.0)) == pytest.approx([0.11, 0.59, 0.93], abs=5e-3)


def test_expected_gifts_are_those_of_the_authors_spreadsheet(fitted, donors):
    # BGBB_2011-01-20.xlsx of brucehardie.com: sheets Conditional Expectations (II), In-Sample Fit.
    ahead = fitted.expected(5, donors.frequency, donors.recency, donors.age)
    assert donors.count @ ahead == pytest.approx(12_884.2, abs=0.1)
    new = fitted.counts(6, *np.zeros((3, 1)), most=6)[0] * donors.customers
    assert new[[0, 6]] == pytest.approx([3_454.9, 1_253.1], abs=0.1)


def likelihood(parameters, gifts, *, ahead=0):
    """The probability of yes and no at the first occasions, and then to live `ahead` ones on."""
    alpha, beta, gamma, delta = parameters
    n, x = len(gifts), sum(gifts)
    last = max((i + 1 for i, gift in enumerate(gifts) if gift), default=0)

    def bought(occasions):
        return beta_function(alpha + x, beta + occasions - x) / beta_function(alpha, beta)

    alive = bought(n) * beta_function(gamma, delta + n + ahead) / beta_function(gamma, delta)
    died = sum(
        bought(j) * beta_function(gamma + 1, delta + j) / beta_function(gamma, delta)
        for j in range(last, n + ahead)
        if j < n
    )
    return alive + (0 if ahead else died)


def test_all_ways_to_give_add_up_to_one_and_the_next_ones_to_what_is_foretold():
    parameters = (0.8, 1.3, 0.5, 2.2)
    model = BgBb.of(*parameters)
    ways = list(product((0, 1), repeat=4))
    assert sum(likelihood(parameters, way) for way in ways) == pytest.approx(1)
    x = np.array([float(sum(way)) for way in ways])
    t_x = np.array([float(max((i + 1 for i, g in enumerate(way) if g), default=0)) for way in ways])
    got = model.log_likelihoods(x, t_x, np.full(16, 4.0))
    assert np.exp(got) == pytest.approx([likelihood(parameters, way) for way in ways])
    counts = model.counts(3, x, t_x, np.full(16, 4.0), most=3)
    for way, row in zip(ways, counts, strict=True):
        later = np.zeros(4)
        for more in product((0, 1), repeat=3):
            later[sum(more)] += likelihood(parameters, way + more)
        assert row == pytest.approx(later / later.sum())


@settings(max_examples=40, deadline=None)
@given(
    st.tuples(*[st.floats(-2, 2)] * 4),
    st.lists(st.booleans(), max_size=40),
    st.floats(0, 30),
)
def test_counts_and_their_mean_agree_at_all_extremes(shapes, gifts, t):
    model = BgBb.of(*(10.0**power for power in shapes))
    x = np.array([float(sum(gifts))])
    t_x = np.array([float(max((i + 1 for i, g in enumerate(gifts) if g), default=0))])
    n = np.array([float(len(gifts))])
    counts = model.counts(t, x, t_x, n, most=31)
    assert counts.min() >= 0
    assert counts.sum() == pytest.approx(1)
    assert (counts @ np.arange(32))[0] == pytest.approx(model.expected(t, x, t_x, n)[0], rel=1e-9)
    few = model.counts(t, x, t_x, n, most=2)
    assert few == pytest.approx(np.append(counts[:, :2], counts[:, 2:].sum(1)[:, None], axis=1))


def test_parameters_come_back_from_drawn_customers():
    rng = np.random.default_rng(8)
    n, truth = rng.integers(5, 12, 20_000), (0.9, 1.5, 0.6, 3.0)
    p, theta = rng.beta(*truth[:2], 20_000), rng.beta(*truth[2:], 20_000)
    life = rng.geometric(np.maximum(theta, 1e-9)) - 1
    occasion = np.arange(1, 13)
    buys = (rng.random((20_000, 12)) < p[:, None]) & (occasion <= np.minimum(life, n)[:, None])
    h = distinct(buys.sum(axis=1), (buys * occasion).max(axis=1), n)
    fit = BgBb.fit(h).fitted
    for found, value in zip(fit.parameters, truth, strict=True):
        assert abs(found.value - value) < 3.5 * found.standard_error < value


def test_purchases_at_any_time_are_sent_to_another_model():
    weeks = Histories(*(np.array([v]) for v in (2.0, 3.7, 8.0, 1.0)))
    with pytest.raises(BadInputError, match="use bg-nbd"):
        BgBb.fit(weeks)


def test_hundreds_of_occasions_do_not_underflow():
    model = BgBb.of(5, 5, 0.1, 40)
    x, t_x, n = (np.array([v]) for v in (600.0, 900.0, 1_500.0))
    assert np.isfinite(model.log_likelihoods(x, t_x, n)).all()
    assert model.alive(x, t_x, n) == pytest.approx(0, abs=1e-100)

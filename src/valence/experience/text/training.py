"""Training of the models of sentiment: a logistic regression on features and on a lexicon.

A feature's weight is measured in its log-count ratio, as in NB-SVM (Wang & Manning 2012,
"Baselines and Bigrams", ACL): what stands about as often in praise as in complaints is hardly
moved. The words of the lexicon share four more weights (praise, complaint, and either turned by a
negation), which the ridge holds back less: so they carry over to texts of other trades, in which
few of the learnt features occur. They are added to the weights of the features that are the words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array, diags_array, hstack
from scipy.special import expit

from valence.experience.text.codes import batch
from valence.experience.text.features import features, known
from valence.experience.text.lexicon import Language
from valence.experience.text.linear import LinearModel, quantised

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_AT_A_TIME = 4_096


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model is trained."""

    reach: float  # C of the regression: how large weights may grow
    trust: float  # how much larger those of the lexicon may
    rounds: int  # most steps of the optimiser
    least: int = 2  # texts that a feature stands in, to have a weight
    bits: int = 20  # of the table
    most_ratio: float = 4.0  # of log-count ratios


RECIPES: dict[Language, Recipe] = {
    "zh": Recipe(reach=3.0, trust=3.0, rounds=80, bits=21),
    "en": Recipe(reach=4.0, trust=2.0, rounds=100, least=1, bits=17),
}


@dataclass(frozen=True)
class Prepared:
    """Texts as rows of features, and their labels (1 praise, 0 complaint)."""

    language: Language
    rows: csr_array[Any]
    ids: NDArray[np.uint32]  # the feature of each column
    labels: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights of features, and the log odds of a text with none."""

    ids: NDArray[np.uint32]
    weights: Floats
    bias: float


def prepared(texts: Sequence[str], labels: Sequence[int], language: Language) -> Prepared:
    """Return texts as rows of all their features."""
    parts = []
    for at in range(0, len(texts), _AT_A_TIME):
        found = features(batch(texts[at : at + _AT_A_TIME]), language)
        parts.append((found.text_of.astype(np.int64) + at, found.hashes))
    text_of = np.concatenate([part[0] for part in parts])
    ids, columns = np.unique(np.concatenate([part[1] for part in parts]), return_inverse=True)
    starts = np.searchsorted(text_of, np.arange(len(texts) + 1))
    ones = np.ones(len(columns), np.float32)
    rows = csr_array((ones, columns.astype(np.int32), starts), shape=(len(texts), len(ids)))
    return Prepared(language, rows, ids, np.asarray(labels, np.int64))


def fitted(texts: Prepared, recipe: Recipe) -> Fitted:
    """Return the weights learnt from texts."""
    rows, labels = texts.rows, texts.labels
    frequent = np.asarray(rows.sum(axis=0)).ravel() >= recipe.least
    words = [np.isin(texts.ids, part) for part in known(texts.language)]
    kept = np.flatnonzero(frequent | np.logical_or.reduce(words))
    rows = rows[:, kept].tocsr()
    ratio = np.clip(_log_ratio(rows, labels), -recipe.most_ratio, recipe.most_ratio)
    lengths = np.asarray(rows.sum(axis=1)).ravel()
    rows = (diags_array((1 / np.sqrt(np.maximum(lengths, 1))).astype(np.float32)) @ rows).tocsr()
    columns = np.column_stack([part[kept] for part in words]).astype(np.float32) * recipe.trust
    both = hstack([rows @ diags_array(ratio.astype(np.float32)), csr_array(rows @ columns)])
    learnt, bias = _regression(both.tocsr(), labels, recipe.reach, recipe.rounds)
    own, shared = learnt[: len(kept)], learnt[len(kept) :]
    return Fitted(texts.ids[kept], own * ratio + columns @ shared, bias)


def _log_ratio(rows: csr_array[Any], labels: NDArray[np.int64]) -> Floats:
    praise = np.asarray(rows.T @ (labels == 1).astype(np.float64)) + 1.0
    blame = np.asarray(rows.T @ (labels == 0).astype(np.float64)) + 1.0
    return np.asarray(np.log(praise / praise.sum()) - np.log(blame / blame.sum()), np.float64)


def _regression(
    rows: csr_array[Any], labels: Ints, reach: float, rounds: int
) -> tuple[Floats, float]:
    """Fit a logistic regression with a ridge (L-BFGS)."""
    signs = np.where(labels == 1, 1, -1).astype(np.float32)
    turned = rows.T.tocsr()

    def loss(weights: Floats) -> tuple[float, Floats]:
        own = weights[:-1].astype(np.float32)
        margin = signs * (rows @ own + np.float32(weights[-1]))
        pull = -signs * expit(-margin)
        slope = np.append(turned @ pull + own / reach, pull.sum()).astype(np.float64)
        ridge = 0.5 * float(weights[:-1] @ weights[:-1]) / reach
        return float(np.logaddexp(0, -margin.astype(np.float64)).sum()) + ridge, slope

    options: Any = {"maxiter": rounds, "maxcor": 12, "ftol": 1e-9}
    start = np.zeros(rows.shape[1] + 1)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options=options)
    return np.asarray(found.x[:-1]), float(found.x[-1])


def folds(groups: Sequence[Any], count: int, seed: int) -> NDArray[np.int64]:
    """Return the fold of each text; those of one group (the same text twice) share a fold."""
    _, of = np.unique(np.asarray(groups), return_inverse=True)
    drawn = np.random.default_rng(seed).permutation(of.max() + 1) % count
    return np.asarray(drawn[of], np.int64)


def out_of_fold(texts: Prepared, fold: NDArray[np.int64], recipe: Recipe) -> Floats:
    """Return the log odds of each text by a model that has not seen its fold."""
    found = np.zeros(len(texts.labels))
    for one in range(int(fold.max()) + 1):
        away = fold == one
        held = replace(texts, rows=texts.rows[away], labels=texts.labels[away])
        found[away] = applied(
            fitted(replace(texts, rows=texts.rows[~away], labels=texts.labels[~away]), recipe), held
        )
    return found


def calibration(logits: Floats, labels: NDArray[np.int64]) -> tuple[float, float]:
    """Return the slope and shift that make held-out log odds probabilities (Platt 1999)."""
    column = csr_array(logits[:, None].astype(np.float32))
    slope, shift = _regression(column, labels, 1e6, 100)
    return float(slope[0]), shift


def packed(model: Fitted, slope: float, shift: float, recipe: Recipe) -> LinearModel:
    """Return a fitted model, calibrated, as the table that is shipped."""
    return quantised(model.ids, model.weights * slope, model.bias * slope + shift, recipe.bits)


def applied(model: Fitted, texts: Prepared) -> Floats:
    """Return the log odds of praise of texts that were prepared by themselves."""
    at = np.minimum(np.searchsorted(model.ids, texts.ids), len(model.ids) - 1)
    held = model.ids[at] == texts.ids
    rows = texts.rows[:, np.flatnonzero(held)].tocsr()
    own = model.weights[at[held]]
    used = np.asarray((rows @ (own != 0).astype(np.float32)), np.float64)
    return np.asarray(rows @ own) / np.sqrt(np.maximum(used, 1.0)) + model.bias

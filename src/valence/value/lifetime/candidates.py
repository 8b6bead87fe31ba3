"""The models of buying that the house can fit, by the names that users give them."""

from __future__ import annotations

from valence.core.errors import BadInputError, did_you_mean
from valence.core.messages import message
from valence.value.models.bg_bb import BgBb
from valence.value.models.bg_nbd import BgNbd
from valence.value.models.mbg_nbd import MbgNbd
from valence.value.models.model import PurchaseModel
from valence.value.models.pareto_nbd import ParetoNbd

# Of two that foretell equally well, and where nothing tells, the first is taken. All have four
# parameters; BG/NBD holds everybody who bought once for alive for ever, which nobody believes.
CONTINUOUS: dict[str, type[PurchaseModel]] = {
    model.name: model for model in (MbgNbd, BgNbd, ParetoNbd)
}
UNTOLD = MbgNbd.name
MODELS: dict[str, type[PurchaseModel]] = {**CONTINUOUS, BgBb.name: BgBb}
_CONTRACT = ("sbg", "shifted-beta-geometric")


def model_named(name: str) -> type[PurchaseModel]:
    """Return the model of that name.

    Raises
    ------
    BadInputError
        If there is none, or if it is one for contracts: orders do not say when a contract ends.
    """
    if name in _CONTRACT:
        raise BadInputError(
            message(
                "The shifted-beta-geometric model is for contracts, where it is known who left and "
                "when. Orders of a shop do not say so: take bg-nbd, or fit "
                "`vl.value.ShiftedBetaGeometric` on how many contracts were left after each period."
            )
        )
    if name not in MODELS:
        raise BadInputError(
            "There is no model {name!r}. {fix}", name=name, fix=did_you_mean(name, MODELS)
        )
    return MODELS[name]

"""What users set for the cost of acquisition: which spend wins customers of which channel."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from valence.definitions.documents import Document

ACQUISITION_KIND = "acquisition"


class AcquisitionDefinition(Document):
    """How spend on acquisition meets the customers it won."""

    channels: Mapping[str, str] = Field(
        default_factory=dict,
        description="Spend on the first channel wins customers of the second; equal names need "
        "no entry.",
    )

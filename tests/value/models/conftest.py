"""The published data set that most models of buying were shown on."""

import pyarrow.parquet as pq
import pytest

from valence.value.models.histories import distinct


@pytest.fixture(scope="session")
def cdnow_summary(shared_data):
    """The calibration summary of the 1/10 sample of CDNOW (Fader & Hardie), in weeks."""
    path = shared_data / "cdnow" / "sample_calibration_summary.parquet"
    if not path.exists():
        pytest.skip(f"the CDNOW summary {path} is not there")
    table = pq.read_table(path)
    return {name: table[name].to_numpy() for name in table.column_names}


@pytest.fixture(scope="session")
def cdnow(cdnow_summary):
    """The distinct purchase histories of it."""
    s = cdnow_summary
    return distinct(s["frequency"], s["recency"], s["T"])

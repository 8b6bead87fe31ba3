"""Messages that are kept and worded later."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from valence.core.messages import message
from valence.store.engine import checked_json
from valence.store.sentences import kept, restored


def again(sentence):
    return restored(checked_json(kept(sentence), what="The sentence"))


def test_a_kept_sentence_formats_its_values_as_before():
    sentence = message(
        "{n:,} rows of {file} by {day:%d.%m.%Y}, {at:%H:%M}: {amount:,.2f} ({share:.1%}), {why}",
        n=541909,
        file=Path("orders.csv"),
        day=date(2011, 12, 9),
        at=datetime(2011, 12, 9, 12, 50, tzinfo=UTC),
        amount=Decimal("9747747.93"),
        share=0.042,
        why=message("line {line}", line=3),
    )
    assert str(again(sentence)) == (
        "541,909 rows of orders.csv by 09.12.2011, 12:50: 9,747,747.93 (4.2%), line 3"
    )


def test_a_kept_sentence_is_worded_in_the_readers_language():
    kept_before = again(message("{n} rows read", n=3))
    assert kept_before.worded({"{n} rows read": "已读取 {n} 行"}.__getitem__) == "已读取 3 行"


@settings(deadline=None)
@given(
    st.dictionaries(
        st.text(st.characters(categories=["Ll"]), min_size=1),
        st.none()
        | st.booleans()
        | st.integers()
        | st.text()
        | st.floats(allow_nan=False)
        | st.decimals(allow_nan=False)
        | st.dates()
        | st.datetimes(timezones=st.just(UTC)),
    )
)
def test_every_plain_value_comes_back_as_it_was(values):
    assert again(message("x", **values)).values == values

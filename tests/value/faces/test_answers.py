"""What the pages of worth read, as plain values."""

from tests.value.faces.brands import fill, literal_lines

from valence.value.answers import worth


def test_the_silent_are_counted_among_those_who_have_a_rhythm(shop):
    small = [(f"s{n}", "tea", 1, "2025-03-31 09:00", 1.00, str(n)) for n in range(3, 22)]
    best = [
        ("a1", "tea", 1, "2025-01-01 09:00", 500.00, "1"),
        ("a2", "tea", 1, "2025-01-08 09:00", 500.00, "1"),
        ("b1", "tea", 1, "2025-01-01 09:00", 900.00, "2"),  # on one day only: no rhythm
    ]
    fill(shop, literal_lines([*small, *best]))
    shop.build()
    reader = shop.lake.reader()
    told = worth(reader)
    reader.close()
    assert told.tiers[0]["customers"] == 2
    assert (told.silent.customers, told.silent.of, told.silent.value_12m) == (1, 1, 1000.0)

"""Needless files: forms that are known and hold nothing that is imported, with the reason."""

from __future__ import annotations

from collections.abc import Collection

from valence.core.messages import Message, message

# The columns by which a file is known, and what the user is told.
_FORMS: tuple[tuple[frozenset[str], Message], ...] = (
    (
        frozenset({"order_id", "payment_sequential", "payment_type", "payment_value"}),
        message(
            "These are Olist's payments: the money of the orders' lines a second time, with the "
            "freight. The amounts come from the table of items."
        ),
    ),
    (
        frozenset({"seller_id", "seller_zip_code_prefix", "seller_city"}),
        message("These are Olist's sellers; each line of an order names its seller already."),
    ),
    (
        frozenset({"geolocation_zip_code_prefix", "geolocation_lat", "geolocation_lng"}),
        message("These are Olist's places of postcodes; customers come with their city already."),
    ),
    (
        frozenset({"mql_id", "first_contact_date", "origin"}),
        message("These are leads of Olist's own sales, not customers of its shops."),
    ),
    (
        frozenset({"mql_id", "seller_id", "won_date"}),
        message("These are deals of Olist's own sales, not orders of its shops."),
    ),
)


def needless(names: Collection[str]) -> Message | None:
    """Return why a file with these columns is not imported; None if it may be."""
    known = {name.casefold() for name in names}
    return next((why for columns, why in _FORMS if columns <= known), None)

"""Titles: what each kind of file and each value of a row is called on screens."""

from __future__ import annotations

from valence.core.messages import Message, message
from valence.people.normalise import ID_TYPES

KIND_TITLES: dict[str, Message] = {
    "orders": message("Orders, one row an order"),
    "order_lines": message("Orders, one row a line"),
    "customers": message("Customers"),
    "products": message("Products"),
    "events": message("Events"),
    "feedback": message("Feedback and survey answers"),
    "contacts": message("Service contacts"),
    "messages": message("Messages sent to customers"),
    "spend": message("Advertising spend"),
    "fx_rates": message("Exchange rates"),
    "lookup": message("A list that renames words"),
}
TARGET_TITLES: dict[str, Message] = {
    "order_id": message("Order number"),
    "ordered_at": message("Date of the order"),
    "status": message("Status"),
    "channel": message("Channel"),
    "store": message("Store"),
    "country": message("Country"),
    "coupon": message("Coupon"),
    "campaign": message("Campaign"),
    "account_id": message("Company account"),
    "cancelled_at": message("Cancelled"),
    "row_type": message("Sale or return"),
    "net_amount": message("Amount without tax"),
    "gross_amount": message("Amount with tax"),
    "tax_amount": message("Tax"),
    "discount_amount": message("Discount"),
    "cost_amount": message("Cost"),
    "returned_amount": message("Amount given back"),
    "currency": message("Currency"),
    "units": message("Number of units"),
    "line_id": message("Line number"),
    "product_id": message("Product number"),
    "description": message("Description"),
    "category": message("Category"),
    "quantity": message("Quantity"),
    "unit_price": message("Price of one"),
    "unit_cost": message("Cost of one"),
    "order_discount": message("Discount of the order"),
    "order_returned": message("Amount given back of the order"),
    "name": message("Name"),
    "brand": message("Brand"),
    "list_price": message("List price"),
    "seen_at": message("Last seen"),
    "event_id": message("Event number"),
    "occurred_at": message("When it happened"),
    "received_at": message("When it was received"),
    "promised_at": message("When it was promised for"),
    "touchpoint": message("Touchpoint"),
    "session_id": message("Session"),
    "campaign_source": message("Source of the campaign"),
    "campaign_medium": message("Medium of the campaign"),
    "properties": message("Properties"),
    "feedback_id": message("Answer number"),
    "answered_at": message("When it was answered"),
    "score": message("Score"),
    "scale": message("Scale"),
    "text": message("Text"),
    "language": message("Language"),
    "metric": message("Kind of question"),
    "subject": message("Whom it is about"),
    "contact_id": message("Contact number"),
    "case_id": message("Case"),
    "opened_at": message("Opened"),
    "solved_at": message("Solved"),
    "agent": message("Agent"),
    "reopened": message("Reopened"),
    "complaint": message("Complaint"),
    "message_id": message("Message number"),
    "sent_at": message("Sent"),
    "delivered_at": message("Delivered"),
    "clicked_at": message("Clicked"),
    "converted_at": message("Converted"),
    "spent_on": message("Day"),
    "impressions": message("Impressions"),
    "clicks": message("Clicks"),
    "quoted_on": message("Day of the rate"),
    "from_currency": message("From currency"),
    "to_currency": message("To currency"),
    "rate": message("Rate"),
    "key": message("Word in the source"),
    "value": message("Better word"),
}
ID_TITLES: dict[str, Message] = {name: kind.title for name, kind in ID_TYPES.items()} | {
    "user_id": message("Customer number"),
    "email": message("E-mail address"),
    "phone": message("Telephone number"),
    "loyalty_no": message("Loyalty number"),
    "device": message("Device"),
}
CONTACT_TITLES: dict[str, Message] = {
    "name": message("Name of the person"),
    "first_name": message("First name"),
    "last_name": message("Last name"),
    "address": message("Address"),
}
ORIGINS: dict[str, tuple[Message, str]] = {
    "kept": (message("Confirmed before"), "good"),
    "ready": (message("Form known to Valence"), "good"),
    "guessed": (message("Guessed: please look"), "warn"),
    "unknown": (message("Not recognised"), "bad"),
    "unreadable": (message("Cannot be read"), "bad"),
}
DECIMAL_MARKS: dict[str, Message] = {
    "point": message("point: 1,234.50"),
    "comma": message("comma: 1.234,50"),
}
DATE_ORDERS: dict[str, Message] = {
    "ymd": message("Year first, such as 2026-10-31"),
    "dmy": message("Day first, such as 31/10/2026"),
    "mdy": message("Month first, such as 10/31/2026"),
    "excel": message("Days of a spreadsheet, such as 46326"),
    "epoch": message("Seconds since 1970, such as 1793404800"),
}


ATTRIBUTE_TITLES: dict[str, Message] = {
    "city": message("City"),
    "state": message("Province or state"),
    "gender": message("Gender"),
    "joined": message("Joined"),
    "birth_year": message("Year of birth"),
    "country": message("Country"),
}


def target_title(place: str) -> Message | str:
    """Return what a place of a mapping (`columns.order_id`) is called; its own name if unknown."""
    group, _, name = place.rpartition(".")
    tables = {"identifiers": ID_TITLES, "contact": CONTACT_TITLES, "attributes": ATTRIBUTE_TITLES}
    return tables.get(group, TARGET_TITLES).get(name, name)

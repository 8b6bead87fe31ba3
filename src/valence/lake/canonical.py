"""The canonical tables: the one place that says what the lake holds.

Importers, docs, validation and the simulator read these declarations. A row names a customer by
what its source knew: `source`, `id_type` and `id_key`, where `id_key` is the keyed hash of the
normalised identifier; marts join the identifier map to reach a customer.
"""

from __future__ import annotations

from dataclasses import dataclass

from valence.lake.columns import Column


@dataclass(frozen=True, slots=True)
class CanonicalTable:
    """One canonical table: its grain in a sentence, its key, its columns, the column of its day."""

    name: str
    grain: str
    key: tuple[str, ...]
    own: tuple[Column, ...]
    day: str = ""  # the column with the business day, where the table has one
    customer: bool = True  # rows name a customer by (source, id_type, id_key)

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns: its own, who, and where the row came from."""
        return (*self.own, *(WHO if self.customer else ()), *LINEAGE)

    def column(self, name: str) -> Column:
        """Return the column of that name."""
        return next(c for c in self.columns if c.name == name)


def _pseudonym(name: str, kind: str, meaning: str) -> Column:
    return Column(name, kind, meaning, privacy="pseudonym", purpose="know the customer")  # type: ignore[arg-type]


WHO = (
    Column("source", "text", "System that the row came from.", required=True),
    Column("id_type", "text", "Kind of identifier: user_id, email, phone, loyalty_no, device…"),
    _pseudonym("id_key", "text", "Keyed hash of the normalised identifier; empty if none."),
)
LINEAGE = (
    Column("batch_id", "text", "The import that wrote the row.", required=True),
    Column("loaded_at", "instant", "When the row was written.", required=True),
    Column("row_hash", "text", "Hash of the row's content, by the engine that loaded it."),
)

_MONEY = (
    Column("currency", "text", "Original currency, ISO 4217."),
    Column("original_amount", "amount", "Net amount in the original currency."),
    Column("net_amount", "amount", "Net of tax and discount, reporting currency; < 0: returned."),
    Column("discount_amount", "amount", "Discount given, reporting currency; 0 or more."),
    Column("tax_amount", "amount", "Tax, reporting currency; not part of the net amount."),
    Column(
        "cost_amount", "amount", "Cost of goods, reporting currency; empty unless wholly known."
    ),
    Column("returned_amount", "amount", "Net value given back, reporting currency; 0 or more."),
)

ORDERS = CanonicalTable(
    "orders",
    "One order of one namespace (sources of one shop share a namespace).",
    ("namespace", "order_id"),
    (
        Column(
            "namespace", "text", "Shop or system whose order numbers are unique.", required=True
        ),
        Column("order_id", "text", "The order number there.", required=True),
        Column("ordered_at", "instant", "When it was placed (UTC).", required=True),
        Column("ordered_on", "day", "Business day in the brand's zone.", required=True),
        Column(
            "kind", "text", "sale, return (a refund of its own), adjustment, or cancelled: no sale."
        ),
        Column("status", "text", "Status in the source's own words."),
        *_MONEY,
        Column(
            "known_cost_amount",
            "amount",
            "Cost of the lines whose cost is known, where that of others is not.",
        ),
        Column(
            "uncosted_amount",
            "amount",
            "What the lines without a cost brought, less returns, where others have one.",
        ),
        Column("units", "float", "Units sold; negative when returned."),
        Column("lines", "int", "Lines known; 0 where the source gives whole orders only."),
        Column("incomplete", "bool", "A line of it stands in quarantine."),
        Column("channel", "text", "Channel it came through."),
        Column("store", "text", "Store or outlet."),
        Column("country", "text", "Country as the source names it."),
        Column("coupon", "text", "Coupon used."),
        Column("campaign", "text", "Campaign that it is credited to by the source."),
        Column("account_id", "text", "Firm that the customer belongs to."),
    ),
    day="ordered_on",
)
ORDER_LINES = CanonicalTable(
    "order_lines",
    "One line of one order.",
    ("namespace", "order_id", "line_key"),
    (
        Column("namespace", "text", "As in orders.", required=True),
        Column("order_id", "text", "As in orders.", required=True),
        Column(
            "line_key", "text", "Source's line id, else the line's hash and ordinal.", required=True
        ),
        Column("ordered_at", "instant", "When the order was placed (UTC).", required=True),
        Column("ordered_on", "day", "Business day in the brand's zone.", required=True),
        Column("product_id", "text", "Product, as in products."),
        Column("description", "text", "What the source calls the product on this line."),
        Column("category", "text", "Category given on the line; else that of products."),
        Column("quantity", "float", "Units; negative when returned."),
        Column("unit_price", "amount", "Net price of one unit, original currency."),
        *_MONEY,
        Column(
            "cancelled",
            "bool",
            "Called off: quantity and amounts are 0. Empty where only its order can tell.",
        ),
        Column(
            "refunded", "bool", "All of it was given back. Empty where only its order can tell."
        ),
    ),
    day="ordered_on",
)
PRODUCTS = CanonicalTable(
    "products",
    "One product of one namespace.",
    ("namespace", "product_id"),
    (
        Column("namespace", "text", "Shop or system whose product ids are unique.", required=True),
        Column("product_id", "text", "The product there.", required=True),
        Column("name", "text", "Name."),
        Column("category", "text", "Category."),
        Column("brand", "text", "Brand."),
        Column("list_price", "amount", "List price, reporting currency."),
        Column("cost_amount", "amount", "Unit cost, reporting currency."),
    ),
    customer=False,
)
EVENTS = CanonicalTable(
    "events",
    "One behavioural or domain event.",
    ("source", "event_id"),
    (
        Column("event_id", "text", "Identifier in its source.", required=True),
        Column("occurred_at", "instant", "When it happened (UTC).", required=True),
        Column("occurred_on", "day", "Business day in the brand's zone.", required=True),
        Column("received_at", "instant", "When it reached us (UTC)."),
        Column("promised_at", "instant", "When it was promised for (UTC), such as a delivery."),
        Column("name", "text", "What happened, such as login.", required=True),
        Column("channel", "text", "Channel it happened in."),
        Column("touchpoint", "text", "Touchpoint, where the source names one."),
        Column("campaign", "text", "Campaign (utm_campaign)."),
        Column("campaign_source", "text", "Campaign source (utm_source)."),
        Column("campaign_medium", "text", "Campaign medium (utm_medium)."),
        Column("session_id", "text", "Session in its source."),
        Column("properties", "json", "Everything else, as a JSON object.", privacy="free text"),
    ),
    day="occurred_on",
)
# The widest scales on which these questions are asked: a score outside is a mistake.
SCORE_RANGES: dict[str, tuple[int, int]] = {
    "nps": (0, 10), "ces": (0, 10), "csat": (0, 100), "rating": (0, 100), "review": (0, 100),
    "share_of_wallet": (0, 100), "mystery": (0, 100),
}  # fmt: skip
FEEDBACK = CanonicalTable(
    "feedback",
    "One answer about one touchpoint.",
    ("source", "feedback_id"),
    (
        Column("feedback_id", "text", "Identifier in its source.", required=True),
        Column("answered_at", "instant", "When it was given (UTC).", required=True),
        Column("answered_on", "day", "Business day in the brand's zone.", required=True),
        Column(
            "metric",
            "text",
            "nps, csat, ces, rating, review, kano, share_of_wallet…",
            required=True,
        ),
        Column("touchpoint", "text", "What it is about."),
        Column("subject", "text", "own, or the competitor that was asked about."),
        Column(
            "score",
            "float",
            "The score on its scale.",
            check='metric != "nps" or score is missing or (score >= 0 and score <= 10)',
        ),
        Column("scale", "text", "The scale, such as 0-10 or 1-5."),
        Column("text", "text", "The customer's words.", privacy="free text", purpose="listen"),
        Column("language", "text", "Language of the words."),
        Column("order_id", "text", "Order it is about, where known."),
        Column("channel", "text", "Channel it was asked through."),
        Column("store", "text", "Store or outlet it is about; else that of its order."),
        Column("agent", "text", "Agent it is about; else who answered the contact before it."),
    ),
    day="answered_on",
)
CONTACTS = CanonicalTable(
    "contacts",
    "One service contact or case event.",
    ("source", "contact_id"),
    (
        Column("contact_id", "text", "Identifier in its source.", required=True),
        Column("case_id", "text", "Case it belongs to."),
        Column("opened_at", "instant", "When it was opened (UTC).", required=True),
        Column("opened_on", "day", "Business day in the brand's zone.", required=True),
        Column("answered_at", "instant", "When it was first answered (UTC)."),
        Column("solved_at", "instant", "When it was solved (UTC)."),
        Column("channel", "text", "Phone, chat, mail, store…"),
        Column("category", "text", "What it was about; complaint is one of its words."),
        Column("agent", "text", "Who answered."),
        Column("reopened", "int", "How often it was opened again."),
        Column("complaint", "bool", "Whether it was a complaint."),
        Column("text", "text", "The customer's words.", privacy="free text", purpose="serve"),
    ),
    day="opened_on",
)
MESSAGES = CanonicalTable(
    "messages",
    "One message to one customer.",
    ("source", "message_id"),
    (
        Column("message_id", "text", "Identifier in its source.", required=True),
        Column("channel", "text", "email, sms, push, wechat…"),
        Column("campaign", "text", "Campaign."),
        Column("sent_at", "instant", "When it was sent (UTC).", required=True),
        Column("sent_on", "day", "Business day in the brand's zone.", required=True),
        Column("delivered_at", "instant", "When it was delivered (UTC)."),
        Column("opened_at", "instant", "When it was first opened (UTC)."),
        Column("clicked_at", "instant", "When it was first clicked (UTC)."),
        Column("converted_at", "instant", "When the source saw a conversion (UTC)."),
        Column("cost_amount", "amount", "Cost, reporting currency."),
    ),
    day="sent_on",
)
SPEND = CanonicalTable(
    "spend",
    "One day of one channel and campaign.",
    ("source", "spent_on", "channel", "campaign"),
    (
        Column("source", "text", "System that the row came from.", required=True),
        Column("spent_on", "day", "Business day.", required=True),
        Column("channel", "text", "Channel.", required=True),
        Column("campaign", "text", "Campaign; empty where not split."),
        Column("cost_amount", "amount", "Cost, reporting currency.", required=True),
        Column("impressions", "int", "Impressions."),
        Column("clicks", "int", "Clicks."),
    ),
    day="spent_on",
    customer=False,
)
IDENTIFIERS = CanonicalTable(
    "identifiers",
    "One identifier seen in one source, with another seen in the same record.",
    ("source", "id_key", "link_key"),
    (
        _pseudonym("link_key", "text", "id_key of the record's first identifier (itself, if one)."),
        Column("account_id", "text", "Firm that the customer belongs to."),
        Column("attributes", "json", "What the source says of the customer: city, gender, joined."),
    ),
)
EXPOSURES = CanonicalTable(
    "exposures",
    "One unit meeting one variant.",
    ("source", "decision_id", "id_key"),
    (
        Column("decision_id", "text", "Experiment or decision.", required=True),
        Column("variant", "text", "Variant met.", required=True),
        Column(
            "probability", "float", "Probability with which it was drawn.", check="probability > 0"
        ),
        Column("exposed_at", "instant", "When (UTC).", required=True),
        Column("exposed_on", "day", "Business day in the brand's zone.", required=True),
    ),
    day="exposed_on",
)

CANONICAL: dict[str, CanonicalTable] = {
    table.name: table
    for table in (
        ORDERS, ORDER_LINES, PRODUCTS, IDENTIFIERS, EVENTS,
        FEEDBACK, CONTACTS, MESSAGES, SPEND, EXPOSURES,
    )
}  # fmt: skip
# What customers did and said: a brand that has them can be built without any order.
WITHOUT_ORDERS = ("events", "feedback", "contacts", "messages")

"""Statuses: the words by which shops and tills say that a row is not, or not only, a sale.

Words are compared without case, blanks, hyphens and underscores. Each language has its own; what
means one thing here and another there is left out (`closed` is cancelled at one shop and refunded
at the next, `expired` may be said of a voucher).
"""

from __future__ import annotations

from collections.abc import Iterable

from valence.lake.workbench import literal

# The order was called off or never paid: nothing was bought.
CANCELLED = (
    "cancelled", "canceled", "cancel", "cancellation", "cancelled by customer", "canceled by user",
    "void", "voided", "failed", "payment failed", "declined", "rejected", "denied", "abandoned",
    "unavailable", "trash", "auto draft", "checkout draft", "not paid", "storniert", "annulliert",
    "annulé", "annulée", "cancelado", "cancelada", "annullato", "geannuleerd",
    "已取消", "取消", "订单取消", "交易取消", "已关闭", "关闭", "交易关闭", "订单关闭",
    "作废", "已作废", "无效", "支付失败", "付款失败", "已拒单", "拒单", "用户取消", "商家取消",
    "超时取消", "未付款关闭",
)  # fmt: skip
# The whole order was paid for and given back later.
REFUNDED = (
    "refunded", "fully refunded", "returned", "fully returned", "returned to seller",
    "chargeback", "charged back", "erstattet", "rückerstattet", "retourniert", "remboursé",
    "remboursée", "reembolsado", "reembolsada", "devuelto", "rimborsato",
    "已退款", "退款成功", "全额退款", "已全额退款", "退款完成", "已退货", "退货完成", "退货退款",
    "已退货退款",
)  # fmt: skip
# The row itself gives back: a refund or a return beside the sale.
RETURNED = (
    "refund", "refunds", "return", "returns", "sales return", "partial refund", "full refund",
    "refund item", "return item", "credit", "credit note", "credit memo", "reversal",
    "retoure", "rückgabe", "erstattung", "rückerstattung", "gutschrift", "remboursement", "retour",
    "avoir", "devolución", "reembolso", "reso", "rimborso",
    "退款", "退货", "退单", "退款单", "退货单", "销售退货", "销退", "退换货", "红冲", "冲红",
    "部分退款", "退",
    *REFUNDED,
)  # fmt: skip
# What such a column says of a plain sale.
SOLD = (
    "sale", "sales", "sold", "purchase", "order", "payment", "charge", "invoice", "receipt",
    "debit", "verkauf", "kauf", "rechnung", "vente", "achat", "facture", "venta", "compra",
    "vendita", "exchange", "adjustment",
    "销售", "销售单", "销售出库", "购买", "消费", "订单", "付款", "支付", "收款", "出售", "正常",
    "交易", "售", "换货", "普通订单",
)  # fmt: skip

_BETWEEN = " _-"


def plain_word(word: str) -> str:
    """Return a word as it is compared.

    Examples
    --------
    >>> plain_word("Credit-Note"), plain_word(" 已取消")
    ('creditnote', '已取消')
    """
    return word.lower().translate({ord(sign): None for sign in _BETWEEN})


def means(word: str, words: Iterable[str]) -> bool:
    """Whether a word of a source is one of these."""
    return plain_word(word) in {plain_word(one) for one in words}


def says_sql(column: str, words: Iterable[str]) -> str:
    """Return SQL that is true where a column holds one of the words, false where it is empty."""
    listed = ", ".join(literal(one) for one in sorted({plain_word(word) for word in words}))
    # A list, not IN: the engine would join a list of constants to all rows.
    return (
        f"coalesce(list_contains([{listed}], translate(lower({column}), {literal(_BETWEEN)}, '')), "
        "false)"
    )

"""Synonyms: what shops, tills and survey tools call the columns that we know, by language."""

from __future__ import annotations

import re
import unicodedata

# For each target, in order of trust. Compared without case, spaces, punctuation and accents.
COLUMNS: dict[str, tuple[str, ...]] = {
    "order_id": (
        "order_id", "order number", "order no", "invoice", "invoice no", "invoice number",
        "order", "order name", "transaction id", "receipt", "receipt no", "bestellnummer",
        "订单号", "订单编号", "订单id", "交易号", "小票号", "单号",
    ),
    "ordered_at": (
        "ordered_at", "order date", "invoice date", "order time", "created at", "purchase date",
        "order purchase timestamp", "transaction date", "purchased at", "paid at", "date",
        "datum", "bestelldatum", "下单时间", "订单时间",
        "购买时间", "交易时间", "付款时间", "下单日期",
        "日期",
    ),
    "net_amount": (
        "net_amount", "net total", "net", "line total", "subtotal", "amount", "order amount",
        "total amount", "total", "order total", "revenue", "sales", "value", "betrag", "umsatz",
        "金额", "订单金额", "实付金额", "付款金额", "销售额", "总金额", "总价",
    ),
    "gross_amount": ("gross_amount", "gross", "gross total", "total incl tax", "含税金额"),
    "tax_amount": ("tax_amount", "tax", "taxes", "vat", "mwst", "税额"),
    "discount_amount": (
        "discount_amount", "discount", "discount total", "rabatt", "优惠金额", "折扣",
    ),
    "returned_amount": ("returned_amount", "refunded amount", "refund", "退款金额"),
    "cost_amount": ("cost_amount", "cost", "cogs", "cost of goods", "成本"),
    "currency": ("currency", "currency code", "waehrung", "币种", "货币"),
    "status": ("status", "order status", "financial status", "状态", "订单状态"),
    "channel": ("channel", "sales channel", "medium", "kanal", "渠道"),
    "store": ("store", "shop", "outlet", "branch", "location", "filiale", "门店", "店铺"),
    "country": ("country", "shipping country", "billing country", "land", "国家"),
    "coupon": ("coupon", "discount code", "voucher", "promo code", "gutschein", "优惠券"),
    "campaign": ("campaign", "utm campaign", "campaign name", "kampagne", "活动", "营销活动"),
    "account_id": ("account_id", "company id", "firm", "企业编号"),
    "line_id": ("line_id", "order item id", "item id", "order line id", "明细编号"),
    "product_id": (
        "product_id", "sku", "stock code", "item code", "article", "product code", "asin",
        "artikelnummer", "商品编号", "商品编码", "货号", "商品id",
    ),
    "description": (
        "description", "product name", "item name", "product title", "item", "product",
        "商品名称", "商品", "品名",
    ),
    "category": (
        "category", "product category", "product type", "kategorie", "类目", "品类", "分类",
    ),
    "quantity": ("quantity", "qty", "units", "menge", "anzahl", "数量", "件数"),
    "unit_price": ("unit_price", "price", "item price", "price each", "preis", "单价", "价格"),
    "unit_cost": ("unit_cost", "cost per unit", "单位成本"),
    "name": (
        "name", "product name", "event", "event name", "action", "event type", "事件",
        "商品名称",
    ),
    "brand": ("brand", "marke", "vendor", "品牌"),
    "list_price": ("list_price", "list price", "price", "rrp", "原价", "单价"),
    "event_id": ("event_id", "message id", "id", "事件id"),
    "occurred_at": (
        "occurred_at", "timestamp", "event time", "time", "event date", "发生时间", "时间",
    ),
    "received_at": ("received_at", "received at"),
    "touchpoint": ("touchpoint", "journey stage", "survey sub type", "触点"),
    "session_id": ("session_id", "session", "会话"),
    "campaign_source": ("campaign_source", "utm source"),
    "campaign_medium": ("campaign_medium", "utm medium"),
    "feedback_id": ("feedback_id", "review id", "response id", "answer id", "id", "评价id"),
    "answered_at": (
        "answered_at", "response date", "review date", "answered", "submitted at", "created at",
        "date", "评价时间", "答题时间",
    ),
    "score": (
        "score", "nps score", "nps", "rating", "review score", "csat", "stars", "ces", "评分",
        "打分", "星级",
    ),
    "scale": ("scale",),
    "text": (
        "text", "comment", "review", "verbatim",
        "feedback", "answer", "message", "评论", "评价内容",
        "留言",
    ),
    "language": ("language", "lang", "语言"),
    "metric": ("metric", "survey type", "指标"),
    "contact_id": ("contact_id", "ticket id", "case number", "id", "工单编号"),
    "case_id": ("case_id", "case", "ticket", "工单"),
    "opened_at": ("opened_at", "opened", "created at", "open date", "打开时间", "创建时间"),
    "solved_at": ("solved_at", "resolved at", "closed at", "solved", "closed", "解决时间"),
    "agent": ("agent", "assignee", "坐席", "客服"),
    "reopened": ("reopened", "reopen count"),
    "complaint": ("complaint", "是否投诉"),
    "message_id": ("message_id", "id", "消息id"),
    "sent_at": ("sent_at", "sent", "send time", "sent at", "发送时间"),
    "delivered_at": ("delivered_at", "delivered"),
    "clicked_at": ("clicked_at", "clicked"),
    "converted_at": ("converted_at", "converted"),
    "spent_on": ("spent_on", "day", "date", "日期"),
    "impressions": ("impressions", "impr", "展现", "曝光"),
    "clicks": ("clicks", "点击", "点击量"),
    "quoted_on": ("quoted_on", "day", "date"),
    "from_currency": ("from_currency", "from", "base"),
    "to_currency": ("to_currency", "to", "quote"),
    "rate": ("rate", "exchange rate", "fx rate", "汇率"),
}  # fmt: skip
SPEND_COST = ("cost", "spend", "amount spent", "花费", "消耗")

IDENTIFIERS: dict[str, tuple[str, ...]] = {
    "user_id": (
        "user_id", "customer id", "customer", "customer number", "client id", "buyer id",
        "member id", "kundennummer", "user", "客户编号", "客户id", "用户id", "会员id", "买家id",
    ),
    "email": ("email", "e mail", "email address", "customer email", "邮箱", "电子邮件"),
    "phone": ("phone", "phone number", "mobile", "telephone", "telefon", "手机", "手机号", "电话"),
    "loyalty_no": (
        "loyalty_no", "loyalty number", "card number", "member number", "会员号", "会员卡号",
    ),
}  # fmt: skip
CONTACT: dict[str, tuple[str, ...]] = {
    "name": ("full name", "customer name", "name", "billing name", "姓名", "客户姓名", "收货人"),
    "address": ("address", "billing address", "shipping address", "street", "地址", "收货地址"),
}
ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "city": ("city", "customer city", "ort", "城市"),
    "state": ("state", "customer state", "province", "省份"),
    "gender": ("gender", "sex", "性别"),
    "joined": ("joined", "registered at", "signup date", "created at", "注册时间", "注册日期"),
    "birth_year": ("birth year", "birthday", "date of birth", "出生日期", "生日"),
    "country": ("country", "国家"),
}


def plain(name: str) -> str:
    """Return a header without case, punctuation and accents.

    Examples
    --------
    >>> plain("Order_ID"), plain("Bestell-Nr."), plain("订单 号")
    ('orderid', 'bestellnr', '订单号')
    """
    spread = unicodedata.normalize("NFKD", name).casefold()
    return re.sub(r"[\W_]+", "", "".join(c for c in spread if not unicodedata.combining(c)))

"""Synonyms: what shops, tills and survey tools call the columns that we know, by language.

Beside the everyday words stand the headers that exports have as they come: Shopify, WooCommerce,
Magento, Square, Amazon, Etsy and eBay, 淘宝/天猫, 京东, 有赞 and 微店.
"""

from __future__ import annotations

import re
import unicodedata

# For each target, in order of trust. Compared without case, spaces, punctuation and accents.
COLUMNS: dict[str, tuple[str, ...]] = {
    "order_id": (
        "order_id", "order number", "order no", "order #", "invoice", "invoice no",
        "invoice number", "invoice id", "order", "order name", "increment id", "amazon order id",
        "sales record number", "transaction id", "receipt", "receipt no", "receipt number",
        "receipt id", "bill no", "ticket number", "document number", "voucher no", "booking id",
        "bestellnummer", "auftragsnummer", "rechnungsnummer", "belegnummer", "bon",
        "n° de commande", "numéro de commande", "número de pedido", "pedido", "订单号",
        "订单编号", "订单id", "主订单编号", "交易号", "交易单号", "交易流水号", "销售单号",
        "小票号", "单号", "单据编号", "单据号", "销售订单号", "子订单编号", "流水号", "id",
        "编号",
    ),
    "ordered_at": (
        "ordered_at", "order date", "order date time", "invoice date", "order time",
        "order created date", "date ordered", "purchase date", "order purchase timestamp",
        "transaction date", "transaction time", "sale date", "sales date", "date of sale",
        "purchased at", "placed at", "order placed", "created at", "date created", "created",
        "created utc", "paid at", "paid date", "payment date", "date paid", "receipt date",
        "date", "datum", "bestelldatum", "rechnungsdatum", "kaufdatum", "date de commande",
        "fecha de pedido", "fecha", "下单时间", "订单时间", "订单创建时间", "创建时间",
        "拍下时间", "成交时间", "购买时间", "购买日期", "交易时间", "交易日期", "消费时间",
        "消费日期", "销售时间", "销售日期", "订单付款时间", "付款时间", "支付时间",
        "买家付款时间", "付款日期", "下单日期", "订单日期", "开单时间", "开单日期", "结账时间",
        "单据日期", "日期", "时间",
    ),
    "net_amount": (
        "net_amount", "net total", "net", "net sales", "line total", "item total", "subtotal",
        "order subtotal", "amount", "order amount", "sales amount", "transaction amount",
        "amount paid", "paid amount", "total amount", "total", "order total",
        "order total amount", "grand total", "order value", "total price", "total paid",
        "total sales", "total collected", "purchase amount", "revenue", "turnover", "sales",
        "value", "spend", "betrag", "umsatz", "nettobetrag", "gesamtbetrag", "summe", "montant",
        "total ht", "importe", "金额", "订单金额", "实付金额", "实付款", "实付", "实际支付金额",
        "买家实际支付金额", "订单实付金额", "商品实际成交金额", "实收金额", "实收", "成交金额",
        "成交额", "支付金额", "付款金额", "结算金额", "交易金额", "消费金额", "销售金额",
        "销售额", "应付金额", "买家应付货款", "应收订单金额", "商品总价", "商品金额", "小计",
        "合计", "总金额", "订单总金额", "总价", "总额",
    ),
    "gross_amount": (
        "gross_amount", "gross", "gross total", "total incl tax", "total including tax",
        "amount incl vat", "bruttobetrag", "brutto", "total ttc", "含税金额", "价税合计",
        "含税总额",
    ),
    "tax_amount": (
        "tax_amount", "tax", "taxes", "total tax", "order tax", "order total tax amount",
        "sales tax", "vat", "vat amount", "gst", "mwst", "ust", "tva", "iva", "税额", "税费",
        "税金",
    ),
    "discount_amount": (
        "discount_amount", "discount", "discounts", "discount total", "total discount",
        "cart discount amount", "order discount", "rabatt", "remise", "descuento", "优惠金额",
        "优惠", "折扣", "折扣金额", "商家优惠", "店铺优惠", "订单优惠", "优惠总额",
    ),
    "returned_amount": (
        "returned_amount", "refunded amount", "refund amount", "amount refunded",
        "order refund amount", "total refunded", "refund", "refunds", "退款金额", "已退款金额",
        "商品已退款金额", "退款总额", "退货金额",
    ),
    "cost_amount": (
        "cost_amount", "cost", "cogs", "cost of goods", "cost of goods sold", "total cost",
        "wareneinsatz", "成本", "成本金额", "总成本", "商品成本",
    ),
    "currency": (
        "currency", "currency code", "order currency", "transaction currency", "waehrung",
        "währung", "devise", "moneda", "币种", "货币", "币别",
    ),
    "status": (
        "status", "order status", "financial status", "payment status", "transaction status",
        "state of order", "bestellstatus", "statut", "estado", "状态", "订单状态", "交易状态",
        "付款状态", "支付状态", "订单商品状态", "单据状态",
    ),
    "cancelled_at": (
        "cancelled at", "canceled at", "cancelled on", "cancellation date", "date cancelled",
        "取消时间", "取消日期", "关闭时间", "订单关闭时间",
    ),
    "row_type": (
        "row_type", "type", "transaction type", "order type", "record type", "entry type",
        "document type", "doc type", "sale type", "sales type", "txn type", "movement type",
        "event type", "kind", "belegart", "buchungsart", "vorgangsart", "art", "类型", "交易类型",
        "订单类型", "单据类型", "业务类型", "销售类型", "记录类型", "收支类型", "消费类型",
        "退货标志", "是否退货", "是否退款",
    ),
    "channel": (
        "channel", "sales channel", "medium", "order source", "purchase point", "platform",
        "kanal", "vertriebskanal", "canal", "渠道", "销售渠道", "订单来源", "来源渠道", "平台",
        "下单渠道",
    ),
    "store": (
        "store", "store name", "store id", "shop", "shop name", "outlet", "branch", "location",
        "location name", "filiale", "magasin", "tienda", "门店", "门店名称", "店铺", "店铺名称",
        "归属店铺", "下单网点", "分店", "网点",
    ),
    "country": (
        "country", "country code", "shipping country", "ship country", "billing country",
        "country billing", "country shipping", "land", "pays", "país", "国家", "国家地区",
    ),
    "coupon": (
        "coupon", "coupon code", "coupons", "discount code", "voucher", "voucher code",
        "promo code", "promotion code", "gutschein", "优惠券", "优惠码", "优惠券编码",
    ),
    "campaign": (
        "campaign", "utm campaign", "campaign name", "kampagne", "活动", "活动名称", "营销活动",
    ),
    "account_id": ("account_id", "company id", "firm", "企业编号", "公司编号"),
    "line_id": (
        "line_id", "order item id", "item id", "order line id", "line item id", "line number",
        "明细编号", "子订单号", "明细id", "行号",
    ),
    "product_id": (
        "product_id", "sku", "stock code", "item code", "article", "article number",
        "item number", "product code", "product sku", "variant sku", "asin", "item sku", "gtin",
        "ean", "barcode", "artikelnummer", "référence", "商品编号", "商品编码", "商家编码",
        "商家skuid", "外部系统编号", "规格编码", "货号", "商品id", "款号", "商品货号", "商品条码",
        "条码", "条形码", "sku编码",
    ),
    "description": (
        "description", "product name", "item name", "product title", "item title", "item",
        "product", "products", "title", "lineitem name", "article name", "artikel",
        "artikelbezeichnung", "produit", "producto", "商品名称", "商品标题", "宝贝标题",
        "宝贝名称", "标题", "商品", "品名", "货品名称", "产品名称", "产品",
    ),
    "category": (
        "category", "product category", "product type", "item category", "department",
        "kategorie", "warengruppe", "catégorie", "类目", "品类", "分类", "商品分类", "商品类目",
        "宝贝种类", "商品类别",
    ),
    "quantity": (
        "quantity", "qty", "quantity ordered", "qty ordered", "quantity purchased", "items sold",
        "units", "count", "pieces", "pcs", "menge", "anzahl", "stück", "stueck", "quantité",
        "cantidad", "数量", "购买数量", "订购数量", "商品数量", "销售数量", "宝贝总数量", "件数",
        "购买件数",
    ),
    "unit_price": (
        "unit_price", "price", "item price", "price each", "unit cost price", "sale price",
        "sales price", "selling price", "item cost", "price per unit", "preis", "einzelpreis",
        "stückpreis", "prix", "prix unitaire", "precio", "单价", "价格", "商品单价", "商品价格",
        "销售单价", "售价", "销售价", "京东价", "成交单价", "成交价",
    ),
    "unit_cost": ("unit_cost", "cost per unit", "cost price", "单位成本", "成本价", "进货价"),
    "name": (
        "name", "product name", "item name", "product title", "title", "商品名称", "商品标题",
        "品名", "产品名称",
    ),
    "brand": ("brand", "marke", "vendor", "manufacturer", "品牌", "品牌名称"),
    "list_price": (
        "list_price", "list price", "price", "rrp", "msrp", "retail price", "regular price",
        "原价", "单价", "价格", "零售价", "吊牌价", "标价",
    ),
    "event_id": ("event_id", "message id", "id", "事件id", "日志id"),
    "occurred_at": (
        "occurred_at", "timestamp", "event time", "event timestamp", "time", "event date",
        "发生时间", "事件时间", "行为时间", "时间",
    ),
    "received_at": ("received_at", "received at"),
    "promised_at": (
        "promised_at", "promised", "promised at", "promised date", "estimated delivery",
        "estimated delivery date", "order estimated delivery date", "due", "due at",
        "承诺送达时间", "预计送达时间", "预计到达时间",
    ),
    "touchpoint": ("touchpoint", "journey stage", "survey sub type", "触点", "环节"),
    "session_id": ("session_id", "session", "会话", "会话id"),
    "campaign_source": ("campaign_source", "utm source"),
    "campaign_medium": ("campaign_medium", "utm medium"),
    "feedback_id": (
        "feedback_id", "review id", "response id", "answer id", "survey response id", "id",
        "评价id", "评论id", "答卷编号",
    ),
    "answered_at": (
        "answered_at", "response date", "customer response date", "review date", "answered",
        "submitted at", "created at",
        "completed at", "survey date", "date", "评价时间", "评论时间", "答题时间", "提交时间",
        "日期",
    ),
    "score": (
        "score", "nps score", "nps", "rating", "review score", "review rating", "csat",
        "csat score", "stars", "star rating", "ces", "ces score", "bewertung", "评分", "打分",
        "星级", "得分", "评价星级", "满意度", "推荐意愿", "分数",
    ),
    "scale": ("scale", "量表"),
    "text": (
        "text", "comment", "comments", "review", "review text", "verbatim", "feedback", "answer",
        "message", "open answer", "kommentar", "评论", "评价", "评价内容", "评论内容", "留言",
        "意见", "建议", "反馈内容",
    ),
    "language": ("language", "lang", "语言"),
    "metric": ("metric", "survey type", "question type", "指标", "问卷类型"),
    "contact_id": (
        "contact_id", "ticket id", "ticket number", "case number", "case id", "conversation id",
        "id", "工单编号", "工单号", "会话编号",
    ),
    "case_id": ("case_id", "case", "ticket", "工单"),
    "opened_at": (
        "opened_at", "opened", "created at", "open date", "opened on", "打开时间", "创建时间",
        "提交时间", "受理时间", "来电时间",
    ),
    "solved_at": (
        "solved_at", "resolved at", "closed at", "solved", "closed", "resolved",
        "resolution date", "解决时间", "关闭时间", "完成时间", "结案时间",
    ),
    "agent": ("agent", "assignee", "assigned to", "坐席", "客服", "客服人员", "处理人"),
    "reopened": ("reopened", "reopen count", "重开次数"),
    "complaint": ("complaint", "是否投诉", "投诉"),
    "message_id": ("message_id", "id", "消息id"),
    "sent_at": ("sent_at", "sent", "send time", "sent at", "send date", "发送时间", "发送日期"),
    "delivered_at": ("delivered_at", "delivered", "送达时间"),
    "clicked_at": ("clicked_at", "clicked", "点击时间"),
    "converted_at": ("converted_at", "converted", "转化时间"),
    "spent_on": ("spent_on", "day", "date", "reporting starts", "日期", "投放日期"),
    "impressions": ("impressions", "impr", "views", "展现", "展现量", "曝光", "曝光量"),
    "clicks": ("clicks", "link clicks", "点击", "点击量", "点击数"),
    "quoted_on": ("quoted_on", "day", "date", "日期"),
    "from_currency": ("from_currency", "from", "base", "原币", "源币种"),
    "to_currency": ("to_currency", "to", "quote", "本币", "目标币种"),
    "rate": ("rate", "exchange rate", "fx rate", "汇率"),
}  # fmt: skip
# Where a word means one thing in one kind of file and another in the next.
OF_KIND: dict[tuple[str, str], tuple[str, ...]] = {
    ("spend", "cost_amount"): (
        "cost", "spend", "amount spent", "cost amount", "花费", "消耗", "消费", "投放费用",
        "费用",
    ),
    ("events", "name"): (
        "name", "event", "event name", "action", "event type", "事件", "事件名称", "行为",
        "行为类型",
    ),
}  # fmt: skip

IDENTIFIERS: dict[str, tuple[str, ...]] = {
    "user_id": (
        "user_id", "customer id", "customer number", "customer no", "customer code",
        "customer reference", "client id", "client number", "buyer id", "buyer user id",
        "buyer username", "member id", "customer user id", "customer user", "shopper id",
        "account number", "username", "user name", "kundennummer", "kunden nr", "numéro client",
        "客户编号", "客户id", "客户代码", "客户号", "客户编码", "用户id", "用户编号", "用户名",
        "会员id", "会员编号", "买家id", "买家会员名", "买家昵称", "买家账号", "下单帐号",
        "下单账号", "账号", "帐号", "顾客编号", "顾客id", "粉丝id", "customer", "client", "buyer",
        "user", "member", "shopper", "guest", "kunde", "cliente", "客户", "顾客", "用户", "会员",
        "买家", "消费者", "购买人", "下单人", "客户名", "旺旺", "旺旺号",
    ),
    "email": (
        "email", "e mail", "email address", "customer email", "buyer email", "contact email",
        "email billing", "billing email", "mail", "e mail adresse", "courriel", "correo", "邮箱",
        "电子邮件", "电子邮箱", "邮件", "客户邮箱", "邮箱地址",
    ),
    "phone": (
        "phone", "phone number", "mobile", "mobile number", "mobile phone", "telephone", "tel",
        "cell", "cell phone", "customer phone", "buyer phone", "phone billing", "billing phone",
        "buyer phone number", "telefon", "handy", "téléphone", "teléfono", "手机", "手机号",
        "手机号码", "电话", "电话号码", "联系电话", "联系手机", "联系方式", "买家手机号",
        "买家手机", "买家电话", "客户手机", "客户电话", "会员手机", "会员手机号", "收货人手机号",
        "收货人手机", "收货人电话", "收件人电话", "收件人手机",
    ),
    "loyalty_no": (
        "loyalty_no", "loyalty number", "loyalty id", "loyalty card", "card number", "card no",
        "member number", "membership number", "membership no", "kundenkarte", "会员号",
        "会员卡号", "会员卡", "卡号", "积分卡号",
    ),
    "wechat_openid": ("openid", "open id", "wechat openid", "微信openid"),
    "wechat_unionid": ("unionid", "union id", "wechat unionid", "微信unionid"),
}  # fmt: skip
# A customer by no more than that word: its cells may be numbers, addresses, telephones or names.
ANYHOW = (
    "customer", "client", "buyer", "user", "member", "shopper", "guest", "kunde", "cliente",
    "username", "user name", "account", "contact", "login", "客户", "顾客", "用户", "会员",
    "买家", "消费者", "购买人", "下单人", "客户名", "账号", "帐号", "下单帐号", "下单账号",
    "联系方式", "买家账号", "用户名",
)  # fmt: skip
# People who are not the customer, though their columns may hold addresses.
OTHERS = (
    "agent", "assignee", "assigned to", "staff", "employee", "sales rep", "salesperson",
    "cashier", "seller", "seller email", "vendor", "supplier", "owner", "created by",
    "staff email", "客服", "坐席", "导购", "导购员", "收银员", "销售员", "业务员", "卖家",
    "供应商", "店员",
)  # fmt: skip
CONTACT: dict[str, tuple[str, ...]] = {
    "first_name": (
        "first name", "firstname", "given name", "givenname", "forename", "billing first name",
        "first name billing", "customer first name", "buyer first name", "recipient first name",
        "shipping first name", "vorname", "prénom", "nombre", "nome", "voornaam", "名", "名字",
    ),
    "last_name": (
        "last name", "lastname", "surname", "family name", "familyname", "billing last name",
        "last name billing", "customer last name", "buyer last name", "recipient last name",
        "shipping last name", "nachname", "familienname", "nom de famille", "apellido",
        "apellidos", "cognome", "achternaam", "姓", "姓氏",
    ),
    "name": (
        "full name", "customer name", "buyer name", "client name", "name", "billing name",
        "bill to name", "recipient name", "contact name", "kundenname", "name des kunden", "nom",
        "姓名", "客户姓名", "客户名称", "顾客姓名", "会员姓名", "会员名称", "买家姓名", "收货人",
        "收货人姓名", "收件人", "收件人姓名", "真实姓名", "联系人",
    ),
    "address": (
        "address", "billing address", "shipping address", "customer address", "street",
        "address 1", "adresse", "dirección", "地址", "收货地址", "收件地址", "客户地址",
        "详细地址", "收货人地址", "联系地址",
    ),
}  # fmt: skip
# Beside a column of the other part of a name these are a part; alone they are the name.
LAST_BESIDE_FIRST = ("name", "nom", "naam")
FIRST_BESIDE_LAST = ("name",)
ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "city": (
        "city", "customer city", "town", "ort", "stadt", "ville", "ciudad", "城市", "所在城市",
        "市",
    ),
    "state": (
        "state", "customer state", "province", "region", "county", "省份", "省", "所在省份",
    ),
    "gender": ("gender", "sex", "geschlecht", "性别"),
    "joined": (
        "joined", "registered at", "registration date", "date registered", "signup date",
        "sign up date", "member since", "created at", "customer since", "注册时间", "注册日期",
        "入会时间", "入会日期", "加入时间", "开卡日期", "创建时间",
    ),
    "birth_year": (
        "birth year", "birthday", "date of birth", "birth date", "dob", "出生日期", "生日",
        "出生年份",
    ),
    "country": ("country", "country code", "国家"),
}  # fmt: skip


def words_for(kind: str, target: str) -> tuple[str, ...]:
    """Return what the columns of a target are called in a kind of file."""
    return OF_KIND.get((kind, target)) or COLUMNS.get(target, (target,))


def plain(name: str) -> str:
    """Return a header without case, punctuation and accents.

    Examples
    --------
    >>> plain("Order_ID"), plain("Bestell-Nr."), plain("订单 号")
    ('orderid', 'bestellnr', '订单号')
    """
    spread = unicodedata.normalize("NFKD", name).casefold()
    return re.sub(r"[\W_]+", "", "".join(c for c in spread if not unicodedata.combining(c)))

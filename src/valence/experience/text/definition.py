"""What users set for the words of customers: the aspects, and by which words each is found."""

from __future__ import annotations

from typing import Self

from pydantic import Field, field_validator, model_validator

from valence.definitions.documents import Document

THEMES_KIND = "themes"
MOST_WORDS = 500  # of one aspect and language
LONGEST_CHINESE = 8  # characters of one word
LONGEST_ENGLISH = 4  # words of one phrase


class Aspect(Document):
    """One thing that customers talk about, and the words by which it is found."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9_]{0,39}$",
        description="Its short name: small letters, digits and underscores.",
    )
    title: str = Field("", max_length=60, description="How it is called on pages; empty: its name.")
    en: tuple[str, ...] = Field(
        (), max_length=MOST_WORDS, description="English words or phrases, found as whole words."
    )
    zh: tuple[str, ...] = Field(
        (), max_length=MOST_WORDS, description="Chinese words, found wherever they stand."
    )

    @field_validator("en")
    @classmethod
    def _english(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        for word in words:
            if not 1 <= len(word.split()) <= LONGEST_ENGLISH:
                raise ValueError(f"{word!r} must have 1 to {LONGEST_ENGLISH} words")
        return words

    @field_validator("zh")
    @classmethod
    def _chinese(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        for word in words:
            if not 1 <= len(word.strip()) <= LONGEST_CHINESE:
                raise ValueError(f"{word!r} must have 1 to {LONGEST_CHINESE} characters")
        return words

    @model_validator(mode="after")
    def _found(self) -> Self:
        if not self.en and not self.zh:
            raise ValueError(f"the aspect {self.name} needs at least one word, English or Chinese")
        return self


def _aspect(name: str, en: str, zh: str) -> Aspect:
    """An aspect from its words, parted by commas."""
    return Aspect(
        name=name,
        en=tuple(word.strip() for word in en.split(",")),
        zh=tuple(zh.split()),
    )


_USUAL = (
    _aspect(
        "price",
        "price, prices, priced, pricing, pricey, cost, costs, costly, expensive, cheap, cheaper, "
        "overpriced, affordable, value for money, bargain, discount, discounts, fee, fees, "
        "charge, charges, charged, overcharged, money, rip off, too much",
        "价格 价钱 价位 贵 便宜 实惠 划算 性价比 优惠 折扣 打折 降价 涨价 差价 保价 收费 费用 "
        "花钱 物美价廉 物有所值 物超所值 不值 太坑 满减",
    ),
    _aspect(
        "delivery",
        "delivery, deliveries, deliver, delivered, delivering, shipping, shipped, shipment, "
        "courier, driver, parcel, package arrived, tracking, arrive, arrived, dispatch, "
        "dispatched, post, postage, sent, never came",
        "送货 配送 快递 物流 发货 到货 送餐 外卖员 骑手 小哥 派送 送到 送达 收货 签收 运费 包邮 "
        "邮费 师傅送 顺丰 没送 送来 没收到",
    ),
    _aspect(
        "quality",
        "quality, faulty, defect, defective, broken, broke, damaged, durable, sturdy, flimsy, "
        "material, well made, poorly made, reliable, unreliable, taste, tastes, tasty, fresh, "
        "stale, works, stopped working, does not work, doesn't work, cracked",
        "质量 品质 做工 材质 面料 坏了 坏的 破损 损坏 瑕疵 故障 毛病 掉色 起球 正品 假货 新鲜 "
        "味道 口感 好吃 难吃 耐用 变质 过期 劣质 次品 烂了 屏幕 电池",
    ),
    _aspect(
        "staff",
        "staff, employee, employees, waiter, waitress, waiters, server, servers, manager, agent, "
        "agents, advisor, adviser, advisors, representative, rep, reps, salesman, salesperson, "
        "engineer, engineers, technician, operator, assistant, rude, friendly, polite, helpful, "
        "unhelpful, attitude, lady, guy",
        "态度 客服 服务员 店员 店家 老板 卖家 商家 导购 师傅 员工 工作人员 经理 技师 热情 耐心 "
        "不耐烦 礼貌 骂人 售后人员",
    ),
    _aspect(
        "speed",
        "slow, slowly, fast, quick, quickly, wait, waited, waiting, wait time, late, delay, "
        "delays, delayed, hours, days, weeks, prompt, promptly, on time, speed, speedy, "
        "long time, forever, queue, hold, asap",
        "速度 很快 太快 挺快 超快 神速 慢 及时 准时 按时 超时 迟到 等了 等待 太久 好久 半天 "
        "小时 排队 催单 迅速 快速 拖延 延误",
    ),
    _aspect(
        "app",
        "app, apps, website, web site, site, online, login, log in, password, account, screen, "
        "page, bug, bugs, crash, crashes, crashed, update, interface, checkout, download",
        "app 软件 网站 页面 登录 登陆 账号 帐号 密码 系统 闪退 卡顿 界面 小程序 客户端 下单页 "
        "扫码 验证码 更新 升级 网上",
    ),
    _aspect(
        "returns",
        "return, returns, returned, returning, refund, refunds, refunded, exchange, exchanged, "
        "replacement, replace, replaced, cancel, cancelled, canceled, cancellation, warranty, "
        "money back",
        "退货 退款 换货 退换 退掉 退回 退了 返修 保修 维修 换新 赔偿 理赔 拒收 取消订单 售后",
    ),
    _aspect(
        "service",
        "service, customer service, support, help, helped, response, respond, reply, replied, "
        "answer, answered, communication, contact, call, called, calls, phone call, complaint, "
        "complaints, resolve, resolved, unresolved",
        "服务 客服 售后 咨询 回复 答复 联系 电话 沟通 投诉 解决 处理 没人接 没人理 打不通 反馈",
    ),
    _aspect(
        "choice",
        "choice, choices, selection, range, variety, options, stock, out of stock, in stock, "
        "available, availability, menu, sizes, colours, colors, size",
        "品种 种类 选择 款式 颜色 尺码 尺寸 大小 缺货 没货 有货 断货 库存 菜单 口味 型号 码数",
    ),
    _aspect(
        "packaging",
        "packaging, packaged, packed, package, box, boxes, wrapping, wrapped, bag, seal, sealed, "
        "bottle, container, leaked, leaking, spilled, spilt",
        "包装 盒子 箱子 袋子 瓶子 包裹 密封 漏了 漏出 撒了 洒了 餐盒 外包装 纸箱 泡沫",
    ),
    _aspect(
        "payment",
        "payment, payments, pay, paid, paying, bill, bills, billing, billed, invoice, invoices, "
        "receipt, direct debit, credit card, debit, deposit, coupon, coupons, voucher, vouchers",
        "付款 支付 发票 账单 结账 微信支付 支付宝 刷卡 信用卡 扣款 扣费 押金 代金券 优惠券 红包 "
        "收据 货到付款 开票 买单",
    ),
)


class ThemesDefinition(Document):
    """The aspects of what customers say, and what counts as a frequent or a new complaint."""

    aspects: tuple[Aspect, ...] = Field(
        _USUAL, min_length=1, max_length=60, description="What customers talk about."
    )
    new_days: int = Field(28, ge=7, le=366, description="The last days: what is new in them?")
    before_days: int = Field(
        182, ge=14, le=1830, description="The days before them that they are compared with."
    )
    minimum_texts: int = Field(
        5, ge=2, le=1000, description="Texts that a word must stand in, to be told."
    )
    leave_out: tuple[str, ...] = Field(
        (), max_length=1000, description="Words that are no themes, such as the brand's own name."
    )

    @model_validator(mode="after")
    def _sound(self) -> Self:
        names = [aspect.name for aspect in self.aspects]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"each aspect needs a name of its own; twice: {twice}")
        return self

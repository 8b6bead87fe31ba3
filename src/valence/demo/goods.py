"""Goods: the words that product names are made of, in English and Chinese, by category."""

from __future__ import annotations

from dataclasses import dataclass

Words = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Category:
    """One category: its names, price in yuan, how units and returns differ, and its words."""

    name: str
    name_zh: str
    price: float  # median list price, yuan
    demand: float  # relative popularity before taste
    units: float  # how much the further units of a line are worth of the usual
    returns: float  # how much likelier a return is than usual
    heads: Words
    kinds: Words


_TEA: Words = (
    ("First Flush", "头采"), ("Spring", "春摘"), ("Mountain", "高山"), ("Reserve", "珍藏"),
    ("Garden", "茶园"), ("Classic", "经典"), ("Gift Tin", "礼罐"), ("Travel Tin", "随行罐"),
)  # fmt: skip
_MADE: Words = (
    ("Celadon", "青瓷"), ("White Porcelain", "白瓷"), ("Glass", "玻璃"), ("Stoneware", "粗陶"),
    ("Bamboo", "竹制"), ("Ash Glaze", "灰釉"), ("Walnut", "胡桃木"), ("Black Clay", "黑陶"),
)  # fmt: skip
_CLOTH: Words = (
    ("Linen", "亚麻"), ("Washed Cotton", "水洗棉"), ("Indigo", "靛蓝"), ("Oat", "燕麦色"),
    ("Mulberry Silk", "桑蚕丝"), ("Waffle", "华夫格"), ("Moss", "苔绿"), ("Stone Grey", "石灰色"),
)  # fmt: skip
_SCENT: Words = (
    ("Osmanthus", "桂花"), ("White Tea", "白茶"), ("Cedar", "雪松"), ("Bergamot", "佛手柑"),
    ("Fig", "无花果"), ("Rain", "雨后"), ("Sandalwood", "檀香"), ("Gardenia", "栀子花"),
)  # fmt: skip
_TASTE: Words = (
    ("Black Sesame", "黑芝麻"), ("Matcha", "抹茶"), ("Red Bean", "红豆"), ("Walnut", "核桃"),
    ("Osmanthus", "桂花"), ("Sea Salt", "海盐"), ("Dark Chocolate", "黑巧"), ("Yuzu", "柚子"),
)  # fmt: skip
_PAPER: Words = (
    ("Lunar", "月历"), ("Crane", "仙鹤"), ("Lotus", "荷花"), ("Letterpress", "活版"),
    ("Kraft", "牛皮纸"), ("Gilded", "烫金"), ("Ink Wash", "水墨"), ("Cloth-bound", "布面"),
)  # fmt: skip

CATEGORIES = (
    Category("Green tea", "绿茶", 98, 1.3, 1.2, 0.5, (
        ("Longjing", "龙井"), ("Biluochun", "碧螺春"), ("Maofeng", "毛峰"), ("Sencha", "煎茶"),
        ("Jasmine Pearls", "茉莉龙珠"), ("Anji Leaf", "安吉白茶")), _TEA),
    Category("Black tea", "红茶", 92, 1.2, 1.2, 0.5, (
        ("Keemun", "祁门红茶"), ("Dianhong", "滇红"), ("Lapsang", "正山小种"), ("Assam", "阿萨姆"),
        ("Earl Grey", "伯爵红茶"), ("Jin Jun Mei", "金骏眉")), _TEA),
    Category("Oolong", "乌龙茶", 128, 1.0, 1.1, 0.5, (
        ("Tieguanyin", "铁观音"), ("Da Hong Pao", "大红袍"), ("Dancong", "凤凰单丛"),
        ("Dong Ding", "冻顶乌龙"), ("Milk Oolong", "金萱"), ("Rougui", "肉桂")), _TEA),
    Category("Pu'er and white tea", "普洱与白茶", 168, 0.8, 0.9, 0.5, (
        ("Ripe Pu'er Cake", "熟普饼"), ("Raw Pu'er Cake", "生普饼"), ("Silver Needle", "白毫银针"),
        ("White Peony", "白牡丹"), ("Aged White Cake", "老白茶饼"), ("Mini Tuo", "小沱茶")), _TEA),
    Category("Herbal and flower tea", "花草茶", 58, 1.3, 1.4, 0.6, (
        ("Chrysanthemum", "菊花茶"), ("Rose Bud", "玫瑰花茶"), ("Chamomile", "洋甘菊"),
        ("Ginger Lemon", "姜柠茶"), ("Buckwheat", "苦荞茶"), ("Barley", "大麦茶")), _TEA),
    Category("Teaware", "茶具", 238, 0.9, 0.25, 1.5, (
        ("Teapot", "茶壶"), ("Gaiwan", "盖碗"), ("Tea Tray", "茶盘"), ("Fairness Cup", "公道杯"),
        ("Tea Caddy", "茶叶罐"), ("Travel Tea Set", "旅行茶具")), _MADE),
    Category("Cups and mugs", "杯具", 89, 1.2, 0.9, 1.4, (
        ("Mug", "马克杯"), ("Tumbler", "随行杯"), ("Tasting Cup", "品茗杯"),
        ("Lidded Cup", "带盖杯"),
        ("Tea Bottle", "茶水瓶"), ("Double-wall Cup", "双层杯")), _MADE),
    Category("Kitchen", "厨房", 129, 0.8, 0.5, 1.3, (
        ("Rice Bowl", "饭碗"), ("Serving Plate", "大餐盘"), ("Noodle Bowl", "面碗"),
        ("Chopsticks Rest", "筷架"), ("Storage Jar", "储物罐"), ("Cutting Board", "砧板")), _MADE),
    Category("Candles and scent", "香薰", 149, 0.9, 0.5, 1.0, (
        ("Candle", "香薰蜡烛"), ("Reed Diffuser", "藤条香薰"), ("Room Spray", "空间喷雾"),
        ("Incense Sticks", "线香"), ("Scented Sachet", "香包"), ("Wax Melts", "融蜡")), _SCENT),
    Category("Bath and body", "洗护", 79, 0.9, 0.7, 1.1, (
        ("Hand Cream", "护手霜"), ("Body Wash", "沐浴露"), ("Bath Salts", "浴盐"),
        ("Soap Bar", "手工皂"),
        ("Body Oil", "身体油"), ("Hand Wash", "洗手液")), _SCENT),
    Category("Home textiles", "家纺", 219, 0.8, 0.4, 1.9, (
        ("Table Runner", "桌旗"), ("Cushion Cover", "抱枕套"), ("Throw", "盖毯"),
        ("Tea Towel", "茶巾"),
        ("Apron", "围裙"), ("Slippers", "居家拖鞋")), _CLOTH),
    Category("Sleep and loungewear", "睡眠与家居服", 329, 0.6, 0.15, 2.4, (
        ("Pyjama Set", "睡衣套装"), ("Robe", "睡袍"), ("Pillowcase", "枕套"), ("Eye Mask", "眼罩"),
        ("Duvet Cover", "被套"), ("Lounge Trousers", "家居裤")), _CLOTH),
    Category("Snacks and sweets", "茶点", 45, 1.4, 1.6, 0.3, (
        ("Biscuits", "饼干"), ("Nougat", "牛轧糖"), ("Mooncake", "月饼"), ("Rice Crackers", "米饼"),
        ("Tea Jelly", "茶冻"), ("Nut Mix", "坚果")), _TASTE),
    Category("Stationery and gifts", "文具与礼品", 69, 0.7, 0.8, 0.8, (
        ("Notebook", "笔记本"), ("Card Set", "贺卡套装"), ("Calendar", "日历"),
        ("Gift Box", "礼盒"),
        ("Bookmark", "书签"), ("Wrapping Set", "包装套装")), _PAPER),
)  # fmt: skip
BRANDS = ("Hexi", "Morning Kiln", "Nine Leaves", "Stillwater", "Yun & Daughters")

# How each persona's taste leans, category by category; 1 is neutral.
PERSONAS: dict[str, tuple[float, tuple[float, ...]]] = {
    "tea lover": (0.22, (4, 3, 4, 4, 1, 2.5, 1, 0.4, 0.4, 0.3, 0.2, 0.2, 1, 0.3)),
    "gift giver": (0.16, (2, 1.5, 1.5, 2, 0.7, 2, 1, 0.5, 1.5, 0.8, 0.6, 0.4, 2, 4)),
    "home maker": (0.18, (0.5, 0.6, 0.3, 0.2, 1, 1, 2.5, 4, 2, 1.2, 3, 1, 0.8, 0.5)),
    "slow evening": (0.16, (0.4, 0.5, 0.4, 0.3, 3, 0.6, 1.5, 0.4, 4, 3.5, 1.5, 3, 0.8, 0.5)),
    "snacker": (0.16, (0.8, 1.2, 0.5, 0.2, 2.5, 0.2, 1.5, 0.4, 0.3, 0.5, 0.2, 0.2, 5, 0.8)),
    "browser": (0.12, (1,) * 14),
}

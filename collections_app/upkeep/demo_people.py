"""The people, the customers' names and the wording of measures in the demo."""

from __future__ import annotations

from dataclasses import dataclass

PASSWORD = "kept-demo-2026"  # noqa: S105 - of an organisation that does not exist


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody who can sign in to the demo."""

    email: str
    name: str
    role: str
    team: str
    parent_team: str
    language: str


def _person(email: str, name: str, role: str, team: str, language: str) -> DemoPerson:
    parent = "" if team == "Sales 销售部" else "Sales 销售部"
    return DemoPerson(f"{email}@kept.example", name, role, team, parent, language)


PEOPLE = (
    _person("head", "周敏 Zhou Min", "manager", "Sales 销售部", "zh-hans"),
    _person("manager.east", "Helen Park", "manager", "East 华东", "en"),
    _person("manager.south", "陈志远", "manager", "South 华南", "zh-hans"),
    _person("anna", "Anna Berg", "rep", "East 华东", "en"),
    _person("wang.lei", "王磊", "rep", "East 华东", "zh-hans"),
    _person("li.na", "李娜", "rep", "East 华东", "zh-hans"),
    _person("omar", "Omar Haddad", "rep", "South 华南", "en"),
    _person("zhang.wei", "张伟", "rep", "South 华南", "zh-hans"),
    _person("liu.yang", "刘洋", "rep", "South 华南", "zh-hans"),
    _person("finance", "Grace Lin", "finance", "Sales 销售部", "en"),
    _person("admin", "Admin", "admin", "Sales 销售部", "en"),
)
REPS = tuple(person.email for person in PEOPLE if person.role == "rep")

# The customer of the story that Kept was made for; the first rep's.
SEED_NAME = "上海嘉禾食品有限公司 Golden Grain Foods"

CITIES = "上海 杭州 苏州 南京 宁波 无锡 广州 深圳 厦门 东莞 佛山 长沙 成都 武汉 青岛 合肥".split()
BRANDS = "华瑞 天成 江南 东方 金桥 明达 远航 恒通 瑞丰 宏远 新海 百川 联创 鼎盛 和众 安泰".split()
TRADES = "食品 饮料 医药 机械 电器 建材 服饰 日化 五金 农资 汽配 文具".split()
ENGLISH = (
    "Blue River,Northgate,Harbour,Silver Pine,Evergreen,Kingsway,Lakeside,Redwood,Summit,"
    "Golden Bay,Westbrook,Orchid,Pioneer,Riverside,Sunrise,Whitestone"
).split(",")
ENGLISH_TRADES = "Foods,Beverages,Pharma,Parts,Hardware,Textiles,Trading,Supplies".split(",")
ENGLISH_CITIES = (
    "Shanghai,Hangzhou,Suzhou,Nanjing,Ningbo,Wuxi,Guangzhou,Shenzhen,Xiamen,Dongguan,Foshan,"
    "Changsha,Chengdu,Wuhan,Qingdao,Hefei"
).split(",")
CONTACTS = "王芳 李强 张敏 刘静 陈杰 杨洋 赵军 黄丽 周涛 吴倩 徐慧 孙宁".split()
ENGLISH_CONTACTS = (
    "Susan Cole,David Tan,Maria Lopes,Peter Wong,Emily Hart,Jason Lim,Rita Shah,Tom Becker"
).split(",")
# What exactly a measure is, by kind: in English, in Chinese.
MEASURES = {
    "incentive": ("Extra rebate for paying by the 20th", "二十日前付款额外返利"),
    "promotion": ("Shelf promotion in the ten best outlets", "十家重点门店陈列促销"),
    "joint_collection": ("Visit the owner together with the manager", "与经理共同上门催收"),
    "outlet_development": ("Open five outlets in the new district", "新区开发五家网点"),
    "training": ("Train the customer's sales staff", "培训客户销售人员"),
    "new_product": ("List the new product line", "新品上架"),
}


def is_english(number: int) -> bool:
    """Every third customer has an English name, contact and language."""
    return number % 3 == 0


def name_of(number: int, seed: int) -> str:
    """A customer's name; no two of one seed are the same, and it hangs on nothing else."""
    first, second, third = (
        (ENGLISH, ENGLISH_TRADES, ENGLISH_CITIES)
        if is_english(number)
        else (CITIES, BRANDS, TRADES)
    )
    count = len(first) * len(second) * len(third)
    # 1031 is coprime to both counts: a walk that meets every combination once, in no order seen.
    place, again = (number * 1031 + seed * 7) % count, number // count
    one = first[place % len(first)]
    two = second[place // len(first) % len(second)]
    three = third[place // len(first) // len(second)]
    if is_english(number):
        return f"{one} {two} ({three}) Co., Ltd." + (f" No. {again + 1}" if again else "")
    return f"{one}{two}{three}有限公司" + (f"第{again + 1}分公司" if again else "")

"""The people and the customers' names of the demo."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

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

CITIES = "上海 杭州 苏州 南京 宁波 无锡 广州 深圳 厦门 东莞 佛山 长沙 成都 武汉 青岛 合肥".split()
BRANDS = "华瑞 天成 江南 东方 金桥 明达 远航 恒通 瑞丰 宏远 新海 百川 联创 鼎盛 和众 安泰".split()
TRADES = "食品 饮料 医药 机械 电器 建材 服饰 日化 五金 农资 汽配 文具".split()
ENGLISH = (
    "Blue River,Northgate,Harbour,Silver Pine,Evergreen,Kingsway,Lakeside,Redwood,Summit,"
    "Golden Bay,Westbrook,Orchid,Pioneer,Riverside,Sunrise,Whitestone"
).split(",")
ENGLISH_TRADES = "Foods,Beverages,Pharma,Parts,Hardware,Textiles,Trading,Supplies".split(",")
CONTACTS = "王芳 李强 张敏 刘静 陈杰 杨洋 赵军 黄丽 周涛 吴倩".split()


def name_of(number: int, random: Random) -> str:
    """A customer's name, every third one English."""
    if number % 3 == 0:
        return f"{random.choice(ENGLISH)} {random.choice(ENGLISH_TRADES)} Co. {number}"
    return f"{random.choice(CITIES)}{random.choice(BRANDS)}{random.choice(TRADES)}有限公司"

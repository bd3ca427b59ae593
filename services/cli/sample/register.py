"""The rows of the sample register: good ones, dirty ones and three wrong ones."""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace
from random import Random

from cli.sample.city import regions, units

HEADINGS = (
    "序号",
    "房产编号",
    "房产名称",
    "房产类别",
    "坐落位置",
    "行政区划代码",
    "地上层数",
    "建筑面积（㎡）",
    "使用面积（㎡）",
    "账面价值（元）",
    "使用状态",
    "入账状态",
    "权属状态",
    "权证号",
    "使用单位",
    "统一社会信用代码",
    "建成年份",
    "备注",
)

# Weights in percent. The words are the labels of the contract's values.
KINDS = {"办公用房": 70, "技术业务用房": 14, "经营性用房": 6, "存量住宅": 6, "土地": 4}
USE_STATES = {"在用": 82, "闲置": 8, "出租": 5, "出借": 3, "危房": 2}
ACCOUNT_STATES = {"已入账": 84, "名义入账": 9, "未入账": 7}
TITLE_STATES = {"已登记": 72, "办理中": 19, "存在障碍": 9}

_BUILDINGS = {
    "办公用房": ("办公楼", "主楼", "附楼", "东配楼", "西配楼", "会议楼", "后勤楼"),
    "技术业务用房": ("业务技术楼", "检测实验楼", "档案库房", "数据机房", "执法业务用房"),
    "经营性用房": ("临街商铺", "培训中心", "招待所"),
    "存量住宅": ("家属院住宅楼", "周转房"),
    "土地": ("院落用地", "预留用地"),
}
_FLOORS = {"办公用房": 12, "技术业务用房": 6, "经营性用房": 4, "存量住宅": 6, "土地": 0}
_ROADS = ("政通路", "澜江大道", "文澜街", "望川路", "松屏路", "岚溪西路", "府前街", "学苑路")
_REMARKS = ("", "", "", "", "", "与相邻单位合用院落", "2021年完成节能改造", "待补测绘报告")


@dataclass(frozen=True)
class Entry:
    """One property as it stands in the sheet, in the order of HEADINGS without 序号.

    Numbers are number cells; what somebody typed as text is text.
    """

    code: str
    name: str
    kind: str
    address: str
    region: str
    floors: int
    floor_area: float | str
    usable_area: float
    book_value: float
    use_state: str
    account_state: str
    title_state: str
    title_number: str
    unit: str
    uscc: str
    # Blank when unknown.
    built: int | str
    remark: str

    def cells(self) -> list[str | float]:
        return list(astuple(self))


def entries(properties: int) -> list[Entry]:
    """`properties` good ones and three wrong ones; the same each time."""
    random = Random(20250106)
    good = [_entry(random, number) for number in range(1, properties + 1)]
    wrong = _wrong(random, good)
    for place, dirty in enumerate((_full_width_area, _full_width_region, _spaces, _thousands)):
        index = (place + 1) * properties // 5
        good[index] = dirty(good[index])
    for place, entry in enumerate(wrong, start=1):
        good.insert(place * properties // 4 + 1, entry)
    return good


def _entry(random: Random, number: int) -> Entry:
    unit = random.choice(units())
    districts = [region for region in regions() if region["level"] == "REGION_LEVEL_COUNTY"]
    own = [district for district in districts if district["code"] == unit["region_code"]]
    region = random.choice(own or districts)
    kind = _pick(random, KINDS)
    land = kind == "土地"
    floors = 0 if land else random.randint(1, _FLOORS[kind])
    area = round(random.uniform(180, 900) * max(floors, 4), 2)
    account = _pick(random, ACCOUNT_STATES)
    title = _pick(random, TITLE_STATES)
    built = random.randint(1978, 2021)
    road = f"{random.choice(_ROADS)}{random.randint(1, 268)}号"
    value = {"名义入账": 1.0, "未入账": 0.0}.get(account, area * random.uniform(850, 5200))
    return Entry(
        code=f"YL-{region['code'][2:]}-{number:04}",
        name=f"{unit['name']}{random.choice(_BUILDINGS[kind])}",
        kind=kind,
        address=f"云澜市{region['name']}{road}",
        region=region["code"],
        floors=floors,
        floor_area=area,
        usable_area=area if land else round(area * random.uniform(0.58, 0.76), 2),
        book_value=round(value, 2),
        use_state=_pick(random, USE_STATES),
        account_state=account,
        title_state=title,
        title_number=_title_number(random, built) if title == "已登记" else "",
        unit=unit["name"],
        uscc=unit["uscc"],
        built="" if land or built < 1981 else built,
        remark="" if land else random.choice(_REMARKS),
    )


def _pick(random: Random, weights: dict[str, int]) -> str:
    return random.choices(list(weights), list(weights.values()))[0]


def _title_number(random: Random, built: int) -> str:
    # Unified registration of real estate began in 2015; before, each bureau had its own form.
    year = random.randint(max(built, 2005), 2024)
    serial = random.randint(1, 69999)
    if year < 2016:
        return f"澜房权证市直字第{serial:06}号"
    return f"澜（{year}）云澜市不动产权第{serial:07}号"


def _wrong(random: Random, good: list[Entry]) -> list[Entry]:
    below_zero, too_much = (
        replace(_entry(random, len(good) + extra), kind="办公用房", floors=4) for extra in (1, 2)
    )
    # The first property again, entered by somebody else with another name and area.
    again = replace(good[0], name=f"{good[0].name}（二期）", floor_area=9876.54)
    return [
        replace(below_zero, floor_area=-5.0),
        replace(too_much, floor_area=1860.0, usable_area=2460.0),
        again,
    ]


def _full_width_area(entry: Entry) -> Entry:
    return replace(entry, floor_area="２３８６．５０", usable_area=1640.25)


def _full_width_region(entry: Entry) -> Entry:
    return replace(entry, region="".join(chr(ord(digit) + 0xFEE0) for digit in entry.region))


def _spaces(entry: Entry) -> Entry:
    return replace(entry, name=f"  {entry.name} ", unit=f"{entry.unit}\u3000")


def _thousands(entry: Entry) -> Entry:
    return replace(entry, floor_area="1,250.50", usable_area=880.0)

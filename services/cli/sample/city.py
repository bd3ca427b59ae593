"""云澜市: its regions and units, with the field names of the directory's contract."""

from __future__ import annotations

from typing import TypedDict


class SampleRegion(TypedDict):
    code: str
    name: str
    level: str
    parent_code: str
    valid_from: str


class SampleUnit(TypedDict):
    uscc: str
    name: str
    kind: str
    region_code: str


CITY = "990100"

_REGIONS = (
    (CITY, "云澜市", "REGION_LEVEL_CITY", ""),
    ("990101", "望川区", "REGION_LEVEL_COUNTY", CITY),
    ("990102", "松屏区", "REGION_LEVEL_COUNTY", CITY),
    ("990103", "岚溪区", "REGION_LEVEL_COUNTY", CITY),
    ("990121", "青岑县", "REGION_LEVEL_COUNTY", CITY),
)

# First two characters of the code (GB 32100-2015): 11 organ, 12 public
# institution, 13 people's organisation, 91 enterprise.
_UNITS = (
    ("11", "中共云澜市委办公室", "UNIT_KIND_PARTY_ORGAN", CITY),
    ("11", "云澜市人民政府办公室", "UNIT_KIND_GOVERNMENT_ORGAN", CITY),
    ("11", "云澜市机关事务管理局", "UNIT_KIND_GOVERNMENT_ORGAN", CITY),
    ("11", "云澜市财政局", "UNIT_KIND_GOVERNMENT_ORGAN", CITY),
    ("11", "云澜市自然资源和规划局", "UNIT_KIND_GOVERNMENT_ORGAN", CITY),
    ("11", "云澜市生态环境局", "UNIT_KIND_GOVERNMENT_ORGAN", CITY),
    ("11", "云澜市市场监督管理局", "UNIT_KIND_GOVERNMENT_ORGAN", CITY),
    ("12", "云澜市档案馆", "UNIT_KIND_PUBLIC_INSTITUTION", CITY),
    ("12", "云澜市政务服务中心", "UNIT_KIND_PUBLIC_INSTITUTION", CITY),
    ("13", "云澜市总工会", "UNIT_KIND_PEOPLES_ORGANISATION", CITY),
    ("11", "云澜市望川区人民政府办公室", "UNIT_KIND_GOVERNMENT_ORGAN", "990101"),
    ("12", "云澜市松屏区机关事务服务中心", "UNIT_KIND_PUBLIC_INSTITUTION", "990102"),
    ("91", "云澜市机关资产运营有限公司", "UNIT_KIND_OTHER", CITY),
)


def regions() -> list[SampleRegion]:
    """The city and its districts, a parent before its children."""
    return [
        SampleRegion(code=code, name=name, level=level, parent_code=parent, valid_from="2020-01-01")
        for code, name, level, parent in _REGIONS
    ]


def units() -> list[SampleUnit]:
    return [
        SampleUnit(
            uscc=uscc(f"{prefix}{region}", f"{number * 7919 % 10**8:08}"),
            name=name,
            kind=kind,
            region_code=region,
        )
        for number, (prefix, name, kind, region) in enumerate(_UNITS, start=1301)
    ]


def uscc(prefix: str, body: str) -> str:
    """统一社会信用代码: eight digits, an organisation code, a check character.

    `body` is the eight digits of the organisation code, whose own check
    character follows GB 11714-1997; the last one follows GB 32100-2015.
    """
    organisation = (
        11
        - sum(
            int(digit) * weight
            for digit, weight in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)
        )
        % 11
    )
    code = f"{prefix}{body}{'X' if organisation == 10 else organisation % 11}"
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(alphabet.index(char) * pow(3, place, 31) for place, char in enumerate(code))
    return code + alphabet[-total % 31]

"""What the bureaus know: enterprises, plots, wells, receptors and water sources of the made-up county.

Records are plain dictionaries under the column names of the bureau's own file, with the geometry (EPSG:4547) under
"geometry". Every name is made up and says so: 示例 means "sample".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from county import CENTRE, TOWNSHIPS, County
from shapely.affinity import translate
from shapely.geometry import Point, Polygon
from shapes import Rng, area_m2, blob, plot_shape

Record = dict[str, Any]

STEMS: Final = "甲乙丙丁戊己庚辛壬癸"

# GB/T 4754 code, industry, name of the enterprise, metals.
INDUSTRIES: Final = (
    ("3360", "金属表面处理及热处理加工", "电镀厂", "镉、铬、镍"),
    ("3843", "铅蓄电池制造", "蓄电池有限公司", "铅、镉"),
    ("3212", "铅锌冶炼", "铅锌冶炼有限公司", "铅、镉、砷"),
    ("2613", "无机盐制造", "锌盐化工有限公司", "镉、锌、铬"),
    ("1910", "皮革鞣制加工", "制革厂", "铬"),
    ("2643", "工业颜料制造", "颜料化工厂", "镉、铅"),
    ("4210", "金属废料和碎屑加工处理", "再生金属有限公司", "铅、镉"),
    ("3240", "有色金属合金制造", "合金材料有限公司", "镉、镍"),
    ("0912", "铅锌矿采选", "选矿厂", "铅、锌、镉"),
)
STATES: Final = ("在产", "正常生产", "停产", "已关闭", "在产企业", "关停", "历史遗留", "搬迁", "在产", "生产")
PATHWAYS: Final = ("大气沉降", "废水灌溉", "固废堆存", "大气沉降、固废堆存", "其他")
DIVISIONS: Final = {
    "33": "金属制品业",
    "38": "电气机械和器材制造业",
    "32": "有色金属冶炼",
    "26": "化学原料制造",
    "19": "皮革鞣制",
}

# Code of the receptor type, name, people, how many there are.
SERVICES: Final = ((22, "小学", 420, 24), (21, "幼儿园", 150, 14), (24, "卫生院", 80, 13), (26, "水井", 300, 22))

# Industrial parks: a township and the way from its seat, in metres.
PARKS: Final = ((4, (1_250, 500)), (6, (-1_350, 500)), (5, (-900, 1_500)), (9, (1_500, -700)), (7, (1_200, -1_300)))


@dataclass
class Ledgers:
    """The records of every bureau, before they are written to files."""

    enterprises: list[Record]
    plots: list[Record]
    construction: list[Record]
    wells: list[Record]
    receptors: list[Record]
    water_sources: list[Record]
    plumes: list[tuple[float, float]]
    """The enterprises that have polluted the fields around."""


def make_ledgers(county: County, rng: Rng) -> Ledgers:
    """Make all records; works sites are taken from the fields."""
    springs = _springs()
    enterprises, plumes = _enterprises(county, rng)
    plots = _plots(county, springs, rng)
    construction = _construction(county, plots, rng)
    receptors = _receptors(county, springs, rng)
    wells = _wells(county, [*enterprises, *plots[:14]], rng)
    return Ledgers(enterprises, plots, construction, wells, receptors, _water_sources(springs, rng), plumes)


def credit_code(serial: int) -> str:
    """Return a credit code of valid form (GB 32100) whose registry part is no real one."""
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = f"91410883MA{serial:07d}"
    total = sum(letters.index(letter) * pow(3, place, 31) for place, letter in enumerate(body))
    return body + letters[-total % 31]


def _seat(number: int, way: tuple[float, float] = (0, 0)) -> tuple[float, float]:
    """Return the place that lies some way, in metres, from the seat of a township."""
    east, north = CENTRE + TOWNSHIPS[number].seat + np.array(way)
    return float(east), float(north)


def _springs() -> list[Point]:
    """Return the well fields of the waterworks: near the towns that they serve."""
    ways = {
        0: (1_500, -1_300),
        1: (-1_700, 900),
        4: (-1_500, -1_200),
        5: (1_700, 700),
        8: (1_500, 1_300),
        9: (-1_700, 400),
    }
    return [Point(np.round(_seat(number, way), 2)) for number, way in ways.items()]


def _enterprises(county: County, rng: Rng) -> tuple[list[Record], list[tuple[float, float]]]:
    """Return 36 enterprises, those of a township together, and the places of the worst polluters."""
    spots = [(_seat(number, way), 800.0, False) for number, way in PARKS for _ in range(4)]
    built = [v for v in county.villages if v.cells]
    spots += [(built[i].centre, 520.0, False) for i in rng.choice(len(built), 11, replace=False)]
    far = ((-13_500, 5_500), (-12_500, -2_500), (0, 7_500), (13_500, 5_000), (5_000, -1_000))
    spots += [((CENTRE[0] + x, CENTRE[1] + y), 1_500.0, True) for x, y in far]
    sites = [county.take_site(place, reach, rng, lonely) for place, reach, lonely in spots]
    sites.sort(key=lambda site: (county.township[site], site))
    records = []
    for serial, site in enumerate(sites, 1):
        code, industry, ending, metals = INDUSTRIES[int(rng.integers(len(INDUSTRIES)))]
        township = int(county.township[site])
        records.append(
            {
                "企业名称": f"示例{STEMS[serial % 10]}{STEMS[serial // 10]}{ending}",
                "统一社会信用代码": credit_code(serial),
                "乡镇": TOWNSHIPS[township].name,
                "地址": f"{TOWNSHIPS[township].name}{_nearest_village(county, site)}",
                "行业代码": code,
                "行业名称": industry,
                "特征重金属": metals,
                "生产状态": STATES[serial % len(STATES)],
                "污染途径": PATHWAYS[int(rng.integers(len(PATHWAYS)))],
                "整治进展": ("未启动", "整治中", "已完成")[serial % 3],
                "geometry": _off_centre(county.cells[site], 40, rng),
            }
        )
    # The parks, and three works that stand alone.
    parks = [_seat(number, way) for number, way in PARKS]
    alone = [county.centres[sites[serial]] for serial in (0, 23, 30)]
    return records, [(float(x), float(y)) for x, y in [*parks, *alone]]


def _plots(county: County, springs: list[Point], rng: Rng) -> list[Record]:
    """Return 23 plots of closed works: beside villages and towns, near water sources, and far from everything."""
    built = [v for v in county.villages if v.cells]
    spots = [(built[i].centre, 480.0, False) for i in rng.choice(len(built), 8, replace=False)]
    spots += [(_seat(i), TOWNSHIPS[i].town_radius_m + 450, False) for i in (0, 1, 2, 3, 7, 8)]
    spots += [((springs[i].x, springs[i].y), reach, False) for i, reach in ((0, 520.0), (3, 800.0), (5, 1_250.0))]
    far = ((-14_200, 4_900), (-13_000, -3_300), (-9_300, 7_000), (10_000, 6_500), (7_500, -2_500), (-2_500, 6_800))
    spots += [((CENTRE[0] + x, CENTRE[1] + y), 1_100.0, True) for x, y in far]
    records = []
    for serial, (place, reach, lonely) in enumerate(spots, 1):
        site = county.take_site(place, reach, rng, lonely)
        division = list(DIVISIONS)[int(rng.integers(len(DIVISIONS)))]
        shape = plot_shape(county.cells[site], rng)
        records.append(
            {
                "name": f"示例{serial}号关闭搬迁企业地块",
                "地块编码": f"4108832{division}{serial:04d}",
                "原单位名称": f"示例原{STEMS[serial % 10]}{STEMS[serial // 10]}厂",
                "乡镇": TOWNSHIPS[int(county.township[site])].office,
                "行业类别": DIVISIONS[division],
                "关闭年份": str(int(rng.integers(1998, 2024))),
                "占地面积(m²)": f"{area_m2(shape):.0f}",
                "风险等级": ("高度关注", "中度关注", "低度关注")[int(rng.integers(3))],
                "管控状态": ("暂不开发", "未管控", "已管控", "未管控", "已修复")[serial % 5],
                "geometry": shape,
                "cell": site,
            }
        )
    return records


def _construction(county: County, plots: list[Record], rng: Rng) -> list[Record]:
    """Return 30 plots of building land in and around the towns; three lie over plots not to be developed."""
    shapes: list[tuple[Polygon, int]] = []
    barred = [plot for plot in plots if plot["管控状态"] == "暂不开发"][:3]
    for plot, share in zip(barred, (0.3, 0.6, 0.93), strict=True):
        shapes.append((_beside(plot["geometry"], share, county), plot["cell"]))
    for number in [i for i, _ in enumerate(TOWNSHIPS)] + [0, 1, 2, 3]:
        cell = int(rng.choice([c for c in county.towns[number] if c not in {taken for _, taken in shapes}]))
        shapes.append((plot_shape(county.cells[cell], rng), cell))
    for number in (0, 1, 2, 3, 0, 1, 2, 3, 4, 6, 8, 9):
        cell = county.take_site(_seat(number), TOWNSHIPS[number].town_radius_m + 600, rng)
        shapes.append((plot_shape(county.cells[cell], rng), cell))
    uses = ("城镇住宅用地", "中小学用地", "商业用地", "医疗卫生用地", "公园绿地", "工业用地")
    records = []
    for serial, (shape, cell) in enumerate(shapes, 1):
        shape = shapely.transform(shape, lambda xy: np.round(xy, 2))
        year, month, day = 2022 + serial % 5, 1 + serial % 10, 1 + 5 * serial % 27
        records.append(
            {
                "地块编号": f"SL2026-{serial:03d}",
                "地块名称": f"示例建设用地{serial}号",
                "原用途": ("工业用地", "仓储用地", "农用地")[serial % 3],
                "规划用途": uses[serial % len(uses)],
                "调查状态": ("已完成调查", "调查中", "未调查", "已调查")[serial % 4],
                "供应日期": f"{year}-{month:02d}-{day:02d}",
                "面积": round(area_m2(shape), 2),
                "乡镇": TOWNSHIPS[county.township_at(shape.representative_point())].name,
                "geometry": shape,
                "cell": cell,
            }
        )
    return records


def _receptors(county: County, springs: list[Point], rng: Rng) -> list[Record]:
    """Return homes (polygons), schools, kindergartens, hospitals, waterworks and village wells (points)."""
    homes = [(f"示例{TOWNSHIPS[n].name}镇区", n, county.union(cells)) for n, cells in county.towns.items()]
    homes += [(v.name, v.township, county.union(v.cells)) for v in county.villages if v.cells]
    found: list[tuple[str, int, int, Any, int]] = []
    for name, township, ground in homes:
        inner = ground.buffer(-18).simplify(4)
        shape = max(shapely.get_parts(inner), key=shapely.area)
        found.append((name, 23, township, shape, int(shape.area / 160)))
    towns, others = list(range(len(county.towns))), np.arange(len(county.towns), len(homes))
    for kind, ending, people, count in SERVICES:
        rest = rng.permutation(others).tolist()
        # Every town has its school and hospital; people drink from their own well in the villages.
        for at in (rest if kind == 26 else towns + rest)[:count]:
            name, township, ground = homes[at]
            name, guests = name.removesuffix("镇区") + ending, int(rng.integers(90))
            found.append((name, kind, township, _inside(ground, rng), people + guests))
    for serial, spring in enumerate(springs, 1):
        found.append((f"示例{serial}号水厂水源地", 25, county.township_at(spring), spring, 9_000 + 1_700 * serial))
    return [
        {
            "编号": f"ST{serial:04d}",
            "名称": name,
            "受体类型代码": kind,
            "人数": people,
            "乡镇": TOWNSHIPS[township].name,
            "geometry": shape,
        }
        for serial, (name, kind, township, shape, people) in enumerate(found, 1)
    ]


def _wells(county: County, works: list[Record], rng: Rng) -> list[Record]:
    """Return 40 monitoring wells: most beside works, some in villages, four for the national assessment."""
    spots = [(works[int(i)]["geometry"].centroid, 650.0) for i in rng.choice(len(works), 24, replace=False)]
    chosen = rng.choice(len(county.villages), 16, replace=False)
    spots += [(Point(county.villages[int(i)].centre), 260.0) for i in chosen]
    records = []
    for serial, (near, reach) in enumerate(spots, 1):
        place = _somewhere(county, near, reach, rng)
        kind = "双源" if serial <= 24 else "国考" if serial % 4 == 0 else "其他"
        records.append(
            {
                "点位编码": f"DX410883{serial:03d}",
                "点位名称": f"示例{serial}号监测井",
                "点位类型": kind,
                "乡镇": TOWNSHIPS[county.township_at(place)].office,
                "井深(m)": f"{rng.uniform(18, 140):.1f}",
                "监测日期": f"2026-{1 + serial % 9:02d}-{1 + 7 * serial % 27:02d}",
                "水质类别": ("Ⅲ类", "Ⅳ类", "Ⅲ", "Ⅱ类", "Ⅳ", "Ⅴ类", "三类")[serial % 7],
                "geometry": place,
            }
        )
    return records


def _water_sources(springs: list[Point], rng: Rng) -> list[Record]:
    """Return a first-class and a second-class protection zone around each well field, one inside the other."""
    records = []
    for serial, spring in enumerate(springs, 1):
        for level, radius in (("一级", 60), ("二级", 340)):
            records.append(
                {
                    "水源地编码": f"SY410883{serial:02d}{1 if level == '一级' else 2}",
                    "水源名称": f"示例{serial}号水源地{level}保护区",
                    "级别": level,
                    "水源类型": "地下水",
                    "服务人口": 9_000 + 1_700 * serial,
                    "geometry": blob(spring, radius, rng),
                }
            )
    return records


def _beside(shape: Polygon, share: float, county: County) -> Polygon:
    """Return a shape moved by a share of its own width to the side where it stays in its township."""
    west, _, east, _ = shape.bounds
    home = county.township_at(shape.centroid)
    moved = (translate(shape, way * share * (east - west), 0) for way in (1, -1))
    return next(m for m in moved if {county.township_at(Point(xy)) for xy in m.exterior.coords} == {home})


def _off_centre(cell: Polygon, reach: float, rng: Rng) -> Point:
    east, north = rng.uniform(-reach, reach, 2)
    return Point(round(cell.centroid.x + east, 2), round(cell.centroid.y + north, 2))


def _inside(ground: Any, rng: Rng) -> Point:
    """Return a random point well inside some ground."""
    inner = ground.buffer(-50)
    west, south, east, north = inner.bounds
    while True:
        point = Point(round(rng.uniform(west, east), 2), round(rng.uniform(south, north), 2))
        if inner.contains(point):
            return point


def _somewhere(county: County, near: Point, reach: float, rng: Rng) -> Point:
    """Return a random point of the county around a place, rather close to it."""
    while True:
        angle, distance = rng.uniform(0, 2 * np.pi), rng.uniform(0.3, 1) ** 2 * reach
        point = Point(round(near.x + distance * np.cos(angle), 2), round(near.y + distance * np.sin(angle), 2))
        if county.township_at(point) >= 0:
            return point


def _nearest_village(county: County, cell: int) -> str:
    same = [v for v in county.villages if v.township == county.township[cell]]
    here = county.centres[cell]
    return min(same, key=lambda v: float(np.hypot(v.centre[0] - here[0], v.centre[1] - here[1]))).name

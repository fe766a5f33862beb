"""A county for the benchmarks: parcels that share wiggly edges, townships around them, and lists of points."""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from stdnum.cn import uscc

CRS = "EPSG:4547"
WEST, SOUTH = 385_000.0, 3_860_000.0
WIDE_M, HIGH_M = 26_000.0, 20_000.0

CORNERS = 28
"""Of a parcel, seven on each side; the ring that closes has one more vertex."""
BLOCK, ROAD_M = 8, 4.0
"""Roads of so many metres run around blocks of 8 x 8 parcels."""
FREE = 0.04
"""Share of the ground that is no parcel: villages, ponds."""

TOWNS = (
    "河雍街道", "会昌街道", "大定街道", "河阳街道", "化工镇", "南庄镇",
    "城伯镇", "谷旦镇", "西虢镇", "赵和镇", "槐树乡", "石庄乡",
)  # fmt: skip
TOWN_COLUMNS, TOWN_CORNERS, TOWN_MARGIN_M = 4, 800, 4000.0
CLASSES = ("优先保护类", "安全利用类", "严格管控类")
CROPS = ("小麦", "玉米", "水稻", "花生", "大豆", "山药", "冬小麦—夏玉米轮作")

FAULTS = ("overlap", "gap", "redrawn", "spike", "crossed", "unknown_class", "same_key", "wrong_area")
"""What can be planted, in equal parts."""

Rings = NDArray[np.float64]
"""Rings of equally many corners: rings x corners x 2, the first corner not repeated."""


@dataclass(frozen=True)
class Size:
    """How much of everything there is."""

    parcels: int = 50_000
    faults: int = 0
    enterprises: int = 300
    plots: int = 80
    receptors: int = 600
    wells: int = 60


def make_cells(chance: np.random.Generator, columns: int, rows: int, corners: int, margin_m: float = 0) -> Rings:
    """Return the cells of a crooked grid over the county: neighbours have the very same corners on their edge."""
    step = np.array([(WIDE_M + 2 * margin_m) / columns, (HIGH_M + 2 * margin_m) / rows])
    column, row = np.meshgrid(np.arange(columns + 1), np.arange(rows + 1))
    nodes = np.stack([column, row], axis=-1) * step + (WEST - margin_m, SOUTH - margin_m)
    nodes += chance.uniform(-0.15, 0.15, nodes.shape) * step
    bends = corners // 4
    wiggle = 0.3 * step / bends
    share = np.arange(bends)[:, None] / bends

    def edges(start: Rings, end: Rings) -> Rings:
        line = start[:, :, None] + (end - start)[:, :, None] * share
        line[:, :, 1:] += chance.uniform(-1, 1, line[:, :, 1:].shape) * wiggle
        return np.round(line, 3)

    nodes = np.round(nodes, 3)
    along, up = edges(nodes[:, :-1], nodes[:, 1:]), edges(nodes[:-1], nodes[1:])
    # Backwards an edge begins at its end, which is the first corner of the edge after it.
    back = np.concatenate([nodes[1:, 1:, None], along[1:, :, :0:-1]], axis=2)
    down = np.concatenate([nodes[1:, :-1, None], up[:, :-1, :0:-1]], axis=2)
    return np.concatenate([along[:-1], up[:, 1:], back, down], axis=2).reshape(-1, corners, 2)


def make_parcels(count: int, chance: np.random.Generator) -> Rings:
    """Return so many parcels in blocks with roads between them."""
    rows = int(np.ceil(np.sqrt(count / (1 - FREE) * HIGH_M / WIDE_M)))
    columns = int(np.ceil(count / (1 - FREE) / rows))
    rings = make_cells(chance, columns, rows, CORNERS)
    row, column = np.divmod(np.arange(len(rings)), columns)
    rings += (np.stack([column, row], axis=-1) // BLOCK * ROAD_M)[:, None]
    return rings[np.sort(chance.permutation(len(rings))[:count])]


def plant_in_rings(rings: Rings, at: dict[str, NDArray[np.intp]], chance: np.random.Generator) -> Rings:
    """Return rings with faults of shape; the corners 7 to 13 are those of the eastern side, from south to north."""
    rings = rings.copy()
    rings[at["overlap"], 10, 0] += 6
    rings[at["gap"], 10, 0] -= 6
    # Drawn again by hand: nothing moves by more than centimetres, and no corner is its neighbour's any more.
    again = rings[at["redrawn"]]
    rings[at["redrawn"]] = np.round(again + chance.uniform(-0.03, 0.03, again.shape), 3)
    rings[at["spike"], 10] = rings[at["spike"], 9] + (15, 0)
    rings[at["spike"], 11] = rings[at["spike"], 9] + (0, 0.1)
    rings[at["crossed"], 10] = np.stack([rings[at["crossed"], 9, 0] + 4, rings[at["crossed"], 12, 1]], axis=-1)
    rings[at["crossed"], 11] = rings[at["crossed"], 9] + (4, 0)
    return rings


def make_land(size: Size, chance: np.random.Generator, towns: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the cropland as the bureau sends it, with `size.faults` faults planted."""
    count = size.parcels
    # Faults have dice of their own, so that the county is the same but for them.
    luck = np.random.default_rng(502)
    faulty = luck.choice(count, size.faults, replace=False)
    at = dict(zip(FAULTS, np.array_split(faulty, len(FAULTS)), strict=True))
    rings = make_parcels(count, chance)
    number = np.arange(count)
    keys = np.array([f"410883-{one // 1000:03d}-{one % 1000:05d}" for one in number])
    keys[at["same_key"]] = keys[(at["same_key"] + 1) % count]
    classes = chance.choice(CLASSES, count, p=(0.8, 0.15, 0.05)).astype(object)
    classes[at["unknown_class"]] = luck.choice(["四类", "待定", "Ⅳ类"], len(at["unknown_class"]))
    shapes = polygons(plant_in_rings(rings, at, luck))
    mu = shapely.area(polygons(rings)) * 3 / 2000
    mu[at["wrong_area"]] *= 1.2
    middles = shapely.points(rings.mean(axis=1))
    found, town = shapely.STRtree(towns.geometry.array).query(middles, predicate="within")
    names = np.full(count, None, dtype=object)
    names[found] = towns["乡镇名称"].to_numpy()[town]
    return gpd.GeoDataFrame(
        {
            "LBBM": keys,
            "DYMC": [f"{number // 40 + 1}村{number % 40 + 1}号" for number in range(count)],
            "ZLLB": classes,
            "TXZQMC": names,
            "XZQMC": [f"{number // 40 + 1}村" for number in range(count)],
            "SUM_MJ_MU": mu.round(2),
            "NCPLX": chance.choice(CROPS, count),
            "CQCS": chance.choice(["", "叶面调控", "石灰调节"], count),
        },
        geometry=shapes,
        crs=CRS,
    )


def make_towns(chance: np.random.Generator) -> gpd.GeoDataFrame:
    """Return the townships, whose borders have nothing to do with those of the parcels."""
    rings = make_cells(chance, TOWN_COLUMNS, len(TOWNS) // TOWN_COLUMNS, TOWN_CORNERS, TOWN_MARGIN_M)
    codes = [f"410883{number:03d}" for number in range(1, len(TOWNS) + 1)]
    return gpd.GeoDataFrame({"乡镇代码": codes, "乡镇名称": TOWNS}, geometry=polygons(rings), crs=CRS)


def polygons(rings: Rings) -> NDArray[np.object_]:
    """Return the polygons of rings."""
    return np.asarray(shapely.polygons(shapely.linearrings(rings)))


def make_lists(size: Size, chance: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Return the lists of points, with degrees as they stand in the tables."""
    codes = [f"91410883MA{number:07d}" for number in range(size.enterprises)]
    states = ("在产", "停产", "关闭", "搬迁", "历史遗留")
    kinds = (
        "幼儿园", "学校", "居民区", "医院", "集中式饮用水水源地", "饮用水井", "食用农产品产地",
        "自然保护区", "地表水体",
    )  # fmt: skip
    lists = {
        "cadmium_enterprise": pd.DataFrame(
            {
                "统一社会信用代码": [code + uscc.calc_check_digit(code) for code in codes],
                "企业名称": [f"示例有色金属{number}厂" for number in range(size.enterprises)],
                "生产状态": chance.choice(states, size.enterprises),
                "行业代码": "3212",
            }
        ),
        "sensitive_receptor": pd.DataFrame(
            {
                "受体编码": [f"ST{number:05d}" for number in range(size.receptors)],
                "受体名称": [f"示例受体{number}" for number in range(size.receptors)],
                "受体类型": chance.choice(kinds, size.receptors),
                "人数": chance.integers(20, 3000, size.receptors),
            }
        ),
        "groundwater_point": pd.DataFrame(
            {
                "点位编码": [f"JS{number:04d}" for number in range(size.wells)],
                "点位名称": [f"示例井{number}" for number in range(size.wells)],
                "点位类型": chance.choice(["国考点位", "双源点位", "其他点位"], size.wells),
                "水质类别": chance.choice(["Ⅲ类", "Ⅳ类", "Ⅴ类"], size.wells),
                "井深": chance.uniform(20, 200, size.wells).round(1),
            }
        ),
    }
    return {name: table.assign(**_degrees(len(table), chance)) for name, table in lists.items()}


def _degrees(count: int, chance: np.random.Generator) -> dict[str, NDArray[np.float64]]:
    places = gpd.GeoSeries.from_xy(*_places(count, chance).T, crs=CRS).to_crs("EPSG:4490")
    return {"经度": places.x.round(6).to_numpy(), "纬度": places.y.round(6).to_numpy()}


def _places(count: int, chance: np.random.Generator) -> NDArray[np.float64]:
    inner = chance.uniform(0.1, 0.9, (count, 2))
    return np.asarray((WEST, SOUTH) + inner * (WIDE_M, HIGH_M))


def make_plots(count: int, chance: np.random.Generator) -> gpd.GeoDataFrame:
    """Return priority plots of a few hectares."""
    angle = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    radius = chance.uniform(40, 90, (count, 12))
    rings = _places(count, chance)[:, None] + np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)
    codes = [f"410883226{number:04d}" for number in range(1, count + 1)]
    names = [f"示例化工厂地块{number}" for number in range(count)]
    states = chance.choice(["暂不开发", "未管控", "已管控", "已修复"], count)
    table = {"DKBM": codes, "DKMC": names, "GKZT": states}
    return gpd.GeoDataFrame(table, geometry=polygons(np.round(rings, 3)), crs=CRS)


def write_county(folder: Path, size: Size, only_land: bool = False) -> Path:
    """Write a county as a project of GBK shapefiles and workbooks, and return the shapefile of the parcels.

    Parameters
    ----------
    only_land
        Write the parcels alone.
    """
    chance = np.random.default_rng(410883)
    towns = make_towns(chance)
    shapes = {"cultivated_land": make_land(size, chance, towns)}
    lists = {}
    if not only_land:
        shapes |= {"township": towns, "priority_plot": make_plots(size.plots, chance)}
        lists = make_lists(size, chance)
    text = 'title = "示例"\ncounty = "410883"\nperiod = "2026-11"\n'
    for name, frame in shapes.items():
        path = folder / f"{name}.shp"
        frame.to_file(path, encoding="gbk", engine="pyogrio")
        path.with_suffix(".cpg").unlink()
        text += f'[sources.{name}]\npath = "{path.name}"\n'
    for name, table in lists.items():
        table.to_excel(folder / f"{name}.xlsx", index=False)
        text += f'[sources.{name}]\npath = "{name}.xlsx"\ncoord_type = "cgcs2000"\n'
    (folder / "project.toml").write_text(text, encoding="utf-8")
    return folder / "cultivated_land.shp"

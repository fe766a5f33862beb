"""Make layers/county_boxes.csv again; layers/county_boxes.LICENSE.md says from what.

GeoNames says where a town is and in which prefecture; the statistical codes say to which county a town of that name
in that prefecture belongs. A county's box is then that of the ground nearer to its towns than to any other place.
"""

from __future__ import annotations

import csv
import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import shapely

MUNICIPALITIES: Final = {"22": {"1101"}, "23": {"3101"}, "28": {"1201"}, "33": {"5001", "5002"}}
"""GeoNames' first-level codes, where it has no second level, by the prefectures of the statistical codes."""
MUNICIPAL: Final = {"1101": "北京市", "1201": "天津市", "3101": "上海市", "5001": "重庆市", "5002": "重庆市"}
LEFT_OUT: Final = {
    "152221", "152921", "150521", "150725", "150929", "230902", "310151", "330326", "520623", "530702", "540624",
    "620721", "620924", "620982", "632724", "650121", "652825", "652901", "652924", "653126", "653130", "653222",
    "653224",
    "131000", "460300",
}  # fmt: skip
"""What a check found less than half of in its box: one misplaced town, or land or sea without any."""
FEWEST: Final = 3
"""GeoNames hardly knows a prefecture of which it has fewer places."""
NEIGHBOURS: Final = 12
"""A place without a known prefecture may be in that of any of so many of its nearest places in the same province."""
PEOPLES: Final = re.compile(
    "(?:蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|拉祜|水|东乡|纳西|景颇|柯尔克孜|土|"
    "达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|乌孜别克|俄罗斯|鄂温克|德昂|保安|裕固|京|独龙|鄂伦春|赫哲|门巴|珞巴|各)族"
)
TOWN: Final = re.compile(r"(街道办事处|街道|民族乡|镇|乡|苏木|地区|办事处)$")
COUNTY: Final = re.compile(r"(自治县|自治旗|林区|特区|矿区|新区|县|市|区|旗)$")
NOT_A_COUNTY: Final = {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}
SEATS: Final = {"PPLA3", "PPLA2", "PPLA", "PPLC", "PPLX"}
"""Feature codes of places that are often called by their county's name."""
REACH_DEG: Final = (0.3, 1.2)
"""No ground is farther from its place than this, in dense and in empty country."""
PAD_DEG: Final = 0.05
PAD_SHARE: Final = 0.1
CHINA: Final = shapely.box(73, 3, 136, 54)

Names = dict[tuple[str, str], set[str]]


@dataclass
class Place:
    """A populated place of GeoNames."""

    names: list[str]
    at: tuple[float, float]
    kind: str
    province: str
    prefectures: set[str]
    county: str = ""


def bare(name: str, ending: re.Pattern[str]) -> str:
    """Return `name` without what kind of unit it is and whose autonomy, unless too little is left."""
    short = ending.sub("", name)
    short = PEOPLES.sub("", short) if len(PEOPLES.sub("", short)) > 1 else short
    return short if len(short) > 1 else name


def read_places(path: Path) -> list[Place]:
    """Return the Chinese places of GeoNames' cities500.txt, each place once."""
    found: dict[tuple[float, float], Place] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        cells = line.split("\t")
        if cells[8] != "CN":
            continue
        names = [name for name in cells[3].split(",") if re.search(r"[\u4e00-\u9fff]", name)]
        # A county town called 文县城关镇 is 文县's.
        names += [name[:-3] for name in names if name.endswith("城关镇") and len(name) > 4]
        at = (float(cells[5]), float(cells[4]))
        prefecture = {cells[11]} if re.fullmatch(r"\d{4}", cells[11]) else MUNICIPALITIES.get(cells[10], set())
        found.setdefault(at, Place(names, at, cells[7], cells[10], set(prefecture)))
    return list(found.values())


def complete_prefectures(places: list[Place], every: set[str]) -> None:
    """Give a place without a known prefecture those of its neighbours, and those that GeoNames hardly knows."""
    known = [place for place in places if place.prefectures]
    where = np.array([place.at for place in known])
    # Of a few prefectures GeoNames says of hardly any place that it is there.
    often = Counter(prefecture for place in known for prefecture in place.prefectures)
    silent = {prefecture for prefecture in every if often[prefecture] < FEWEST}
    for place in places:
        if not place.prefectures:
            nearest = np.argsort(((where - place.at) ** 2).sum(axis=1))[:NEIGHBOURS]
            near = [known[index] for index in nearest if known[index].province == place.province]
            place.prefectures = set().union(*(other.prefectures for other in near))
            provinces = {prefecture[:2] for prefecture in place.prefectures}
            place.prefectures |= {prefecture for prefecture in silent if prefecture[:2] in provinces}


def read_names(areas: Path, streets: Path) -> tuple[dict[str, str], list[Names]]:
    """Return the counties' names by code, and tables from (prefecture, name) to counties."""
    with areas.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    # 71 to 79 are development zones of the statisticians', not units of GB/T 2260.
    counties = {
        row["code"]: row["name"]
        for row in rows
        if row["name"] not in NOT_A_COUNTY and not "71" <= row["code"][4:] <= "79"
    }
    towns, short, whole = defaultdict(set), defaultdict(set), defaultdict(set)
    with streets.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            towns[row["areaCode"][:4], row["name"]].add(row["areaCode"])
            short[row["areaCode"][:4], bare(row["name"], TOWN)].add(row["areaCode"])
    for code, name in counties.items():
        for word in (name, bare(name, COUNTY)):
            whole[code[:4], word].add(code)
    return counties, [towns, short, whole]


def find_counties(places: list[Place], counties: dict[str, str], tables: list[Names]) -> None:
    """Write down each place's county where the names leave no doubt."""
    towns, short, whole = tables
    for place in places:
        ways: list[tuple[Names, re.Pattern[str] | None]] = [(towns, None), (short, TOWN)]
        if place.kind in SEATS:
            ways = [(whole, None), *ways, (whole, COUNTY)]
        for names, ending in ways:
            keys = [(of, bare(name, ending) if ending else name) for of in place.prefectures for name in place.names]
            codes = set().union(*(names.get(key, set()) for key in keys))
            if codes:
                place.county = next(iter(codes)) if len(codes) == 1 and codes <= counties.keys() else ""
                break
    drop_strays(places)


def drop_strays(places: list[Place]) -> None:
    """Forget the county of places far from its others: the name must have been another's."""
    members = defaultdict(list)
    for place in places:
        members[place.county].append(place)
    for code, own in members.items():
        middle = np.median([place.at for place in own], axis=0)
        far = [math.dist(place.at, middle) for place in own]
        for place, distance in zip(own, far, strict=True):
            if code and len(own) > 2 and distance > max(0.5, 3.5 * float(np.median(far))):
                place.county = ""


def grounds(places: list[Place]) -> Iterator[shapely.Geometry]:
    """Yield for each place the ground that is nearer to it than to any other, but not beyond reach."""
    points = [shapely.Point(place.at) for place in places]
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=CHINA))
    tree = shapely.STRtree(cells)
    where = np.array([place.at for place in places])
    for point, at in zip(points, where, strict=True):
        third = np.partition(np.hypot(*(where - at).T), 3)[3]
        cell = cells[tree.query(point, predicate="intersects")[0]]
        yield cell.intersection(point.buffer(float(np.clip(2 * third, *REACH_DEG)))).intersection(CHINA)


def adopt(places: list[Place]) -> Iterator[str]:
    """Yield each place's county: a place of unknown county goes with the nearest known one of its prefecture."""
    known = defaultdict(list)
    for place in places:
        known[place.county[:4]].append(place)
    for place in places:
        near = [other for of in place.prefectures for other in known[of]] if len(place.prefectures) == 1 else []
        if place.county or not near:
            yield place.county
        else:
            yield min(near, key=lambda other: math.dist(other.at, place.at)).county


def row(code: str, name: str, parts: list[shapely.Geometry], level: str, places: int) -> list[str | int]:
    """Return one line of the table: the box of `parts`, padded and rounded outward."""
    west, south, east, north = shapely.total_bounds(parts)
    wide, high = (max(PAD_DEG, PAD_SHARE * side) for side in (east - west, north - south))
    low = [f"{math.floor(value * 100) / 100:.2f}" for value in (west - wide, south - high)]
    top = [f"{math.ceil(value * 100) / 100:.2f}" for value in (east + wide, north + high)]
    return [code, name, *low, *top, level, places]


def main(cities500: Path, areas: Path, streets: Path, cities: Path) -> Iterable[list[str | int]]:
    """Return the lines of the table."""
    places = read_places(cities500)
    counties, tables = read_names(areas, streets)
    complete_prefectures(places, {code[:4] for code in counties})
    find_counties(places, counties, tables)
    by_county, by_prefecture = defaultdict(list), defaultdict(list)
    for place, ground, county in zip(places, grounds(places), adopt(places), strict=True):
        by_county[county].append(ground)
        for of in {county[:4]} if county else place.prefectures if len(place.prefectures) == 1 else ():
            by_prefecture[of].append(ground)
    sure = Counter(place.county for place in places)
    lines = [
        row(code, counties[code], parts, "county", sure[code])
        for code, parts in by_county.items()
        # 东莞, 中山 and 儋州 have no counties: the statisticians list them as their own.
        if code and not code.endswith("00") and code not in LEFT_OUT
    ]
    with cities.open(encoding="utf-8") as file:
        prefectures = {
            line["code"]: line["name"] for line in csv.DictReader(file) if line["code"][2:] != "90"
        } | MUNICIPAL
    lines += [
        row(f"{code}00", prefectures[code], parts, "prefecture", len(parts))
        for code, parts in by_prefecture.items()
        if code in prefectures and f"{code}00" not in LEFT_OUT
    ]
    return sorted(lines)


if __name__ == "__main__":
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["code", "name", "west", "south", "east", "north", "level", "places"])
    writer.writerows(main(*map(Path, sys.argv[1:5])))

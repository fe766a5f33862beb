"""The county in plot codes: told where it is another than the project's, once where a county was renumbered."""

import geopandas as gpd
import pytest

from onemap.ingest.quality.counties import check_counties
from onemap.model import Layer
from onemap.spec.catalogue import load_catalogue

PLOT = load_catalogue().layers["priority_plot"]


def told(codes, county="410883"):
    frame = gpd.GeoDataFrame(
        dict.fromkeys(PLOT.fields), index=range(len(codes)), geometry=[None] * len(codes), crs=4547
    )
    layer = Layer(PLOT, frame.assign(plot_code=codes).astype({"plot_code": "string"}))
    return [(fault.at, fault.value) for fault in check_counties(layer, county)]


def codes(*counties):
    return [f"{county}226{at:04}" for at, county in enumerate(counties, start=1)]


@pytest.mark.parametrize(
    ("counties", "at"),
    [
        (["410883", "410883"], []),
        (["410883", "410882"], [1]),
        # Four are too few to say that the county was renumbered.
        (["410882"] * 4, [0, 1, 2, 3]),
        (["410882"] * 5, [None]),
        (["410882"] * 5 + ["410883"], [None]),
        (["410882"] * 5 + ["410881"], [None, 5]),
        (["410882"] * 5 + ["410883"] * 2, [0, 1, 2, 3, 4]),
    ],
)
def test_a_plot_of_another_county_is_told_and_a_renumbered_county_once(counties, at):
    assert [one for one, _ in told(codes(*counties))] == at


@pytest.mark.parametrize("county", ["990001", "410800"])
def test_nothing_is_told_where_the_county_is_not_known_or_is_the_whole_prefecture(county):
    assert told(codes("410883", "410882"), county) == []


def test_in_a_prefecture_a_plot_of_another_one_is_told():
    assert told(codes("410883", "410100"), "410800") == [(1, "4101002260002")]


@pytest.mark.parametrize("code", ["410882226000", "4108825260001", None])
def test_a_code_with_another_fault_is_told_of_that_alone(code):
    assert told([code, *codes("410883")]) == []

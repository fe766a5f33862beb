"""Limits as the standards print them, typed from the printed layout by hand: rows of items, columns of pH bands."""

GB15618_SCREENING = """
cadmium   水田   0.3   0.4   0.6   0.8
cadmium   其他   0.3   0.3   0.3   0.6
mercury   水田   0.5   0.5   0.6   1.0
mercury   其他   1.3   1.8   2.4   3.4
arsenic   水田   30    30    25    20
arsenic   其他   40    40    30    25
lead      水田   80    100   140   240
lead      其他   70    90    120   170
chromium  水田   250   250   300   350
chromium  其他   150   150   200   250
copper    果园   150   150   200   200
copper    其他   50    50    100   100
nickel    *      60    70    100   190
zinc      *      200   200   250   300
"""

GB15618_CONTROL = """
cadmium   *   1.5   2.0   3.0   4.0
mercury   *   2.0   2.5   4.0   6.0
arsenic   *   200   150   120   100
lead      *   400   500   700   1000
chromium  *   800   850   1000  1300
"""

GB2762 = """
cadmium            稻谷     0.2
cadmium            小麦     0.1
cadmium            玉米     0.1
cadmium            其他谷物 0.1
cadmium            薯类     0.1
cadmium            茄果     0.05
mercury            稻谷     0.02
mercury            小麦     0.02
mercury            玉米     0.02
mercury            其他谷物 0.02
mercury            蔬菜     0.01
inorganic_arsenic  稻谷     0.2
arsenic            小麦     0.5
arsenic            玉米     0.5
arsenic            其他谷物 0.5
lead               稻谷     0.2
lead               小麦     0.2
lead               玉米     0.2
lead               其他谷物 0.2
lead               薯类     0.2
lead               茄果     0.1
chromium           稻谷     1.0
chromium           小麦     1.0
chromium           玉米     1.0
chromium           其他谷物 1.0
chromium           蔬菜     0.5
"""

BAND_OF_PH = {4.0: 0, 5.5: 0, 5.51: 1, 6.5: 1, 6.51: 2, 7.5: 2, 7.51: 3, 9.0: 3}
"""The column of some values of pH: an edge belongs to the band below it."""


def lines(table: str) -> list[tuple[str, str, list[float]]]:
    """Return item, land use or crop, and the limits of each line."""
    split = [line.split() for line in table.strip().splitlines()]
    return [(item, word, [float(value) for value in values]) for item, word, *values in split]


def screening(item: str, land: str, band: int) -> float:
    """Return the screening value of an item on paddy (水田), in orchards (果园) or elsewhere (其他)."""
    found = {word: values for own, word, values in lines(GB15618_SCREENING) if own == item}
    return next(found[word] for word in (land, "*", "其他") if word in found)[band]


def control(item: str, band: int) -> float:
    """Return the control value of an item."""
    return next(values for own, _, values in lines(GB15618_CONTROL) if own == item)[band]

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

GBT14848 = """
色              5  5  15  25
浑浊度            3  3  3  10
总硬度            150  300  450  650
溶解性总固体         300  500  1000  2000
硫酸盐            50  150  250  350
氯化物            50  150  250  350
铁              0.1  0.2  0.3  2.0
锰              0.05  0.05  0.10  1.50
铜              0.01  0.05  1.00  1.50
锌              0.05  0.5  1.00  5.00
铝              0.01  0.05  0.20  0.50
挥发性酚类          0.001  0.001  0.002  0.01
阴离子表面活性剂       不得检出  0.1  0.3  0.3
耗氧量            1.0  2.0  3.0  10.0
氨氮             0.02  0.10  0.50  1.50
硫化物            0.005  0.01  0.02  0.10
钠              100  150  200  400
总大肠菌群          3.0  3.0  3.0  100
菌落总数           100  100  100  1000
亚硝酸盐           0.01  0.10  1.00  4.80
硝酸盐            2.0  5.0  20.0  30.0
氰化物            0.001  0.01  0.05  0.1
氟化物            1.0  1.0  1.0  2.0
碘化物            0.04  0.04  0.08  0.50
汞              0.0001  0.0001  0.001  0.002
砷              0.001  0.001  0.01  0.05
硒              0.01  0.01  0.01  0.1
镉              0.0001  0.001  0.005  0.01
铬(六价)          0.005  0.01  0.05  0.10
铅              0.005  0.005  0.01  0.10
三氯甲烷           0.5  6  60  300
四氯化碳           0.5  0.5  2.0  50.0
苯              0.5  1.0  10.0  120
甲苯             0.5  140  700  1400
铍              0.0001  0.0001  0.002  0.06
硼              0.02  0.10  0.50  2.00
锑              0.0001  0.0005  0.005  0.01
钡              0.01  0.10  0.70  4.00
镍              0.002  0.002  0.02  0.10
钴              0.005  0.005  0.05  0.10
钼              0.001  0.01  0.07  0.15
银              0.001  0.01  0.05  0.10
铊              0.0001  0.0001  0.0001  0.001
二氯甲烷           1  2  20  500
1,2-二氯乙烷       0.5  3.0  30.0  40.0
1,1,1-三氯乙烷     0.5  400  2000  4000
1,1,2-三氯乙烷     0.5  0.5  5.0  60.0
1,2-二氯丙烷       0.5  0.5  5.0  60.0
三溴甲烷           0.5  10.0  100  800
氯乙烯            0.5  0.5  5.0  90.0
1,1-二氯乙烯       0.5  3.0  30.0  60.0
1,2-二氯乙烯       0.5  5.0  50.0  60.0
三氯乙烯           0.5  7.0  70.0  210
四氯乙烯           0.5  4.0  40.0  300
氯苯             0.5  60.0  300  600
邻二氯苯           0.5  200  1000  2000
对二氯苯           0.5  30.0  300  600
三氯苯            0.5  4.0  20.0  180
乙苯             0.5  30.0  300  600
二甲苯            0.5  100  500  1000
苯乙烯            0.5  2.0  20.0  40.0
2,4-二硝基甲苯      0.1  0.5  5.0  60.0
2,6-二硝基甲苯      0.1  0.5  5.0  30.0
萘              1  10  100  600
蒽              1  360  1800  3600
荧蒽             1  50  240  480
苯并(b)荧蒽        0.1  0.4  4.0  8.0
苯并(a)芘         0.002  0.002  0.01  0.50
多氯联苯           0.05  0.05  0.50  10.0
邻苯二甲酸二(2-乙基己基)酯 3  3  8.0  300
2,4,6-三氯酚      0.05  20.0  200  300
五氯酚            0.05  0.90  9.0  18.0
六六六            0.01  0.50  5.00  300
林丹             0.01  0.20  2.00  150
滴滴涕            0.01  0.10  1.00  2.00
六氯苯            0.01  0.10  1.00  2.00
七氯             0.01  0.04  0.40  0.80
2,4-滴          0.1  6.0  30.0  150
克百威            0.05  1.40  7.00  14.0
涕灭威            0.05  0.60  3.00  30.0
敌敌畏            0.05  0.10  1.00  2.00
甲基对硫磷          0.05  4.00  20.0  40.0
马拉硫磷           0.05  25.0  250  500
乐果             0.05  16.0  80.0  160
毒死蜱            0.05  6.00  30.0  60.0
百菌清            0.05  1.00  10.0  150
莠去津            0.05  0.40  2.00  600
草甘膦            0.1  140  700  1400
"""
"""Class I, II, III and IV, each not more than; pH is asked for apart."""

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

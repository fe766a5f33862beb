/* Positions as people type them: degrees in any usual spelling, or metres of a CGCS2000 zone. */
(function (onemap) {
  "use strict";

  // The signs that keyboards and fonts put for one another. NFKC tears some of them apart, so this comes first.
  const SIGNS = [[/[º˚度]/g, "°"], [/''|′′|[″”“＂秒]/g, '"'], [/[′’‘＇分]/g, "'"], [/[−–—－]/g, "-"], [/[，、；;]/g, ","]];
  const AXES = /东经|北纬|经°|纬°|longitude|latitude|north|east|lon|lng|lat|[EN东北经纬]/gi;
  const IS_LONGITUDE = /^([东经e]|lo|ln)/i;
  const BETWEEN_PARTS = /(\d|[°'"])\s*[-:]\s*(?=\d)/g; // 112-48-07, 112:48:07
  const NUMBER = /(-?\d+(?:\.\d+)?)\s*([°'"]?)/g;
  const NO_MEANING = /[\s,:=()xy米m]/gi; // to a surveyor X is north, to others east: X and Y say nothing
  const MOST_DEGREES = 180;
  const LEAST_METRES = 1000;
  const ZONE = 1e6; // an easting with a zone prefix has the number of the zone in its millions

  /** Return the position that a text means, or null; `centre` tells which of two numbers in metres is which. */
  onemap.readPosition = function (text, projection, centre) {
    const axes = [], numbers = [];
    const plain = SIGNS.reduce((said, [sign, usual]) => said.replace(sign, usual), text).normalize("NFKC")
      .replace(/cgcs2000/gi, " ")
      .replace(AXES, (word) => { axes.push(IS_LONGITUDE.test(word)); return " "; })
      .replace(BETWEEN_PARTS, "$1 ");
    const rest = plain.replace(NUMBER, (whole, number, mark) => { numbers.push({ value: Number(number), mark: mark }); return " "; });
    const pair = rest.replace(NO_MEANING, "") ? null : halves(numbers);
    if (!pair) return null;
    const values = pair.map(valueOf);
    if (values.some((value) => value === null)) return null;
    const largest = Math.max(...values);
    if (largest <= MOST_DEGREES) return inDegrees(values, axes);
    return pair[0].length === 1 && pair[1].length === 1 ? inMetres(values, projection, centre) : null;
  };

  /** Part the numbers into those of the first and of the second coordinate. */
  function halves(numbers) {
    const degrees = numbers.map((one, place) => place).filter((place) => numbers[place].mark === "°");
    if (degrees.length ? degrees.length !== 2 || degrees[0] !== 0 : numbers.length % 2) return null;
    const cut = degrees.length ? degrees[1] : numbers.length / 2;
    const pair = [numbers.slice(0, cut), numbers.slice(cut)];
    return pair.every((one) => one.length >= 1 && one.length <= 3) ? pair : null;
  }

  /** Return the value of degrees, minutes and seconds, as many as there are, or null where they are none. */
  function valueOf(parts) {
    const fits = parts.every(({ value, mark }, place) => (mark === "" || mark === "°'\""[place])
      && (place === 0 || (value >= 0 && value < 60)) && (place === parts.length - 1 || Number.isInteger(value)));
    const [degrees, minutes, seconds] = parts.map((part) => part.value);
    return fits ? degrees + (minutes || 0) / 60 + (seconds || 0) / 3600 : null;
  }

  /** Words or letters tell which is the longitude, or else their size: in China it is the larger one. */
  function inDegrees([first, second], axes) {
    const told = axes.length > 1;
    if (told && axes[0] === axes[axes.length - 1]) return null;
    const [longitude, latitude] = (told ? axes[0] : first > second) ? [first, second] : [second, first];
    return Math.abs(latitude) <= 90 ? L.latLng(latitude, longitude) : null;
  }

  function inMetres(values, projection, centre) {
    if (Math.min(...values) < LEAST_METRES) return null;
    const [least, largest] = values[0] < values[1] ? values : [values[1], values[0]];
    if (largest >= 10 * ZONE) {
      const zone = onemap.zone(Math.floor(largest / ZONE));
      return zone && least < 10 * ZONE ? zone.inverse(least, largest) : null;
    }
    const [one, other] = [projection.inverse(values[0], values[1]), projection.inverse(values[1], values[0])];
    return onemap.metresBetween(one, centre) <= onemap.metresBetween(other, centre) ? one : other;
  }

  /** Return the plane of a zone of China by its number: 13 to 23 are 6 degrees wide, 25 to 45 are 3. */
  onemap.zone = function (number) {
    const isWide = number >= 13 && number <= 23, isNarrow = number >= 25 && number <= 45;
    return isWide || isNarrow ? new onemap.Projection(Object.assign({}, onemap.ellipsoid, {
      longitude: isWide ? 6 * number - 3 : 3 * number, latitude: 0, scale: 1, north: 0, east: (number + 0.5) * ZONE,
    })) : null;
  };
})((window.onemap = window.onemap || {}));

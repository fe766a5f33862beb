/* Words, numbers with their units, and positions in degrees. */
(function (onemap) {
  "use strict";

  const TEN_THOUSAND = 10000;
  const SQUARE_METRES_OF_MU = 2000 / 3;
  const SQUARE_METRES_OF_HECTARE = 10000;
  const METRES_OF_KILOMETRE = 1000;
  let texts = {};
  let chinese = true;

  onemap.speak = function (content) {
    texts = content.texts;
    chinese = content.language === "zh";
  };

  /** Return a text of ours with the words in braces filled in. */
  onemap.say = function (name, values) {
    return texts[name].replace(/\{(\w+)\}/g, (whole, key) => (values && key in values ? String(values[key]) : whole));
  };

  const formats = {}; // to make one takes long

  /** Write a number with commas and so many decimals, at least and at most. */
  onemap.withCommas = function (number, least, most) {
    const name = least + "-" + most;
    formats[name] = formats[name] || new Intl.NumberFormat("en-US", { minimumFractionDigits: least, maximumFractionDigits: most });
    return formats[name].format(number);
  };

  onemap.number = function (value, digits) {
    const step = Math.pow(10, digits || 0), whole = Math.round(value * step);
    // Halves go to the even number, as they do in the sentences of the lists.
    const even = Math.abs((value * step) % 1) === 0.5 && whole % 2 !== 0 ? whole - 1 : whole;
    return onemap.withCommas(even / step, 0, digits || 0);
  };

  /** Say an area in 亩; large ones in 万亩, as the bureaus write it. */
  onemap.mu = function (mu) {
    if (chinese && mu >= TEN_THOUSAND) {
      return onemap.say("tenThousandMu", { number: (mu / TEN_THOUSAND).toFixed(2) });
    }
    return onemap.say("mu", { number: onemap.number(mu, mu < 100 ? 2 : 0) });
  };

  /** Say an area in 亩 to the hundredth, for figures that people add up. */
  onemap.exactMu = function (mu) {
    return onemap.say("mu", { number: exact(mu, 2) });
  };

  function exact(number, digits) {
    return onemap.withCommas(number, digits, digits);
  }

  /** Say a measured area in every unit that people ask for, in lines. */
  onemap.landOf = function (squareMetres) {
    const metres = onemap.say("m2", { number: exact(squareMetres, squareMetres < SQUARE_METRES_OF_HECTARE ? 1 : 0) });
    const hectares = onemap.say("ha", { number: exact(squareMetres / SQUARE_METRES_OF_HECTARE, 4) });
    return [onemap.exactMu(squareMetres / SQUARE_METRES_OF_MU), metres + " · " + hectares];
  };

  onemap.areaOf = function (squareMetres) {
    const metres = onemap.say("m2", { number: onemap.number(squareMetres) });
    return onemap.mu(squareMetres / SQUARE_METRES_OF_MU) + " (" + metres + ")";
  };

  /** Say a distance to the tenth of a metre, a long one in kilometres. */
  onemap.distance = function (metres) {
    if (metres < METRES_OF_KILOMETRE) {
      return onemap.say("m", { number: exact(metres, 1) });
    }
    return onemap.say("km", { number: exact(metres / METRES_OF_KILOMETRE, metres < 100 * METRES_OF_KILOMETRE ? 3 : 0) });
  };

  /** Say a measured value in its unit; units that we do not know follow the number as they are. */
  onemap.quantity = function (value, unit, digits) {
    const number = onemap.number(value, digits);
    return unit in texts ? onemap.say(unit, { number: number }) : (number + " " + unit).trim();
  };

  /** Part the sentence of a finding: what was found, and the clause and level that follow from it. */
  onemap.partsOf = function (finding) {
    const at = finding.basis ? finding.reason.indexOf(finding.basis) : -1;
    const found = at < 0 ? finding.reason : finding.reason.slice(0, at).replace(/\s*[（(][^（(]*$/, "");
    return [found, finding.reason.slice(found.length)];
  };

  /** Say a position in degrees, minutes and seconds. */
  onemap.degrees = function (latlng, digits) {
    const most = digits === undefined ? 1 : digits;
    return sexagesimal(latlng.lng, "E", "W", most) + " " + sexagesimal(latlng.lat, "N", "S", most);
  };

  function sexagesimal(degrees, positive, negative, digits) {
    const step = Math.pow(10, digits), steps = Math.round(Math.abs(degrees) * 3600 * step);
    const seconds = ((steps % (60 * step)) / step).toFixed(digits);
    const minutes = Math.floor(steps / (60 * step)) % 60;
    return Math.floor(steps / (3600 * step)) + "°" + pad(minutes, 2) + "′" + pad(seconds, 3 + digits) + "″"
      + (degrees < 0 ? negative : positive);
  }

  /** Say a position in degrees with decimals. */
  onemap.decimals = function (latlng, digits) {
    return Math.abs(latlng.lng).toFixed(digits) + "°" + (latlng.lng < 0 ? "W" : "E") + " "
      + Math.abs(latlng.lat).toFixed(digits) + "°" + (latlng.lat < 0 ? "S" : "N");
  };

  function pad(number, length) {
    return String(number).padStart(length, "0");
  }

  /** Return text as it is compared: like `onemap.text.fold`. */
  onemap.fold = function (text) {
    return text.normalize("NFKC").toLowerCase().replace(/\s+/g, "");
  };
})((window.onemap = window.onemap || {}));

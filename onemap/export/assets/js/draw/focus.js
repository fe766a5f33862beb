/* What is pointed out on the map: the chosen feature, how far a rule reaches from it, the lines to what it found. */
(function (onemap) {
  "use strict";

  const PANE = "onemap-focus", TAGS = "onemap-tags";
  const SHORT = 90; // pixels of a line that cannot carry its number
  const BEYOND = 30; // pixels from the end of such a line to its number
  const ALONG = [0.5, 0.7, 0.3, 0.85];

  onemap.Focus = class {
    constructor(map, content) {
      this.map = map;
      this.content = content;
      this.reaches = content.reaches.shapes;
      [[PANE, "560"], [TAGS, "570"]].forEach(([name, order]) => {
        const pane = map.createPane(name);
        pane.style.zIndex = order;
        pane.style.pointerEvents = "none";
      });
      this.group = L.layerGroup().addTo(map);
      this.links = [];
      map.on("zoomend", () => this._placeTags());
    }

    clear() {
      this.group.clearLayers();
      this.links = [];
    }

    /** Outline a feature; return the bounds of what is shown, or null. */
    showFeature(layer, place) {
      this.clear();
      return this._outline(layer, place);
    }

    /** Outline a feature with the reach of a rule and the links of its findings; return their bounds, or null. */
    showRecord(layer, place, rule, findings) {
      this.clear();
      const bounds = L.latLngBounds([]);
      rule.reaches.slice().reverse().forEach((metres, number) => {
        const outline = this._reach(layer, place, metres);
        if (outline) bounds.extend(this._ring(outline, metres, number === 0).getBounds());
      });
      findings.filter((finding) => finding.link).forEach((finding) => bounds.extend(this._link(finding)));
      this._placeTags();
      const own = this._outline(layer, place);
      return own ? bounds.extend(own) : bounds.isValid() ? bounds : null;
    }

    _outline(layer, place) {
      if (!layer.isLocated(place)) {
        return null;
      }
      const style = { pane: PANE, color: onemap.colours.chosen, weight: 3, fill: false, interactive: false };
      const kind = layer.shapes.kind[place];
      const anchor = layer.anchorOf(place);
      if (kind === onemap.kinds.POINT) {
        L.circleMarker(onemap.latlngOf(anchor.x, anchor.y), Object.assign({ radius: 17 }, style)).addTo(this.group);
      } else {
        const Shape = kind === onemap.kinds.LINE ? L.polyline : L.polygon;
        Shape(onemap.ringsOf(layer.shapes, place), style).addTo(this.group);
      }
      return layer.boundsOf(place);
    }

    _reach(layer, place, metres) {
      if (layer.shapes.kind[place] === onemap.kinds.POINT) {
        const anchor = layer.anchorOf(place);
        return onemap.circleAround(onemap.latlngOf(anchor.x, anchor.y), metres);
      }
      const number = this.content.reaches.names.indexOf([layer.id, place, metres].join(" "));
      return number < 0 ? null : onemap.ringsOf(this.reaches, number);
    }

    _ring(outline, metres, outermost) {
      const ring = L.polygon(outline, {
        pane: PANE, color: onemap.colours.link, weight: outermost ? 2 : 1.4, dashArray: "7 5",
        fill: outermost, fillOpacity: 0.06, interactive: false,
      }).addTo(this.group);
      const bounds = ring.getBounds();
      this._tag([bounds.getNorth(), bounds.getCenter().lng], onemap.quantity(metres, "m", 0), "reach-tag");
      return ring;
    }

    _link(finding) {
      const [x0, y0, x1, y1] = finding.link;
      const ends = [onemap.latlngOf(x0, y0), onemap.latlngOf(x1, y1)];
      L.polyline(ends, {
        pane: PANE, color: onemap.colours.link, weight: 2.2, dashArray: "2 5", interactive: false,
      }).addTo(this.group);
      L.circleMarker(ends[1], {
        pane: PANE, radius: 4.5, color: "#fff", weight: 1.5, fillColor: onemap.colours.link, fillOpacity: 1,
        interactive: false,
      }).addTo(this.group);
      if (finding.value !== null) {
        const tag = this._tag(ends[1], onemap.quantity(finding.value, finding.unit, 0), "link-tag");
        this.links.push({ tag: tag, ends: ends });
      }
      return L.latLngBounds(ends);
    }

    /** Each number stands on its line where no other stands, or else beyond its end. */
    _placeTags() {
      const taken = [];
      this.links.forEach((link) => {
        const [from, to] = link.ends.map((end) => this.map.latLngToLayerPoint(end));
        const away = to.subtract(from), length = from.distanceTo(to);
        const beyond = length ? to.add(away.multiplyBy(BEYOND / length)) : to.subtract([0, BEYOND]);
        const onLine = length < SHORT ? [] : ALONG.map((part) => from.add(away.multiplyBy(part)));
        const isFree = (spot) => taken.every((one) => Math.abs(one.x - spot.x) > 58 || Math.abs(one.y - spot.y) > 20);
        const spot = onLine.concat([beyond]).find(isFree) || beyond;
        taken.push(spot);
        link.tag.setLatLng(this.map.layerPointToLatLng(spot));
      });
    }

    _tag(latlng, text, kind) {
      return onemap.mapTag(latlng, text, kind, TAGS).addTo(this.group);
    }
  };

  /** Return words that stand at a position of the map. */
  onemap.mapTag = function (latlng, text, kind, pane) {
    const icon = L.divIcon({
      className: "map-tag", iconSize: [0, 0], html: onemap.element("span", { class: kind }, text),
    });
    return L.marker(latlng, { pane: pane, icon: icon, interactive: false, keyboard: false });
  };
})((window.onemap = window.onemap || {}));

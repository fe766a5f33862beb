/* Addresses of features: onemap.html#key=… opens one, and whoever chooses one finds its address above. */
(function (onemap) {
  "use strict";

  const element = onemap.element;
  const HAS_ADDRESS = location.protocol !== "about:"; // a page inside another, as in a notebook, has none of its own
  const MOMENT = 2500; // milliseconds for which a button says what it has done

  onemap.Link = class {
    constructor(app) {
      this.app = app;
      window.addEventListener("hashchange", () => this.follow());
    }

    /** Go to the feature that the address of the page names. */
    follow() {
      const named = readAddress();
      if (!named.key) {
        return;
      }
      const found = this._withKey(named.key);
      const wanted = found.filter(([layer]) => !named.layer || layer.id === named.layer);
      const first = wanted.find(([layer]) => layer._map) || wanted[0];
      if (first) {
        this.app.goTo(first[0], first[1], found.filter((one) => one !== first));
      } else {
        this.app.panel.showMissing(named.key);
      }
    }

    /** All features with a key as [layer, place], topmost first. */
    _withKey(key) {
      const found = [];
      this.app.layers.slice().reverse().forEach((layer) => {
        for (let place = 0; place < layer.content.count; place++) {
          if (layer.keys(place) === key) found.push([layer, place]);
        }
      });
      return found;
    }

    /** Write the chosen feature into the address of the page; null for none. The way back stays as it was. */
    write(layer, place) {
      const key = layer && layer.keys(place), address = key ? "#key=" + encodeURIComponent(key) + "&layer=" + layer.id : "";
      if (HAS_ADDRESS && location.hash !== address) {
        history.replaceState(null, "", location.href.split("#")[0] + address);
      }
    }

    /** A button that copies the address of a chosen feature, and says whether it could; null where it has none. */
    button(layer, place) {
      if (!HAS_ADDRESS || !layer.keys(place)) {
        return null;
      }
      const said = element("span", { role: "status" }, onemap.say("copyLink"));
      const say = (name) => {
        said.textContent = onemap.say(name);
        setTimeout(() => { said.textContent = onemap.say("copyLink"); }, MOMENT);
      };
      const button = element("button", {
        type: "button", class: "copy", onclick: () => onemap.copy(location.href).then((copied) => {
          if (copied) say("copied");
          else leaveForCopying(button);
        }),
      }, said);
      return button;
    }
  };

  function readAddress() {
    const named = {};
    location.hash.slice(1).split("&").forEach((part) => {
      const at = part.indexOf("=");
      named[part.slice(0, at)] = decoded(part.slice(at + 1));
    });
    return named;
  }

  /** Undo the percent signs; an address that somebody typed may have others. */
  function decoded(text) {
    try {
      return decodeURIComponent(text);
    } catch (error) {
      return text;
    }
  }

  /** The address in a field, selected: people can still copy it themselves. */
  function leaveForCopying(button) {
    const field = element("input", { class: "address", readonly: true, "aria-label": onemap.say("copyYourself"), title: onemap.say("copyYourself") });
    field.value = location.href;
    button.replaceWith(element("span", { class: "copy-yourself" }, onemap.say("copyYourself"), field));
    field.select();
  }
})((window.onemap = window.onemap || {}));

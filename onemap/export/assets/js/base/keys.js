/* The page by its keys: where the focus stays, and how arrow keys walk. */
(function (onemap) {
  "use strict";

  const STOPS = "button, input, summary, a[href], [tabindex]";
  let lastByKeys = false;

  document.addEventListener("keydown", () => { lastByKeys = true; }, true);
  document.addEventListener("mousedown", () => { lastByKeys = false; }, true);

  /** Whether people work with keys now; whoever uses a mouse keeps the focus where it is. */
  onemap.isByKeys = function () {
    return lastByKeys;
  };

  /** Whether a key was meant for a field in which people write. */
  onemap.isWriting = function (event) {
    return event.isComposing || /^(input|textarea|select)$/i.test(event.target.tagName) && event.target.type !== "checkbox";
  };

  /** Give the focus back to what had it, or else to another. */
  onemap.giveFocus = function (before, other) {
    (before && before.isConnected && before !== document.body ? before : other).focus({ preventScroll: true });
  };

  /** Put other children into a box; what has the focus in it keeps it, by its number. */
  onemap.refill = function (box, children) {
    const stop = Array.from(box.querySelectorAll(STOPS)).indexOf(document.activeElement);
    box.replaceChildren(...children);
    const now = stop < 0 ? null : box.querySelectorAll(STOPS)[stop];
    if (now) now.focus({ preventScroll: true });
  };

  /** Let arrow keys walk over what can have the focus in a box. Of the rows of a list one is met with the tab key. */
  onemap.walk = function (box) {
    box.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step || onemap.isWriting(event)) return;
      // What hands a list out is met with the tab key.
      const stops = Array.from(box.querySelectorAll(STOPS)).filter((stop) => isSeen(stop) && !stop.closest(".handout"));
      const next = stops[stops.indexOf(document.activeElement) + step];
      if (next) next.focus();
      event.preventDefault();
    });
    box.addEventListener("focusin", (event) => {
      const rows = event.target.matches("ol.rows .row") ? event.target.closest("ol.rows").querySelectorAll(".row[tabindex='0']") : [];
      rows.forEach((row) => row.setAttribute("tabindex", "-1"));
      if (rows.length) event.target.setAttribute("tabindex", "0");
    });
    return box;
  };

  function isSeen(stop) {
    const folded = stop.closest("details:not([open])");
    return stop.offsetParent !== null && (!folded || stop.matches("summary"));
  }
})((window.onemap = window.onemap || {}));

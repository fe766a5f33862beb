/* The sheet as a picture: map and margin on one canvas, saved as PNG. */
(function (onemap) {
  "use strict";

  const PAGE = 96 / 25.4; // pixels of the page to a millimetre
  const SHOWN = 9000; // milliseconds for which a message stands

  /** The present view as a sheet across A4, with two pixels to each of the page. */
  onemap.pictureButton = function (app) {
    return onemap.headButton("savePicture", () => {
      onemap.savePicture(new onemap.Sheet(app, { paper: "A4", across: true, whole: false, pixels: 2 }, app.words), app.words.title);
    });
  };

  /** Save a sheet as PNG; return a promise that is kept once it is handed to the browser. */
  onemap.savePicture = async function (sheet, title) {
    try {
      const blob = await pictureOf(await wholeSheet(sheet));
      onemap.download(title + "_" + sheet.app.content.period + ".png", blob, "image/png");
    } catch (error) {
      // A browser lets nobody read a canvas on which a picture from elsewhere was painted.
      tell(onemap.say(error.name === "SecurityError" ? "pictureIsTainted" : "pictureFailed"));
    }
  };

  async function wholeSheet(sheet) {
    const scale = PAGE * sheet.plan.pixels, margin = await marginOf(sheet, scale);
    const canvas = onemap.element("canvas", { width: Math.round(sheet.width * scale), height: Math.round(sheet.height * scale) });
    const context = canvas.getContext("2d");
    context.fillStyle = "#ffffff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(sheet.canvas, sheet.frame.x * scale, sheet.frame.y * scale, sheet.frame.width * scale, sheet.frame.height * scale);
    context.drawImage(margin, 0, 0, canvas.width, canvas.height);
    return canvas;
  }

  function marginOf(sheet, scale) {
    const drawn = sheet.drawn.cloneNode(true);
    // An SVG that is a picture has no size but its own.
    drawn.setAttribute("width", Math.round(sheet.width * scale));
    drawn.setAttribute("height", Math.round(sheet.height * scale));
    return new Promise((resolve, reject) => {
      const image = new Image();
      image.onload = () => resolve(image);
      image.onerror = () => reject(new Error("the margin cannot be drawn"));
      image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(new XMLSerializer().serializeToString(drawn));
    });
  }

  function pictureOf(canvas) {
    return new Promise((resolve, reject) => {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no memory for the picture"))), "image/png");
    });
  }

  function tell(text) {
    const message = onemap.element("p", { class: "nothing", role: "alert" }, text);
    (document.querySelector("dialog[open]") || document.querySelector(".folium-map")).append(message);
    setTimeout(() => message.remove(), SHOWN);
  }
})((window.onemap = window.onemap || {}));

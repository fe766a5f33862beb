/* Print: a dialog that shows the sheet as it will be printed, and the sheet alone on paper. */
(function (onemap) {
  "use strict";

  const element = onemap.element;
  const PIXELS = 2.5; // of the map to a pixel of the page: 240 to the inch
  const USUAL = { paper: "A4", across: true, whole: false, pixels: PIXELS };
  const WORDS = [["sheetTitle", "title"], ["madeBy", "madeBy"], ["checkedBy", "checkedBy"], ["madeOn", "madeOn"]];

  onemap.printButton = function (app) {
    const words = app.content.sheet;
    // What people write in the dialog stands on every sheet until the page is closed.
    app.words = {
      title: app.content.title, madeBy: words.madeBy, checkedBy: words.checkedBy,
      madeOn: new Date().toLocaleDateString(document.documentElement.lang, { year: "numeric", month: "long", day: "numeric" }),
    };
    const dialog = new PrintDialog(app), paper = element("div", { class: "paper" }), page = element("style");
    document.head.append(page);
    document.body.append(dialog.box, paper);
    window.addEventListener("beforeprint", () => {
      const sheet = dialog.sheet || new onemap.Sheet(app, USUAL, app.words);
      page.textContent = "@page { size: " + sheet.plan.paper + (sheet.plan.across ? " landscape" : " portrait") + "; margin: 0; }";
      paper.replaceChildren(sheet.resize(sheet.width, "mm").box);
    });
    window.addEventListener("afterprint", () => {
      paper.replaceChildren();
      dialog.show();
    });
    return onemap.headButton("print", () => dialog.open());
  };

  class PrintDialog {
    constructor(app) {
      this.app = app;
      this.plan = Object.assign({}, USUAL);
      this.sheet = null; // the sheet that is shown while the dialog is open
      this.preview = element("div");
      this.fields = element("form", { onsubmit: (event) => event.preventDefault() });
      this.box = element("dialog", { class: "print-dialog", "aria-label": onemap.say("printMap"), onclose: () => this._forget() },
        element("div", { class: "preview" }, this.preview), this.fields);
    }

    open() {
      this.fields.replaceChildren(...this._fields());
      this.box.showModal();
      this._lay();
    }

    _forget() {
      this.sheet = null;
      this.preview.replaceChildren();
    }

    _lay() {
      this.sheet = new onemap.Sheet(this.app, this.plan, this.app.words);
      this.show();
    }

    show() {
      if (this.sheet) {
        const room = this.preview, wide = Math.min(room.clientWidth, (room.clientHeight * this.sheet.width) / this.sheet.height);
        this.preview.replaceChildren(this.sheet.resize(wide, "px").box);
      }
    }

    _fields() {
      return [
        element("h2", {}, onemap.say("printMap")),
        this._choice("paper", onemap.papers.map((name) => [name, name])),
        this._choice("across", [[true, onemap.say("landscape")], [false, onemap.say("portrait")]]),
        this._choice("whole", [[false, onemap.say("presentView")]].concat(this.app.whole() ? [[true, onemap.say("wholeMap")]] : [])),
        WORDS.map(([text, name]) => this._word(onemap.say(text), name)),
        element("div", { class: "actions" },
          element("button", { type: "button", class: "first", onclick: () => window.print() }, onemap.say("print")),
          element("button", { type: "button", onclick: () => onemap.savePicture(this.sheet, this.app.words.title) }, onemap.say("savePicture")),
          element("button", { type: "button", onclick: () => this.box.close() }, onemap.say("close"))),
      ].flat(Infinity);
    }

    _choice(key, options) {
      return element("div", { class: "choice", role: "radiogroup" }, options.map(([value, title]) => element("label", {},
        element("input", {
          type: "radio", name: key, checked: this.plan[key] === value,
          onchange: () => { this.plan = Object.assign({}, this.plan, { [key]: value }); this._lay(); },
        }), element("span", {}, title))));
    }

    _word(title, name) {
      const input = element("input", {
        type: "text", value: this.app.words[name],
        oninput: () => { this.app.words[name] = input.value; this.sheet.write(this.app.words); },
      });
      return element("label", { class: "word" }, element("span", {}, title), input);
    }
  }
})((window.onemap = window.onemap || {}));

/* The clipboard, and files that the page hands out. */
(function (onemap) {
  "use strict";

  const element = onemap.element;
  const MOMENT = 1500; // milliseconds for which a button says what it has done
  const A_WHILE = 60000; // milliseconds after which a file is surely saved, or the browser has asked where to

  /** Copy text; answer whether it worked. Pages that were opened as files may not have the browser's own clipboard. */
  onemap.copy = function (text) {
    if (navigator.clipboard) {
      return navigator.clipboard.writeText(text).then(() => true, () => copySelected(text));
    }
    return Promise.resolve(copySelected(text));
  };

  /** Return a button that copies a text, which `read` returns, and says whether it did. */
  onemap.copyButton = function (read) {
    const button = element("button", { type: "button", class: "copy", "aria-live": "polite", onclick: () => onemap.copy(read()).then((copied) => {
      button.textContent = onemap.say(copied ? "copied" : "notCopied");
      setTimeout(() => { button.textContent = onemap.say("copy"); }, MOMENT);
    }) }, onemap.say("copy"));
    return button;
  };

  function copySelected(text) {
    const before = document.activeElement;
    const box = element("textarea", { class: "unseen", "aria-hidden": "true", readonly: true });
    box.value = text;
    document.body.append(box);
    box.select();
    const worked = document.execCommand("copy");
    box.remove();
    if (before) before.focus();
    return worked;
  }

  /** Hand out a file. */
  onemap.download = function (name, content, type) {
    const link = element("a", { href: URL.createObjectURL(new Blob([content], { type: type })), download: fileName(name) });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), A_WHILE);
  };

  /** Without what Windows does not take in the name of a file. */
  function fileName(name) {
    return name.replace(/[\\/:*?"<>|\x00-\x1f]+/g, " ").trim();
  }
})((window.onemap = window.onemap || {}));

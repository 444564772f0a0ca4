// The card of 标注 by keyboard. Without it the form works with the mouse and the keys of the browser.
"use strict";

(() => {
  const card = document.querySelector("[data-label-card]");
  const boxes = card ? [...card.querySelectorAll("input[name=category]")] : [];
  const leading = card?.querySelector("select[name=leading]");
  const writes = (target) =>
    target.closest("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])");

  // The category that was chosen first leads, as long as it is chosen.
  const lead = (box) => {
    if (box.checked && !leading.value) leading.value = box.value;
    if (!box.checked && leading.value === box.value) leading.value = boxes.find((one) => one.checked)?.value || "";
  };
  boxes.forEach((box) => box.addEventListener("change", () => lead(box)));
  leading?.addEventListener("change", () => {
    const box = boxes.find((one) => one.value === leading.value);
    if (box) box.checked = true;
  });

  const keyOf = (event) => {
    const digit = /^Digit([1-5])$/.exec(event.code);
    return event.shiftKey && digit ? `Shift+${digit[1]}` : event.key.toLowerCase();
  };
  let going = 0;
  document.addEventListener(
    "keydown",
    (event) => {
      if (
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        writes(event.target) ||
        document.querySelector("dialog[open]")
      )
        return;
      if (going && performance.now() - going < 1500) {
        going = 0;
        return;
      }
      if (event.key === "g") {
        going = performance.now();
        return;
      }
      if (event.key === "Enter" && card && !event.target.closest("a, button, summary")) {
        event.preventDefault();
        event.stopImmediatePropagation();
        card.requestSubmit();
        return;
      }
      const target = document.querySelector(`[data-key="${CSS.escape(keyOf(event))}"]`);
      if (!target) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      target.click();
      if (target.matches("input")) target.focus({ preventScroll: true });
    },
    true,
  );
})();

// What is typed is not lost, and a choice takes effect at once. Every page works without it.
"use strict";

(() => {
  const body = document.body;

  document.querySelector("[data-pick-all]")?.addEventListener("change", (event) => {
    document.querySelectorAll("input[name=alert]").forEach((box) => {
      box.checked = event.target.checked;
    });
  });

  // Who writes for long is here, though nothing is sent: the idle limit runs from the last word.
  let noted = performance.now();
  document.addEventListener("input", (event) => {
    if (performance.now() - noted < 60000 || event.target.form?.method !== "post") return;
    noted = performance.now();
    fetch("/writing").catch(() => {});
  });
  // A text that was typed and not sent is not left by a stray click on a tab or a link: the browser asks first.
  const unsent = () =>
    [...document.querySelectorAll('form[method="post"] textarea:not([readonly]), textarea[data-stray]')].some(
      (text) => text.value !== (text.dataset.sent ?? (text.readOnly ? "" : text.defaultValue)),
    );
  // What comes back in a form that was turned down stands nowhere else. The keyboard goes on in it, with the reason read out.
  const sentHere = (form) =>
    [form.action, ...[...form.querySelectorAll("[formaction]")].map((button) => button.formAction)].some(
      (address) => new URL(address).pathname === location.pathname,
    );
  if ("turnedDown" in body.dataset) {
    const back = [...document.querySelectorAll('form[method="post"]')].filter(sentHere);
    for (const text of back.flatMap((form) => [...form.querySelectorAll("textarea")])) text.dataset.sent = "";
    const first = back[0]?.querySelector("input:not([type=hidden]), select, textarea");
    first?.setAttribute("aria-describedby", "why");
    first?.focus({ preventScroll: true });
  }
  // Who copied a text that has no field any more has it.
  document.addEventListener("copy", (event) => {
    if (event.target.matches?.("textarea[data-stray]")) event.target.dataset.sent = event.target.value;
  });
  addEventListener("beforeunload", (event) => {
    if (unsent()) event.preventDefault();
  });
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post") return;
    for (const text of event.target.querySelectorAll("textarea")) text.dataset.sent = text.value;
  });
  document
    .querySelectorAll("select[data-go]")
    .forEach((select) => select.addEventListener("change", () => select.form.requestSubmit()));
  document.querySelector("[data-file]")?.addEventListener("change", (event) => {
    document.getElementById("file-name").textContent = event.target.files[0]?.name || "未选择";
  });
  // Going back in the browser's own history keeps what was typed into a refused form.
  document.querySelectorAll("[data-back]").forEach((node) => {
    node.hidden = history.length < 2;
    if (node.matches("button")) {
      node.addEventListener("click", () => history.back());
      node.focus();
    }
  });
})();

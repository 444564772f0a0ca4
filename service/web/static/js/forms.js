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
  // What a person changed and did not send is not left by a stray click on a tab or a link: the browser asks first.
  // Ticking rows of a list writes nothing, and who signs in has nothing to lose.
  const changedHere = new Set();
  const ticked = (field) => ["checkbox", "radio"].includes(field.type);
  const standing = (field) => (ticked(field) ? String(field.checked) : field.value);
  const given = (field) => {
    if (ticked(field)) return String(field.defaultChecked);
    if (field.type !== "select-one") return field.readOnly ? "" : (field.defaultValue ?? "");
    const options = [...field.options];
    return (options.findLast((option) => option.defaultSelected) ?? options.find((option) => !option.disabled))?.value ?? "";
  };
  const kept = 'form[method="post"] textarea:not([readonly]), textarea[data-stray], [data-sent]';
  const unsent = () =>
    [...document.querySelectorAll(kept), ...[...changedHere].filter((field) => field.isConnected)].some(
      (field) => standing(field) !== (field.dataset.sent ?? given(field)),
    );
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (field.form?.method !== "post" || field.matches("[data-pick], [data-pick-all]")) return;
    if (!field.form.querySelector("[autocomplete=current-password]")) changedHere.add(field);
  });
  // What comes back in a form that was turned down stands nowhere else. The keyboard goes on in it, with the reason read out.
  const sentHere = (form) =>
    [form.action, ...[...form.querySelectorAll("[formaction]")].map((button) => button.formAction)].some(
      (address) => new URL(address).pathname === location.pathname,
    );
  if ("turnedDown" in body.dataset) {
    const back = [...document.querySelectorAll('form[method="post"]')].filter(sentHere);
    const written = "textarea, input:not([type]), input[type=text], input[type=url], input[type=datetime-local]";
    for (const text of back.flatMap((form) => [...form.querySelectorAll(written)])) text.dataset.sent = "";
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
    for (const field of event.target.elements) if (field.matches("input, select, textarea")) field.dataset.sent = standing(field);
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

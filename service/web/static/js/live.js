// A page that shows the present: what is drawn anew keeps its place, and the page says when it cannot. It works without it.
"use strict";

(() => {
  const body = document.body;

  // What stands there already is left as it is: drawn anew, each warning would be read out again every minute.
  body.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    if (target.innerHTML.trim() === fragment.innerHTML.trim()) event.detail.shouldSwap = false;
  });

  // The keyboard stays on what it was on, and what was unfolded stays so.
  const name = (node) => node.getAttribute("href") ?? node.getAttribute("aria-label") ?? node.textContent;
  let held = null;
  let unfolded = [];
  document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
    held = target.contains(document.activeElement) ? document.activeElement : null;
    unfolded = [...target.querySelectorAll("details[open]")].map((part) => part.id);
  });
  // Before anybody else hears of it: who moves through the list begins at where the keyboard is.
  document.addEventListener(
    "htmx:afterSwap",
    ({ detail: { target } }) => {
      for (const part of target.querySelectorAll("details")) part.open ||= unfolded.includes(part.id);
      if (!held) return;
      const again = [...target.querySelectorAll(held.tagName)].find((node) => name(node) === name(held));
      again?.focus({ preventScroll: true });
    },
    true,
  );

  // A stream ends every five minutes and is back within three seconds; what is asked for every minute is asked for again.
  const notLive = document.getElementById("not-live");
  const lost = new Set();
  let since = 0;
  const lose = (what) => {
    if (!lost.size) {
      since = performance.now();
      notLive.querySelector("span").textContent = document.getElementById("clock").textContent.trim().slice(-8, -3);
    }
    lost.add(what);
  };
  body.addEventListener("htmx:sseError", () => lose("stream"));
  for (const kind of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) body.addEventListener(kind, (event) => lose(event.target));
  body.addEventListener("htmx:sseOpen", () => lost.delete("stream"));
  body.addEventListener("htmx:afterOnLoad", (event) => event.detail.successful && lost.delete(event.target));
  // Whose session is over, or who has to bind a second factor first, keeps what stands there and is told that it grows old:
  // asking goes on by itself, and leads nobody away.
  body.addEventListener("htmx:beforeOnLoad", (event) => {
    const { requestConfig, xhr } = event.detail;
    if (!xhr.getResponseHeader("HX-Redirect") || requestConfig.triggeringEvent) return;
    event.preventDefault();
    lose(event.target);
  });
  setInterval(() => {
    notLive.hidden = !lost.size || performance.now() - since < 15000;
  }, 1000);
})();

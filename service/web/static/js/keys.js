// Keys, lists and menus. Every page works without it.
"use strict";

(() => {
  // Lists: j/k move, Enter opens, a acknowledges, x picks.
  let at = -1;
  const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.getClientRects().length);
  const move = (step) => {
    const list = rows();
    if (!list.length) return;
    list[at]?.classList.remove("at");
    at = Math.max(0, Math.min(list.length - 1, at + step));
    list[at].classList.add("at");
    list[at].querySelector("a")?.focus({ preventScroll: true });
    list[at].scrollIntoView({ block: "nearest" });
  };
  const places = {
    h: "/",
    y: "/alerts",
    e: "/events",
    s: "/search",
    c: "/cases",
    b: "/briefings",
    p: "/policies",
    x: "/sources",
    d: "/drills",
    o: "/system",
    l: "/labels",
    w: "/words",
    m: "/matters",
    t: "/topics",
  };
  let going = 0;
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]");
  const keys = {
    "/": () => document.getElementById("seek")?.focus(),
    "?": () => document.getElementById("keys")?.showModal(),
    j: () => move(1),
    k: () => move(-1),
    g: () => {
      going = performance.now();
    },
    x: () => rows()[at]?.querySelector("input[type=checkbox]")?.click(),
    a: () => {
      const box = rows()[at]?.querySelector("input[name=alert]");
      if (!box) {
        document.querySelector("[data-acknowledge]")?.click();
        return;
      }
      box.checked = true;
      box.form.requestSubmit();
    },
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const menu = event.target.closest("details.act[open], details.who[open]");
      document.querySelectorAll("details.act[open], details.who[open]").forEach((d) => d.removeAttribute("open"));
      // Who closes a menu goes on from its button, not from the top of the page.
      if (menu) menu.querySelector("summary").focus();
      else if (typing(event.target)) event.target.blur();
      return;
    }
    if (
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      typing(event.target) ||
      document.querySelector("dialog[open]")
    )
      return;
    if (going && performance.now() - going < 1500 && places[event.key]) {
      going = 0;
      const target = document.querySelector(`.rail a[href="${places[event.key]}"]`);
      if (target) {
        event.preventDefault();
        target.click();
      }
      return;
    }
    going = 0;
    if (event.key === "Enter" && at >= 0 && document.activeElement === document.body) {
      rows()[at]?.querySelector("a")?.click();
      return;
    }
    const act = keys[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });

  // One menu open at a time, so that they cannot cover each other.
  document.addEventListener(
    "toggle",
    (event) => {
      if (!event.target.matches?.("details.act, details.who") || !event.target.open) return;
      document.querySelectorAll("details.act[open], details.who[open]").forEach((d) => {
        if (d !== event.target) d.open = false;
      });
      event.target.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    },
    true,
  );

  // Who hears the page is told what changed in the counts, not the list that is drawn anew.
  const counted = () =>
    [...document.querySelectorAll(".levels a")].map((level) => level.innerText.replace(/\s+/g, " ").trim()).join("；");
  let counts = counted();
  document.body.addEventListener("htmx:afterSwap", () => {
    at = rows().findIndex((row) => row.matches(".at") || row.contains(document.activeElement));
    rows()[at]?.classList.add("at");
    const status = document.getElementById("counts-now");
    if (status && counted() !== counts) status.textContent = counts = counted();
  });
})();

// Countdown, clock, keys and small conveniences. Every page works without it.
"use strict";

(() => {
  const body = document.body;
  const serverNow = Date.parse(body.dataset.now || "");
  // Deadlines count from the server's clock, whatever this computer's says. A drill's clock may run faster.
  const speed = Number(body.dataset.speed || "1");
  let told = serverNow;
  let counter = performance.now();
  let wall = Date.now();
  const now = () => told + (performance.now() - counter) * speed;
  const set = (ms) => {
    told = ms;
    counter = performance.now();
    wall = Date.now();
  };
  // While a computer sleeps the counter may stand still and its clock goes on. That clock may have been set instead, so the
  // server is asked; until it answers a deadline counts as the nearer of the two.
  let sure = true;
  let asking = false;
  const wake = async () => {
    const ahead = Date.now() - wall - (performance.now() - counter);
    if (Math.abs(ahead) > 2000) {
      set(now() + Math.max(0, ahead) * speed);
      sure = false;
    }
    if (sure || asking) return;
    asking = true;
    try {
      const answer = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(5000) });
      const ms = Date.parse((await answer.json()).now);
      sure = !Number.isNaN(ms);
      if (sure) set(ms);
    } catch {
      // The network is not back yet; the next tick asks again.
    }
    asking = false;
  };
  const two = (n) => String(n).padStart(2, "0");

  const remaining = (ms) => {
    const s = Math.floor(Math.abs(ms) / 1000);
    if (s < 10800) return `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
    if (s < 345600) return `${Math.floor(s / 3600)}小时${two(Math.floor(s / 60) % 60)}分`;
    return `${Math.floor(s / 86400)}天${Math.floor(s / 3600) % 24}小时`;
  };

  const beijing = new Intl.DateTimeFormat("zh-CN", {
    timeZone: "Asia/Shanghai",
    month: "numeric",
    day: "numeric",
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hour12: false,
  });
  const tick = () => {
    if (Number.isNaN(serverNow)) return;
    void wake();
    for (const node of document.querySelectorAll("[data-due]")) {
      const left = Date.parse(node.dataset.due) - now();
      node.textContent = (left < 0 ? "超时 " : "") + remaining(left);
      node.classList.toggle("late", left < 0);
    }
    for (const form of document.querySelectorAll("[data-undo-until]")) {
      const left = Math.ceil((Date.parse(form.dataset.undoUntil) - now()) / 1000);
      if (left <= 0) {
        form.remove();
        continue;
      }
      form.querySelector("[data-undo-left]").textContent = ` ${left} 秒`;
    }
    const clock = document.getElementById("clock");
    if (clock) {
      const part = Object.fromEntries(beijing.formatToParts(new Date(now())).map((p) => [p.type, p.value]));
      const hour = part.hour === "24" ? "00" : part.hour;
      clock.textContent = `${part.month}月${part.day}日 ${part.weekday} ${hour}:${part.minute}:${part.second}`;
    }
  };
  tick();
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", tick);

  // A page that shows the present says when it cannot. A stream ends every five minutes and is back within three seconds.
  const notLive = document.getElementById("not-live");
  if (notLive) {
    let lost = 0;
    const lose = () => {
      lost ||= performance.now();
    };
    for (const name of ["htmx:sseError", "htmx:responseError", "htmx:sendError"]) body.addEventListener(name, lose);
    body.addEventListener("htmx:sseOpen", () => {
      lost = 0;
    });
    setInterval(() => {
      const since = now() - (performance.now() - lost) * speed;
      if (notLive.hidden && lost) notLive.querySelector("span").textContent = beijing.format(new Date(since)).slice(-8, -3);
      notLive.hidden = !lost || performance.now() - lost < 15000;
    }, 1000);
  }

  // On a telephone a table of four columns and more is stacked: each part of a row bears the heading of its column.
  // Few figures fit as they are.
  const stack = () => {
    for (const table of document.querySelectorAll("main table:not(.stacked, .case-list, .case-table, .effect-table)")) {
      const heads = [...table.querySelectorAll(":scope > thead th")].map((head) => head.textContent.trim());
      if (heads.length < 4 && !table.matches(".question-table")) continue;
      table.classList.add("stacked");
      for (const row of [...table.tBodies].flatMap((part) => [...part.rows])) {
        let column = 0;
        for (const cell of row.cells) {
          if (cell.colSpan === 1) cell.dataset.head = heads[column] || "";
          column += cell.colSpan;
          const bare =
            ["", "—"].includes(cell.textContent.trim()) && !cell.querySelector("input, select, textarea, button, svg");
          if (bare) cell.classList.add("minor");
        }
      }
    }
  };
  stack();

  // A telephone shows the line of steps folded, a wide window and paper whole.
  const narrow = matchMedia("screen and (max-width: 900px)");
  const unfoldSteps = () => {
    for (const steps of document.querySelectorAll("details.progress")) steps.open = !narrow.matches;
  };
  unfoldSteps();
  narrow.addEventListener("change", unfoldSteps);

  // A long list on a telephone begins with twenty rows, and with what the address points to; wide windows and paper show all.
  const fold = () => {
    for (const table of document.querySelectorAll("main table.stacked")) {
      const all = [...table.tBodies].flatMap((part) => [...part.rows]);
      if (all.length <= 30) continue;
      const aim = all.findIndex((row) => row.id && row.id === decodeURIComponent(location.hash.slice(1)));
      const more = document.createElement("button");
      more.type = "button";
      more.className = "unfold";
      let shown = Math.max(20, aim + 1);
      const draw = () => {
        all.forEach((row, i) => row.classList.toggle("folded", i >= shown));
        more.textContent = `再显示 ${Math.min(20, all.length - shown)} 条（还有 ${all.length - shown} 条）`;
        if (shown >= all.length) more.remove();
      };
      more.addEventListener("click", () => {
        const next = all[shown];
        shown += 20;
        draw();
        next.querySelector("a, button, summary")?.focus({ preventScroll: true });
      });
      table.after(more);
      draw();
      if (aim >= 0) all[aim].scrollIntoView();
    }
  };
  fold();

  // What the address points to may lie in a part that is folded.
  const unfoldAim = () => {
    const aim = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const part = aim?.closest("details:not([open])");
    if (!part) return;
    part.open = true;
    aim.scrollIntoView();
  };
  unfoldAim();
  addEventListener("hashchange", unfoldAim);

  // Where the tabs run over the edge, the one that is open is seen.
  for (const tab of document.querySelectorAll(".tabs [aria-current]"))
    tab.parentElement.scrollLeft =
      tab.offsetLeft + tab.offsetWidth - tab.parentElement.offsetLeft - tab.parentElement.clientWidth;

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
    if (event.key === "Enter" && at >= 0 && document.activeElement === body) {
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
  // Who hears the page is told what changed in the counts, not the list that is drawn anew.
  const counted = () =>
    [...document.querySelectorAll(".levels a")].map((level) => level.innerText.replace(/\s+/g, " ").trim()).join("；");
  let counts = counted();
  document.body.addEventListener("htmx:afterSwap", () => {
    at = -1;
    tick();
    stack();
    const status = document.getElementById("counts-now");
    if (status && counted() !== counts) status.textContent = counts = counted();
  });
})();

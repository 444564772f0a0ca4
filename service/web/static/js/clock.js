// Countdown and clock. Every page works without it.
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
      const { ahead = "", past = "超时 " } = node.dataset;
      node.textContent = (left < 0 ? past : ahead) + remaining(left);
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

  document.body.addEventListener("htmx:afterSwap", tick);
})();

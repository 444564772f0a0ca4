// Tables of a telephone, and what the address points to. Every page works without it.
"use strict";

(() => {
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

  document.body.addEventListener("htmx:afterSwap", stack);
})();

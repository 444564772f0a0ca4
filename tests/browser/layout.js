// What the layout test asks of a page; returns lists of complaints.
() => {
  // What a closed `details` or an unopened dialog holds is laid out, but not seen.
  const shown = (node) => node.checkVisibility({ visibilityProperty: true }) && !node.closest(".unseen, .skip");
  // A bar that is fixed over the page lies on what scrolls beneath it.
  const bars = [...document.querySelectorAll(".rail")].filter((bar) => getComputedStyle(bar).position === "fixed");
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent.trim();
    const parent = node.parentElement;
    if (!text || ["SCRIPT", "STYLE", "OPTION", "TITLE"].includes(parent.tagName) || !shown(parent) || bars.some((bar) => bar.contains(parent))) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) if (box.width > 1 && box.height > 1) texts.push({ text, box, parent, node });
  }
  // What an ancestor clips (an ellipsis) is not seen, so it cannot overlap.
  const clipped = texts.map(({ text, box, parent, node }) => {
    let { left, right, top, bottom } = box;
    for (let up = parent; up && up !== document.body; up = up.parentElement) {
      if (getComputedStyle(up).overflow === "visible") continue;
      const edge = up.getBoundingClientRect();
      left = Math.max(left, edge.left); right = Math.min(right, edge.right);
      top = Math.max(top, edge.top); bottom = Math.min(bottom, edge.bottom);
    }
    return { text, node, left, right, top, bottom };
  }).filter((t) => t.right - t.left > 1 && t.bottom - t.top > 1);
  const overlaps = [];
  for (let i = 0; i < clipped.length; i += 1) {
    for (let j = i + 1; j < clipped.length; j += 1) {
      const a = clipped[i], b = clipped[j];
      // A text cut by an ellipsis reports two boxes.
      if (a.node === b.node) continue;
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      // Lines of text may touch by a few pixels of leading.
      if (wide > 3 && high > 7) overlaps.push(`${a.text.slice(0, 20)} × ${b.text.slice(0, 20)}`);
    }
  }
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 28;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.font = `20px ${getComputedStyle(document.body).fontFamily}`;
  const drawn = (character) => {
    pen.clearRect(0, 0, 28, 28);
    pen.fillText(character, 2, 22);
    return pen.getImageData(0, 0, 28, 28).data.join();
  };
  const missing = drawn("\u{10FFFE}");
  const characters = new Set(document.body.innerText);
  return {
    overflow: document.documentElement.scrollWidth - innerWidth,
    overlaps: [...new Set(overlaps)].slice(0, 8),
    glyphs: [...characters].filter((c) => c.codePointAt(0) > 0xff && c.trim() && drawn(c) === missing),
    // What stands in <code> is to be typed as it is: ids, file names.
    text: [...document.body.querySelectorAll("code")].reduce((all, code) => all.replace(code.innerText, ""), document.body.innerText),
    // A reader of headings who meets h3 under h1 looks for the h2 between.
    headings: [...document.querySelectorAll("h1, h2, h3, h4")].filter((head) => head.checkVisibility()).map((head) => [Number(head.tagName[1]), head.innerText.slice(0, 20)])
      .filter(([depth], i, all) => depth > (i ? all[i - 1][0] : 0) + 1).map(([depth, text]) => `h${depth} ${text}`),
    // Without it a reader of tables does not say which heading a cell stands under.
    unscoped: [...document.querySelectorAll("th:not([scope])")].map((head) => head.textContent.trim().slice(0, 20)),
    small: [...new Set(texts.filter((t) => parseFloat(getComputedStyle(t.parent).fontSize) < 11.5 && !t.parent.closest("svg")).map((t) => t.text.slice(0, 20)))],
  };
}

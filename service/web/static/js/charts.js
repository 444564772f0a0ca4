// Replaces a server-drawn chart by an ECharts one with readable values; without the library the drawing stays.
"use strict";

(() => {
  const { library } = document.currentScript.dataset;
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const text = { color: colour("--ink-2"), fontSize: 11, fontFamily: getComputedStyle(document.body).fontFamily };
  const axis = {
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: text,
    splitLine: { lineStyle: { color: colour("--line") } },
  };
  const shared = (data) => ({
    animation: false,
    // The words over an hour above its band need a line of their own where that hour is the highest.
    grid: { left: 34, right: 12, top: data.surge ? 30 : 16, bottom: 22 },
    // Rich text draws on the canvas: a tooltip of HTML would need inline styles, which the page's policy forbids.
    tooltip: { trigger: "axis", renderMode: "richText", textStyle: { fontSize: 12 }, confine: true },
    xAxis: {
      type: "category",
      data: data.labels,
      boundaryGap: data.kind === "bars",
      ...axis,
      splitLine: { show: false },
      axisLabel: { ...text, interval: data.interval },
    },
    yAxis: { type: "value", min: 0, minInterval: 1, ...axis },
  });
  // The way to an hour that is not over is a mark and no series, so that the tooltip names only the hour itself as unfinished.
  const unfinished = (data, main) => {
    const { at, value, text } = data.running;
    const own = data.labels.map((_, hour) => (hour === at ? value : null));
    if (data.kind === "bars") {
      const dashed = { color: "transparent", borderColor: colour("--accent"), borderType: "dashed", borderWidth: 1.5 };
      return [{ name: text, type: "bar", data: own, barMaxWidth: 28, barGap: "-100%", itemStyle: dashed, z: 3 }];
    }
    if (at > 0)
      main.markLine = {
        silent: true,
        symbol: "none",
        label: { show: false },
        lineStyle: { type: "dashed", width: 2, color: colour("--accent") },
        data: [[{ coord: [at - 1, data.counts[at - 1]] }, { coord: [at, value] }]],
      };
    return [
      {
        name: text,
        type: "line",
        data: own,
        symbol: "emptyCircle",
        symbolSize: 6,
        showAllSymbol: true,
        color: colour("--accent"),
        z: 3,
      },
    ];
  };
  // Words over an hour near an edge begin or end there, so that none is cut off.
  const leaning = (data, at) => (at < 3 ? "left" : at > data.labels.length - 4 ? "right" : "center");
  const series = (data) => {
    const lines = [];
    if (data.low) {
      lines.push({
        name: "预期下限",
        type: "line",
        stack: "band",
        data: data.low,
        symbol: "none",
        lineStyle: { opacity: 0 },
        silent: true,
      });
      lines.push({
        name: "预期区间宽度",
        type: "line",
        stack: "band",
        data: data.high.map((v, i) => v - data.low[i]),
        symbol: "none",
        lineStyle: { opacity: 0 },
        areaStyle: { color: colour("--band"), opacity: 1 },
        silent: true,
      });
    }
    const main = {
      name: data.name,
      type: data.kind === "bars" ? "bar" : "line",
      data: data.counts,
      barMaxWidth: 28,
      symbol: "none",
      color: colour("--accent"),
      lineStyle: { width: 2 },
      z: 3,
    };
    if (data.surge) {
      // Words over the line itself cannot be read: they stand above the highest hour that they reach over.
      const { at, value, text } = data.surge;
      const beside = data.counts.slice(Math.max(0, at - 6), at + 7).concat(data.running ? data.running.value : 0);
      const words = {
        show: true,
        position: "top",
        align: leaning(data, at),
        formatter: text,
        color: colour("--red"),
        fontWeight: 700,
        fontSize: 11,
      };
      main.markPoint = {
        symbol: "circle",
        symbolSize: 7,
        itemStyle: { color: colour("--red") },
        label: { show: false },
        data: [{ coord: [at, value] }, { coord: [at, Math.max(...beside)], symbolSize: 0.1, label: words }],
      };
    }
    lines.push(main);
    if (data.running) lines.push(...unfinished(data, main));
    return lines;
  };
  const drawn = new Map();
  const draw = () => {
    for (const [box, chart] of drawn) {
      if (box.isConnected) continue;
      chart.dispose();
      drawn.delete(box);
    }
    document.querySelectorAll("[data-chart]").forEach((box) => {
      if (drawn.has(box)) return;
      const holder = document.getElementById(box.dataset.chart);
      if (!holder) return;
      const data = JSON.parse(holder.textContent);
      box.replaceChildren();
      const chart = window.echarts.init(box, null, { renderer: "canvas" });
      chart.setOption({
        ...shared(data),
        series: series(data),
        aria: { enabled: true, label: { description: data.label } },
      });
      new ResizeObserver(() => box.isConnected && chart.resize()).observe(box);
      drawn.set(box, chart);
    });
  };
  // A live update brings the drawing of the server again.
  document.body.addEventListener("htmx:afterSwap", () => window.echarts && draw());
  // A megabyte of library holds up a slow machine: it comes when the page answers already, and the drawing stands till then.
  const whenIdle = window.requestIdleCallback ?? setTimeout;
  addEventListener("load", () =>
    whenIdle(() => {
      const script = document.createElement("script");
      script.src = library;
      script.addEventListener("load", draw);
      document.head.append(script);
    }),
  );
})();

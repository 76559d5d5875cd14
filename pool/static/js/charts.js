// Lets the charts of a page answer the pointer. The still picture stays below for paper and for a page without script.

const engine = document.querySelector('meta[name="chart-engine"]');

async function enliven(figure) {
  const place = figure.querySelector(".chart-live");
  if (!place || figure.classList.contains("live")) return;
  const echarts = await import(engine.content);
  place.hidden = false;
  const chart = echarts.init(place, null, { renderer: "canvas" });
  chart.setOption(JSON.parse(figure.dataset.option));
  figure.classList.add("live");
  new ResizeObserver(() => chart.resize()).observe(place);
}

function enlivenAll() {
  if (engine) document.querySelectorAll("figure.chart[data-option]").forEach(enliven);
}

enlivenAll();
document.addEventListener("htmx:load", enlivenAll);

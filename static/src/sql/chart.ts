/** Chart.js with the parts that are used: a chunk of its own. Colours are the page's tokens, in either theme. */
import {
  ArcElement, BarController, BarElement, CategoryScale, Chart as Canvas, Legend, LinearScale, LineController, LineElement,
  PieController, PointElement, ScatterController, Tooltip, type ChartConfiguration, type ChartDataset, type ChartType as Type,
} from "chart.js";
import type { Drawing } from "./chartdata";
import type { Chart } from "./types";

Canvas.register(
  ArcElement, BarController, BarElement, CategoryScale, Legend, LinearScale, LineController, LineElement, PieController,
  PointElement, ScatterController, Tooltip,
);

const COLOURS = 8;

const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const colour = (place: number): string => token(`--rh-chart-${(place % COLOURS) + 1}`);

function datasets({ type }: Chart, { series, across }: Drawing): ChartDataset[] {
  if (type === "pie") {
    const values = series[0]?.values ?? [];
    return [{ type: "pie", data: values.map((value) => value ?? 0), backgroundColor: values.map((_v, place) => colour(place)), borderColor: token("--rh-surface"), borderWidth: 2 }];
  }
  return series.map(({ name, values }, place): ChartDataset => {
    const paint = { label: name, backgroundColor: colour(place), borderColor: colour(place) };
    if (type === "scatter") return { ...paint, type: "scatter", data: values.map((y, row) => ({ x: across[row] ?? NaN, y: y ?? NaN })) };
    if (type === "line") return { ...paint, type: "line", data: values, borderWidth: 2, pointRadius: values.length > 60 ? 0 : 3, tension: 0 };
    return { ...paint, type: "bar", data: values, borderWidth: 0, borderRadius: 3, maxBarThickness: 48 };
  });
}

function configuration(chart: Chart, drawing: Drawing): ChartConfiguration {
  const ink = token("--rh-soft");
  const axis = { ticks: { color: ink, font: { size: 13 }, maxRotation: 45, autoSkipPadding: 12 }, grid: { color: token("--rh-line") }, border: { display: false } };
  const isPie = chart.type === "pie";
  return {
    type: chart.type as Type,
    data: { labels: drawing.labels, datasets: datasets(chart, drawing) },
    options: {
      responsive: true,
      maintainAspectRatio: false,
      animation: false,
      interaction: { mode: chart.type === "scatter" || isPie ? "nearest" : "index", intersect: isPie },
      plugins: {
        legend: { display: isPie || drawing.series.length > 1, position: isPie ? "right" : "top", labels: { color: token("--rh-ink"), font: { size: 13 }, boxWidth: 12, boxHeight: 12 } },
        tooltip: { titleFont: { size: 13 }, bodyFont: { size: 13 } },
      },
      scales: isPie ? {} : {
        x: chart.type === "scatter" ? { ...axis, type: "linear" } : { ...axis, type: "category", grid: { display: false } },
        y: { ...axis, beginAtZero: chart.type === "bar" },
      },
    },
  };
}

/** Draws, and draws again when the theme changes. */
export function drawChart(canvas: HTMLCanvasElement, chart: Chart, drawing: Drawing): { update: (chart: Chart, drawing: Drawing) => void; remove: () => void } {
  let now: [Chart, Drawing] = [chart, drawing];
  let made = new Canvas(canvas, configuration(...now));
  const again = (): void => {
    made.destroy();
    made = new Canvas(canvas, configuration(...now));
  };
  const themes = new MutationObserver(again);
  themes.observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  return {
    update: (...next) => {
      now = next;
      again();
    },
    remove: () => {
      themes.disconnect();
      made.destroy();
    },
  };
}

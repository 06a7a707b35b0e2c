/** The chart above the grid: its kind and columns can be changed, and the choice is kept in this browser. */
import { h } from "../chat/dom";
import { text } from "../lib/strings";
import { drawingOf, fittingTypes, isDrawable, measures, MOST_POINTS, summaryOf, withType, type Drawing } from "./chartdata";
import { chosenChart, rememberChart } from "./remembered";
import type { CardData, Chart, ChartType, Row } from "./types";

const LABELS: Record<ChartType, string> = {
  none: "sqlChartNone", number: "sqlChartNumber", bar: "sqlChartBar", line: "sqlChartLine", pie: "sqlChartPie", scatter: "sqlChartScatter",
};

interface Drawn {
  update: (chart: Chart, drawing: Drawing) => void;
  remove: () => void;
}

export class ChartPanel {
  private choice: Chart;
  private host: HTMLElement | null;
  private drawn: Drawn | null = null;
  private readonly types: ChartType[];

  constructor(
    private readonly section: HTMLElement,
    private readonly query: string,
    private readonly data: CardData,
    private readonly rows: () => readonly Row[],
  ) {
    this.types = fittingTypes(data.columns, data.total).filter((type) => type !== "number");
    const kept = chosenChart(localStorage, query);
    this.choice = kept && isDrawable(kept, data.columns, data.total) ? kept : data.chart;
    this.host = section.querySelector("[data-part=chart]");
    this.apply();
  }

  get isPossible(): boolean {
    return this.types.length > 1;
  }

  private get isShown(): boolean {
    return this.choice.type !== "none" && this.choice.type !== "number";
  }

  /** From the tools: hides the chart, or brings one that fits. */
  toggle(): void {
    const usual = this.data.chart.type === "none" || this.data.chart.type === "number" ? "bar" : this.data.chart.type;
    this.change(withType(this.choice, this.isShown ? "none" : usual, this.data.columns));
    this.host?.querySelector("select")?.focus();
  }

  /** More rows have come. */
  refresh(): void {
    if (this.drawn) this.drawn.update(this.choice, this.drawing());
  }

  private change(choice: Chart): void {
    this.choice = choice;
    rememberChart(localStorage, this.query, choice);
    this.apply();
  }

  private drawing(): Drawing {
    return drawingOf(this.choice, this.data.columns, this.rows());
  }

  private apply(): void {
    if (!this.isShown || !this.isPossible) {
      this.drawn?.remove();
      this.drawn = null;
      this.host?.remove();
      this.host = null;
      return;
    }
    if (!this.host) {
      this.host = h("div", { class: "sql-chart", "data-part": "chart" });
      this.section.prepend(this.host);
    }
    if (!this.host.firstChild) this.host.append(this.controls(), this.stage());
    else this.showControls();
    void this.draw();
  }

  private stage(): HTMLElement {
    const canvas = h("canvas", { role: "img", "aria-label": text("sqlChart") });
    return h("div", { class: "sql-chart-stage" }, canvas, h("p", { class: "sql-chart-note muted", "data-part": "chart-note" }));
  }

  private async draw(): Promise<void> {
    const canvas = this.host?.querySelector("canvas");
    if (!canvas) return;
    const drawing = this.drawing();
    this.describe(canvas, drawing);
    if (this.drawn) {
      this.drawn.update(this.choice, drawing);
      return;
    }
    const { drawChart } = await import("./chart");
    // Meanwhile it may have been taken away, or drawn.
    if (!canvas.isConnected || this.drawn) return;
    this.drawn = drawChart(canvas, this.choice, this.drawing());
  }

  private describe(canvas: HTMLCanvasElement, drawing: Drawing): void {
    const summary = summaryOf(drawing);
    const { x, type } = this.choice;
    const across = x === null ? text("sqlChartRow") : (this.data.columns[x]?.name ?? "");
    const words = summary
      ? text("sqlChartSummary", {
          kind: text(LABELS[type]), values: drawing.series.map(({ name }) => name).join(", "), across,
          count: String(summary.count), least: String(summary.least), most: String(summary.most),
        })
      : text("sqlChartEmpty");
    canvas.setAttribute("aria-label", words);
    const note = this.host?.querySelector("[data-part=chart-note]");
    if (note) note.textContent = !summary ? words : drawing.isCut ? text("sqlChartCut", { count: String(MOST_POINTS[type]) }) : "";
  }

  private controls(): HTMLElement {
    const box = h("div", { class: "sql-chart-controls" });
    this.fill(box);
    return box;
  }

  private showControls(): void {
    const box = this.host?.querySelector<HTMLElement>(".sql-chart-controls");
    const focused = (document.activeElement as HTMLElement | null)?.dataset.control;
    if (!box) return;
    const wasOpen = box.querySelector("details")?.open ?? false;
    this.fill(box);
    const details = box.querySelector("details");
    if (details) details.open = wasOpen;
    if (focused) box.querySelector<HTMLElement>(`[data-control="${focused}"]`)?.focus();
  }

  private fill(box: HTMLElement): void {
    const { columns } = this.data;
    const types = this.types.map((type): [string, string] => [type, text(LABELS[type])]);
    const across = columns.map((column, place): [string, string] => [String(place), column.name]);
    const type = select("type", text("sqlChartType"), types, this.choice.type, (value) =>
      this.change(withType(this.choice, value as ChartType, columns)));
    const x = select("x", text("sqlChartX"), [["", text("sqlChartRow")], ...across], String(this.choice.x ?? ""), (value) =>
      this.change({ ...this.choice, x: value === "" ? null : Number(value) }));
    box.replaceChildren(type, x, this.valuesMenu());
  }

  private valuesMenu(): HTMLElement {
    const numbers = measures(this.data.columns);
    const isSingle = this.choice.type === "pie" || this.choice.type === "scatter";
    if (isSingle || numbers.length === 1) {
      const options = numbers.map((place): [string, string] => [String(place), this.data.columns[place]?.name ?? ""]);
      return select("y", text("sqlChartY"), options, String(this.choice.y[0] ?? ""), (value) =>
        this.change({ ...this.choice, y: [Number(value)] }));
    }
    const boxes = numbers.map((place) => this.valueBox(place));
    const names = this.choice.y.map((place) => this.data.columns[place]?.name ?? "").join(", ");
    return h(
      "details", { class: "menu" },
      h("summary", { class: "btn", "data-control": "y" }, h("span", { class: "truncate" }, `${text("sqlChartY")}: ${names}`)),
      h("div", { class: "menu-list from-left" }, ...boxes),
    );
  }

  private valueBox(place: number): HTMLElement {
    const input = h("input", { type: "checkbox", class: "form-check-input", checked: this.choice.y.includes(place), "data-control": `y${place}` });
    input.addEventListener("change", () => {
      const others = this.choice.y.filter((each) => each !== place);
      this.change({ ...this.choice, y: input.checked ? [...others, place].sort((a, b) => a - b) : others });
    });
    return h("label", { class: "menu-item" }, input, h("span", { class: "truncate" }, this.data.columns[place]?.name ?? ""));
  }
}

function select(name: string, label: string, options: [string, string][], value: string, changed: (value: string) => void): HTMLElement {
  const field = h("select", { class: "form-select", "data-control": name, "aria-label": label, title: label });
  for (const [each, words] of options) field.append(h("option", { value: each, selected: each === value }, words));
  field.addEventListener("change", () => changed(field.value));
  return field;
}

/** The result in a card: grid, chart, copies and files, over one store of rows. */
import { wordsOf } from "../chat/api";
import { need } from "../chat/dom";
import { text } from "../lib/strings";
import { showToast } from "../ui/toasts";
import { shown, toCsv, toTsv } from "./cells";
import { ChartPanel } from "./charts";
import { startExports } from "./exports";
import { Grid } from "./grid";
import { loadRows } from "./loading";
import { RowStore } from "./rows";
import type { CardData } from "./types";
import type { Place } from "./window";

export class ResultView {
  private readonly store: RowStore;
  private readonly grid: Grid | null;
  private readonly chart: ChartPanel;
  private loading: Promise<void> | null = null;

  constructor(
    private readonly section: HTMLElement,
    private readonly query: string,
    private readonly data: CardData,
    language: string,
  ) {
    this.store = new RowStore(data.columns, data.rows, data.total, language);
    const host = section.querySelector<HTMLElement>("[data-part=grid]");
    if (host) host.id = `grid-${query}`;
    const links = {
      onCopied: (cells: number) => showToast("success", text("sqlCopiedCells", { count: String(cells) })),
      onOpen: (place: Place) => this.openCell(place),
    };
    this.grid = host && data.rows.length > 0 ? new Grid(host, this.store, links) : null;
    this.chart = new ChartPanel(section, query, data, () => this.store.given());
    this.startTools();
    if (!this.store.isComplete) this.loadWhenSeen();
  }

  private startTools(): void {
    const tools = need("[data-part=tools]", this.section);
    tools.hidden = this.data.columns.length === 0;
    const act = (name: string, run: () => void): void => need(`[data-act=${name}]`, tools).addEventListener("click", run);
    act("copy-all", () => void this.whole(() => this.copyAll()));
    act("csv", () => void this.whole(() => this.saveCsv()));
    act("taller", () => this.toggleHeight(need("[data-act=taller]", tools)));
    act("chart", () => this.chart.toggle());
    need("[data-act=chart]", tools).hidden = !this.chart.isPossible;
    startExports(this.section, this.query);
  }

  private toggleHeight(button: HTMLElement): void {
    const taller = this.section.querySelector("[data-part=grid]")?.classList.toggle("is-tall") ?? false;
    button.setAttribute("aria-pressed", String(taller));
    button.title = text(taller ? "sqlShorter" : "sqlTaller");
    button.setAttribute("aria-label", button.title);
    this.grid?.refresh();
  }

  /** Far down a thread nobody may ever look: what is not seen is not fetched. */
  private loadWhenSeen(): void {
    if (!this.data.has_file) {
      this.say(text("sqlRowsGone"));
      return;
    }
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      this.load().catch((error: unknown) => showToast("error", wordsOf(error)));
    });
    observer.observe(this.section);
  }

  private load(): Promise<void> {
    this.loading ??= loadRows(this.query, this.store, () => {
      this.grid?.refresh();
      this.section.setAttribute("aria-busy", String(!this.store.isComplete));
      const progress = { loaded: String(this.store.length), total: String(this.data.total) };
      this.say(this.store.isComplete ? "" : text("sqlLoading", progress));
    }).then(() => this.chart.refresh());
    return this.loading;
  }

  private say(words: string): void {
    need("[data-part=loaded]", this.section).textContent = words ? ` · ${words}` : "";
  }

  /** What concerns all rows waits for them. */
  private async whole(run: () => Promise<void> | void): Promise<void> {
    try {
      if (!this.store.isComplete && this.data.has_file) await this.load();
      await run();
    } catch (error) {
      showToast("error", wordsOf(error));
    }
  }

  private async copyAll(): Promise<void> {
    const rows = this.store.shown();
    try {
      await navigator.clipboard.writeText(toTsv(rows, this.data.columns.map((column) => column.name)));
    } catch {
      showToast("error", text("copyFailed"));
      return;
    }
    showToast("success", text("sqlCopiedRows", { count: String(rows.length) }));
  }

  private saveCsv(): void {
    const file = new Blob([toCsv(this.data.columns, this.store.shown())], { type: "text/csv;charset=utf-8" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = `query-${this.query}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  private openCell({ row, column }: Place): void {
    const dialog = need<HTMLDialogElement>("#sql-cell");
    need("#sql-cell-title").textContent = text("sqlCellTitle", { column: this.data.columns[column]?.name ?? "" });
    need("#sql-cell-value").textContent = shown(this.store.at(row)?.[column] ?? null);
    dialog.showModal();
  }
}

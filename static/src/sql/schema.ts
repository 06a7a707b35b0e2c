/** Tables and columns beside the answers: searched, opened one by one, put into the question or the query by a click. */
import { get, post, wordsOf } from "../chat/api";
import { h, need } from "../chat/dom";
import { icon, statusLook, text } from "../lib/strings";
import { showToast } from "../ui/toasts";
import { catalogOf, forgetCatalog } from "./catalogs";
import { whenEnded, type TaskFacts } from "./following";
import { findTables, quoted, tableName, type Found } from "./names";
import type { Catalog, SchemaColumn, SchemaTable } from "./types";

const MOST_SHOWN = 200;
const SEARCH_MS = 120;
const BESIDE = matchMedia("(min-width: 1180px)");

interface Links {
  insert: (words: string) => void;
  /** Whether the schema is folded away, to be remembered. */
  onFold: (closed: boolean) => void;
}

export class SchemaPanel {
  private readonly panel: HTMLDialogElement;
  private readonly body: HTMLElement;
  private readonly search: HTMLInputElement;
  private catalog: Catalog | null = null;
  private timer: number | undefined;

  constructor(private readonly links: Links) {
    this.panel = need<HTMLDialogElement>("[data-part=schema]");
    this.body = need("[data-part=schema-body]", this.panel);
    this.search = need<HTMLInputElement>("[data-part=schema-search]", this.panel);
    this.search.addEventListener("input", () => {
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.list(), SEARCH_MS);
    });
    need("[data-act=schema-refresh]", this.panel).addEventListener("click", () => void this.read());
    need("[data-act=schema-close]", this.panel).addEventListener("click", () => this.fold());
    this.opener.addEventListener("click", () => this.toggle());
    this.panel.addEventListener("close", () => this.showState());
    BESIDE.addEventListener("change", () => this.showState());
    this.showState();
    if (this.isSeen) void this.load();
  }

  private get connection(): string {
    return this.panel.dataset.connection ?? "";
  }

  private get opener(): HTMLElement {
    return need("[data-act=schema]");
  }

  /** Open, and not the sheet that waits for its button on a phone. */
  private get isSeen(): boolean {
    return this.panel.open && (BESIDE.matches || this.panel.matches(":modal"));
  }

  private showState(): void {
    this.opener.setAttribute("aria-expanded", String(this.isSeen));
    need("[data-part=page]").classList.toggle("has-schema", this.panel.open);
  }

  private toggle(): void {
    if (this.isSeen) {
      this.fold();
      return;
    }
    this.panel.close();
    if (BESIDE.matches) {
      this.panel.show();
      this.links.onFold(false);
    } else this.panel.showModal();
    this.showState();
    if (!this.catalog) void this.load();
  }

  private fold(): void {
    const wasBeside = !this.panel.matches(":modal");
    this.panel.close();
    if (wasBeside) this.links.onFold(true);
    this.opener.focus();
  }

  /** A question may have had the schema read. */
  renewIfEmpty(): void {
    this.panel.dataset.read = "true";
    if (!this.catalog && this.isSeen) void this.load();
  }

  private async load(): Promise<void> {
    if (this.panel.dataset.read === "false") {
      this.offer(text("sqlSchemaNone"));
      return;
    }
    this.body.setAttribute("aria-busy", "true");
    try {
      this.catalog = await catalogOf(this.connection);
      if (this.catalog) this.list();
      else this.offer(text("sqlSchemaNone"));
    } catch (error) {
      this.offer(`${text("sqlSchemaFailed")} ${wordsOf(error)}`);
    }
    this.body.removeAttribute("aria-busy");
  }

  private offer(words: string): void {
    const button = h("button", { type: "button", class: "btn btn-primary" }, icon("refresh"), text("sqlSchemaRead"));
    button.addEventListener("click", () => void this.read());
    this.body.replaceChildren(h("div", { class: "sql-schema-none" }, h("p", {}, words), button));
  }

  /** Has a worker read the schema anew. */
  private async read(): Promise<void> {
    try {
      const { task_id: task } = await post<{ task_id: string }>(`database-connections/${this.connection}/introspect/`);
      this.body.replaceChildren(progress(task));
      await whenEnded(task);
      forgetCatalog(this.connection);
      const { status, error_message: reason } = await get<TaskFacts>(`tasks/${task}/`);
      if (status === "completed") {
        this.panel.dataset.read = "true";
        await this.load();
      } else this.offer(reason || text("sqlSchemaFailed"));
    } catch (error) {
      showToast("error", wordsOf(error));
      if (this.catalog) this.list();
      else this.offer(text("sqlSchemaNone"));
    }
  }

  private list(): void {
    if (!this.catalog) return;
    const found = findTables(this.catalog, this.search.value);
    const count = this.catalog.tables.length;
    need("[data-part=schema-summary]", this.panel).textContent =
      count === 1 ? text("sqlSchemaOneTable") : text("sqlSchemaTables", { count: String(count) });
    const open = this.search.value.trim() !== "" && found.length <= 5;
    const shown = found.slice(0, MOST_SHOWN).map((each) => this.table(each, open));
    const empty = count === 0 ? text("sqlSchemaEmpty") : text("noMatch");
    const rest = found.length - shown.length;
    this.body.replaceChildren(
      ...shown,
      ...(found.length === 0 ? [h("p", { class: "muted" }, empty)] : []),
      ...(rest > 0 ? [h("p", { class: "muted" }, text("sqlSchemaMore", { count: String(rest) }))] : []),
    );
  }

  private table({ table, columns }: Found, open: boolean): HTMLElement {
    const catalog = this.catalog as Catalog;
    const size = table.row_estimate === null ? "" : text("sqlAboutRows", { count: table.row_estimate.toLocaleString() });
    const facts = [table.kind === "view" ? text("sqlView") : "", size].filter((each) => each !== "").join(" · ");
    const drawing = table.kind === "view" ? icon("eye") : icon("table");
    const inside = h("div", { class: "sql-columns" });
    const fill = (): void => {
      if (inside.firstChild) return;
      const about = table.description || table.comment;
      const shown = table.columns.filter((column) => columns === null || columns.has(column.name));
      inside.append(...(about ? [h("p", { class: "muted" }, about)] : []), ...shown.map((column) => this.column(table, column)));
    };
    const head = h(
      "summary", {}, drawing, h("span", { class: "truncate grow" }, tableName(table, catalog)),
      h("span", { class: "sql-table-facts" }, facts),
    );
    const details = h("details", { class: "sql-table", open }, head, inside);
    details.addEventListener("toggle", fill);
    if (open) fill();
    const insert = this.insertButton(tableName(table, catalog));
    return h("div", { class: "sql-table-row" }, details, insert);
  }

  private column(table: SchemaTable, column: SchemaColumn): HTMLElement {
    const name = quoted(column.name, this.catalog?.database_type ?? "");
    const button = h("button", { type: "button", class: "sql-column", title: text("sqlInsert", { name }) }, ...keys(table, column), h("span", { class: "truncate" }, column.name), h("small", { class: "truncate" }, column.data_type));
    button.addEventListener("click", () => this.insert(name));
    const notes = [column.description || column.comment, column.samples.length > 0 ? text("sqlSamples", { values: column.samples.slice(0, 4).join(", ") }) : ""];
    return h("div", {}, button, ...notes.filter((note) => note !== "").map((note) => h("p", { class: "sql-column-note truncate", title: note }, note)));
  }

  private insertButton(name: string): HTMLElement {
    const label = text("sqlInsert", { name });
    const button = h("button", { type: "button", class: "btn-icon", "aria-label": label, title: label }, icon("text-plus"));
    button.addEventListener("click", () => this.insert(name));
    return button;
  }

  private insert(name: string): void {
    if (this.panel.matches(":modal")) this.panel.close();
    this.links.insert(name);
  }
}

function keys(table: SchemaTable, column: SchemaColumn): Node[] {
  const points = table.foreign_keys.find((key) => key.columns.includes(column.name));
  const mark = (drawing: SVGSVGElement, words: string): Node => h("span", { title: words }, drawing, h("span", { class: "visually-hidden" }, words));
  return [
    ...(table.primary_key.includes(column.name) ? [mark(icon("key"), text("sqlPrimaryKey"))] : []),
    ...(points ? [mark(icon("arrow-right"), text("sqlPointsTo", { place: points.target_table }))] : []),
  ];
}

function progress(task: string): HTMLElement {
  const look = statusLook("pending");
  return h(
    "div", { class: "sql-schema-none", "data-task-id": task, "data-status": "pending", role: "status" },
    h("p", {}, text("sqlSchemaReading")),
    h("span", { class: `status-badge tone-${look.tone}`, "data-role": "status" }, icon("clock"), h("span", {}, look.label)),
    h("progress", { class: "progress-bar-line", max: "100", "data-role": "progress", "aria-label": text("sqlSchemaReading") }),
  );
}

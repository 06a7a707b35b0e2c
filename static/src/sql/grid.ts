/** The grid of a result: only the rows in sight are in the page, cells are chosen by pointer or keys, columns sort. */
import { h } from "../chat/dom";
import { icon, text } from "../lib/strings";
import { shown, toTsv } from "./cells";
import type { RowStore } from "./rows";
import { isNumeric, type Row } from "./types";
import { blockOf, covers, isInside, moved, spanOf, type Place, type Selection, type Span } from "./window";

const ROW_HEIGHT = 34;
const WIDEST = 420;

interface Links {
  /** Copied by the keyboard: how many cells. */
  onCopied: (cells: number) => void;
  /** Somebody wants to see the whole of a value. */
  onOpen: (place: Place) => void;
}

export class Grid {
  private readonly table: HTMLTableElement;
  private readonly body: HTMLTableSectionElement;
  private readonly heads: HTMLTableCellElement[];
  private drawn: Span = { first: 0, last: 0 };
  private chosen: Selection | null = null;
  private waiting = false;

  /** Takes over the table that the server has rendered. */
  constructor(
    private readonly host: HTMLElement,
    private readonly store: RowStore,
    private readonly links: Links,
  ) {
    this.table = host.querySelector("table") ?? h("table");
    this.body = this.table.tBodies[0] ?? this.table.createTBody();
    this.heads = [...(this.table.tHead?.rows[0]?.cells ?? [])];
    this.setUp();
    this.fixWidths();
    this.draw();
    host.addEventListener("scroll", () => this.later());
    new ResizeObserver(() => this.later()).observe(host);
    this.startPointer();
    this.table.addEventListener("keydown", (event) => this.onKey(event));
    this.table.addEventListener("focus", () => this.chosen ?? this.choose({ row: 0, column: 0 }));
    this.table.addEventListener("copy", (event) => this.onCopy(event));
  }

  private setUp(): void {
    this.host.classList.add("is-live");
    // The table inside takes the focus, and the keys scroll it.
    this.host.removeAttribute("tabindex");
    this.host.removeAttribute("role");
    this.host.removeAttribute("aria-label");
    for (const [name, value] of Object.entries({
      role: "grid", tabindex: "0", "aria-label": text("sqlResult"), "aria-multiselectable": "true",
      "aria-colcount": String(this.store.columns.length), "aria-rowcount": String(this.store.total + 1),
    })) this.table.setAttribute(name, value);
    this.heads.forEach((head, column) => {
      const name = this.store.columns[column]?.name ?? "";
      const button = h("button", { type: "button", class: "grid-sort", title: text("sqlSortBy", { column: name }) }, h("span", {}, name));
      button.addEventListener("click", () => this.sort(column));
      head.replaceChildren(button);
    });
    this.showSorting();
  }

  /** As wide as the first rows made them: rows that come later must not move what stands. */
  private fixWidths(): void {
    const widths = this.heads.map((head) => Math.min(WIDEST, Math.ceil(head.getBoundingClientRect().width)));
    if (widths.every((width) => width === 0)) return;
    const group = h("colgroup");
    for (const width of widths) {
      const column = h("col");
      column.style.width = `${width}px`;
      group.append(column);
    }
    this.table.prepend(group);
    this.table.style.minWidth = `${widths.reduce((sum, width) => sum + width, 0)}px`;
    this.table.classList.add("is-fixed");
  }

  sort(column: number): void {
    this.store.toggleSort(column);
    this.showSorting();
    this.chosen = null;
    this.host.scrollTop = 0;
    this.draw();
  }

  private showSorting(): void {
    const { sorting } = this.store;
    this.heads.forEach((head, column) => {
      const isSorted = sorting?.column === column;
      head.setAttribute("aria-sort", !isSorted ? "none" : sorting.down ? "descending" : "ascending");
      const button = head.firstElementChild;
      button?.querySelector("svg")?.remove();
      if (isSorted) button?.append(sorting.down ? icon("chevron-down") : icon("chevron-up"));
    });
  }

  /** The rows have changed. */
  refresh(): void {
    this.draw();
  }

  private later(): void {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      const { scrollTop, clientHeight } = this.host;
      if (!covers(this.drawn, scrollTop, clientHeight, ROW_HEIGHT, this.store.length)) this.draw();
    });
  }

  private draw(): void {
    const count = this.store.length;
    this.drawn = spanOf(this.host.scrollTop, this.host.clientHeight, ROW_HEIGHT, count);
    const { first, last } = this.drawn;
    const rows: HTMLTableRowElement[] = [];
    for (let place = first; place < last; place += 1) rows.push(this.row(this.store.at(place) ?? [], place));
    this.body.replaceChildren(...this.gap(first), ...rows, ...this.gap(count - last));
    this.showChosen();
  }

  private gap(rows: number): HTMLTableRowElement[] {
    if (rows <= 0) return [];
    const row = h("tr", { class: "grid-gap", "aria-hidden": "true" }, h("td", { colspan: String(this.store.columns.length) }));
    row.style.height = `${rows * ROW_HEIGHT}px`;
    return [row];
  }

  private row(row: Row, place: number): HTMLTableRowElement {
    const cells = this.store.columns.map(({ kind }, column) => {
      const value = row[column] ?? null;
      const look = value === null ? "is-null" : isNumeric(kind) ? "num" : "";
      return h("td", { ...(look ? { class: look } : {}), "data-column": String(column) }, shown(value));
    });
    return h("tr", { "aria-rowindex": String(place + 2), "data-place": String(place) }, ...cells);
  }

  private cellAt({ row, column }: Place): HTMLElement | null {
    return this.body.querySelector(`[data-place="${row}"] [data-column="${column}"]`);
  }

  private choose(head: Place, extend = false): void {
    this.chosen = { head, anchor: extend && this.chosen ? this.chosen.anchor : head };
    this.showChosen();
  }

  private showChosen(): void {
    const block = this.chosen ? blockOf(this.chosen) : null;
    for (const row of this.body.querySelectorAll<HTMLElement>("[data-place]")) {
      for (const cell of row.children) {
        const inside = block !== null && isInside(block, Number(row.dataset.place), Number((cell as HTMLElement).dataset.column));
        cell.toggleAttribute("data-chosen", inside);
        cell.removeAttribute("id");
        if (inside) cell.setAttribute("aria-selected", "true");
        else cell.removeAttribute("aria-selected");
      }
    }
    this.table.removeAttribute("aria-activedescendant");
    const active = this.chosen ? this.cellAt(this.chosen.head) : null;
    if (!active) return;
    active.id = `${this.host.id}-active`;
    this.table.setAttribute("aria-activedescendant", active.id);
  }

  private placeOf(target: EventTarget | null): Place | null {
    const cell = target instanceof Element ? target.closest<HTMLElement>("td[data-column]") : null;
    const row = cell?.closest<HTMLElement>("[data-place]");
    return cell && row ? { row: Number(row.dataset.place), column: Number(cell.dataset.column) } : null;
  }

  private startPointer(): void {
    let dragging = false;
    this.body.addEventListener("pointerdown", (event) => {
      const place = this.placeOf(event.target);
      // A finger scrolls; a tap still chooses, by its click.
      if (!place || event.button !== 0 || event.pointerType === "touch") return;
      dragging = true;
      this.choose(place, event.shiftKey);
    });
    this.body.addEventListener("click", (event) => {
      const place = this.placeOf(event.target);
      if (place && (event as PointerEvent).pointerType === "touch") this.choose(place);
    });
    this.body.addEventListener("pointerover", (event) => {
      const place = dragging ? this.placeOf(event.target) : null;
      if (place) this.choose(place, true);
    });
    window.addEventListener("pointerup", () => { dragging = false; });
    this.body.addEventListener("dblclick", (event) => {
      const place = this.placeOf(event.target);
      if (place) this.links.onOpen(place);
    });
  }

  private onKey(event: KeyboardEvent): void {
    if (event.target !== this.table || event.altKey) return;
    const ctrl = event.ctrlKey || event.metaKey;
    const size = { row: this.store.length, column: this.store.columns.length };
    if (size.row === 0) return;
    const head = this.chosen?.head ?? { row: 0, column: 0 };
    const page = Math.max(1, Math.floor(this.host.clientHeight / ROW_HEIGHT) - 1);
    const to = moved(head, event.key, ctrl, size, page);
    if (to) this.goTo(to, event.shiftKey);
    else if (ctrl && event.key === "a") this.chooseAll(size);
    else if (event.key === "Enter" && this.chosen) this.links.onOpen(this.chosen.head);
    else return;
    event.preventDefault();
  }

  private goTo(place: Place, extend: boolean): void {
    const top = place.row * ROW_HEIGHT;
    const height = this.host.clientHeight - (this.table.tHead?.offsetHeight ?? 0);
    if (top < this.host.scrollTop) this.host.scrollTop = top;
    else if (top + ROW_HEIGHT > this.host.scrollTop + height) this.host.scrollTop = top + ROW_HEIGHT - height;
    this.chosen = { head: place, anchor: extend && this.chosen ? this.chosen.anchor : place };
    this.draw();
    this.cellAt(place)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  private chooseAll(size: Place): void {
    this.chosen = { anchor: { row: 0, column: 0 }, head: { row: size.row - 1, column: size.column - 1 } };
    this.showChosen();
  }

  private onCopy(event: ClipboardEvent): void {
    if (!this.chosen) return;
    const { rows, columns } = blockOf(this.chosen);
    const block = this.store.shown().slice(rows.first, rows.last).map((row) => row.slice(columns.first, columns.last));
    event.clipboardData?.setData("text/plain", toTsv(block));
    event.preventDefault();
    this.links.onCopied(block.length * (columns.last - columns.first));
  }
}

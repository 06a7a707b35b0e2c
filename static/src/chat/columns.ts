/** Several answers to one question beside each other; below each the button that says it is the best. */
import { icon, text } from "../lib/strings";
import { h } from "./dom";
import type { MessageView } from "./message";
import { isEnded } from "./types";

export class Columns {
  private readonly row = h("div", { class: "compare-row", role: "group", tabindex: "0", "aria-label": text("chatSideBySide") });
  readonly element = h("div", { class: "compare" }, this.row, h("p", { class: "compare-note" }, text("chatCompareNote")));
  private readonly columns = new Map<string, HTMLElement>();

  /** In this order; a column that is there stays where it is, with what the reader has opened in it. */
  show(views: readonly MessageView[]): void {
    const ids = new Set(views.map((view) => view.message.id));
    for (const [id, column] of this.columns) {
      if (ids.has(id)) continue;
      column.remove();
      this.columns.delete(id);
    }
    this.element.dataset.count = String(views.length);
    views.forEach((view, index) => {
      const column = this.columnOf(view);
      const there = this.row.children[index];
      if (there !== column) this.row.insertBefore(column, there ?? null);
    });
  }

  private columnOf(view: MessageView): HTMLElement {
    const { id, status, content } = view.message;
    const known = this.columns.get(id);
    const best = h("button", { type: "button", class: "btn", "data-act": "best", "data-message": id }, icon("trophy"), text("chatBest"));
    const column = known ?? h("div", { class: "compare-column" }, view.element, best);
    if (view.element.parentElement !== column) column.prepend(view.element);
    this.columns.set(id, column);
    // Only what has been read to its end can be the best.
    const button = column.querySelector<HTMLButtonElement>(":scope > [data-act=best]");
    if (button) button.disabled = !isEnded(status) || content === "";
    return column;
  }
}

/** The editor below a card's query: opened when somebody edits, run as a query of one's own. */
import { Problem, wordsOf } from "../chat/api";
import { h, need } from "../chat/dom";
import { icon, text } from "../lib/strings";
import { showToast } from "../ui/toasts";
import { catalogOf } from "./catalogs";
import type { Editor } from "./editor";
import type { CardData, Catalog } from "./types";

/** The editor that was used last: what is clicked in the schema goes there. */
let current: Editor | null = null;

export function insertIntoEditor(words: string): boolean {
  current?.insert(words);
  return current !== null;
}

interface Links {
  run: (sql: string) => Promise<void>;
}

export class Editing {
  private editor: Editor | null = null;
  private readonly place: HTMLElement;
  private readonly button: HTMLElement;
  private readonly runButton: HTMLButtonElement;

  constructor(
    private readonly section: HTMLElement,
    private readonly data: CardData,
    private readonly connection: string,
    private readonly links: Links,
  ) {
    this.place = need("[data-part=editor]", section);
    this.button = need("[data-act=edit]", section);
    this.runButton = h("button", { type: "button", class: "btn btn-primary" }, icon("player-play"), text("sqlRun"));
    this.runButton.addEventListener("click", () => void this.run());
    this.button.hidden = false;
    this.button.addEventListener("click", () => void this.toggle());
  }

  private async toggle(): Promise<void> {
    if (this.editor) this.close();
    else await this.open();
  }

  /** The names complete what is typed; without them the editor works as well. */
  private async catalog(): Promise<Catalog | null> {
    try {
      return this.connection ? await catalogOf(this.connection) : null;
    } catch {
      return null;
    }
  }

  async open(): Promise<void> {
    if (this.editor || this.place.firstChild) return;
    const host = h("div", { class: "sql-editor code-block" });
    this.button.setAttribute("aria-expanded", "true");
    try {
      const [{ openEditor }, catalog] = await Promise.all([import("./editor"), this.catalog()]);
      this.place.replaceChildren(host, this.bar());
      this.editor = openEditor(host, {
        text: need("[data-part=sql]", this.section).textContent ?? "", label: text("sqlEditor"), type: this.data.type, catalog,
        run: () => void this.run(), close: () => this.close(),
      });
    } catch {
      // The chunk could not be fetched: a newer version is served, or nothing at all.
      showToast("error", text("sqlEditorFailed"));
      return;
    }
    // Keys typed here are none of the page's; those with Ctrl are.
    host.addEventListener("keydown", (event) => { if (!event.ctrlKey && !event.metaKey) event.stopPropagation(); });
    host.addEventListener("focusin", () => { current = this.editor; });
    current = this.editor;
    this.editor.focus();
  }

  private bar(): HTMLElement {
    return h(
      "div", { class: "sql-editor-bar" }, h("span", { class: "muted grow" }, text("sqlRunKeys")), this.runButton,
      this.closeButton(),
    );
  }

  private closeButton(): HTMLElement {
    const button = h("button", { type: "button", class: "btn btn-quiet" }, text("close"));
    button.addEventListener("click", () => this.close());
    return button;
  }

  private close(): void {
    if (current === this.editor) current = null;
    this.editor?.destroy();
    this.editor = null;
    this.place.replaceChildren();
    this.button.setAttribute("aria-expanded", "false");
    this.button.focus();
  }

  private async run(): Promise<void> {
    const sql = this.editor?.text.trim() ?? "";
    if (sql === "" || this.runButton.disabled) return;
    this.runButton.disabled = true;
    try {
      await this.links.run(sql);
      if (current === this.editor) current = null;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      showToast("error", wordsOf(error));
    } finally {
      this.runButton.disabled = false;
    }
  }
}

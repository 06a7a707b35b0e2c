/** Memories: chosen for a question, proposed for what is being written, and made from an answer. */
import { icon, text } from "../lib/strings";
import { showToast } from "../ui/toasts";
import { get, post, Problem, wordsOf } from "./api";
import { h, iconButton, need } from "./dom";
import type { Memory } from "./types";

const PAUSE_MS = 250;

/** REST lists come in pages; proposals may come bare. */
const listed = (answer: Memory[] | { results: Memory[] }): Memory[] => (Array.isArray(answer) ? answer : answer.results);

export class MemoryPicker {
  private readonly dialog = need<HTMLDialogElement>("#memory-picker");
  private readonly search = need<HTMLInputElement>("input[type=search]", this.dialog);
  private readonly list = need<HTMLElement>("[data-part=found]", this.dialog);
  private readonly note = need<HTMLElement>("[data-part=note]", this.dialog);
  private readonly chosen = new Map<string, Memory>();
  private timer = 0;

  constructor(
    private readonly host: HTMLElement,
    private readonly written: () => string,
    private readonly onChange: () => void,
  ) {
    document.querySelector("[data-act=memories]")?.addEventListener("click", () => this.open());
    this.search.addEventListener("input", () => {
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => void this.find(), PAUSE_MS);
    });
    this.list.addEventListener("change", (event) => this.toggle(event.target as HTMLInputElement));
  }

  get ids(): string[] {
    return [...this.chosen.keys()];
  }

  clear(): void {
    this.chosen.clear();
    this.showChosen();
  }

  private open(): void {
    this.search.value = "";
    this.dialog.showModal();
    this.search.focus();
    void this.find();
  }

  /** By the words of the search; without any, those that fit what is being written, then the newest. */
  private async find(): Promise<void> {
    const words = this.search.value.trim();
    const draft = this.written().trim();
    try {
      const proposed = words === "" && draft !== "" ? listed(await get<Memory[]>(`memories/propose/?q=${encodeURIComponent(draft.slice(0, 500))}`)) : [];
      const rest = listed(await get<Memory[]>(`memories/?q=${encodeURIComponent(words)}`));
      if (words !== this.search.value.trim()) return;
      const known = new Set(proposed.map((memory) => memory.id));
      this.show([...proposed, ...rest.filter((memory) => !known.has(memory.id))]);
    } catch (error) {
      this.note.textContent = wordsOf(error);
    }
  }

  private readonly shown = new Map<string, Memory>();

  private show(memories: readonly Memory[]): void {
    this.shown.clear();
    for (const memory of memories) this.shown.set(memory.id, memory);
    this.list.replaceChildren(...memories.map((memory) => this.row(memory)));
    this.note.textContent = memories.length === 0 ? text(this.search.value.trim() ? "noMatch" : "chatNoMemories") : "";
  }

  private row(memory: Memory): HTMLElement {
    const box = h("input", { type: "checkbox", class: "form-check-input", value: memory.id });
    box.checked = this.chosen.has(memory.id);
    const words = h("span", { class: "grow" }, h("span", { class: "memory-question" }, memory.question), h("span", { class: "row-sub memory-answer" }, memory.answer));
    return h("label", { class: "memory-row" }, box, words);
  }

  private toggle(box: HTMLInputElement): void {
    const memory = this.shown.get(box.value);
    if (box.checked && memory) this.chosen.set(memory.id, memory);
    else this.chosen.delete(box.value);
    this.showChosen();
  }

  private showChosen(): void {
    this.host.replaceChildren(...[...this.chosen.values()].map((memory) => this.chip(memory)));
    this.onChange();
  }

  private chip(memory: Memory): HTMLElement {
    const close = iconButton(icon("x"), text("chatForgetMemory", { memory: memory.question }), "drop-memory");
    close.addEventListener("click", () => {
      this.chosen.delete(memory.id);
      this.showChosen();
    });
    return h("div", { class: "file-chip" }, icon("bookmark"), h("span", { class: "truncate" }, memory.question), close);
  }
}

/** The dialog that turns a question and its answer into a memory. */
export class RememberDialog {
  private readonly dialog = need<HTMLDialogElement>("#remember");
  private readonly form = need<HTMLFormElement>("form", this.dialog);
  private readonly problem = need<HTMLElement>("[data-part=problem]", this.dialog);

  constructor() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.save();
    });
    need("[data-act=close]", this.dialog).addEventListener("click", () => this.dialog.close());
  }

  open(question: string, answer: string): void {
    need<HTMLTextAreaElement>("[name=question]", this.form).value = question;
    need<HTMLTextAreaElement>("[name=answer]", this.form).value = answer;
    this.problem.textContent = "";
    this.dialog.showModal();
  }

  private async save(): Promise<void> {
    const given = new FormData(this.form);
    const tags = String(given.get("tags") ?? "").split(",").map((tag) => tag.trim()).filter(Boolean);
    try {
      await post("memories/", { question: given.get("question"), answer: given.get("answer"), tags, is_public: given.has("is_public") });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.problem.textContent = error.message;
      return;
    }
    this.dialog.close();
    showToast("success", text("chatRemembered"));
  }
}

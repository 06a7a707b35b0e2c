/** Where people write: draft, files, memories, engine, send and stop. */
import { text } from "../lib/strings";
import { Attachments } from "./attachments";
import { EngineComparison } from "./comparing";
import { h, need } from "./dom";
import type { Drafts } from "./drafts";
import { MemoryPicker } from "./memories";

export interface Question {
  content: string;
  files: string[];
  memories: string[];
  model: string;
  /** Those that answer it side by side; empty where `model` answers alone. */
  models: string[];
}

interface Links {
  conversationId: () => string | null;
  /** Resolves to whether it was sent; words of a refusal go to `refuse`. */
  send: (question: Question) => Promise<boolean>;
  stop: () => void;
  editLast: () => boolean;
}

const isTouch = (): boolean => matchMedia("(pointer: coarse)").matches;

export class Composer {
  private readonly form = need<HTMLFormElement>("[data-part=composer]");
  private readonly area = need<HTMLTextAreaElement>("textarea", this.form);
  private readonly sendButton = need<HTMLButtonElement>("[data-act=send]", this.form);
  private readonly stopButton = need<HTMLButtonElement>("[data-act=stop]", this.form);
  private readonly problem = need<HTMLElement>("[data-part=problem]", this.form);
  private readonly engine = this.form.querySelector<HTMLSelectElement>("select[name=model]");
  private readonly comparison = new EngineComparison(this.form, this.engine);
  private readonly attachments: Attachments;
  private readonly memories: MemoryPicker;
  private running = false;
  private sending = false;

  constructor(
    private readonly drafts: Drafts,
    private readonly links: Links,
  ) {
    const changed = (): void => this.refresh();
    this.attachments = new Attachments(need("[data-part=files]", this.form), links.conversationId, changed);
    this.memories = new MemoryPicker(need("[data-part=memories]", this.form), () => this.area.value, changed);
    if (!this.area.value) this.area.value = drafts.read(links.conversationId());
    this.listen();
    this.refresh();
  }

  private listen(): void {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.submit();
    });
    this.area.addEventListener("input", () => {
      this.drafts.write(this.links.conversationId(), this.area.value);
      this.refresh();
    });
    this.area.addEventListener("keydown", (event) => this.onKey(event));
    this.stopButton.addEventListener("click", () => this.links.stop());
    const picker = need<HTMLInputElement>("input[type=file]", this.form);
    need("[data-act=attach]", this.form).addEventListener("click", () => picker.click());
    picker.addEventListener("change", () => {
      this.attachments.add(picker.files ?? []);
      picker.value = "";
    });
    this.area.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      this.attachments.add(files);
    });
  }

  private onKey(event: KeyboardEvent): void {
    // While an input method composes a letter, Enter chooses it.
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey && !isTouch()) {
      event.preventDefault();
      void this.submit();
    } else if (event.key === "ArrowUp" && this.area.value === "" && this.links.editLast()) event.preventDefault();
  }

  addFiles(files: Iterable<File>): void {
    this.attachments.add(files);
    this.focus();
  }

  focus(): void {
    this.area.focus();
  }

  write(words: string): void {
    this.area.value = words;
    this.drafts.write(this.links.conversationId(), words);
    this.refresh();
    this.focus();
  }

  get model(): string {
    return this.engine?.value ?? "";
  }

  onModel(changed: (name: string) => void): void {
    this.engine?.addEventListener("change", () => changed(this.model));
  }

  /** A reply is being written: it can be stopped, and the next question waits. */
  setRunning(running: boolean): void {
    this.running = running;
    this.refresh();
  }

  /** Why it was not sent; `more` leads to where that is explained. */
  refuse(words: string, more?: string): void {
    this.problem.replaceChildren(words, ...(more ? [" ", h("a", { href: more }, text("chatStanding"))] : []));
  }

  private get isEmpty(): boolean {
    return this.area.value.trim() === "" && this.attachments.ids.length === 0;
  }

  private refresh(): void {
    this.stopButton.hidden = !this.running;
    this.sendButton.hidden = this.running;
    this.sendButton.disabled = this.sending || this.isEmpty || this.attachments.busy;
    this.form.setAttribute("aria-busy", String(this.sending));
    this.sendButton.title = this.attachments.busy ? text("chatFilesFirst") : this.sendButton.getAttribute("aria-label") ?? "";
  }

  /** What was typed stays until the server has it. */
  async submit(): Promise<void> {
    if (this.running || this.sending || this.isEmpty || this.attachments.busy) return;
    const before = this.links.conversationId();
    this.sending = true;
    this.area.readOnly = true;
    this.refuse("");
    this.refresh();
    const question = { content: this.area.value, files: this.attachments.ids, memories: this.memories.ids, model: this.model, models: this.comparison.names };
    const sent = await this.links.send(question);
    this.sending = false;
    this.area.readOnly = false;
    if (sent) this.empty(before);
    this.refresh();
    // The button that was pressed is gone; a finger would only bring the keyboard back.
    if (!isTouch()) this.focus();
  }

  private empty(conversationId: string | null): void {
    this.drafts.forget(conversationId);
    this.drafts.forget(this.links.conversationId());
    this.area.value = "";
    this.attachments.clear();
    this.memories.clear();
  }
}

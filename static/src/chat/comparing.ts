/** Which engines shall answer the next question together: a dialog, and a button that says so beside the engine. */
import { text } from "../lib/strings";
import { need } from "./dom";

export const MIN_ENGINES = 2;
export const MAX_ENGINES = 4;

export class EngineComparison {
  /** None: the one engine of the picker answers. */
  names: string[] = [];
  private readonly button: HTMLButtonElement | null;
  private readonly dialog = document.querySelector<HTMLDialogElement>("#chat-compare");

  /** A house with one engine has neither the button nor the dialog. */
  constructor(
    composer: HTMLElement,
    private readonly picker: HTMLSelectElement | null,
  ) {
    this.button = composer.querySelector("[data-act=compare]");
    if (!this.button || !this.dialog) return;
    this.button.addEventListener("click", () => this.open());
    this.dialog.addEventListener("change", () => this.weigh());
    need("[data-act=close]", this.dialog).addEventListener("click", () => this.dialog?.close());
    need("[data-act=one-engine]", this.dialog).addEventListener("click", () => this.take([]));
    need("form", this.dialog).addEventListener("submit", (event) => {
      event.preventDefault();
      this.take(this.ticked);
    });
  }

  private get boxes(): HTMLInputElement[] {
    return [...(this.dialog?.querySelectorAll<HTMLInputElement>("input[type=checkbox]") ?? [])];
  }

  private get ticked(): string[] {
    return this.boxes.filter((box) => box.checked).map((box) => box.value);
  }

  private open(): void {
    // Whoever begins to compare most likely compares the engine that is chosen.
    const chosen = this.names.length > 0 ? this.names : [this.picker?.value ?? ""];
    for (const box of this.boxes) box.checked = chosen.includes(box.value);
    this.weigh();
    this.dialog?.showModal();
  }

  /** As many as the server takes, and not more. */
  private weigh(): void {
    const { dialog, ticked } = this;
    if (!dialog) return;
    for (const box of this.boxes) box.disabled = !box.checked && ticked.length >= MAX_ENGINES;
    need<HTMLButtonElement>("[type=submit]", dialog).disabled = ticked.length < MIN_ENGINES;
    need("[data-part=note]", dialog).textContent = text("chatChosenEngines", { count: String(ticked.length), most: String(MAX_ENGINES) });
  }

  private take(names: string[]): void {
    this.names = names;
    this.dialog?.close();
    const { button, picker } = this;
    if (!button || !picker) return;
    picker.hidden = names.length > 0;
    button.classList.toggle("is-on", names.length > 0);
    need("[data-part=compared]", button).textContent = names.length > 0 ? text("chatComparing", { count: String(names.length) }) : "";
    button.focus();
  }
}

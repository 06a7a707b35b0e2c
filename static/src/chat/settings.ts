/** The panel with a conversation's settings; before there is a conversation they wait for it. */
import { showToast } from "../ui/toasts";
import { text } from "../lib/strings";
import { get, patch, Problem, wordsOf } from "./api";
import { need } from "./dom";

export interface Settings {
  system_prompt: string;
  temperature: number | null;
  max_tokens: number | null;
  uses_memory: boolean;
}

const number = (words: string): number | null => (words.trim() === "" ? null : Number(words));

export class SettingsPanel {
  private readonly dialog = need<HTMLDialogElement>("#chat-settings");
  private readonly form = need<HTMLFormElement>("form", this.dialog);
  private readonly problem = need<HTMLElement>("[data-part=problem]", this.dialog);
  /** Chosen for a conversation that is not there yet. */
  pending: Partial<Settings> = {};

  constructor(private readonly conversationId: () => string | null) {
    document.querySelector("[data-act=settings]")?.addEventListener("click", () => void this.open());
    need("[data-act=close]", this.dialog).addEventListener("click", () => this.dialog.close());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.save();
    });
  }

  private input<E extends HTMLInputElement | HTMLTextAreaElement>(name: string): E {
    return need<E>(`[name=${name}]`, this.form);
  }

  private async open(): Promise<void> {
    const id = this.conversationId();
    try {
      this.fill(id ? await get<Settings>(`conversations/${id}/`) : this.pending);
    } catch (error) {
      showToast("error", wordsOf(error));
      return;
    }
    this.problem.textContent = "";
    this.dialog.showModal();
  }

  private fill(settings: Partial<Settings>): void {
    this.input("system_prompt").value = settings.system_prompt ?? "";
    this.input("temperature").value = String(settings.temperature ?? "");
    this.input("max_tokens").value = String(settings.max_tokens ?? "");
    this.input<HTMLInputElement>("uses_memory").checked = settings.uses_memory ?? true;
  }

  private get chosen(): Settings {
    return {
      system_prompt: this.input("system_prompt").value,
      temperature: number(this.input("temperature").value),
      max_tokens: number(this.input("max_tokens").value),
      uses_memory: this.input<HTMLInputElement>("uses_memory").checked,
    };
  }

  private async save(): Promise<void> {
    const id = this.conversationId();
    try {
      if (id) await patch(`conversations/${id}/`, this.chosen);
      else this.pending = this.chosen;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.problem.textContent = error.message;
      return;
    }
    this.dialog.close();
    showToast("success", text("chatSaved"));
  }
}

/** The question's box: what is asked, of which database, and whether it goes on from the last answer. */
import { need } from "../chat/dom";

/** Body of POST /api/v1/queries/. */
export interface Question {
  question: string;
  connection_id?: string;
  engine?: string;
  follows?: string;
  choices?: Record<string, string>;
}

/** The question in a form, with the value of the button that sent it; what is empty is left out. */
export function questionFrom(form: HTMLFormElement, submitter: HTMLElement | null): Question {
  const given = new FormData(form, submitter);
  const value = (name: string): string => String(given.get(name) ?? "");
  const choices = value("choices");
  const optional = Object.fromEntries(
    ["connection_id", "engine", "follows"].map((name) => [name, value(name)]).filter(([, each]) => each !== ""),
  ) as Partial<Question>;
  return { question: value("question"), ...optional, ...(choices ? { choices: JSON.parse(choices) as Record<string, string> } : {}) };
}

interface Links {
  onConnection: (id: string) => void;
}

export class AskBox {
  private readonly form: HTMLFormElement;
  private readonly area: HTMLTextAreaElement;
  private readonly database: HTMLSelectElement;
  private readonly followed: HTMLInputElement;
  private readonly problem: HTMLElement;

  constructor(links: Links) {
    this.form = need<HTMLFormElement>("[data-part=ask]");
    this.area = need<HTMLTextAreaElement>("textarea", this.form);
    this.database = need<HTMLSelectElement>("select[name=connection_id]", this.form);
    this.followed = need<HTMLInputElement>("input[name=follows]", this.form);
    this.problem = need("[data-part=problem]", this.form);
    this.area.addEventListener("keydown", (event) => {
      // While an input method composes a letter, Enter chooses it.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.form.requestSubmit();
    });
    need("[data-act=unfollow]", this.form).addEventListener("click", () => {
      this.follow("");
      this.focus();
    });
    this.database.addEventListener("change", () => links.onConnection(this.connection));
  }

  get connection(): string {
    return this.database.value;
  }

  get words(): string {
    return this.area.value;
  }

  isFormOf(form: HTMLFormElement): boolean {
    return form === this.form;
  }

  focus(): void {
    this.area.focus();
  }

  write(words: string): void {
    this.area.value = words;
    this.focus();
    this.area.setSelectionRange(words.length, words.length);
  }

  /** Puts a name where the writing is. */
  insert(name: string): void {
    const { selectionStart: start, selectionEnd: end, value } = this.area;
    const gap = start > 0 && !/\s$/.test(value.slice(0, start)) ? " " : "";
    this.area.setRangeText(`${gap}${name} `, start, end, "end");
    this.focus();
  }

  submit(): void {
    this.form.requestSubmit();
  }

  /** The next question goes on from this answer; from none with an empty id. */
  follow(id: string): void {
    this.followed.value = id;
    need("[data-part=follows]", this.form).hidden = id === "";
    this.area.placeholder = (id ? this.area.dataset.followHint : this.area.dataset.newHint) ?? "";
  }

  setBusy(busy: boolean): void {
    this.form.setAttribute("aria-busy", String(busy));
    this.area.readOnly = busy;
    need<HTMLButtonElement>("button[type=submit]", this.form).disabled = busy;
  }

  refuse(words: string): void {
    this.problem.textContent = words;
  }

  clear(): void {
    this.area.value = "";
    this.refuse("");
  }
}

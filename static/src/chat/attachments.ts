/** Files on their way into a message: sent with progress, then read by the server, each with its state. */
import { icon, text } from "../lib/strings";
import { showToast } from "../ui/toasts";
import { csrfToken, get, problemOf, remove, wordsOf } from "./api";
import { h, iconButton } from "./dom";
import type { UploadedFile } from "./types";

const POLL_MS = 700;
const MAX_POLL_MS = 5_000;

/** 1.5 MB, as the template filter writes it. */
export function sizeWords(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${size.toLocaleString(document.documentElement.lang, { maximumFractionDigits: unit === 0 ? 0 : 1 })} ${units[unit] ?? ""}`;
}

/** Sends one file; `onPart` hears of the share that is there. Throws Problem. */
function upload(file: File, conversationId: string | null, onPart: (share: number) => void, started: (request: XMLHttpRequest) => void): Promise<UploadedFile> {
  const body = new FormData();
  body.append("file", file, file.name);
  if (conversationId) body.append("conversation_id", conversationId);
  // fetch tells nothing of what it has sent.
  const request = new XMLHttpRequest();
  started(request);
  return new Promise((resolve, reject) => {
    request.open("POST", "/api/v1/files/");
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => onPart(event.lengthComputable ? event.loaded / event.total : 0));
    request.addEventListener("load", () => {
      if (request.status === 201) resolve(JSON.parse(request.responseText) as UploadedFile);
      else reject(problemOf(request.status, request.responseText));
    });
    request.addEventListener("error", () => reject(new Error(text("networkError"))));
    request.addEventListener("abort", () => reject(new Error("aborted")));
    request.send(body);
  });
}

type Phase = "sending" | "reading" | "ready" | "failed";

class Entry {
  phase: Phase = "sending";
  id: string | null = null;
  gone = false;
  request: XMLHttpRequest | null = null;
  private readonly note = h("span", { class: "muted num", role: "status" });
  private readonly bar = h("progress", { class: "progress-bar-line", max: "100", value: "0", "aria-label": text("chatProgress") });
  readonly element: HTMLElement;

  constructor(name: string, onRemove: () => void) {
    const close = iconButton(icon("x"), text("chatRemoveFile", { file: name }), "remove-file");
    close.addEventListener("click", onRemove);
    const words = h("span", { class: "file-words" }, h("span", { class: "truncate" }, name), this.note, this.bar);
    this.element = h("div", { class: "file-chip", "data-phase": this.phase }, icon("file-text"), words, close);
  }

  show(phase: Phase, words: string, share = 1): void {
    this.phase = phase;
    this.element.dataset.phase = phase;
    this.note.textContent = words;
    this.bar.hidden = phase === "ready" || phase === "failed";
    if (phase === "sending") this.bar.value = Math.round(share * 100);
    else this.bar.removeAttribute("value");
  }
}

/** The files of the message that is being written. */
export class Attachments {
  private entries: Entry[] = [];

  constructor(
    private readonly host: HTMLElement,
    private readonly conversationId: () => string | null,
    private readonly onChange: () => void,
  ) {}

  /** Ids of those that can go with a message. */
  get ids(): string[] {
    return this.entries.filter((entry) => entry.phase === "ready").flatMap((entry) => (entry.id ? [entry.id] : []));
  }

  /** Some are still on their way: the message waits for them. */
  get busy(): boolean {
    return this.entries.some((entry) => entry.phase === "sending" || entry.phase === "reading");
  }

  add(files: Iterable<File>): void {
    for (const file of files) void this.take(file);
  }

  /** They belong to a message now. */
  clear(): void {
    this.entries = [];
    this.host.replaceChildren();
    this.onChange();
  }

  private async take(file: File): Promise<void> {
    const entry: Entry = new Entry(file.name, () => this.drop(entry));
    this.entries.push(entry);
    this.host.append(entry.element);
    entry.show("sending", text("chatSending"), 0);
    this.onChange();
    try {
      const sent = await upload(
        file, this.conversationId(),
        (share) => entry.show("sending", `${Math.round(share * 100)} %`, share),
        (request) => { entry.request = request; },
      );
      entry.id = sent.id;
      await this.follow(entry, sent);
    } catch (error) {
      if (!entry.gone) entry.show("failed", wordsOf(error));
    }
    this.onChange();
  }

  /** Until the server has read it. */
  private async follow(entry: Entry, sent: UploadedFile): Promise<void> {
    let now = sent;
    for (let wait = POLL_MS; now.status === "waiting" && !entry.gone; wait = Math.min(MAX_POLL_MS, wait * 1.5)) {
      entry.show("reading", text("chatReading"));
      await new Promise((resolve) => setTimeout(resolve, wait));
      if (!entry.gone) now = await get<UploadedFile>(`files/${sent.id}/`);
    }
    if (now.status === "failed") entry.show("failed", now.error_message || text("chatUnreadable"));
    else entry.show("ready", sizeWords(now.file_size));
  }

  private drop(entry: Entry): void {
    entry.gone = true;
    entry.request?.abort();
    if (entry.id) void remove(`files/${entry.id}/`).catch((error: unknown) => showToast("error", wordsOf(error)));
    this.entries = this.entries.filter((each) => each !== entry);
    entry.element.remove();
    this.onChange();
  }
}

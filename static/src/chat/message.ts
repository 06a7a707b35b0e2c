/** One message in the page: its text, what belongs to it, and what can be done with it. */
import { icon, text } from "../lib/strings";
import { sizeWords } from "./attachments";
import { h, iconButton } from "./dom";
import { placeOf } from "./path";
import { Prose } from "./prose";
import { sourcesFold } from "./sources";
import { toolCard } from "./tools";
import { isEnded, sourceNumbers, type Attachment, type Engine, type Message, type ToolUse } from "./types";

export interface Surroundings {
  engines: readonly Engine[];
  canSpeak: boolean;
  /** The page that says where a person stands in their projects. */
  standingUrl: string;
  /** The text has changed its height. */
  onDrawn: () => void;
}

export class MessageView {
  readonly element: HTMLElement;
  private prose: Prose | null = null;
  private readonly tools = h("div", { class: "tool-list" });
  private shownTools = "";

  constructor(
    public message: Message,
    private readonly around: Surroundings,
  ) {
    const own = message.role === "user";
    this.element = h("article", {
      class: `message ${own ? "is-user" : "is-assistant"}`, "data-message": message.id,
      "aria-label": own ? text("chatYourMessage") : text("chatAnswerOf", { engine: engineLabel(message, around.engines) }),
    });
    this.build();
  }

  /** Shows the message as it is now; its text is drawn anew only where it differs. */
  set(message: Message): void {
    this.message = message;
    this.build();
  }

  grow(content: string): void {
    this.message = { ...this.message, content };
    this.prose?.grow(content);
    this.part("waiting")?.remove();
  }

  showTools(tools: readonly ToolUse[]): void {
    const ids = tools.map((tool) => tool.call_id + tool.status + tool.task_id).join();
    if (ids === this.shownTools) return;
    this.shownTools = ids;
    this.tools.replaceChildren(...tools.map(toolCard));
    document.dispatchEvent(new CustomEvent("rh:watch"));
  }

  part(name: string): HTMLElement | null {
    return this.element.querySelector(`[data-part=${name}]`);
  }

  private build(): void {
    const { message } = this;
    this.element.classList.toggle("is-streaming", !isEnded(message.status));
    if (message.role === "user") {
      const bubble = h("div", { class: "bubble", dir: "auto" }, message.content);
      this.element.replaceChildren(...attachments(message.files), ...(message.content ? [bubble] : []), this.actions());
      return;
    }
    this.prose ??= new Prose(message.id, () => sourceNumbers(this.message), this.around.onDrawn);
    if (isEnded(message.status)) this.prose.finish(message.content);
    else if (message.content) this.prose.grow(message.content);
    this.showTools(message.metadata.tools ?? []);
    const parts = [
      head(message, this.around.engines), ...attachments(message.files), this.prose.element, this.tools, this.waiting(),
      ending(message), scopeNote(message, this.around.standingUrl), sourcesFold(message),
    ];
    this.element.replaceChildren(...parts.filter((part) => part !== null), this.actions());
  }

  private waiting(): HTMLElement | null {
    if (isEnded(this.message.status) || this.message.content) return null;
    return h("p", { class: "waiting", "data-part": "waiting" }, h("span", { class: "dots", "aria-hidden": "true" }), text("chatWaiting"));
  }

  private actions(): HTMLElement {
    const { message } = this;
    const bar = h("div", { class: "message-actions", "data-part": "actions" });
    if (!isEnded(message.status)) return bar;
    bar.append(...versions(message));
    if (message.role === "assistant" && message.versions.length > 1) bar.append(iconButton(icon("columns-2"), text("chatSideBySide"), "side-by-side"));
    bar.append(iconButton(icon("copy"), text("chatCopy"), "copy"));
    if (message.abilities.edit) bar.append(iconButton(icon("pencil"), text("chatEdit"), "edit"));
    if (message.abilities.regenerate) bar.append(...this.again());
    if (message.abilities.fork) bar.append(iconButton(icon("git-fork"), text("chatFork"), "fork"));
    if (message.role === "assistant" && message.content) {
      bar.append(iconButton(icon("bookmark-plus"), text("chatRemember"), "remember"));
      if (this.around.canSpeak) bar.append(iconButton(icon("volume"), text("chatSpeak"), "speak"));
    }
    return bar;
  }

  /** Once more: by the same engine, or from a menu by another one. */
  private again(): HTMLElement[] {
    const button = iconButton(icon("refresh"), text("chatRegenerate"), "regenerate");
    if (this.around.engines.length < 2) return [button];
    const entries = this.around.engines.map((engine) =>
      h("button", { type: "button", class: "menu-item", "data-act": "regenerate", "data-engine": engine.name }, icon("cpu"), engine.label),
    );
    const label = text("chatRegenerateWith");
    const list = h("div", { class: "menu-list upward" }, h("p", { class: "menu-title" }, label), ...entries);
    const summary = h("summary", { class: "btn-icon is-narrow", "aria-label": label, title: label }, icon("chevron-down"));
    return [button, h("details", { class: "menu" }, summary, list)];
  }
}

export function engineLabel(message: Message, engines: readonly Engine[]): string {
  return engines.find((engine) => engine.name === message.engine_name)?.label ?? message.engine_name;
}

function head(message: Message, engines: readonly Engine[]): HTMLElement {
  const label = engineLabel(message, engines) || text("chatAssistant");
  return h("div", { class: "message-head", title: message.engine_version || undefined }, icon("sparkles"), h("span", {}, label));
}

function attachments(files: readonly Attachment[]): HTMLElement[] {
  if (files.length === 0) return [];
  const chips = files.map((file) =>
    h(
      "a", { class: "file-chip", href: `/api/v1/files/${file.id}/content/`, download: file.name }, icon("file-text"),
      h("span", { class: "truncate" }, file.name), h("span", { class: "muted num" }, sizeWords(file.size)),
    ),
  );
  return [h("div", { class: "file-row" }, ...chips)];
}

function versions(message: Message): HTMLElement[] {
  const place = placeOf(message);
  if (place.count < 2) return [];
  const arrow = (drawing: SVGSVGElement, label: string, id: string | undefined): HTMLButtonElement => {
    const button = iconButton(drawing, label, "version", { "data-version": id });
    button.disabled = id === undefined;
    return button;
  };
  const shown = h("span", { class: "num", "data-part": "place" }, `${place.number} / ${place.count}`);
  return [h(
    "div", { class: "versions", role: "group", "aria-label": text("chatVersions") },
    arrow(icon("chevron-left"), text("chatEarlierVersion"), place.previous), shown,
    arrow(icon("chevron-right"), text("chatLaterVersion"), place.next),
  )];
}

/** That the question strayed from what the project is for, and where to read more. */
function scopeNote(message: Message, url: string): HTMLElement | null {
  const { scope } = message.metadata;
  if (!scope || !isEnded(message.status)) return null;
  const blocked = scope.level === "blocked";
  const words = h("span", {}, text(blocked ? "chatScopeBlocked" : "chatScopeWarning"));
  const link = h("a", { class: "btn", href: url }, text("chatStanding"));
  return h("div", { class: `ending tone-${blocked ? "danger" : "warning"}`, "data-part": "scope" }, words, link);
}

/** How the answer ended, when that needs words, with the one thing to do about it. */
function ending(message: Message): HTMLElement | null {
  const goOn = h("button", { type: "button", class: "btn", "data-act": "continue" }, icon("player-track-next"), text("chatContinue"));
  const again = h("button", { type: "button", class: "btn", "data-act": "regenerate" }, icon("refresh"), text("chatTryAgain"));
  const note = (tone: string, words: string, button: HTMLElement | false): HTMLElement =>
    h("div", { class: `ending tone-${tone}`, "data-part": "ending" }, h("span", {}, words), button);
  const act = message.abilities.continue ? goOn : message.abilities.regenerate && again;
  if (message.status === "stopped") return note("muted", text("chatStopped"), act);
  if (message.status === "interrupted") return note("warning", message.error_message || text("chatInterrupted"), act);
  if (message.status === "failed") return note("danger", message.error_message || text("chatFailed"), again);
  if (message.metadata.finish_reason === "length") return note("muted", text("chatCutOff"), act);
  return null;
}

/** What the buttons of a message do. */
import { text } from "../lib/strings";
import { ask } from "../ui/confirm";
import { showToast } from "../ui/toasts";
import { get, isScopeBlock, post, Problem, wordsOf } from "./api";
import { MAX_ENGINES } from "./comparing";
import { editMessage } from "./editing";
import type { RememberDialog } from "./memories";
import type { MessageView } from "./message";
import { questionOf } from "./path";
import { fillSources } from "./sources";
import { readAloud } from "./speech";
import type { Thread } from "./thread";
import type { Conversation, Exchange, Message } from "./types";

interface Links {
  thread: Thread;
  remember: RememberDialog;
  toEnd: () => void;
  leave: (url: string) => void;
  chatUrl: (id: string) => string;
  standingUrl: string;
}

export class Deeds {
  constructor(private readonly links: Links) {
    const { list } = links.thread;
    list.addEventListener("click", (event) => {
      const target = event.target as Element;
      const button = target.closest<HTMLElement>("[data-act], [data-cite]");
      const view = links.thread.view(target.closest<HTMLElement>("[data-message]")?.dataset.message ?? "");
      if (button && view) this.attempt(event, view, button);
    });
    list.addEventListener("toggle", (event) => this.unfold(event.target as HTMLDetailsElement), true);
  }

  private attempt(event: Event, view: MessageView, button: HTMLElement): void {
    if (button.dataset.cite) {
      event.preventDefault();
      void this.showSource(view, button.dataset.cite);
      return;
    }
    button.closest<HTMLDetailsElement>("details.menu")?.removeAttribute("open");
    this.run(button.dataset.act ?? "", view, button).catch((error: unknown) => {
      if (!(error instanceof Problem)) throw error;
      showToast("error", wordsOf(error), isScopeBlock(error) ? this.links.standingUrl : undefined);
    });
  }

  private async run(act: string, view: MessageView, button: HTMLElement): Promise<void> {
    const { message } = view;
    if (act === "copy") await copyText(message.content);
    else if (act === "copy-code") await copyText(button.closest(".code-block")?.querySelector("code")?.textContent ?? "");
    else if (act === "edit") this.edit(view);
    else if (act === "regenerate") await this.reply(post(`messages/${message.id}/regenerate/`, { model: button.dataset.engine ?? "" }));
    else if (act === "continue") await this.reply(post(`messages/${message.id}/continue/`));
    else if (act === "version") await this.links.thread.goTo(button.dataset.version ?? null);
    else if (act === "best") await this.choose(message.id);
    else if (act === "side-by-side") await this.compare(message);
    else if (act === "fork") this.links.leave(this.links.chatUrl((await post<Conversation>(`messages/${message.id}/fork/`)).id));
    else if (act === "remember") this.links.remember.open(questionOf(this.links.thread.messages, message)?.content ?? "", message.content);
    else if (act === "speak") await readAloud(view.element, view.element.querySelector<HTMLElement>(".prose")?.innerText ?? "");
    else if (act === "cancel-task") await this.cancelTask(button.closest<HTMLElement>("[data-task-id]")?.dataset.taskId ?? "");
  }

  private async reply(begun: Promise<Exchange>): Promise<void> {
    const { reply } = await begun;
    this.links.thread.put(reply);
    this.links.toEnd();
  }

  private async choose(id: string): Promise<void> {
    await post<undefined>(`messages/${id}/vote/`);
    await this.links.thread.settle(id);
    this.links.toEnd();
    showToast("success", text("chatBestChosen"));
  }

  /** The last versions of an answer, as many as fit beside each other, the shown one among them. */
  private async compare(message: Message): Promise<void> {
    const last = message.versions.slice(-MAX_ENGINES);
    const ids = last.includes(message.id) ? last : [message.id, ...last.slice(1)];
    this.links.thread.compare(await Promise.all(ids.map((id) => get<Message>(`messages/${id}/`))));
    this.links.toEnd();
  }

  edit(view: MessageView): void {
    editMessage(view, this.links.standingUrl, async (content) => {
      const made = await post<Exchange>(`messages/${view.message.id}/edit/`, { content });
      this.links.thread.put(...(made.message ? [made.message] : []), made.reply);
      this.links.toEnd();
    });
  }

  private async cancelTask(taskId: string): Promise<void> {
    if (await ask(text("chatCancelTask"), text("chatCancelTaskYes"))) await post(`tasks/${taskId}/cancel/`);
  }

  /** The page came with the number of sources alone. */
  private unfold(fold: HTMLDetailsElement): void {
    const id = fold.closest<HTMLElement>("[data-message]")?.dataset.message;
    if (fold.open && id && fold.dataset.part === "sources") void this.loadSources(id, fold);
  }

  private async loadSources(id: string, fold: HTMLElement): Promise<void> {
    const known = this.links.thread.message(id);
    if (!known || known.sources.length > 0) return;
    try {
      const message = await get<Message>(`messages/${id}/`);
      known.sources = message.sources;
      fillSources(fold, message);
    } catch (error) {
      showToast("error", wordsOf(error));
    }
  }

  private async showSource(view: MessageView, number: string): Promise<void> {
    const fold = view.part("sources");
    if (!(fold instanceof HTMLDetailsElement)) return;
    fold.open = true;
    await this.loadSources(view.message.id, fold);
    const entry = document.getElementById(`source-${view.message.id}-${number}`);
    entry?.scrollIntoView({ block: "nearest" });
    entry?.focus();
  }
}

async function copyText(content: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(content);
  } catch {
    showToast("error", text("copyFailed"));
    return;
  }
  showToast("success", text("copied"));
}

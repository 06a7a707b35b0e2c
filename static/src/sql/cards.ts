/** Cards in the thread: followed until they have ended, then brought to life. */
import { leaveWhenSignedOut, problemOf, wordsOf } from "../chat/api";
import { need } from "../chat/dom";
import { htmx } from "../ui/requests";
import { showToast } from "../ui/toasts";
import { Editing } from "./editing";
import { whenEnded } from "./following";
import { ResultView } from "./result";
import type { CardData } from "./types";

const AGAIN_MS = 400;

interface Links {
  language: string;
  /** Runs an edited query, following the card's. */
  run: (card: HTMLElement, sql: string) => Promise<void>;
  askAgain: (question: string) => void;
  /** The card shows what became of its question. */
  onEnded: (card: HTMLElement) => void;
}

export const questionOf = (card: HTMLElement): string => need(".sql-question", card).textContent?.trim() ?? "";

/** The card as the server sees it now; throws Problem. */
async function fetchCard(id: string): Promise<HTMLElement> {
  const reply = await fetch(`/sql/q/${id}/card/`, { credentials: "same-origin", headers: { "HX-Request": "true" } });
  if (reply.redirected) leaveWhenSignedOut();
  if (!reply.ok) throw problemOf(reply.status, "");
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  return document.importNode(need("article", page), true);
}

export class Cards {
  constructor(
    private readonly thread: HTMLElement,
    private readonly links: Links,
  ) {
    for (const card of this.all) this.enliven(card);
  }

  get all(): HTMLElement[] {
    return [...this.thread.querySelectorAll<HTMLElement>("[data-query]")];
  }

  get last(): HTMLElement | null {
    return this.all.at(-1) ?? null;
  }

  /** Puts a new question's card at the end, or in the place of one that asked back. */
  async put(id: string, replaced: HTMLElement | null): Promise<void> {
    const card = await fetchCard(id);
    if (replaced) replaced.replaceWith(card);
    else this.thread.append(card);
    this.begin(card);
    card.scrollIntoView({ block: "start" });
    if (replaced) card.focus({ preventScroll: true });
  }

  private begin(card: HTMLElement): void {
    htmx.process(card);
    this.enliven(card);
    document.dispatchEvent(new CustomEvent("rh:watch"));
  }

  private enliven(card: HTMLElement): void {
    if (card.hasAttribute("data-running")) {
      void this.follow(card);
      return;
    }
    const data = JSON.parse(need("script[type='application/json']", card).textContent ?? "") as CardData;
    const result = card.querySelector<HTMLElement>("[data-part=result]");
    if (result) new ResultView(result, card.dataset.query ?? "", data, this.links.language);
    const query = card.querySelector<HTMLElement>("[data-part=query]");
    if (query) new Editing(query, data, card.dataset.connection ?? "", { run: (sql) => this.links.run(card, sql) });
    void this.colour(card);
    card.querySelector("[data-act=ask-again]")?.addEventListener("click", (event) => {
      event.preventDefault();
      this.links.askAgain(questionOf(card));
    });
  }

  private async colour(card: HTMLElement): Promise<void> {
    const codes = card.querySelectorAll<HTMLElement>("code[data-language]");
    if (codes.length === 0) return;
    const { paint } = await import("./highlight");
    codes.forEach(paint);
  }

  private async follow(card: HTMLElement): Promise<void> {
    const task = card.querySelector<HTMLElement>("[data-task-id]")?.dataset.taskId ?? "";
    try {
      await whenEnded(task);
      await this.renew(card);
    } catch (error) {
      showToast("error", wordsOf(error));
    }
  }

  private async renew(card: HTMLElement): Promise<void> {
    const fresh = await fetchCard(card.dataset.query ?? "");
    if (fresh.hasAttribute("data-running")) {
      // The task has ended and its row is written a moment later.
      window.setTimeout(() => void this.renew(card).catch((error: unknown) => showToast("error", wordsOf(error))), AGAIN_MS);
      return;
    }
    if (!card.isConnected) return;
    const hadFocus = card.contains(document.activeElement);
    const { top } = card.getBoundingClientRect();
    const wasSeen = top >= 0 && top < window.innerHeight;
    card.replaceWith(fresh);
    this.begin(fresh);
    if (hadFocus) fresh.focus({ preventScroll: true });
    // It has grown: its question and the first of its answer are to be seen, unless somebody has scrolled elsewhere.
    if (fresh === this.last && wasSeen) fresh.scrollIntoView({ block: "start" });
    this.links.onEnded(fresh);
  }
}

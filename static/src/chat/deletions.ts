/** Deleting a conversation with a moment to think again: it is hidden at once and deleted a little later. */
import { text } from "../lib/strings";
import { showToast } from "../ui/toasts";
import { Problem, remove, wordsOf } from "./api";

/** As long as the message that offers to take it back is shown. */
const GRACE_MS = 6_000;
const KEY = "chat-deleting";

export class Deletions {
  private readonly waiting = new Map<string, number>();
  private leaving = false;

  constructor(private readonly onChange: () => void) {
    // Whoever leaves has had their moment. A page of ours that follows takes the rest of it over (see `handOver`).
    window.addEventListener("pagehide", () => {
      if (!this.leaving) for (const id of [...this.waiting.keys()]) void this.carryOut(id, true);
    });
  }

  /** Takes over what the page before has begun. */
  resume(): void {
    const handed = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    if (handed) this.add(handed);
  }

  has(id: string): boolean {
    return this.waiting.has(id);
  }

  add(id: string): void {
    this.waiting.set(id, window.setTimeout(() => void this.carryOut(id), GRACE_MS));
    this.onChange();
    showToast("info", text("chatDeleted"), undefined, { label: text("chatUndo"), run: () => this.takeBack(id) });
  }

  /** The open conversation is the one to go: the next page offers to take it back. */
  handOver(id: string, url: string): void {
    sessionStorage.setItem(KEY, id);
    this.leaving = true;
    location.assign(url);
  }

  private takeBack(id: string): void {
    window.clearTimeout(this.waiting.get(id));
    this.waiting.delete(id);
    this.onChange();
  }

  private async carryOut(id: string, keepalive = false): Promise<void> {
    window.clearTimeout(this.waiting.get(id));
    try {
      await remove(`conversations/${id}/`, keepalive);
    } catch (error) {
      // It may be gone already, deleted on another device.
      if (!(error instanceof Problem && error.status === 404)) showToast("error", wordsOf(error));
    }
    this.waiting.delete(id);
    this.onChange();
  }
}

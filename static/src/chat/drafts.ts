/** What is being written, kept in the browser until it was sent: per person and conversation. */

const PREFIX = "chat-draft";

/** The part of Storage that drafts use; a browser without one forgets them. */
type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export class Drafts {
  constructor(
    private readonly account: string,
    private readonly store: Store | null,
  ) {}

  private key(conversationId: string | null): string {
    return `${PREFIX}:${this.account}:${conversationId ?? "new"}`;
  }

  read(conversationId: string | null): string {
    return this.store?.getItem(this.key(conversationId)) ?? "";
  }

  write(conversationId: string | null, words: string): void {
    if (words === "") this.forget(conversationId);
    else this.attempt(() => this.store?.setItem(this.key(conversationId), words));
  }

  forget(conversationId: string | null): void {
    this.store?.removeItem(this.key(conversationId));
  }

  /** A full store must not keep people from writing. */
  private attempt(save: () => void): void {
    try {
      save();
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
    }
  }
}

/** The browser's store, null where it is switched off. */
export function browserStore(): Store | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

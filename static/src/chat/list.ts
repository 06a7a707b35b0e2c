/** The list of conversations: rendered by the server, refreshed when something changes, with a menu per entry. */
import { text } from "../lib/strings";
import { showToast } from "../ui/toasts";
import { get, patch, Problem, wordsOf } from "./api";
import { Deletions } from "./deletions";
import { need } from "./dom";
import { ConversationMenu } from "./menu";
import { ShareDialog } from "./share";
import type { Conversation } from "./types";

interface Links {
  currentId: () => string | null;
  newUrl: string;
  onRenamed: (conversation: Conversation) => void;
  /** The last message that is shown, of the open conversation. */
  leaf: () => string | null;
}

export class ConversationList {
  private readonly host = need<HTMLElement>("[data-part=sidebar]");
  private readonly dialog = need<HTMLDialogElement>("#chat-details");
  private readonly form = need<HTMLFormElement>("form", this.dialog);
  private readonly problem = need<HTMLElement>("[data-part=problem]", this.dialog);
  private readonly deletions: Deletions;
  private readonly share: ShareDialog;
  private editing: string | null = null;

  constructor(private readonly links: Links) {
    this.deletions = new Deletions(() => this.mark());
    this.share = new ShareDialog((id) => (id === links.currentId() ? links.leaf() : null));
    const menu = new ConversationMenu((action, id) => void this.act(action, id));
    document.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLElement>("[data-act=conversation-menu]");
      const holder = button?.closest<HTMLElement>("[data-conversation]");
      const id = holder?.dataset.conversation;
      if (!button || !holder || !id) return;
      menu.open(button, id, { pinned: "pinned" in holder.dataset, archived: "archived" in holder.dataset });
    });
    document.addEventListener("htmx:after:swap", () => this.mark());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.saveDetails();
    });
    need("[data-act=close]", this.dialog).addEventListener("click", () => this.dialog.close());
    this.startDrawer();
    this.deletions.resume();
    this.mark();
  }

  /** The server renders it again. */
  refresh(): void {
    document.dispatchEvent(new CustomEvent("rh:chats"));
  }

  /** Which entry is open, and which are about to be deleted. */
  mark(): void {
    for (const row of this.host.querySelectorAll<HTMLElement>("[data-row]")) {
      const id = row.dataset.conversation ?? "";
      row.hidden = this.deletions.has(id);
      const link = row.querySelector("a");
      if (id === this.links.currentId()) link?.setAttribute("aria-current", "page");
      else link?.removeAttribute("aria-current");
    }
  }

  private startDrawer(): void {
    const open = document.querySelector<HTMLElement>("[data-act=open-list]");
    const show = (shown: boolean): void => {
      this.host.classList.toggle("is-open", shown);
      open?.setAttribute("aria-expanded", String(shown));
      if (shown) this.host.querySelector<HTMLElement>("input[type=search]")?.focus();
      else open?.focus();
    };
    open?.addEventListener("click", () => show(true));
    document.querySelector("[data-act=close-list]")?.addEventListener("click", () => show(false));
    document.querySelector("[data-part=shade]")?.addEventListener("click", () => show(false));
    this.host.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.host.classList.contains("is-open")) return;
      event.stopPropagation();
      show(false);
    });
  }

  private async act(action: string, id: string): Promise<void> {
    try {
      if (action === "details") await this.openDetails(id);
      else if (action === "share") await this.share.open(id);
      else if (action === "delete") this.delete(id);
      else if (action === "pin" || action === "unpin") await this.change(id, { is_pinned: action === "pin" });
      else await this.archive(id, action === "archive");
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      showToast("error", wordsOf(error));
    }
  }

  private async change(id: string, changes: Partial<Conversation>): Promise<Conversation> {
    const changed = await patch<Conversation>(`conversations/${id}/`, changes);
    this.links.onRenamed(changed);
    this.refresh();
    return changed;
  }

  private async archive(id: string, archived: boolean): Promise<void> {
    await this.change(id, { is_archived: archived });
    const back = { label: text("chatUndo"), run: () => void this.change(id, { is_archived: !archived }) };
    showToast("success", text(archived ? "chatArchived" : "chatUnarchived"), undefined, back);
  }

  private delete(id: string): void {
    if (id === this.links.currentId()) this.deletions.handOver(id, this.links.newUrl);
    else this.deletions.add(id);
  }

  private async openDetails(id: string): Promise<void> {
    const conversation = await get<Conversation>(`conversations/${id}/`);
    this.editing = id;
    const set = (name: string, value: string): void => {
      need<HTMLInputElement>(`[name=${name}]`, this.form).value = value;
    };
    set("title", conversation.title);
    set("folder", conversation.folder);
    set("tags", conversation.tags.join(", "));
    this.problem.textContent = "";
    this.dialog.showModal();
    need<HTMLInputElement>("[name=title]", this.form).select();
  }

  private async saveDetails(): Promise<void> {
    const given = new FormData(this.form);
    const words = (name: string): string => String(given.get(name) ?? "").trim();
    const tags = words("tags").split(",").map((tag) => tag.trim()).filter(Boolean);
    try {
      await this.change(this.editing ?? "", { title: words("title"), folder: words("folder"), tags });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.problem.textContent = error.message;
      return;
    }
    this.dialog.close();
  }
}

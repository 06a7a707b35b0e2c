/** Links that let others read a conversation: made, shown once, listed, and ended. */
import { icon, text } from "../lib/strings";
import { ask } from "../ui/confirm";
import { showToast } from "../ui/toasts";
import { get, post, Problem, remove, wordsOf } from "./api";
import { h, iconButton, need } from "./dom";

export interface ShareLink {
  id: string;
  conversation_id: string;
  created_at: string;
  expires_at: string;
  revoked_at: string | null;
  last_opened_at: string | null;
}

interface Page {
  results: ShareLink[];
  next: string | null;
}

/** Those of one conversation that still open. */
export function openLinks(links: readonly ShareLink[], conversationId: string, now: Date): ShareLink[] {
  return links.filter((link) => link.conversation_id === conversationId && !link.revoked_at && new Date(link.expires_at) > now);
}

async function allLinks(): Promise<ShareLink[]> {
  const links: ShareLink[] = [];
  for (let query: string | null = ""; query !== null;) {
    const page: Page = await get<Page>(`shares/${query}`);
    links.push(...page.results);
    query = page.next && new URL(page.next, location.href).search;
  }
  return links;
}

const day = (moment: string): string =>
  new Date(moment).toLocaleDateString(document.documentElement.lang, { day: "numeric", month: "short", year: "numeric" });

export class ShareDialog {
  private readonly dialog = need<HTMLDialogElement>("#chat-share");
  private readonly form = need<HTMLFormElement>("form", this.dialog);
  private readonly problem = need<HTMLElement>("[data-part=problem]", this.dialog);
  private readonly make = need<HTMLButtonElement>("[type=submit]", this.dialog);
  private readonly made = need<HTMLElement>("[data-part=made]", this.dialog);
  private readonly address = need<HTMLInputElement>("#share-address", this.dialog);
  private readonly list = need<HTMLElement>("[data-part=links]", this.dialog);
  private readonly note = need<HTMLElement>("[data-part=note]", this.dialog);
  private conversationId = "";
  private busy = false;

  /** `leafOf` names the end of the branch that is shown; null stands for the newest one. */
  constructor(private readonly leafOf: (conversationId: string) => string | null) {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.attempt(() => this.share());
    });
    need("[data-act=close]", this.dialog).addEventListener("click", () => this.dialog.close());
    this.address.addEventListener("focus", () => this.address.select());
    this.list.addEventListener("click", (event) => {
      const id = (event.target as Element).closest<HTMLElement>("[data-link]")?.dataset.link;
      if (id) void this.attempt(() => this.revoke(id));
    });
    // The address is shown this once: it must not stand there for the next conversation.
    this.dialog.addEventListener("close", () => this.show(""));
  }

  async open(conversationId: string): Promise<void> {
    this.conversationId = conversationId;
    this.problem.textContent = "";
    this.show("");
    await this.refresh();
    this.dialog.showModal();
  }

  private async attempt(deed: () => Promise<void>): Promise<void> {
    // A disabled button would lose the focus: a second press is left unheard instead.
    if (this.busy) return;
    this.busy = true;
    this.problem.textContent = "";
    try {
      await deed();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.problem.textContent = wordsOf(error);
    } finally {
      this.busy = false;
    }
  }

  private show(address: string): void {
    this.address.value = address;
    this.made.hidden = address === "";
  }

  private async share(): Promise<void> {
    const id = this.conversationId;
    const days = Number(new FormData(this.form).get("days"));
    const { url } = await post<{ url: string }>("shares/", { conversation_id: id, leaf: this.leafOf(id), days });
    this.show(url);
    this.address.focus();
    await this.refresh();
  }

  private async revoke(id: string): Promise<void> {
    if (!(await ask(text("chatRevokeQuestion"), text("chatRevoke")))) return;
    await remove(`shares/${id}/`);
    this.show("");
    await this.refresh();
    showToast("success", text("chatRevoked"));
    this.make.focus();
  }

  private async refresh(): Promise<void> {
    const links = openLinks(await allLinks(), this.conversationId, new Date());
    this.note.textContent = links.length === 0 ? text("chatNoLinks") : "";
    this.list.replaceChildren(...links.map(row));
  }
}

function row(link: ShareLink): HTMLElement {
  const until = text("chatLinkUntil", { day: day(link.expires_at) });
  const opened = link.last_opened_at ? text("chatLinkOpened", { day: day(link.last_opened_at) }) : text("chatLinkNotOpened");
  const words = h("span", { class: "grow" }, until, h("span", { class: "row-sub" }, text("chatLinkMade", { day: day(link.created_at) }), " · ", opened));
  return h("li", { class: "share-row" }, icon("link"), words, iconButton(icon("trash"), text("chatRevokeLink", { day: day(link.expires_at) }), "revoke", { "data-link": link.id }));
}

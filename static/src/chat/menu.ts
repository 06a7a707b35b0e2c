/** One menu for every conversation of the list and for the open one: a popover beside the button that opened it. */
import { need } from "./dom";

const GAP_PX = 4;

export class ConversationMenu {
  private readonly menu = need<HTMLElement>("#chat-menu");
  private opener: HTMLElement | null = null;

  /** `act` hears what was chosen and for which conversation. */
  constructor(act: (action: string, id: string) => void) {
    this.menu.addEventListener("click", (event) => {
      const item = (event.target as Element).closest<HTMLElement>("[data-choose]");
      const id = this.menu.dataset.conversation;
      if (!item || !id) return;
      this.menu.hidePopover();
      if (item.dataset.choose) act(item.dataset.choose, id);
    });
    this.menu.addEventListener("keydown", (event) => this.onKey(event));
    this.menu.addEventListener("toggle", (event) => {
      if ((event as ToggleEvent).newState === "closed") this.opener?.setAttribute("aria-expanded", "false");
    });
  }

  open(button: HTMLElement, id: string, flags: { pinned: boolean; archived: boolean }): void {
    if (this.opener === button && this.menu.matches(":popover-open")) {
      this.menu.hidePopover();
      return;
    }
    this.opener = button;
    this.menu.dataset.conversation = id;
    for (const item of this.items()) {
      const wants = item.dataset.when;
      item.hidden = wants !== undefined && wants !== (flags.pinned ? "pinned" : "unpinned") && wants !== (flags.archived ? "archived" : "live");
      const format = item.dataset.export;
      if (item instanceof HTMLAnchorElement && format) item.href = `/api/v1/conversations/${id}/export/?format=${format}`;
    }
    this.menu.showPopover();
    button.setAttribute("aria-expanded", "true");
    this.placeBeside(button);
    this.items().find((item) => !item.hidden)?.focus();
  }

  private items(): HTMLElement[] {
    return [...this.menu.querySelectorAll<HTMLElement>(".menu-item")];
  }

  private placeBeside(button: HTMLElement): void {
    const at = button.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.menu;
    const below = at.bottom + GAP_PX + height <= window.innerHeight;
    this.menu.style.left = `${Math.max(8, Math.min(at.right - width, window.innerWidth - width - 8))}px`;
    this.menu.style.top = `${below ? at.bottom + GAP_PX : Math.max(8, at.top - GAP_PX - height)}px`;
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    const items = this.items().filter((item) => !item.hidden);
    const at = items.indexOf(document.activeElement as HTMLElement);
    items[(at + (event.key === "ArrowDown" ? 1 : -1) + items.length) % items.length]?.focus();
  }
}

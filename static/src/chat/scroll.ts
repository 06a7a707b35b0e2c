/** Scrolling of the thread: it follows the end only while the reader is there. */

/** Nearer to the end than this counts as being there. */
const NEAR_PX = 60;
/** Nearer to the beginning than this, older messages are fetched. */
const OLDER_PX = 600;

export class Scroll {
  private pinned = true;

  constructor(
    private readonly box: HTMLElement,
    private readonly jump: HTMLElement,
    onTop: () => void,
  ) {
    box.addEventListener("scroll", () => {
      this.pinned = this.distance() < NEAR_PX;
      this.show();
      if (box.scrollTop < OLDER_PX) onTop();
    }, { passive: true });
    jump.addEventListener("click", () => this.toEnd());
    // A phone's keyboard or a wider window must not hide the end from who reads there.
    new ResizeObserver(() => this.keep()).observe(box);
  }

  private distance(): number {
    return this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight;
  }

  private show(): void {
    this.jump.hidden = this.pinned;
  }

  /** After anything grew: stay at the end, if one was there. */
  keep(): void {
    if (this.pinned) this.box.scrollTop = this.box.scrollHeight;
    else this.show();
  }

  toEnd(): void {
    this.pinned = true;
    this.box.scrollTop = this.box.scrollHeight;
    this.show();
  }

  get nearTop(): boolean {
    return this.box.scrollTop < OLDER_PX;
  }

  /** Runs `change`, which puts something above `anchor`; the anchor stays where the reader sees it. */
  holding(anchor: HTMLElement | null, change: () => void): void {
    const before = anchor?.getBoundingClientRect().top ?? 0;
    // The browser's own anchoring would do the same once more; at the very top it does nothing.
    this.box.style.overflowAnchor = "none";
    change();
    const after = anchor?.getBoundingClientRect().top ?? 0;
    if (anchor) this.box.scrollTop += after - before;
    requestAnimationFrame(() => { this.box.style.overflowAnchor = ""; });
  }
}

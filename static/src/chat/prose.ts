/** One answer's text in the page. While it grows, only its last block is rendered again, once per frame. */
import { needsWhole, settledLength } from "./blocks";
import { h } from "./dom";
import { adorn, parse, render } from "./markdown";

/** Lines are counted while the text grows: they must end as the parser ends them. */
const withPlainLines = (text: string): string => (text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text);

export class Prose {
  readonly element = h("div", { class: "prose", dir: "auto" });
  private source = "";
  private settled = 0;
  private tail: HTMLElement | null = null;
  private frame = 0;

  constructor(
    private readonly owner: string,
    private readonly sources: () => readonly number[],
    private readonly onDrawn: () => void,
  ) {}

  /** The text so far; drawn in the next frame, however often this is called before it. */
  grow(text: string): void {
    const source = withPlainLines(text);
    if (!source.startsWith(this.source.slice(0, this.settled))) this.reset();
    this.source = source;
    if (this.frame === 0) this.frame = requestAnimationFrame(() => this.draw());
  }

  /** The text for good: drawn at once and as a whole. */
  finish(text: string): void {
    const source = withPlainLines(text);
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    const whole = needsWhole(source) || this.sources().length > 0 || !source.startsWith(this.source) || this.settled === 0;
    this.source = source;
    if (whole) this.drawWhole();
    else this.draw();
    void adorn(this.element).then(this.onDrawn);
  }

  private reset(): void {
    this.element.replaceChildren();
    this.settled = 0;
    this.tail = null;
  }

  private drawWhole(): void {
    this.reset();
    this.element.append(render(this.source, this.owner, this.sources()));
    this.onDrawn();
  }

  private draw(): void {
    this.frame = 0;
    const open = this.source.slice(this.settled);
    const closed = settledLength(open, parse(open));
    if (closed > 0) {
      this.block().replaceChildren(render(open.slice(0, closed), this.owner, this.sources()));
      // Closed blocks change no more: their colours and formulas can come now.
      void adorn(this.block()).then(this.onDrawn);
      this.tail = null;
      this.settled += closed;
    }
    this.block().replaceChildren(render(open.slice(closed), this.owner, this.sources()));
    this.onDrawn();
  }

  private block(): HTMLElement {
    if (!this.tail) {
      this.tail = h("div", { class: "prose-block" });
      this.element.append(this.tail);
    }
    return this.tail;
  }
}

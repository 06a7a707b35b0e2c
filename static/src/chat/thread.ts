/** The branch that is shown: fetches older messages, follows replies that are being written, swaps versions. */
import { text } from "../lib/strings";
import { get } from "./api";
import { Columns } from "./columns";
import { need } from "./dom";
import { ReplyStream, type StreamFrame } from "./frames";
import { MessageView, type Surroundings } from "./message";
import { joint, placed } from "./path";
import type { Scroll } from "./scroll";
import type { ChatSocket } from "./socket";
import { watchTools } from "./tools";
import { isEnded, type Branch, type Message } from "./types";

interface Links {
  socket: () => ChatSocket;
  scroll: () => Scroll;
  /** A reply has begun or ended, or the branch has changed. */
  onChange: () => void;
}

export class Thread {
  readonly list = need<HTMLElement>("[data-part=messages]");
  messages: Message[] = [];
  /** Answers to the last question beside each other, the branch's own among them; none most of the time. */
  private compared: Message[] = [];
  private readonly columns = new Columns();
  hasMore = false;
  private readonly views = new Map<string, MessageView>();
  private readonly streams = new Map<string, ReplyStream>();
  private readonly finished = need<HTMLElement>("[data-part=announcer]");
  private loading = false;

  constructor(
    public conversationId: string | null,
    private readonly around: Surroundings,
    private readonly links: Links,
  ) {
    watchTools(this.list);
    this.list.addEventListener("chat:grown", () => links.scroll().keep());
  }

  view(id: string): MessageView | undefined {
    return this.views.get(id);
  }

  message(id: string): Message | undefined {
    return [...this.messages, ...this.compared].find((each) => each.id === id);
  }

  get leaf(): Message | undefined {
    return this.messages.at(-1);
  }

  /** The replies that are being written at the end of the branch. */
  get running(): Message[] {
    const { leaf } = this;
    return (this.compared.length > 0 ? this.compared : leaf ? [leaf] : []).filter((each) => !isEnded(each.status));
  }

  /** The branch that the page was rendered with. */
  start(messages: Message[], hasMore: boolean): void {
    this.hasMore = hasMore;
    this.show(messages);
    this.links.scroll().toEnd();
  }

  /** Takes messages for the shown branch: views that stay are kept, the others go or come. */
  private show(messages: Message[]): void {
    const leaf = messages.at(-1);
    // The chat goes on below one of them, or another version took their place.
    if (!this.compared.some((each) => each.id === leaf?.id)) this.compared = [];
    const ids = new Set([...messages, ...this.compared].map((each) => each.id));
    for (const [id, view] of this.views) {
      if (ids.has(id)) continue;
      view.element.remove();
      this.views.delete(id);
      this.streams.delete(id);
      this.links.socket().unfollow(id);
    }
    if (this.compared.length === 0) this.columns.element.remove();
    this.messages = messages;
    messages.forEach((message, index) => this.place(message, index));
    this.list.classList.toggle("is-empty", messages.length === 0);
    this.links.onChange();
  }

  private place(message: Message, index: number): void {
    const element = this.compared.some((each) => each.id === message.id) ? this.drawCompared() : this.draw(message).element;
    const there = this.list.children[index];
    if (there !== element) this.list.insertBefore(element, there ?? null);
  }

  private drawCompared(): HTMLElement {
    this.columns.show(this.compared.map((each) => this.draw(each)));
    return this.columns.element;
  }

  private draw(given: Message): MessageView {
    const message = this.newest(given);
    let view = this.views.get(message.id);
    if (!view) {
      view = new MessageView(message, this.around);
      this.views.set(message.id, view);
    } else if (view.message !== message) view.set(message);
    if (!isEnded(message.status) && !this.streams.has(message.id)) this.follow(message);
    return view;
  }

  private follow(message: Message): void {
    const stream = new ReplyStream(message.id, message.content, message.last_seq);
    stream.tools = message.metadata.tools ?? [];
    this.streams.set(message.id, stream);
    this.links.socket().follow(message.id, () => stream.seq);
  }

  /** A message behind its parent, in place of the version that stood there. */
  put(...given: Message[]): void {
    let messages = this.messages;
    for (const message of given) messages = placed(messages, this.newest(message));
    this.show(messages);
  }

  /** Versions of one answer beside each other, at the end of the branch; `question` where it is not shown yet. */
  compare(replies: readonly Message[], question?: Message): void {
    const own = replies.find((each) => each.id === this.leaf?.id) ?? replies[0];
    if (!own) return;
    this.compared = [...replies];
    this.put(...(question ? [question] : []), own);
  }

  /** One of them remains; the others wait behind the arrows. */
  async settle(id: string): Promise<void> {
    const branch = await this.load(id);
    this.compared = [];
    this.join(branch);
  }

  /** The socket may have told more of a reply than an answer that was on its way meanwhile. */
  private newest(message: Message): Message {
    const stream = this.streams.get(message.id);
    if (!stream || isEnded(message.status) || stream.seq <= message.last_seq) return message;
    return { ...message, content: stream.text, last_seq: stream.seq, metadata: { ...message.metadata, tools: stream.tools } };
  }

  take(frame: StreamFrame): void {
    const stream = this.streams.get(frame.message_id);
    const view = this.views.get(frame.message_id);
    if (!stream || !view) return;
    const effect = stream.apply(frame);
    if (effect === "gap") this.links.socket().again(frame);
    if (effect === "text") view.grow(stream.text);
    if (effect === "tool") view.showTools(stream.tools);
    if (effect === "ended") void this.end(stream);
  }

  /** Its row knows more than the stream: sources, the reason of the end, what can be done now. */
  private async end(stream: ReplyStream): Promise<void> {
    this.links.socket().unfollow(stream.messageId);
    const known = this.message(stream.messageId);
    if (!known) return;
    let message: Message = {
      ...known, content: stream.text, status: stream.status, last_seq: stream.seq, error_code: stream.error.code,
      error_message: stream.error.message,
    };
    try {
      message = await get<Message>(`messages/${stream.messageId}/`);
    } catch {
      // What was streamed is shown; buttons that need the row come with the next load.
    }
    this.streams.delete(stream.messageId);
    if (!this.message(message.id)) return;
    this.replace(message);
    this.announce(message);
    this.links.scroll().keep();
  }

  /** The same message as it is now. */
  replace(message: Message): void {
    const now = (each: Message): Message => (each.id === message.id ? message : each);
    this.compared = this.compared.map(now);
    this.show(this.messages.map(now));
  }

  private announce(message: Message): void {
    const words = this.views.get(message.id)?.element.querySelector(".prose")?.textContent ?? "";
    this.finished.textContent = text("chatAnswered", { text: words.slice(0, 1_500) });
  }

  /** The branch through `leaf`, or the newest one. */
  async load(leaf: string | null, before: string | null = null): Promise<Branch> {
    const query = new URLSearchParams({ limit: "50" });
    if (leaf) query.set("leaf", leaf);
    if (before) query.set("before", before);
    return get<Branch>(`conversations/${this.conversationId ?? ""}/messages/?${query.toString()}`);
  }

  /** Goes over to the branch through a message: another version, or what another tab wrote. */
  async goTo(leaf: string | null): Promise<void> {
    this.join(await this.load(leaf));
  }

  /** A fetched stretch of a branch, joined to what is shown above it. */
  join(branch: Branch): void {
    const anchor = joint(this.messages, branch.messages);
    if (!anchor) {
      this.hasMore = branch.has_more;
      this.show(branch.messages.map((each) => this.newest(each)));
      return;
    }
    this.show([...this.messages.slice(0, anchor.start), ...branch.messages.map((each) => this.newest(each))]);
  }

  /** Messages before the first one; they come above without moving what is read. */
  async older(): Promise<void> {
    const first = this.messages[0];
    if (!first || !this.hasMore || this.loading) return;
    this.loading = true;
    this.list.setAttribute("aria-busy", "true");
    try {
      const branch = await this.load(null, first.id);
      this.hasMore = branch.has_more;
      this.links.scroll().holding(this.views.get(first.id)?.element ?? null, () => this.show([...branch.messages, ...this.messages]));
    } finally {
      this.loading = false;
      this.list.removeAttribute("aria-busy");
    }
    if (this.links.scroll().nearTop && this.hasMore) void this.older();
  }
}

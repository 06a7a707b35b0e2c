/** Frames of /ws/chat/ and what they do to a reply's text; no DOM here, so that it can be tested by itself. */
import type { MessageStatus, ToolUse } from "./types";

interface Delta {
  type: "delta";
  message_id: string;
  seq: number;
  text: string;
}

interface Snapshot {
  type: "snapshot";
  message_id: string;
  seq: number;
  text: string;
  status: MessageStatus;
}

interface Tool extends ToolUse {
  type: "tool";
  message_id: string;
  seq: number;
}

interface State {
  type: "state";
  message_id: string;
  seq: number;
  status: MessageStatus;
  usage: { prompt_tokens?: number; completion_tokens?: number };
  error_code: string;
  error_message: string;
}

interface Refusal {
  type: "error";
  message_id: string;
  code: string;
  message: string;
}

/** Another tab or device wrote: its message and the reply to it exist and can be fetched. */
interface Changed {
  type: "chat.changed";
  conversation_id: string;
  message_id: string;
  reply_id: string;
}

export type StreamFrame = Delta | Snapshot | Tool | State;
export type ChatFrame = StreamFrame | Refusal | Changed;

const STREAMED = new Set(["delta", "snapshot", "tool", "state"]);

/** The frame in a message, or null for anything this page does not know: a newer server may send more kinds. */
export function parseChatFrame(data: unknown): ChatFrame | null {
  if (typeof data !== "string") return null;
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const frame = value as { type?: unknown; message_id?: unknown; conversation_id?: unknown; seq?: unknown };
  if (frame.type === "chat.changed") return typeof frame.conversation_id === "string" ? (value as Changed) : null;
  if (typeof frame.message_id !== "string") return null;
  if (frame.type === "error") return value as Refusal;
  const known = typeof frame.type === "string" && STREAMED.has(frame.type) && typeof frame.seq === "number";
  return known ? (value as StreamFrame) : null;
}

export type Effect = "text" | "tool" | "ended" | "gap" | "none";

/** The text of one reply, put together from numbered frames: each counts once and in order. */
export class ReplyStream {
  status: MessageStatus = "streaming";
  tools: ToolUse[] = [];
  error = { code: "", message: "" };

  constructor(
    readonly messageId: string,
    public text = "",
    public seq = 0,
  ) {}

  /** Takes a frame in. "gap" means that frames are missing: follow again after `seq`; nothing was changed. */
  apply(frame: StreamFrame): Effect {
    if (frame.type === "snapshot") return this.replace(frame);
    if (this.status !== "streaming") return "none";
    // An end that was read from the row bears the number of the last delta, or one beyond frames that are lost: it counts.
    if (frame.type === "state") return this.end(frame);
    if (frame.seq <= this.seq) return "none";
    if (frame.seq !== this.seq + 1) return "gap";
    this.seq = frame.seq;
    if (frame.type === "delta") {
      this.text += frame.text;
      return "text";
    }
    this.tools = [...this.tools.filter((tool) => tool.call_id !== frame.call_id), frame];
    return "tool";
  }

  private end(frame: State): Effect {
    this.seq = Math.max(this.seq, frame.seq);
    this.status = frame.status;
    this.error = { code: frame.error_code, message: frame.error_message };
    return "ended";
  }

  private replace(frame: Snapshot): Effect {
    if (frame.seq < this.seq) return "none";
    this.text = frame.text;
    this.seq = frame.seq;
    this.status = frame.status;
    return frame.status === "streaming" ? "text" : "ended";
  }
}

/** One WebSocket to /ws/chat/: follows replies by their number, and takes up again where it stopped. */
import { reconnectDelay } from "../lib/reconnect";
import { parseChatFrame, type ChatFrame, type StreamFrame } from "./frames";

/** Refused for good: trying again would not help. */
const FINAL_CODES = new Set([4401, 4403]);

interface Listeners {
  onFrame: (frame: ChatFrame) => void;
  /** After a gap in the connection: what happened meanwhile to other chats is unknown. */
  onBack: () => void;
  onRefused: () => void;
}

export class ChatSocket {
  private socket: WebSocket | null = null;
  private attempt = 0;
  private everConnected = false;
  /** The last number seen of each reply that is followed. */
  private readonly followed = new Map<string, () => number>();

  constructor(
    private readonly path: string,
    private readonly listeners: Listeners,
  ) {
    this.connect();
  }

  /** From the next frame after `seen()` on, which is asked again at each reconnect. */
  follow(messageId: string, seen: () => number): void {
    this.followed.set(messageId, seen);
    this.send({ type: "follow", message_id: messageId, after: seen() });
  }

  unfollow(messageId: string): void {
    if (this.followed.delete(messageId)) this.send({ type: "unfollow", message_id: messageId });
  }

  /** Frames were lost on the way: ask for them. */
  again(frame: StreamFrame): void {
    const seen = this.followed.get(frame.message_id);
    if (seen) this.follow(frame.message_id, seen);
  }

  isFollowed(messageId: string): boolean {
    return this.followed.has(messageId);
  }

  private send(frame: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  private connect(): void {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}${this.path}`);
    this.socket = socket;
    socket.addEventListener("open", () => this.onOpen());
    socket.addEventListener("message", (event) => {
      const frame = parseChatFrame(event.data);
      if (frame) this.listeners.onFrame(frame);
    });
    socket.addEventListener("close", (event) => this.onClose(event.code));
  }

  private onOpen(): void {
    this.attempt = 0;
    for (const [id, seen] of this.followed) this.send({ type: "follow", message_id: id, after: seen() });
    if (this.everConnected) this.listeners.onBack();
    this.everConnected = true;
  }

  private onClose(code: number): void {
    this.socket = null;
    if (FINAL_CODES.has(code)) {
      this.listeners.onRefused();
      return;
    }
    window.setTimeout(() => this.connect(), reconnectDelay(this.attempt));
    this.attempt += 1;
  }
}

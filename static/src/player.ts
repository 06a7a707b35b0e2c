/** Audio player: waveform of the decoded audio, seeking by pointer and keyboard, words lit while they are spoken. */
import { clock } from "./lib/format";
import { peaks } from "./lib/peaks";
import { icon, text } from "./lib/strings";
import { cutText, wordAt, type Word } from "./lib/words";

const BAR_PX = 3;
const GAP_PX = 2;
const STEP_SECONDS = 5;

class Player {
  private readonly audio: HTMLAudioElement;
  private readonly button: HTMLButtonElement;
  private readonly wave: HTMLElement;
  private readonly canvas: HTMLCanvasElement;
  private readonly time: HTMLElement;
  private words: Word[] = [];
  private spans: HTMLElement[] = [];
  private lit = -1;
  private samples: Float32Array | null = null;
  private bars: number[] = [];

  constructor(private readonly root: HTMLElement) {
    this.audio = part(root, "audio") as HTMLAudioElement;
    this.button = part(root, "play") as HTMLButtonElement;
    this.wave = part(root, "wave");
    this.canvas = part(root, "canvas") as HTMLCanvasElement;
    this.time = part(root, "time");
    this.listen();
    this.readWords();
    void this.decode();
    new ResizeObserver(() => this.draw(true)).observe(this.wave);
    document.addEventListener("rh:theme", () => this.draw());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  private listen(): void {
    this.button.addEventListener("click", () => this.toggle());
    this.wave.addEventListener("pointerdown", (event) => {
      const box = this.wave.getBoundingClientRect();
      this.seek(((event.clientX - box.left) / box.width) * this.length);
    });
    this.wave.addEventListener("keydown", (event) => this.onKey(event));
    for (const name of ["play", "pause", "ended"]) this.audio.addEventListener(name, () => this.showButton());
    for (const name of ["timeupdate", "seeked", "loadedmetadata", "durationchange"]) {
      this.audio.addEventListener(name, () => this.showTime());
    }
    // timeupdate comes four times a second: too slow for words.
    this.audio.addEventListener("play", () => this.follow());
    this.audio.addEventListener("error", () => this.fail());
  }

  private get length(): number {
    const known = this.audio.duration;
    return Number.isFinite(known) ? known : Number(this.root.dataset.durationMs ?? 0) / 1000;
  }

  private toggle(): void {
    if (this.audio.paused) void this.audio.play().catch(() => this.fail());
    else this.audio.pause();
  }

  private seek(seconds: number): void {
    this.audio.currentTime = Math.min(Math.max(0, seconds), this.length || 0);
    this.showTime();
  }

  private onKey(event: KeyboardEvent): void {
    const now = this.audio.currentTime;
    if (event.key === "ArrowLeft" || event.key === "ArrowDown") this.seek(now - STEP_SECONDS);
    else if (event.key === "ArrowRight" || event.key === "ArrowUp") this.seek(now + STEP_SECONDS);
    else if (event.key === "Home") this.seek(0);
    else if (event.key === "End") this.seek(this.length);
    else if (event.key === " " || event.key === "Enter") this.toggle();
    else return;
    event.preventDefault();
  }

  private fail(): void {
    this.button.disabled = true;
    part(this.root, "error").textContent = text("audioFailed");
  }

  private showButton(): void {
    const playing = !this.audio.paused;
    this.button.replaceChildren(playing ? icon("player-pause") : icon("player-play"));
    this.button.setAttribute("aria-label", text(playing ? "pause" : "play"));
  }

  private showTime(): void {
    const now = this.audio.currentTime;
    this.time.textContent = `${clock(now)} / ${clock(this.length)}`;
    this.wave.setAttribute("aria-valuemax", String(Math.round(this.length)));
    this.wave.setAttribute("aria-valuenow", String(Math.round(now)));
    this.wave.setAttribute("aria-valuetext", `${clock(now)} / ${clock(this.length)}`);
    this.light(wordAt(this.words, now * 1000));
    this.draw();
  }

  private follow(): void {
    const step = (): void => {
      this.showTime();
      if (!this.audio.paused && this.root.isConnected) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  private readWords(): void {
    const raw = this.root.dataset.words ? document.getElementById(this.root.dataset.words)?.textContent : null;
    const host = this.root.querySelector<HTMLElement>("[data-role=words]");
    if (!raw || !host) return;
    this.words = JSON.parse(raw) as Word[];
    const content = host.textContent?.trim() || this.words.map((word) => word.text).join(" ");
    const nodes = cutText(content, this.words).map((piece) => this.wordNode(piece.text, piece.word));
    host.replaceChildren(...nodes);
  }

  private wordNode(content: string, index: number): Node {
    if (index < 0) return document.createTextNode(content);
    const span = document.createElement("span");
    span.className = "word";
    span.textContent = content;
    span.addEventListener("click", () => this.seek((this.words[index]?.start_ms ?? 0) / 1000));
    this.spans[index] = span;
    return span;
  }

  private light(index: number): void {
    const started = this.audio.currentTime > 0 && !this.audio.ended;
    const next = started ? index : -1;
    if (next === this.lit) return;
    this.spans[this.lit]?.classList.remove("is-spoken");
    const word = this.spans[next];
    word?.classList.add("is-spoken");
    if (word && !this.audio.paused) keepInView(word);
    this.lit = next;
  }

  private async decode(): Promise<void> {
    try {
      const reply = await fetch(this.audio.currentSrc || this.audio.src, { credentials: "same-origin" });
      if (!reply.ok) return;
      const context = new OfflineAudioContext(1, 1, 8_000);
      const decoded = await context.decodeAudioData(await reply.arrayBuffer());
      this.samples = decoded.getChannelData(0);
      if (!Number.isFinite(this.audio.duration)) this.root.dataset.durationMs = String(decoded.duration * 1000);
      this.showTime();
      this.draw(true);
    } catch {
      // A format that Web Audio cannot decode still plays; its wave stays a plain line.
    }
  }

  private draw(resized = false): void {
    const ratio = window.devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = this.wave;
    if (width === 0) return;
    const count = Math.max(1, Math.floor(width / (BAR_PX + GAP_PX)));
    if (resized || this.bars.length !== count) {
      this.canvas.width = width * ratio;
      this.canvas.height = height * ratio;
      this.bars = this.samples ? peaks(this.samples, count) : new Array<number>(count).fill(0);
    }
    this.paint(width, height, ratio);
  }

  private paint(width: number, height: number, ratio: number): void {
    const pen = this.canvas.getContext("2d");
    if (!pen) return;
    const style = getComputedStyle(this.root);
    const played = this.length > 0 ? (this.audio.currentTime / this.length) * width : 0;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    this.bars.forEach((bar, slot) => {
      const x = slot * (BAR_PX + GAP_PX);
      const tall = Math.max(2, bar * (height - 4));
      pen.fillStyle = style.getPropertyValue(x < played ? "--rh-accent" : "--rh-wave").trim();
      pen.beginPath();
      pen.roundRect(x, (height - tall) / 2, BAR_PX, tall, BAR_PX / 2);
      pen.fill();
    });
  }
}

/** Scrolls the words' own box, never the page: the reader may be looking at something else. */
function keepInView(word: HTMLElement): void {
  const box = word.closest<HTMLElement>("[data-role=words]");
  if (!box || box.scrollHeight <= box.clientHeight) return;
  const top = word.offsetTop - box.offsetTop;
  if (top < box.scrollTop || top + word.offsetHeight > box.scrollTop + box.clientHeight) {
    box.scrollTop = top - box.clientHeight / 3;
  }
}

function part(root: HTMLElement, role: string): HTMLElement {
  const found = root.querySelector<HTMLElement>(`[data-role=${role}]`);
  if (!found) throw new Error(`player without ${role}`);
  return found;
}

const started = new WeakSet<Element>();

export function startPlayers(): void {
  for (const root of document.querySelectorAll<HTMLElement>("[data-player]")) {
    if (started.has(root)) continue;
    started.add(root);
    new Player(root);
  }
}

startPlayers();
// Players also arrive inside fragments.
document.addEventListener("htmx:after:swap", startPlayers);

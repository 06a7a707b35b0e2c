/** Reads an answer aloud: an audio request like any other, and a player below the answer. */
import { icon, text } from "../lib/strings";
import { get, post, Problem } from "./api";
import { h } from "./dom";

interface AudioRequest {
  id: string;
  task_id: string;
  status: string;
  error_message: string;
}

const POLL_MS = 400;
const MAX_POLL_MS = 3_000;
/** Of the voice engines. */
const MAX_CHARACTERS = 20_000;

/** The made sound's address. Throws Problem when it cannot be made. */
async function speak(words: string, begun: (taskId: string) => void): Promise<string> {
  let request = await post<AudioRequest>("audio-requests/", { text_content: words.slice(0, MAX_CHARACTERS), output_format: "mp3" });
  begun(request.task_id);
  for (let wait = POLL_MS; !["completed", "failed", "cancelled"].includes(request.status); wait = Math.min(MAX_POLL_MS, wait * 1.3)) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    request = await get<AudioRequest>(`audio-requests/${request.id}/`);
  }
  if (request.status !== "completed") throw new Problem(0, request.status, request.error_message || text("audioFailed"));
  return `/api/v1/audio-requests/${request.id}/file/`;
}

/** The player of components/player.html. */
function player(src: string): HTMLElement {
  const wave = h("div", {
    class: "player-wave", "data-role": "wave", role: "slider", tabindex: "0", "aria-label": text("chatPosition"),
    "aria-valuemin": "0", "aria-valuemax": "0", "aria-valuenow": "0",
  }, h("canvas", { "data-role": "canvas" }));
  const play = h("button", { type: "button", class: "player-play", "data-role": "play", "aria-label": text("play") }, icon("player-play"));
  return h(
    "div", { class: "player", "data-player": true, role: "group", "aria-label": text("chatSpoken") },
    h("div", { class: "player-row" }, play, wave, h("span", { class: "player-time", "data-role": "time" }, "0:00")),
    h("p", { class: "player-error", "data-role": "error", role: "alert" }),
    h("audio", { "data-role": "audio", src, preload: "metadata", autoplay: true }),
  );
}

/** Puts the player below the message; `words` is what one reads there. */
export async function readAloud(message: HTMLElement, words: string): Promise<void> {
  message.querySelector("[data-part=speech]")?.remove();
  const place = h("div", { class: "speech", "data-part": "speech", role: "status" }, text("chatMakingVoice"));
  message.querySelector("[data-part=actions]")?.before(place);
  try {
    // An element of the task in the page: nobody needs to be told elsewhere that it has finished.
    const src = await speak(words, (taskId) => { place.dataset.taskId = taskId; });
    const { startPlayers } = await import("../player");
    place.replaceChildren(player(src));
    startPlayers();
    place.scrollIntoView({ block: "nearest" });
  } catch (error) {
    place.remove();
    throw error;
  }
}

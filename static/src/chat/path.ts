/** The branch that is shown: a list of messages, each the parent of the next. Pure, so that it can be tested. */
import type { Message } from "./types";

/** Where the versions of a message's turn stand: "2 of 3", and the ids to either side. */
export interface Place {
  number: number;
  count: number;
  previous: string | undefined;
  next: string | undefined;
}

export function placeOf(message: Message): Place {
  const at = Math.max(0, message.versions.indexOf(message.id));
  return {
    number: at + 1,
    count: Math.max(1, message.versions.length),
    previous: message.versions[at - 1],
    next: message.versions[at + 1],
  };
}

/** How many messages at the head of `shown` stay when `branch` takes its place. `start` is where `branch` joins it. */
export interface Joint {
  start: number;
  kept: number;
}

/**
 * Joins a fetched stretch of a branch to what is shown. `start` is the index of the first fetched message (or of the
 * place after its parent), null when the two do not touch: then everything is replaced.
 */
export function joint(shown: readonly Message[], branch: readonly Message[]): Joint | null {
  const first = branch[0];
  if (!first) return null;
  let start = shown.findIndex((message) => message.id === first.id);
  if (start < 0) {
    const parent = shown.findIndex((message) => message.id === first.parent_message_id);
    if (parent < 0) return null;
    start = parent + 1;
  }
  let kept = 0;
  while (kept < branch.length && shown[start + kept]?.id === branch[kept]?.id) kept += 1;
  return { start, kept };
}

/** The branch with `message` behind its parent: what stood there, a version of the same turn, goes with all below it. */
export function placed(shown: readonly Message[], message: Message): Message[] {
  const known = shown.findIndex((each) => each.id === message.id);
  if (known >= 0) return shown.map((each, index) => (index === known ? message : each));
  const parent = shown.findIndex((each) => each.id === message.parent_message_id);
  if (parent >= 0) return [...shown.slice(0, parent + 1), message];
  // The parent is not shown: it is the first of all, or a version of the first one that is.
  return [message];
}

/** The message that `arrow up` edits: the last one that may be. */
export function lastEditable(shown: readonly Message[]): Message | undefined {
  return shown.findLast((message) => message.abilities.edit);
}

/** The question above an answer. */
export function questionOf(shown: readonly Message[], answer: Message): Message | undefined {
  return shown.find((message) => message.id === answer.parent_message_id);
}

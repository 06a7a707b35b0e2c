/** All kept rows of a result, read as they arrive. */
import { leaveWhenSignedOut, problemOf } from "../chat/api";
import { jsonLines, textOf } from "./ndjson";
import type { RowStore } from "./rows";
import type { Cell } from "./types";

/** Fills the store and tells after each part; throws Problem. */
export async function loadRows(query: string, store: RowStore, onPart: () => void): Promise<void> {
  const reply = await fetch(`/api/v1/queries/${query}/stream/`, { credentials: "same-origin" });
  if (reply.status === 401) leaveWhenSignedOut();
  if (!reply.ok || !reply.body) throw problemOf(reply.status, await reply.text());
  let begun = false;
  for await (const batch of jsonLines(textOf(reply.body))) {
    // The first line holds the columns, which the page has already; the preview's rows come again.
    if (!begun) store.replace([]);
    store.add((begun ? batch : batch.slice(1)) as Cell[][]);
    begun = true;
    onPart();
  }
  store.sort(store.sorting);
  onPart();
}

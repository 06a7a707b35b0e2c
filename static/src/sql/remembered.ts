/** Charts that somebody chose, by query: in this browser, the last ones. */
import type { Chart } from "./types";

export interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

const KEY = "roundhouse.sql.charts";
const MOST = 60;

type Entries = [string, Chart][];

function read(store: Store): Entries {
  try {
    const value: unknown = JSON.parse(store.getItem(KEY) ?? "[]");
    return Array.isArray(value) ? (value as Entries) : [];
  } catch {
    // Somebody else's text, or a browser that keeps nothing: as if nothing had been chosen.
    return [];
  }
}

export const chosenChart = (store: Store, query: string): Chart | null =>
  read(store).find(([id]) => id === query)?.[1] ?? null;

export function rememberChart(store: Store, query: string, chart: Chart): void {
  const others = read(store).filter(([id]) => id !== query);
  try {
    store.setItem(KEY, JSON.stringify([...others, [query, chart]].slice(-MOST)));
  } catch {
    // Full or forbidden: the choice holds as long as the page is open.
  }
}

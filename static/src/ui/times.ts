/** Keeps <time data-reltime> true while the page stays open. */
import { relative } from "../lib/format";

const EVERY_MS = 30_000;

function refresh(): void {
  const language = document.documentElement.lang || "en";
  for (const element of document.querySelectorAll<HTMLTimeElement>("time[data-reltime]")) {
    const age = (Date.now() - Date.parse(element.dateTime)) / 1000;
    if (Number.isNaN(age)) continue;
    const words = relative(age, language);
    if (element.textContent !== words) element.textContent = words;
  }
}

export function startTimes(): void {
  setInterval(refresh, EVERY_MS);
  document.addEventListener("visibilitychange", refresh);
}

/** Numbers and times as people read them; the same rules as the template filters. */

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 86_400;

/** 850 ms below a second, then 1:02, then 2:03:04. */
export function duration(seconds: number): string {
  if (seconds > 0 && seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  return clock(seconds);
}

/** 0:00 upward, for players and running work: never switches to milliseconds. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / HOUR_SECONDS);
  const minutes = Math.floor((whole % HOUR_SECONDS) / MINUTE_SECONDS);
  const secs = String(whole % MINUTE_SECONDS).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${secs}` : `${minutes}:${secs}`;
}

/** "5 minutes ago" in the page's language; "now" within the first minute. */
export function relative(ageSeconds: number, language: string): string {
  const size = Math.abs(ageSeconds);
  const sign = ageSeconds < 0 ? 1 : -1;
  if (size < MINUTE_SECONDS) return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(0, "second");
  const format = new Intl.RelativeTimeFormat(language, { numeric: "always" });
  if (size < HOUR_SECONDS) return format.format(sign * Math.floor(size / MINUTE_SECONDS), "minute");
  if (size < DAY_SECONDS) return format.format(sign * Math.floor(size / HOUR_SECONDS), "hour");
  return format.format(sign * Math.floor(size / DAY_SECONDS), "day");
}

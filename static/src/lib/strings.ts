/** The words of the page's language, printed by the server as JSON (config/common/context.py: SCRIPT_TEXTS). */

export interface StatusLook {
  icon: string;
  tone: string;
  label: string;
}

interface ScriptTexts {
  sprite: string;
  texts: Record<string, string>;
  statuses: Record<string, StatusLook>;
}

let cached: ScriptTexts | undefined;

function load(): ScriptTexts {
  if (cached) return cached;
  const raw = document.getElementById("rh-texts")?.textContent;
  cached = raw ? (JSON.parse(raw) as ScriptTexts) : { sprite: "", texts: {}, statuses: {} };
  // Words that only this page needs, printed by its own template.
  const own = document.getElementById("page-texts")?.textContent;
  if (own) Object.assign(cached.texts, JSON.parse(own));
  return cached;
}

/** The text named `key`, with {placeholders} filled; the key itself when the server sent no such text. */
export function text(key: string, values: Record<string, string> = {}): string {
  const template = load().texts[key] ?? key;
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

export function statusLook(status: string): StatusLook {
  return load().statuses[status] ?? { icon: "help-circle", tone: "muted", label: status };
}

const SVG = "http://www.w3.org/2000/svg";

/** An icon of the sprite; the build collects the names from calls with a literal. */
export function icon(name: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${load().sprite}#${name}`);
  svg.append(use);
  return svg;
}

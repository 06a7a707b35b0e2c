// Writes static/dist/icons.svg: one <symbol> for each Tabler icon that a template, a Python file or a module names.
// A name is found as {% icon "name" %}, icon="name" (component parameter), icon: "name" / Icon("name") in code.
import { readdirSync, readFileSync, writeFileSync, existsSync, statSync } from "node:fs";
import { join, extname } from "node:path";

const ICONS = "node_modules/@tabler/icons/icons";
const OUT = "static/dist/icons.svg";
const SKIP = new Set(["node_modules", "dist", "migrations", "tests", "build", "staticfiles", "locale", "docs", "bench"]);
const PATTERNS = {
  ".html": [/\{%\s*icon\s+["']([a-z0-9-]+)["']/g, /\bicon=["']([a-z0-9-]+)["']/g],
  ".py": [/\bicon=["']([a-z0-9-]+)["']/g],
  ".ts": [/\bicon\(["']([a-z0-9-]+)["']/g],
};

function* sources(folder) {
  for (const name of readdirSync(folder)) {
    if (name.startsWith(".") || SKIP.has(name)) continue;
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* sources(path);
    else if (PATTERNS[extname(name)]) yield path;
  }
}

const used = new Map();
for (const path of sources(".")) {
  const text = readFileSync(path, "utf8");
  for (const pattern of PATTERNS[extname(path)])
    for (const [, name] of text.matchAll(pattern)) if (!used.has(name)) used.set(name, path);
}

// "star-filled" is the filled drawing of "star", as in Tabler's own naming.
const fileOf = (name) =>
  name.endsWith("-filled") ? `${ICONS}/filled/${name.slice(0, -7)}.svg` : `${ICONS}/outline/${name}.svg`;

const unknown = [...used].filter(([name]) => !existsSync(fileOf(name)));
if (unknown.length > 0) {
  for (const [name, path] of unknown) console.error(`icons: no Tabler icon "${name}" (used in ${path})`);
  process.exit(1);
}

const symbols = [...used.keys()].sort().map((name) => {
  const svg = readFileSync(fileOf(name), "utf8").replace(/<!--[\s\S]*?-->/g, "");
  const body = svg.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "");
  const shapes = body.replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "").replace(/\s*\n\s*/g, "");
  const paint = name.endsWith("-filled")
    ? 'fill="currentColor"'
    : 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';
  return `<symbol id="${name}" viewBox="0 0 24 24" ${paint}>${shapes}</symbol>`;
});
writeFileSync(OUT, `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("\n")}</svg>\n`);
console.log(`icons: ${symbols.length} in ${OUT}`);

// Prints what a first page loads, compressed, and fails the build when its script passes the budget.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET_BYTES = 150 * 1024;
const manifest = JSON.parse(readFileSync("static/dist/manifest.json", "utf8"));
const gzipped = (file) => gzipSync(readFileSync(`static/dist/${file}`), { level: 9 }).length;

function closure(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) closure(next, seen);
  return seen;
}

function measure(entries) {
  const chunks = new Set(entries.flatMap((entry) => [...closure(entry)]));
  const styles = new Set([...chunks].flatMap((key) => manifest[key].css ?? []));
  const script = [...chunks].reduce((sum, key) => sum + gzipped(manifest[key].file), 0);
  return { script, style: [...styles].reduce((sum, file) => sum + gzipped(file), 0) };
}

const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
const first = measure(["static/src/app.ts"]);
const heaviest = measure(Object.keys(manifest).filter((key) => manifest[key].isEntry));
console.log(`size: first page script ${kib(first.script)}, style ${kib(first.style)}, icons ${kib(gzipped("icons.svg"))} (gzip)`);
console.log(`size: all entries script ${kib(heaviest.script)} of ${kib(BUDGET_BYTES)}`);
if (first.script > BUDGET_BYTES) {
  console.error(`size: first page script is over ${kib(BUDGET_BYTES)}`);
  process.exit(1);
}

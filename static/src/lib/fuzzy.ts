/** Ranking of palette entries: a word start beats a middle, a middle beats scattered letters. */

/** Larger is better; 0 means no match. Accents do not matter, so that "du an" finds "Dự án". */
export function score(query: string, candidate: string): number {
  const needle = fold(query).trim();
  const hay = fold(candidate);
  if (needle === "") return 1;
  if (hay.startsWith(needle)) return 4;
  if (hay.includes(` ${needle}`)) return 3;
  if (hay.includes(needle)) return 2;
  return isSubsequence(needle, hay) ? 1 : 0;
}

function fold(value: string): string {
  return value.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replaceAll("đ", "d");
}

function isSubsequence(needle: string, hay: string): boolean {
  let from = 0;
  for (const letter of needle) {
    const at = hay.indexOf(letter, from);
    if (at < 0) return false;
    from = at + 1;
  }
  return true;
}

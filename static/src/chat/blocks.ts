/** Cuts growing Markdown into blocks, so that only the last one is rendered again while a reply streams. */

export interface BlockToken {
  level: number;
  map: [number, number] | null;
}

/** Offsets at which the lines of `source` begin. */
function lineOffsets(source: string): number[] {
  const offsets = [0];
  for (let at = source.indexOf("\n"); at >= 0; at = source.indexOf("\n", at + 1)) offsets.push(at + 1);
  return offsets;
}

/**
 * Cuts `source` before its last top-level block. What stands before it can change no more by adding text: a block
 * is closed once another one has begun. Returns the offset; 0 while there is one block only.
 */
export function settledLength(source: string, tokens: readonly BlockToken[]): number {
  let last = 0;
  for (const token of tokens) if (token.level === 0 && token.map) last = Math.max(last, token.map[0]);
  return last === 0 ? 0 : (lineOffsets(source)[last] ?? 0);
}

/** Whether parts of the text depend on its other end, so that blocks rendered alone could differ from the whole. */
export function needsWhole(source: string): boolean {
  return /^ {0,3}\[[^\]\n]+\]:/m.test(source);
}

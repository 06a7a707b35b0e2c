/** Word timings of spoken text, and where each word stands in it. */

export interface Word {
  text: string;
  start_ms: number;
  end_ms: number;
}

export interface Piece {
  text: string;
  /** Index into the words, or -1 for what lies between two words. */
  word: number;
}

/** Cuts `content` into words and the punctuation between them; a word that is not in the text is left out. */
export function cutText(content: string, words: readonly Word[]): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  words.forEach((word, index) => {
    const at = word.text === "" ? -1 : content.indexOf(word.text, from);
    if (at < 0) return;
    if (at > from) pieces.push({ text: content.slice(from, at), word: -1 });
    pieces.push({ text: word.text, word: index });
    from = at + word.text.length;
  });
  if (from < content.length) pieces.push({ text: content.slice(from), word: -1 });
  return pieces;
}

/** Index of the word spoken at `ms`, or the last one before it in a pause, or -1 before the first. */
export function wordAt(words: readonly Word[], ms: number): number {
  let low = 0;
  let high = words.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((words[middle]?.start_ms ?? Infinity) <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

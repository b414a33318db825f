// Long enough that cutting costs nothing, short enough that the tokenizer core's tables stay small.
const TARGET_LENGTH = 1 << 18;

/**
 * Cuts a long text into parts at single line feeds before a letter, for tokenizers that never join tokens there.
 * The core keeps about a hundred bytes for each token of a part; a text of any size so passes in bounded memory.
 */
export function cutAtLines(text: string, targetLength = TARGET_LENGTH): string[] {
  const parts: string[] = [];
  const border = /(?<=\S)\n(?=\p{L})/gu;
  let start = 0;
  while (text.length - start > targetLength) {
    border.lastIndex = start + targetLength;
    const match = border.exec(text);
    if (match === null) break;
    parts.push(text.slice(start, match.index + 1));
    start = match.index + 1;
  }
  parts.push(text.slice(start));
  return parts;
}

// Long enough that cutting costs nothing, short enough to keep the tokenizer library's memory small.
const TARGET_LENGTH = 1 << 18;

/**
 * Cuts a long text at single line feeds before a letter, for tokenizers without tokens that span those. The library
 * needs about a hundred bytes per token of a part, so this bounds its memory.
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

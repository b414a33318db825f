/** Splits Markdown into blocks that should stay whole: paragraphs, list items, fenced code, tables. */

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const TABLE_ROW = /^\s*\|.*\|\s*$/;

/** Blocks in order; joined by empty lines they form the text again. */
export function blocksOf(text: string): string[] {
  const blocks: string[] = [];
  let open: string[] = [];
  let fence: string | undefined;
  for (const line of text.split('\n')) {
    const mark = FENCE.exec(line)?.[1];
    if (mark !== undefined && (fence === undefined || mark.startsWith(fence)))
      fence = fence === undefined ? mark : undefined;
    if (line.trim() !== '' || fence !== undefined) {
      open.push(line);
      continue;
    }
    if (open.length > 0) blocks.push(open.join('\n'));
    open = [];
  }
  if (open.length > 0) blocks.push(open.join('\n'));
  return blocks;
}

/** Splits a block that is too long, no further than necessary: into rows, lines, sentences. */
export function smallerBlocks(block: string): string[] {
  const lines = block.split('\n');
  if (lines.length > 2 && lines.every((line) => TABLE_ROW.test(line))) {
    const [header, rule, ...rows] = lines;
    // Each part repeats the header, without which rows are meaningless.
    return rows.length > 1 ? halves(rows).map((half) => [header, rule, ...half].join('\n')) : [block];
  }
  if (lines.length > 1) return halves(lines).map((half) => half.join('\n'));
  const sentences = block.split(/(?<=[.!?…]["')\]]?)\s+(?=\S)|(?<=[。！？])/u);
  if (sentences.length > 1) return halves(sentences).map((half) => half.join(' '));
  // By positions rather than lists of words: a line may have millions.
  const after = block.indexOf(' ', block.length >> 1);
  const middle = after === -1 ? block.lastIndexOf(' ', block.length >> 1) : after;
  return middle > 0 && middle < block.length - 1 ? [block.slice(0, middle), block.slice(middle + 1)] : [block];
}

function halves<Part>(parts: readonly Part[]): [Part[], Part[]] {
  const middle = Math.ceil(parts.length / 2);
  return [parts.slice(0, middle), parts.slice(middle)];
}

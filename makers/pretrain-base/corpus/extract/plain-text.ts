import type { Block, Document, PackageFile } from '../document.ts';

/** Paragraphs of hard-wrapped text, unwrapped. A paragraph with only deeply indented lines is kept as code. */
export function paragraphsOf(text: string): Block[] {
  const blocks: Block[] = [];
  for (const paragraph of text.replaceAll('\r', '').split(/\n(?:[ \t]*\n)+/)) {
    const lines = paragraph.split('\n').filter((line) => line.trim() !== '');
    if (lines.length === 0) continue;
    if (lines.length > 1 && lines.every((line) => /^(?: {4}|\t)/.test(line))) {
      blocks.push({ kind: 'code', text: lines.map((line) => line.replace(/^(?: {4}|\t)/, '')).join('\n') });
    } else blocks.push(...unwrapParagraph(lines));
  }
  return blocks;
}

function unwrapParagraph(lines: readonly string[]): Block[] {
  const blocks: Block[] = [];
  for (const line of lines) {
    const item = /^\s*[-*•]\s+(\S.*)$/.exec(line);
    const last = blocks.at(-1);
    if (item !== null) blocks.push({ kind: 'item', text: item[1].trim() });
    else if (last === undefined) blocks.push({ kind: 'text', text: line.trim() });
    else last.text += ` ${line.trim()}`;
  }
  return blocks;
}

const FORTUNES_PER_DOCUMENT = 15;

/**
 * A fortune file: entries separated by lines of `%`, comments after `#`. The lines of verse and dialogue are not
 * joined.
 */
export function* extractFortunes(files: readonly PackageFile[]): Generator<Document> {
  for (const file of files) {
    const entries = file
      .read()
      .toString('utf8')
      .replaceAll(/^#.*\n/gm, '')
      .split(/^%.*\n/m);
    for (let start = 0; start < entries.length; start += FORTUNES_PER_DOCUMENT) {
      const blocks = entries.slice(start, start + FORTUNES_PER_DOCUMENT).flatMap(fortuneBlocks);
      yield { id: `${file.path}#${start / FORTUNES_PER_DOCUMENT}`, blocks };
    }
  }
}

function fortuneBlocks(entry: string): Block[] {
  const lines = entry
    .replaceAll('\t', ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines.length === 0) return [];
  const text = lines.map((line, i) => (i === 0 ? line : `${lines[i - 1].length < 45 ? '\n' : ' '}${line}`)).join('');
  return [{ kind: 'text', text }];
}

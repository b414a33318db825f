import type { Block, Document, PackageFile } from '../document.ts';

const SYNSETS_PER_DOCUMENT = 20;
const PARTS: Readonly<Record<string, string>> = { n: 'noun', v: 'verb', a: 'adjective', s: 'adjective', r: 'adverb' };

/** WordNet's data files as `words (part of speech): meaning. "usage"`, twenty synsets per document. */
export function* extractWordnet(files: readonly PackageFile[]): Generator<Document> {
  for (const file of files) {
    let blocks: Block[] = [];
    let part = 0;
    for (const line of file.read().toString('utf8').split('\n')) {
      const text = synsetText(line);
      if (text === undefined) continue;
      blocks.push({ kind: 'text', text });
      if (blocks.length < SYNSETS_PER_DOCUMENT) continue;
      yield { id: `${file.path}#${part++}`, blocks };
      blocks = [];
    }
    if (blocks.length > 0) yield { id: `${file.path}#${part}`, blocks };
  }
}

/**
 * A line is `offset file type count(hex) word id … | gloss; "example"`; lines that start with a space are the licence.
 */
function synsetText(line: string): string | undefined {
  const bar = line.indexOf('|');
  if (bar === -1 || line.startsWith(' ')) return undefined;
  const fields = line.slice(0, bar).split(' ');
  const count = Number.parseInt(fields[3], 16);
  const words = Array.from({ length: count }, (_, i) =>
    fields[4 + 2 * i].replaceAll('_', ' ').replace(/\((?:a|p|ip)\)$/, ''),
  );
  const gloss = line.slice(bar + 1).trim();
  const quote = gloss.search(/;?\s*"/);
  const meaning = (quote === -1 ? gloss : gloss.slice(0, quote)).replace(/[;\s]+$/, '');
  const examples =
    quote === -1 ? [] : Array.from(gloss.slice(quote).matchAll(/"([^"]+)"/g), (match) => match[1].trim());
  if (meaning === '') return undefined;
  const usage = examples.map((example) => ` "${example}"`).join('');
  return `${words.join(', ')} (${PARTS[fields[2]] ?? 'word'}): ${meaning}.${usage}`;
}

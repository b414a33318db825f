import { inflateSync } from 'node:zlib';
import type { Block, Document, PackageFile } from '../document.ts';
import { decodeEntities } from './html-entities.ts';
import { htmlTokens } from './html-tokens.ts';

const BLOCK_ENTRY_BYTES = 12;

/** A SWORD zText module in OSIS markup (a `*.bzs` block table and the `*.bzz` blocks): one document per chapter. */
export function* extractSword(files: readonly PackageFile[]): Generator<Document> {
  for (const table of files.filter((file) => file.path.endsWith('.bzs'))) {
    const data = files.find((file) => file.path === table.path.replace(/\.bzs$/, '.bzz'));
    if (data === undefined) continue;
    let part = 0;
    for (const book of readBooks(table.read(), data.read())) {
      for (const blocks of readChapters(book)) yield { id: `${table.path}#${part++}`, blocks };
    }
  }
}

/** The table contains offset, compressed size and size of each block, as little-endian 32-bit numbers. */
function* readBooks(table: Buffer, data: Buffer): Generator<string> {
  for (let at = 0; at + BLOCK_ENTRY_BYTES <= table.length; at += BLOCK_ENTRY_BYTES) {
    const offset = table.readUInt32LE(at);
    yield inflateSync(data.subarray(offset, offset + table.readUInt32LE(at + 4))).toString('utf8');
  }
}

function* readChapters(osis: string): Generator<Block[]> {
  let blocks: Block[] = [];
  let text = '';
  let book = '';
  let notes = 0;
  const flush = (): void => {
    const paragraph = decodeEntities(text).replaceAll(/\s+/g, ' ').trim();
    if (paragraph !== '') blocks.push({ kind: 'text', text: paragraph });
    text = '';
  };
  for (const token of htmlTokens(osis)) {
    if (token.value === 'note' && !token.empty) notes += token.kind === 'open' ? 1 : -1;
    else if (notes > 0) continue;
    else if (token.kind === 'text') text += token.value;
    else if (token.value === 'chapter' && /\bsID=/.test(token.attributes)) {
      flush();
      if (blocks.some((block) => block.kind === 'text')) yield blocks;
      blocks = [{ kind: 'heading', text: `${book} ${attribute(token.attributes, 'n')}`.trim() }];
    } else if (/type="x-usfm-toc2"/.test(token.attributes)) book = attribute(token.attributes, 'n');
    else if (/type="x-p"/.test(token.attributes) || token.value === 'lg') flush();
  }
  flush();
  if (blocks.some((block) => block.kind === 'text')) yield blocks;
}

function attribute(attributes: string, name: string): string {
  return new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes)?.[1] ?? '';
}

import type { DebianIndex } from './sources/debian-index.ts';

/** One binary package with its English description. */
export interface CataloguePackage {
  name: string;
  source: string;
  section: string;
  /** Summary in one line. */
  synopsis: string;
  /** Paragraphs separated by an empty line; the lines of a paragraph are joined. */
  description: string;
  /** MD5 of the English text, by which translations refer to it. */
  digest: string;
}

/** All packages of the index that have a description, by name and in the index's order. */
export async function readCatalogue(index: DebianIndex): Promise<Map<string, CataloguePackage>> {
  const places = new Map<string, { source: string; section: string }>();
  for await (const stanza of index.packages()) {
    const name = stanza.get('Package');
    if (name === undefined || places.has(name)) continue;
    const source = (stanza.get('Source') ?? name).split(' ')[0];
    places.set(name, { source, section: (stanza.get('Section') ?? '').split('/').at(-1) ?? '' });
  }
  const catalogue = new Map<string, CataloguePackage>();
  for await (const stanza of index.descriptions('en')) {
    const name = stanza.get('Package') ?? '';
    const place = places.get(name);
    const text = stanza.get('Description-en');
    if (place === undefined || text === undefined || catalogue.has(name)) continue;
    const digest = stanza.get('Description-md5') ?? '';
    catalogue.set(name, { name, ...place, digest, ...splitDescription(text) });
  }
  return catalogue;
}

/** Splits a description field into its first line and its paragraphs. Lines with further indentation are lists or code. */
export function splitDescription(text: string): { synopsis: string; description: string } {
  const [synopsis, ...lines] = text.split('\n');
  const paragraphs: string[] = [];
  let open = false;
  for (const line of lines) {
    const content = line.trim();
    if (content === '.' || content === '') open = false;
    else if (open && !/^\s/.test(line)) paragraphs.push(`${paragraphs.pop()} ${content}`);
    else {
      paragraphs.push(content);
      open = true;
    }
  }
  return { synopsis: synopsis.trim(), description: paragraphs.join('\n\n') };
}

/** A text's letters in lower case. Texts that differ only in numbers, punctuation or case count as the same row. */
export function looseKey(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}]+/gu, ' ')
    .trim();
}

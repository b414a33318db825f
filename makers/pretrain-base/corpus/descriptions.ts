import { isReservedSource } from '../../../src/app/quickstart/tasks/reserved-packages.ts';
import { type AptCache, parseStanzas } from './apt.ts';
import type { Block, Document } from './document.ts';
import { paragraphsOf } from './extract/plain-text.ts';

const PACKAGES_PER_DOCUMENT = 8;

/** Debian's descriptions: those for training, and the reserved third, which must not be trained on. */
export interface Descriptions {
  documents: Document[];
  reserved: Block[];
  reservedSources: string[];
}

/** Reads the English descriptions of Debian's main component from the index. */
export function readDescriptions(apt: AptCache): Descriptions {
  const sources = sourcePackages(apt);
  const trained = new Map<string, Block[][]>();
  const reserved: Block[] = [];
  const reservedSources = new Set<string>();
  for (const stanza of apt.indexes('Translations').flatMap(parseStanzas)) {
    const name = stanza.get('Package');
    const text = stanza.get('Description-en');
    const source = name === undefined ? undefined : sources.get(name);
    if (name === undefined || text === undefined || source === undefined) continue;
    const blocks = descriptionBlocks(name, text);
    if (isReservedSource(source)) {
      reserved.push(...blocks);
      reservedSources.add(source);
    } else trained.set(source, [...(trained.get(source) ?? []), blocks]);
  }
  return { documents: groupDocuments(trained), reserved, reservedSources: [...reservedSources].sort() };
}

/** Binary package → source package, from the Packages index, which omits `Source` where both are the same. */
function sourcePackages(apt: AptCache): Map<string, string> {
  const sources = new Map<string, string>();
  for (const stanza of apt.indexes('Packages').flatMap(parseStanzas)) {
    const name = stanza.get('Package');
    if (name !== undefined) sources.set(name, (stanza.get('Source') ?? name).split(' ')[0]);
  }
  return sources;
}

/**
 * A description has its synopsis in the first line, then paragraphs indented by one space with ` .` between them;
 * deeper lines are lists or code.
 */
function descriptionBlocks(name: string, description: string): Block[] {
  const [synopsis, ...lines] = description.split('\n');
  const text = lines.map((line) => (line.trim() === '.' ? '' : line.replace(/^ /, ''))).join('\n');
  const heading: Block = { kind: 'heading', text: `${name}: ${synopsis.trim()}` };
  return [heading, ...paragraphsOf(text.replaceAll(/^ {1,3}(?=[-*•+] )/gm, ''))];
}

/** Groups the packages of neighbouring sources: one description is too short for a row. */
function groupDocuments(trained: ReadonlyMap<string, Block[][]>): Document[] {
  const packages = [...trained.entries()]
    .sort((a, b) => (a[0] < b[0] ? -1 : 1))
    .flatMap(([source, list]) => list.map((blocks) => ({ source, blocks })));
  const documents: Document[] = [];
  for (let start = 0; start < packages.length; start += PACKAGES_PER_DOCUMENT) {
    const group = packages.slice(start, start + PACKAGES_PER_DOCUMENT);
    documents.push({ id: `descriptions/${group[0].source}#${start}`, blocks: group.flatMap((entry) => entry.blocks) });
  }
  return documents;
}

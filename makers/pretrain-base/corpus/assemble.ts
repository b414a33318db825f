import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../../src/files/atomic.ts';
import { writeJson } from '../../../src/files/json.ts';
import type { CollectedSource } from './collect.ts';
import { type Block, type Document, renderBlocks } from './document.ts';
import { dropRepeats, SeenParagraphs } from './duplicates.ts';
import { hashFraction, isHeldOutDocument } from './held-out.ts';
import { dropEmptyHeadings } from './prose.ts';

const SHARD_BYTES = 16_000_000;
const SHORTEST_ROW = 200;

/** One row of the corpus; its position is a hash of its name. */
interface Row {
  text: string;
  source: string;
  key: number;
}

export interface SourceFigures {
  name: string;
  package: string;
  version: string;
  sha256: string;
  licence: string;
  topic: string;
  documents: number;
  bytes: number;
  repeat: number;
  heldOutDocuments: number;
  heldOutBytes: number;
  repeatedBytesDropped: number;
}

export interface Manifest {
  format: 1;
  sources: SourceFigures[];
  /** Bytes of text: `unique` without repeats, `train` with them as written. */
  totals: { documents: number; unique: number; train: number; heldOut: number };
  files: { name: string; rows: number; bytes: number; sha256: string }[];
}

/**
 * Removes paragraphs that occur more than once in the corpus, and writes `train-*.jsonl`, `heldout.jsonl` and
 * `manifest.json`. The reserved paragraphs come first and the held-out documents second, so that no copy of either
 * remains in the training part.
 */
export function assemble(folder: string, collected: readonly CollectedSource[], reserved: readonly Block[]): Manifest {
  const seen = new SeenParagraphs();
  for (const block of reserved) if (block.kind !== 'heading') seen.isRepeat(block.text);
  const figures = collected.map(emptyFigures);
  const heldOut = collected.flatMap((entry, i) => addRows(entry, figures[i], seen, true));
  const train = collected.flatMap((entry, i) => addRows(entry, figures[i], seen, false));
  for (const rows of [heldOut, train]) rows.sort((a, b) => a.key - b.key);
  const files = writeRows(folder, train, heldOut);
  return writeManifest(folder, figures, files);
}

function emptyFigures({ source, origin }: CollectedSource): SourceFigures {
  const { name, licence, topic, repeat = 1 } = source;
  const counts = { documents: 0, bytes: 0, heldOutDocuments: 0, heldOutBytes: 0, repeatedBytesDropped: 0 };
  return { name, ...origin, licence, topic, repeat, ...counts };
}

function addRows(entry: CollectedSource, figures: SourceFigures, seen: SeenParagraphs, heldOut: boolean): Row[] {
  const rows: Row[] = [];
  for (const document of entry.documents) {
    if (isHeldOutDocument(document.id) !== heldOut) continue;
    const text = uniqueText(document, seen, figures);
    if (text === '') continue;
    if (heldOut) {
      figures.heldOutDocuments++;
      figures.heldOutBytes += Buffer.byteLength(text);
      rows.push({ text, source: figures.name, key: hashFraction('order', document.id) });
    } else rows.push(...trainingRows(document, text, figures));
  }
  return rows;
}

function uniqueText(document: Document, seen: SeenParagraphs, figures: SourceFigures): string {
  const before = Buffer.byteLength(renderBlocks(document.blocks));
  const rendered = renderBlocks(dropEmptyHeadings(dropRepeats(document.blocks, seen)));
  const text = rendered.length < SHORTEST_ROW ? '' : rendered;
  figures.repeatedBytesDropped += before - Buffer.byteLength(text);
  return text;
}

/** Copies of a repeated document are spread over the order, never close to each other. */
function trainingRows(document: Document, text: string, figures: SourceFigures): Row[] {
  figures.documents++;
  figures.bytes += Buffer.byteLength(text);
  const place = hashFraction('order', document.id);
  return Array.from({ length: figures.repeat }, (_, copy) => ({
    text,
    source: figures.name,
    key: (copy + place) / figures.repeat,
  }));
}

function writeRows(folder: string, train: readonly Row[], heldOut: readonly Row[]): Manifest['files'] {
  mkdirSync(folder, { recursive: true });
  for (const old of readdirSync(folder).filter((name) => /^train-\d+\.jsonl$/.test(name))) rmSync(join(folder, old));
  const files: Manifest['files'] = [];
  let lines: string[] = [];
  let size = 0;
  const write = (name: string): void => {
    const data = Buffer.from(lines.join(''));
    writeFileAtomic(join(folder, name), data);
    files.push({
      name,
      rows: lines.length,
      bytes: data.length,
      sha256: createHash('sha256').update(data).digest('hex'),
    });
    [lines, size] = [[], 0];
  };
  for (const row of train) {
    lines.push(toLine(row));
    size += row.text.length;
    if (size >= SHARD_BYTES) write(`train-${String(files.length).padStart(3, '0')}.jsonl`);
  }
  if (lines.length > 0) write(`train-${String(files.length).padStart(3, '0')}.jsonl`);
  lines = heldOut.map(toLine);
  write('heldout.jsonl');
  return files;
}

function toLine(row: Row): string {
  return `${JSON.stringify({ text: row.text, source: row.source })}\n`;
}

function writeManifest(folder: string, sources: SourceFigures[], files: Manifest['files']): Manifest {
  const sum = (value: (source: SourceFigures) => number): number =>
    sources.reduce((total, source) => total + value(source), 0);
  const manifest: Manifest = {
    format: 1,
    sources,
    totals: {
      documents: sum((source) => source.documents),
      unique: sum((source) => source.bytes),
      train: sum((source) => source.bytes * source.repeat),
      heldOut: sum((source) => source.heldOutBytes),
    },
    files,
  };
  writeJson(join(folder, 'manifest.json'), manifest);
  return manifest;
}

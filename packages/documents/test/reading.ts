import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findDocuments, readDocuments, type Document, type FileOutcome, type ReadOptions } from '../src/index.ts';

export interface ReadResult {
  documents: Document[];
  /** By file, in the files' order. */
  outcomes: Map<string, FileOutcome>;
}

/** Writes files into a folder and reads it as users would. */
export async function readFiles(
  folder: string,
  files: Readonly<Record<string, Buffer | string>>,
  options: ReadOptions = {},
): Promise<ReadResult> {
  for (const [name, data] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), data);
  }
  return readFolder(folder, options);
}

export async function readFolder(folder: string, options: ReadOptions = {}): Promise<ReadResult> {
  const outcomes = new Map<string, FileOutcome>();
  const documents: Document[] = [];
  const inside = (file: string): string => file.slice(file.indexOf('/') + 1);
  const onOutcome = (outcome: FileOutcome): void => void outcomes.set(inside(outcome.file), outcome);
  const found = findDocuments([folder], dirname(folder));
  for await (const document of readDocuments(found, { processes: 1, ...options, onOutcome })) {
    const origins = document.origins.map((origin) => ({ ...origin, file: inside(origin.file) }));
    documents.push({ ...document, origins });
  }
  return { documents, outcomes };
}

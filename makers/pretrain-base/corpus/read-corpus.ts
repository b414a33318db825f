import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../../../src/base/errors.ts';
import { readLines } from '../../../src/files/lines.ts';

export interface CorpusRow {
  text: string;
  source: string;
}

/** Rows of the training files, each text once, or of the held-out file. */
export async function* readCorpus(folder: string, part: 'train' | 'heldout'): AsyncGenerator<CorpusRow> {
  const seen = new Set<string>();
  for (const path of corpusFiles(folder, part)) {
    for await (const line of readLines(path)) {
      const row = JSON.parse(line.text) as CorpusRow;
      const key = createHash('sha256').update(row.text).digest('base64');
      if (seen.has(key)) continue;
      seen.add(key);
      yield row;
    }
  }
}

function corpusFiles(folder: string, part: 'train' | 'heldout'): string[] {
  let names: string[] = [];
  try {
    names = readdirSync(folder).filter((name) => name.startsWith(part) && name.endsWith('.jsonl'));
  } catch {
    // A missing folder is reported below, like an empty one.
  }
  if (names.length > 0) return names.sort().map((name) => join(folder, name));
  throw new AttuneError('E_CORPUS_MISSING', {
    what: `There is no corpus in ${folder}`,
    expected: `${part}*.jsonl`,
    fix: 'run makers/pretrain-base/build-corpus.ts first',
  });
}

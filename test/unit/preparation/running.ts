import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Item, MessageDocument, Origin, RecordDocument, TextDocument } from '@attune/documents';
import { openSteps, runSteps, type StepReport, type StepSpec } from '../../../src/preparation/index.ts';
import { loadRecognisers } from '../../../src/app/redact/recognisers.ts';
import { Tokenizer } from '../../../src/models/text/index.ts';

export const origin = (row?: number): Origin => ({
  file: 'a.txt',
  sha256: '0'.repeat(64),
  ...(row !== undefined && { row }),
});

export function text(sections: TextDocument['sections'], title?: string): TextDocument {
  return { kind: 'text', sections, origins: [origin()], ...(title !== undefined && { title }) };
}

export function record(values: Record<string, unknown>, row = 1): RecordDocument {
  return { kind: 'record', values, origins: [origin(row)] };
}

export function message(author: string, said: string, parts: Partial<MessageDocument> = {}): MessageDocument {
  return { kind: 'message', conversation: 'c', author, text: said, origins: [origin()], ...parts };
}

/** Output of steps for the items, and their reports. */
export async function run(
  specs: readonly StepSpec[],
  items: readonly Item[],
): Promise<{ rows: Item[]; reports: StepReport[]; values: Record<string, unknown>[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'attune-steps-'));
  try {
    const opened = await openSteps(specs, {
      base: folder,
      folder,
      openTokenizer: () => Tokenizer.load('assets/attune-base'),
      openRecognisers: loadRecognisers,
    });
    const stream = async function* stream(): AsyncGenerator<Item> {
      yield* items;
    };
    const rows: Item[] = [];
    for await (const item of runSteps(stream(), opened)) rows.push(item);
    const values = rows.map((item) => ('values' in item ? item.values : {}));
    return { rows, values, reports: opened.map(({ report }) => report) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

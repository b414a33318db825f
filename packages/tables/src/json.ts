import { readJsonValues } from '@attune/files/json-values';
import type { LineReading } from '@attune/files/lines';
import { parseRow, type Container, type RawRow } from './container.ts';

async function* read(path: string, _file: string, reading?: LineReading): AsyncGenerator<RawRow, void, undefined> {
  for await (const { line, text, defect } of readJsonValues(path, reading)) {
    if (defect === undefined) yield parseRow(line, text);
    else yield { line, defect };
  }
}

/** A list of objects, or objects one after another. */
export const json: Container = { read };

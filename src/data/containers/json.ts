import { readJsonValues } from '../../files/json-values.ts';
import { parseRow, type Container, type RawRow } from './container.ts';

async function* read(path: string): AsyncGenerator<RawRow, void, undefined> {
  for await (const { line, text, defect } of readJsonValues(path)) {
    if (defect === undefined) yield parseRow(line, text);
    else yield { line, defect };
  }
}

/** A list of objects, or objects one after the other. */
export const json: Container = { read };

import { readLines, type LineReading } from '@attune/files/lines';
import { parseRow, type Container, type RawRow } from './container.ts';

async function* read(path: string, _file: string, reading?: LineReading): AsyncGenerator<RawRow, void, undefined> {
  for await (const { number, text, defect } of readLines(path, reading)) {
    if (defect !== undefined) yield { line: number, defect };
    else if (text.trim() !== '') yield parseRow(number, text);
  }
}

/** One JSON object per line; empty lines are skipped. */
export const jsonl: Container = { read };

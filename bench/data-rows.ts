/**
 * Reproducible rows of synthetic text of any size, recombined from passages, with people, numbers and addresses
 * inserted.
 */
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { philox4x32 } from '../src/base/random.ts';
import { writeAll } from '../src/files/atomic.ts';

const ROOT = join(import.meta.dirname, '..');

/** Runs of at least five words. */
const sentences = readFileSync(join(ROOT, 'assets', 'general', 'text.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .flatMap((line) => (JSON.parse(line) as { text: string }).text.split(/(?<=[.!?;])\s+/))
  .filter((sentence) => sentence.split(' ').length >= 5);
const [given, family] = ['given.txt', 'family.txt'].map((name) =>
  readFileSync(join(ROOT, 'packages', 'privacy', 'assets', 'names', name), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.endsWith('?')),
);

/** A number for each row, position and purpose. */
function draw(row: number, place: number, most: number): number {
  return philox4x32([row, place, 0, 0], [7, 0])[0] % most;
}

/** One sentence in seven mentions a person. */
function sentence(row: number, place: number): string {
  if (draw(row, 3 * place, 7) !== 0) return sentences[draw(row, 3 * place + 1, sentences.length)];
  const [first, last] = [
    given[draw(row, 3 * place + 1, given.length)],
    family[draw(row, 3 * place + 2, family.length)],
  ];
  const digits = String(draw(row, 3 * place + 4, 9000) + 1000);
  const kinds = [
    `${first} ${last} can be reached at ${first.toLowerCase()}.${digits}@mail.example.`,
    `Please call ${first} ${last} at (415) 555-${digits}.`,
    `${first} ${last} paid with 4111 1111 1111 ${digits} on 3 March 20${digits.slice(2)}.`,
    `The order ${digits}-${digits} goes to ${digits} ${last} Street.`,
  ];
  return kinds[draw(row, 3 * place + 5, kinds.length)];
}

/** One row in ten repeats an earlier one with a different last sentence. */
export function rowText(row: number): string {
  const source = row > 0 && draw(row, 1000, 10) === 0 ? draw(row, 1001, row) : row;
  const count = 6 + draw(source, 1002, 14);
  const parts = Array.from({ length: count }, (_, place) => sentence(place === count - 1 ? row : source, place));
  return parts.join(' ');
}

/** Writes a number of bytes as JSON lines. @returns the number of rows */
export function writeDataRows(path: string, bytes: number): number {
  const file = openSync(path, 'w');
  let [row, written] = [0, 0];
  try {
    while (written < bytes) {
      let lines = '';
      while (lines.length < 1 << 20) lines += `${JSON.stringify({ id: row, text: rowText(row++) })}\n`;
      const block = Buffer.from(lines);
      writeAll(file, block);
      written += block.length;
    }
  } finally {
    closeSync(file);
  }
  return row;
}

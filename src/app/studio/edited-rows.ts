import { existsSync } from 'node:fs';
import { z } from 'zod';
import { AttuneError, type Problem } from '../../base/errors.ts';
import { problemsOf } from '../../base/schema-issues.ts';
import { FileDraft } from '../../files/file-draft.ts';
import { rawRows, requireWhole } from '../../data/raw-rows.ts';
import { counted } from './row-labels.ts';
import type { OpenRows } from './row-pages.ts';

/** Changes by 0-based row index: new values of columns, or null to delete the row. */
export type RowEdits = ReadonlyMap<number, Readonly<Record<string, unknown>> | null>;

/**
 * Writes the rows of a file with changes to a new file next to it; the old file is unchanged.
 * @returns the new path
 * @throws AttuneError E_BAD_ROWS, E_NOT_WRITABLE
 */
export async function writeEdited(path: string, edits: RowEdits): Promise<string> {
  const target = freeName(path);
  using draft = new FileDraft(target);
  const problems: Problem[] = [];
  let [place, rows] = [0, 0];
  for await (const { value } of rawRows(path, (problem) => problems.push(problem))) {
    const edit = edits.get(place++);
    if (edit === null) continue;
    draft.write(`${JSON.stringify({ ...value, ...edit })}\n`);
    rows++;
  }
  requireWhole(path, { rows, problems });
  draft.commit();
  return target;
}

/** `data/tickets.csv` → `data/tickets-edited.jsonl`, then `tickets-edited-2.jsonl`, … */
function freeName(path: string): string {
  const stem = path.replace(/(-edited(-\d+)?)?(\.[a-z0-9]+)+$/i, '');
  for (let number = 1; ; number++) {
    const name = `${stem}-edited${number === 1 ? '' : `-${number}`}.jsonl`;
    if (!existsSync(name)) return name;
  }
}

/** New values of a row, or of all rows that match a filter; null deletes them. */
const change = z.strictObject({
  rows: z.union([
    z.int().nonnegative(),
    z.strictObject({
      words: z.string().optional(),
      label: z.strictObject({ of: z.enum(counted), column: z.string().optional(), label: z.string() }).optional(),
    }),
  ]),
  values: z.record(z.string(), z.unknown()).nullable(),
});
const changesOfFile = z.strictObject({ file: z.string(), changes: z.array(change) });

export type RowChange = z.output<typeof change>;

/** @throws AttuneError E_USAGE */
export function readChanges(body: unknown): z.output<typeof changesOfFile> {
  const read = changesOfFile.safeParse(body);
  if (read.success) return read.data;
  throw new AttuneError('E_USAGE', {
    what: 'These changes cannot be read',
    problems: problemsOf(read.error.issues, { root: body, schema: changesOfFile }),
  });
}

/** Edits by row index; later changes are merged over earlier ones. */
export async function editsOf(rows: OpenRows, changes: readonly RowChange[]): Promise<RowEdits> {
  const edits = new Map<number, Record<string, unknown> | null>();
  for (const { rows: wanted, values } of changes)
    for (const place of typeof wanted === 'number' ? [wanted] : await rows.places(wanted))
      edits.set(place, values && { ...edits.get(place), ...values });
  return edits;
}

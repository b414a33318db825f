import { existsSync } from 'node:fs';
import { AttuneError, type Problem } from '../../base/errors.ts';
import { FileDraft } from '../../files/file-draft.ts';
import { rawRows, requireWhole } from '../../data/raw-rows.ts';

/** Changes by the place of a row, from 0: new values of its columns, or null to leave the row out. */
export type RowEdits = ReadonlyMap<number, Readonly<Record<string, unknown>> | null>;

/**
 * Writes the rows of a file with changes to a new file next to it; the old one stays as it is. @returns the new path
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

/** `data/tickets.csv` → `data/tickets-edited.jsonl`, or with a number. */
function freeName(path: string): string {
  const stem = path.replace(/(-edited(-\d+)?)?(\.[a-z0-9]+)+$/i, '');
  for (let number = 1; ; number++) {
    const name = `${stem}-edited${number === 1 ? '' : `-${number}`}.jsonl`;
    if (!existsSync(name)) return name;
  }
}

/** @throws AttuneError E_USAGE */
export function readEdits(body: unknown): { file: string; edits: RowEdits } {
  const { file, edits } = (body ?? {}) as { file?: unknown; edits?: unknown };
  const isEdit = (one: unknown): one is [number, Record<string, unknown> | null] =>
    Array.isArray(one) &&
    one.length === 2 &&
    Number.isSafeInteger(one[0]) &&
    typeof one[1] === 'object' &&
    !Array.isArray(one[1]);
  if (typeof file !== 'string' || !Array.isArray(edits) || !edits.every(isEdit))
    throw new AttuneError('E_USAGE', {
      what: 'These changes cannot be read',
      expected: 'a file, and pairs of a place and values',
    });
  return { file, edits: new Map(edits) };
}

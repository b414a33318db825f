/** Validates the rows of a job's file without training. */
import { AttuneError } from '../../base/errors.ts';
import { BadRows } from '../../data/bad-rows.ts';
import type { ExampleKind } from '../../data/index.ts';
import { openFile } from '../../data/read-files.ts';
import type { Job } from '../../store/registry/index.ts';
import { formOf } from './job-recipe.ts';

const KINDS: Readonly<Record<string, { kinds: readonly ExampleKind[]; rows: string }>> = {
  supervised: { kinds: ['chat', 'completion'], rows: 'messages, or prompt and completion' },
  dpo: { kinds: ['preference'], rows: 'input, preferred_output and non_preferred_output' },
  reinforcement: { kinds: ['prompt'], rows: 'messages that end with a user message, and columns for the grader' },
};

/**
 * `file`: the id under which its owner knows it. @returns the number of rows
 * @throws AttuneError E_BAD_ROWS with every line and field, E_WRONG_ROWS, E_NO_ROWS
 */
export async function checkJobRows(
  { file, path }: { file: string; path: string },
  job: Job,
  signal: AbortSignal,
): Promise<number> {
  const { head, stream, sink } = await openFile({ path, file, source: 0, ...formOf(job) }, { signal });
  const bad = new BadRows();
  let kept = 0;
  const take = (row: Parameters<typeof sink.take>[0]) => {
    bad.add(sink.take(row));
    kept ||= checkKind(sink.examples.at(0)?.kind, job.method.type, file);
    // Keeps only one example, which is enough to know the kind.
    sink.examples.length = Math.min(sink.examples.length, 1);
  };
  for (const row of head) take(row);
  for await (const row of stream) {
    take(row);
    signal.throwIfAborted();
  }
  const error = bad.error();
  if (error !== undefined) throw error;
  if (bad.rows === 0) throw new AttuneError('E_NO_ROWS', { what: `No rows in ${file}` });
  return bad.rows;
}

function checkKind(kind: ExampleKind | undefined, type: string, file: string): number {
  if (kind === undefined) return 0;
  const { kinds, rows } = KINDS[type]; // own: checked when the job was made
  if (kinds.includes(kind)) return 1;
  throw new AttuneError('E_WRONG_ROWS', {
    what: `The rows of ${file} do not fit the method of the job`,
    got: `rows of kind ${kind}`,
    expected: `${rows} for ${type}`,
  });
}

import { realpathSync } from 'node:fs';
import { AttuneError } from '@attune/base/errors';
import { moduleBeside } from '@attune/base/killable';
import { defaultProcessLimits, ProcessEnded, runLimited } from '@attune/base/limited-process';
import { readFailure } from '@attune/files/bytes';
import type { Container, RawRow } from './container.ts';

/** Request to the process, as plain data. */
export interface ParquetRequest {
  path: string;
  /** Name of the file in messages. */
  file: string;
}

async function* read(path: string, file: string, signal?: AbortSignal): AsyncGenerator<RawRow, void, undefined> {
  const request: ParquetRequest = { path: realPath(path), file };
  const options = { limits: defaultProcessLimits, rights: { reads: [request.path] }, signal };
  try {
    const batches = runLimited<RawRow[]>(moduleBeside('./parquet-process', import.meta.url), request, options);
    for await (const batch of batches) yield* batch;
  } catch (error) {
    if (error instanceof ProcessEnded) throw given(file, error);
    throw error;
  }
}

/** The target of links: the process may read this file and no other. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    throw readFailure(path, error);
  }
}

function given(file: string, { reason, message }: ProcessEnded): AttuneError {
  return new AttuneError('E_BAD_FILE', {
    what: `${file} cannot be read as Parquet`,
    got: message,
    fix:
      reason === 'out-of-memory'
        ? 'write it with smaller row groups, or as JSON Lines'
        : 'it may be damaged: fetch or write it again',
  });
}

/** Reads Parquet in a process that can be killed: a crafted file may keep its decoder busy forever. */
export const parquet: Container = {
  async *read(path, file, { isConfined = false, signal } = {}) {
    // A confined process cannot start another one.
    if (!isConfined) return yield* read(path, file, signal);
    const { parquetRows } = await import('./parquet-rows.ts');
    yield* parquetRows(path, file);
  },
};

import { formatBytes, formatCount } from '../../base/format.ts';
import { shortList } from '../../base/errors.ts';
import { defineUseCase } from './use-case.ts';
import type { StorePart } from '../../store/store-place.ts';
import type { MovedObjects } from '../store/move-objects.ts';

export interface MovedStore {
  /** Number of rows by part of the store and table. */
  moved: Partial<Record<StorePart, Record<string, number>>>;
  /** Rows with characters that the database cannot store; these became U+FFFD. */
  mended: MendedRow[];
  /** Files moved to or from a bucket. */
  objects?: MovedObjects;
}

export interface MendedRow {
  table: string;
  /** Values of the row's primary key. */
  row: string;
  columns: string[];
}

const MOST_MENDED = 20;

export const useCase = defineUseCase({
  section: 'Use',
  summary:
    'copy the store to a place shared by several servers: rows to PostgreSQL, files to a bucket; every copy is compared',
  options: ({ text }) => ({
    to: text(
      'URL',
      'postgres://USER@HOST:PORT/DATABASE (the password in PGPASSWORD), or s3://BUCKET/PREFIX (keys in AWS_…)',
    ),
    from: text('URL', 'a bucket whose files are copied into the folder of this machine'),
  }),
  effects: ['writes-registry', 'writes-files', 'sends', 'fetches', 'deploys'],
  examples: ['store move --to postgres://attune@db.example.org/attune', 'store move --to s3://attune/shop'],
  stopping: 'stopping; copied files are kept, and are copied again next time',
  async run(options, call): Promise<MovedStore & { isBack: boolean }> {
    const { moveStore } = await import('../store/move-store.ts');
    return { ...(await moveStore({ ...options, ...call })), isBack: options.from !== undefined };
  },
  render({ moved, mended, objects, isBack }) {
    if (objects !== undefined) {
      const { files, bytes, place, left } = objects;
      const next = isBack
        ? 'unset ATTUNE_OBJECTS; the bucket is unchanged'
        : 'set ATTUNE_OBJECTS to the address wherever attune runs; the files here are unchanged';
      const told = [`${formatCount(files)} files, ${formatBytes(bytes)}, each compared: ${place}`];
      return [...told, ...left.map((one) => `not moved: ${one}`), '', next].join('\n');
    }
    const lines = Object.entries(moved).map(([part, tables]) => {
      const rows = Object.values(tables).reduce((sum, count) => sum + count, 0);
      return `${part.padEnd(10)}${formatCount(rows)} rows in ${Object.keys(tables).length} tables, each compared`;
    });
    if (lines.length === 0) return 'nothing to move yet; set ATTUNE_STORE to the address to start there';
    const { shown, more = [] } = shortList(mended, MOST_MENDED);
    const changed = [
      ...shown.map(
        ({ table, row, columns }) => `${table} ${row}: NUL characters in ${columns.join(', ')} became U+FFFD`,
      ),
      more,
    ].flat();
    const next = 'set ATTUNE_STORE to the address wherever attune runs; the files here are unchanged';
    return [...lines, ...changed, '', next].join('\n');
  },
});

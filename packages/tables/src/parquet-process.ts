/** Entry point of the process that reads Parquet files. */
import { serveLimited } from '@attune/base/serve-limited';
import type { RawRow } from './container.ts';
import { parquetRows } from './parquet-rows.ts';
import type { ParquetRequest } from './parquet.ts';

const BATCH_ROWS = 256;
const BATCH_CHARACTERS = 1 << 20;

serveLimited(async function* read({ path, file }: ParquetRequest, alive) {
  let batch: RawRow[] = [];
  let characters = 0;
  for await (const row of parquetRows(path, file, alive)) {
    batch.push(row);
    characters += charactersIn(row.value);
    if (batch.length < BATCH_ROWS && characters < BATCH_CHARACTERS) continue;
    yield batch;
    [batch, characters] = [[], 0];
  }
  if (batch.length > 0) yield batch;
});

/** Characters of its texts; numbers hardly add to the size. */
function charactersIn(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((sum: number, one) => sum + charactersIn(one), 0);
}

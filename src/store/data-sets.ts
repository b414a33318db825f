import type { Selectable, Transaction } from 'kysely';
import type { Index } from './index-database.ts';
import type { RunSummary } from './run-summary.ts';
import type { DataSetsTable, Tables } from './index-tables.ts';

export type DataSetRecord = Selectable<DataSetsTable> & {
  /** Ids of the runs that used the data set. */
  runs: string[];
};

/** Records each split's rows by their content hash, and the run that used them. */
export async function recordRunData(transaction: Transaction<Tables>, summary: RunSummary): Promise<void> {
  const { data } = summary;
  if (data === undefined) return;
  for (const [split, hash] of Object.entries(data.hashes)) {
    await transaction
      .insertInto('data_sets')
      .values({
        hash,
        source: summary.source ?? '',
        format: data.format,
        rows: data.rows[split as keyof typeof data.rows] ?? 0,
        created_at: summary.createdAt,
      })
      .onConflict((conflict) => conflict.column('hash').doNothing())
      .execute();
    await transaction
      .insertInto('run_data_sets')
      .values({ run: summary.id, data_set: hash, split })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

/** The data sets that runs have used, newest first. */
export async function listDataSets(index: Index): Promise<DataSetRecord[]> {
  const sets = await index.selectFrom('data_sets').selectAll().orderBy('created_at', 'desc').orderBy('hash').execute();
  const uses = await index.selectFrom('run_data_sets').select(['run', 'data_set']).execute();
  const runsOf = Map.groupBy(uses, (use) => use.data_set);
  return sets.map((set) => ({ ...set, runs: [...new Set(runsOf.get(set.hash)?.map((use) => use.run))] }));
}

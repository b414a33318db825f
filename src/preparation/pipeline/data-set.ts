/** A finished data set: shards of JSONL, a manifest and a card, in a folder named by its content. */
import type { SplitName } from '../../data/index.ts';
import type { FileSummary } from '../file-tally.ts';
import type { StepReport } from '../preparation-step.ts';
import type { Shard } from './parts.ts';
import type { SourceFile } from './source-parts.ts';
import type { SplitReport } from './split-rows.ts';

/** Contents of manifest.json. The same sources, steps and split give the same bytes. */
export interface DataSetManifest {
  version: 1;
  name: string;
  /** SHA-256 over the names and hashes of its shards: the data set's identity. */
  hash: string;
  parents: SourceFile[];
  files: FileSummary;
  steps: StepReport[];
  split: SplitReport;
  rows: Record<SplitName, number>;
  shards: (Shard & { split: SplitName })[];
  /** Columns, with the number of rows that have a value. */
  columns: Record<string, number>;
}

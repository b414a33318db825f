/** The tables of the index. Times are milliseconds since the epoch; JSON columns hold text. */

export interface RunsTable {
  id: string;
  name: string;
  /** Absolute path; a folder holds one run. */
  folder: string;
  status: string;
  model: string | null;
  tuning: string | null;
  objective: string | null;
  created_at: number;
  updated_at: number;
  finished_at: number | null;
  step: number;
  steps: number | null;
  epoch: number | null;
  loss: number | null;
  /** JSON: the latest evaluation's or the finished run's metrics. */
  metrics: string;
  /** The folder of the adapter or the model. */
  result: string | null;
  error: string | null;
}

export interface ModelsTable {
  /** Hub name or absolute folder. */
  id: string;
  kind: 'base' | 'adapter' | 'model';
  /** Base model of an adapter or a tuned model. */
  base: string | null;
  /** `model_type` of config.json. */
  model_type: string | null;
  /** Run that made it. */
  run: string | null;
  bytes: number | null;
  created_at: number;
}

export interface DataSetsTable {
  /** Content hash of the rows of one split. */
  hash: string;
  /** Where it came from, as the recipe names it. */
  source: string;
  format: string;
  rows: number;
  created_at: number;
}

export interface RunDataSetsTable {
  run: string;
  data_set: string;
  split: string;
}

export interface Tables {
  runs: RunsTable;
  models: ModelsTable;
  data_sets: DataSetsTable;
  run_data_sets: RunDataSetsTable;
}

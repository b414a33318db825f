/** The tables of the index. Times are milliseconds since the epoch; JSON columns hold text. */

export interface RunsTable {
  id: string;
  name: string;
  /** Absolute path; each folder contains one run. */
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
  /** JSON: metrics of the latest evaluation or the finished run. */
  metrics: string;
  /** Folder of the adapter or model. */
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
  /** Run that created it. */
  run: string | null;
  bytes: number | null;
  created_at: number;
}

export interface DataSetsTable {
  /** Content hash of a split's rows. */
  hash: string;
  /** Source as named in the recipe. */
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

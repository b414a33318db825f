// oxlint-disable max-lines -- one table after the other
/** The tables of the registry. Times are milliseconds since the epoch; JSON columns hold text. */
import type { UsageTable } from './usage.ts';
import type { Generated } from 'kysely';

export interface RegisteredModelsTable {
  name: string;
  /** The API key that made it; null for models made on this machine. */
  owner: string | null;
  created_at: number;
  /** When it was deleted: its name is not given again. */
  deleted_at: number | null;
}

export interface VersionsTable {
  model: string;
  version: number;
  /** The run that made it: its id, and its folder (absolute). */
  run: string | null;
  run_folder: string | null;
  /** Folder of the adapter or model (absolute) at registration. */
  folder: string;
  /** JSON: its files in the object store; null where they are in the folder alone. */
  stored: string | null;
  base: string | null;
  /** SHA-256 of the weights, of the base's configuration and weights, and of the chat template. */
  weights_hash: string;
  base_hash: string | null;
  template_hash: string | null;
  /** SHA-256 of every file of its folder but the card; null for versions registered earlier. */
  files_hash: string | null;
  /** JSON: content hash of each split that it was trained with. */
  data_hashes: string;
  /** The comparison's verdict. */
  verdict: string | null;
  /** JSON: the gate's checks when it was last asked. */
  gate: string | null;
  /** JSON: the newest sign-off. */
  sign_off: string | null;
  created_at: number;
  created_by: string;
}

export interface AliasesTable {
  model: string;
  alias: string;
  version: number;
}

export interface AliasHistoryTable {
  id: Generated<number>;
  model: string;
  alias: string;
  /** Null where the alias was made, or taken away. */
  from_version: number | null;
  to_version: number | null;
  action: string;
  reason: string | null;
  by: string;
  at: number;
}

export interface RolloutsTable {
  id: Generated<number>;
  model: string;
  /** The version that is tried, and the one that is in use meanwhile. */
  version: number;
  from_version: number;
  stage: string;
  /** Share of requests, 0 to 1, while it is a canary. */
  share: number;
  /** Pairs of answers to compare before it becomes one. */
  shadow_pairs: number;
  bake_ms: number;
  /** JSON: a list of guards as they were written. */
  guards: string;
  /** JSON: what was counted so far. */
  counts: string;
  started_at: number;
  stage_at: number;
  ended_at: number | null;
  reason: string | null;
  by: string;
}

export interface AuditTable {
  id: Generated<number>;
  at: number;
  by: string;
  /** `model-registered`, `alias-moved`, … */
  action: string;
  /** Subject of the action: `tickets@3`, `ftjob-…`. */
  subject: string;
  /** JSON: hashes of what it was done on. */
  hashes: string;
  /** JSON: anything else that matters. */
  details: string;
  /** Hashes of the previous entry and of this one. */
  previous: string;
  hash: string;
}

export interface FilesTable {
  id: string;
  /** Name of the API key; empty on a server without keys. */
  owner: string;
  purpose: string;
  filename: string;
  bytes: number;
  sha256: string;
  created_at: number;
  expires_at: number | null;
}

export interface UploadsTable {
  id: string;
  owner: string;
  purpose: string;
  filename: string;
  bytes: number;
  mime_type: string;
  status: string;
  created_at: number;
  expires_at: number;
  file: string | null;
}

export interface UploadPartsTable {
  id: string;
  upload: string;
  bytes: number;
  sha256: string;
  created_at: number;
}

export interface JobsTable {
  id: string;
  owner: string;
  status: string;
  model: string;
  training_file: string;
  validation_file: string | null;
  suffix: string | null;
  seed: number;
  /** JSON: type and hyper-parameters, as asked until they are settled. */
  method: string;
  /** JSON: keys of the recipe that the request adds. */
  extra: string;
  metadata: string;
  /** JSON: the recipe, once the files are checked. */
  recipe: string | null;
  fine_tuned_model: string | null;
  trained_tokens: number | null;
  /** JSON */
  error: string | null;
  /** JSON: ids of files. */
  result_files: string;
  /** Stands for the request, for a retry to be known again. */
  fingerprint: string;
  /** JSON: the process that works on it. */
  worker: string | null;
  /** Raised with each process that takes it up or over. */
  lease: number;
  created_at: number;
  finished_at: number | null;
  /** When it was begun, or gone on with, last. */
  turn_at: number;
  /** Seconds that it was trained for. */
  spent_seconds: number;
}

export interface JobEventsTable {
  seq: Generated<number>;
  job: string;
  /** Idempotency key: an event repeated after a crash has the same one. */
  key: string;
  at: number;
  level: string;
  message: string;
  type: string;
  /** JSON */
  data: string;
}

export interface CheckpointsTable {
  id: string;
  job: string;
  step: number;
  /** The registered model. */
  model: string;
  /** JSON */
  metrics: string;
  created_at: number;
}

export interface PermissionsTable {
  id: string;
  model: string;
  /** Name of the API key that may use it. */
  key: string;
  created_at: number;
}

export interface DeliveriesTable {
  id: string;
  url: string;
  body: string;
  attempts: number;
  next_at: number;
  /** When it arrived, or was given up. */
  ended_at: number | null;
}

export interface EvalsTable {
  id: string;
  owner: string;
  name: string;
  metadata: string;
  /** JSON: data_source_config and testing_criteria as they were asked. */
  source: string;
  criteria: string;
  created_at: number;
  updated_at: number;
}

export interface EvalRunsTable {
  id: string;
  eval: string;
  owner: string;
  name: string;
  metadata: string;
  /** JSON */
  source: string;
  status: string;
  error: string | null;
  /** JSON: the process that works on it. */
  worker: string | null;
  /** Raised with each process that takes it up or over. */
  lease: number;
  created_at: number;
}

export interface EvalItemsTable {
  id: string;
  run: string;
  /** In the run's rows, from 0. */
  place: number;
  status: string;
  /** JSON */
  item: string;
  sample: string;
  results: string;
  created_at: number;
}

export interface BatchesTable {
  id: string;
  owner: string;
  /** `/v1/chat/completions` */
  endpoint: string;
  input_file: string;
  metadata: string;
  /** How long the files of its answers live; for ever where it is null. */
  file_seconds: number | null;
  status: string;
  /** JSON: what is wrong with its file. */
  errors: string;
  output_file: string | null;
  error_file: string | null;
  /** Requests, and what they came to once it has ended. */
  total: number;
  completed: number;
  failed: number;
  /** JSON: when it came to which state. */
  times: string;
  /** Fingerprint of the request, by which a client's retry is recognised. */
  fingerprint: string;
  /** JSON: the process that works on it. */
  worker: string | null;
  /** Raised with each process that takes it up or over. */
  lease: number;
  created_at: number;
  expires_at: number;
}

/** Items of batches that have not ended. */
export interface BatchItemsTable {
  batch: string;
  /** In the batch's requests, from 0. */
  place: number;
  /** HTTP status of the reply; 0 if there was none. */
  status: number;
  /** JSON: a line of the output, or of the errors. */
  line: string;
}

export interface ReplicasTable {
  id: string;
  /** When it was last alive. */
  seen_at: number;
  /** JSON: versions that it has open, or opens when they are asked for the first time: `tickets@3`. */
  holds: string;
}

/** Objects that are being written, and have no row yet. */
export interface UnfinishedObjectsTable {
  /** Key of the object, or prefix of several. */
  key: string;
  /** Negative once it is being removed. */
  begun_at: number;
  /** The database that this was noted in: a copy of it is another one. */
  place: string;
}

export interface RegistryTables {
  unfinished_objects: UnfinishedObjectsTable;
  replicas: ReplicasTable;
  evals: EvalsTable;
  eval_runs: EvalRunsTable;
  eval_items: EvalItemsTable;
  batches: BatchesTable;
  batch_items: BatchItemsTable;
  files: FilesTable;
  uploads: UploadsTable;
  upload_parts: UploadPartsTable;
  jobs: JobsTable;
  usage: UsageTable;
  job_events: JobEventsTable;
  checkpoints: CheckpointsTable;
  permissions: PermissionsTable;
  deliveries: DeliveriesTable;
  registered_models: RegisteredModelsTable;
  versions: VersionsTable;
  aliases: AliasesTable;
  alias_history: AliasHistoryTable;
  rollouts: RolloutsTable;
  audit: AuditTable;
}

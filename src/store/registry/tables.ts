// oxlint-disable max-lines -- one table after the other
/** The tables of the registry. Times are milliseconds since the epoch; JSON columns hold text. */
import type { Generated } from 'kysely';

/** Usage within one hour. */
export interface UsageTable {
  key: string;
  model: string;
  /** Start of the hour, in milliseconds since the epoch. */
  hour: number;
  requests: number;
  input_tokens: number;
  /** Input tokens read from the cache. */
  cached_tokens: number;
  output_tokens: number;
}

export interface RegisteredModelsTable {
  name: string;
  /** API key that created it; null for models created on this machine. */
  owner: string | null;
  created_at: number;
  /** Time of deletion; the name is not reused. */
  deleted_at: number | null;
}

export interface VersionsTable {
  model: string;
  version: number;
  /** Run that created it: its id, and its folder (absolute). */
  run: string | null;
  run_folder: string | null;
  /** Folder of the adapter or model (absolute) at registration. */
  folder: string;
  /** JSON: its files in the object store; null if they are in the folder alone. */
  stored: string | null;
  base: string | null;
  /** SHA-256 of the weights, of the base's configuration and weights, and of the chat template. */
  weights_hash: string;
  base_hash: string | null;
  template_hash: string | null;
  /** SHA-256 of every file in its folder except the card; null for older versions. */
  files_hash: string | null;
  /** JSON: content hash of each split used in training. */
  data_hashes: string;
  /** The comparison's verdict. */
  verdict: string | null;
  /** JSON: results of the gate's last evaluation. */
  gate: string | null;
  /** JSON: the most recent sign-off. */
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
  /** Null when the alias was created or removed. */
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
  /** The candidate version, and the version in use. */
  version: number;
  from_version: number;
  stage: string;
  /** Share of requests during the canary stage, 0 to 1. */
  share: number;
  /** Number of answer pairs to compare before the canary stage. */
  shadow_pairs: number;
  bake_ms: number;
  /** JSON: guards as written by the user. */
  guards: string;
  /** JSON: counts so far. */
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
  /** JSON: hashes of the affected files. */
  hashes: string;
  /** JSON: other details. */
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
  /** JSON: type and hyper-parameters, as requested until they are resolved. */
  method: string;
  /** JSON: recipe keys added by the request. */
  extra: string;
  metadata: string;
  /** JSON: the resolved recipe, once the files have been validated. */
  recipe: string | null;
  fine_tuned_model: string | null;
  trained_tokens: number | null;
  /** JSON */
  error: string | null;
  /** JSON: ids of files. */
  result_files: string;
  /** Identifies the request's content, so that retries are recognised. */
  fingerprint: string;
  /** JSON: the process that works on it. */
  worker: string | null;
  /** Incremented with each claim. */
  lease: number;
  created_at: number;
  finished_at: number | null;
  /** Start of the current turn. */
  turn_at: number;
  /** Seconds of training so far. */
  spent_seconds: number;
}

export interface JobEventsTable {
  seq: Generated<number>;
  job: string;
  /** Idempotency key: an event repeated after a crash has the same key. */
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
  /** API key that may use it. */
  key: string;
  created_at: number;
}

export interface DeliveriesTable {
  id: string;
  url: string;
  body: string;
  attempts: number;
  next_at: number;
  /** Time of delivery, or of giving up. */
  ended_at: number | null;
}

export interface EvalsTable {
  id: string;
  owner: string;
  name: string;
  metadata: string;
  /** JSON: data_source_config and testing_criteria as requested. */
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
  /** Incremented with each claim. */
  lease: number;
  created_at: number;
}

export interface EvalItemsTable {
  id: string;
  run: string;
  /** 0-based index of the row in the run. */
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
  /** Lifetime of its output files in seconds; null means for ever. */
  file_seconds: number | null;
  status: string;
  /** JSON: defects of the input file. */
  errors: string;
  output_file: string | null;
  error_file: string | null;
  /** Number of requests, and of their results once it has ended. */
  total: number;
  completed: number;
  failed: number;
  /** JSON: time of each status change. */
  times: string;
  /** Fingerprint of the request, used to recognise a client's retry. */
  fingerprint: string;
  /** JSON: the process that works on it. */
  worker: string | null;
  /** Incremented with each claim. */
  lease: number;
  created_at: number;
  expires_at: number;
}

/** Results of unfinished batches. */
export interface BatchItemsTable {
  batch: string;
  /** 0-based index of the request in the batch. */
  place: number;
  /** HTTP status of the reply; 0 if there was none. */
  status: number;
  /** JSON: a line of the output or error file. */
  line: string;
}

export interface ReplicasTable {
  id: string;
  /** Time of the last heartbeat. */
  seen_at: number;
  /** JSON: versions that it has open, or will open on first use: `tickets@3`. */
  holds: string;
}

/** Objects being written that have no row yet. */
export interface UnfinishedObjectsTable {
  /** Key of the object, or prefix of several. */
  key: string;
  /** Negative during removal. */
  begun_at: number;
  /** The database that recorded this, to recognise copies of it. */
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

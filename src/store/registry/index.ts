/** Models in use: versions, aliases, rollouts, and their audit log. */
export {
  CHALLENGER,
  CHAMPION,
  aliasesOf,
  aliasHistory,
  earlierChampion,
  moveAlias,
  type AliasChange,
} from './aliases.ts';
export { keyActor, readAudit, recordAction, type AuditEntry, type AuditFilter } from './audit.ts';
export {
  addFile,
  fetchFile,
  filePath,
  filesOf,
  findFile,
  jobFolder,
  removeExpired,
  removeFile,
  type StoredFile,
} from './files.ts';
export {
  addEvent,
  addJob,
  changeJob,
  claimJob,
  eventsOf,
  findJob,
  hasEnded,
  jobsIn,
  jobsOf,
  newestEvents,
  newId,
  recoverJobs,
  type Job,
  type JobStatus,
  type JobEvent,
  type NewEvent,
} from './jobs.ts';
export { beat, liveReplicas, otherReplicas, REPLICA_LOST_MS, removeReplica } from './replicas.ts';
export {
  isLeaseLost,
  KEEP_MS,
  keepLease,
  markReleased,
  WorkerWatch,
  whileHeld,
  type Lease,
  type LeasedTable,
} from './leases.ts';
export { pageOf, type Page, type PageWish } from './pages.ts';
export {
  openRegistry,
  outsideChanges,
  withRegistry,
  type Registry,
  type RegistryTransaction,
} from './registry-database.ts';
export {
  describeGuard,
  isBroken,
  observeBase,
  observeTried,
  parseGuards,
  type Guard,
  type GuardSignal,
} from './guards.ts';
export {
  beginCanary,
  beginRollout,
  endOpen,
  endRollout,
  openRollouts,
  rolloutsOf,
  saveCounts,
  type Rollout,
} from './rollouts.ts';
export {
  addVersion,
  deleteModel,
  purgeModel,
  findVersion,
  findVersions,
  recordFindings,
  registeredModels,
  versionName,
  versionsOf,
  type ModelVersion,
  type NewVersion,
} from './versions.ts';
export { recordPlace, removeDeletedVersions, storedObjects } from './object-records.ts';
export { boundCopies, removeStrayCopies } from './remove-copies.ts';
export { versionsInUse } from './versions-in-use.ts';
export { fetchVersion, removeStored, requireUnchanged, storeVersion } from './version-files.ts';
export { removeUnfinished } from './new-objects.ts';
export { addDelivery, dueDeliveries, noteAttempt, type Delivery } from './deliveries.ts';
export {
  addCheckpoint,
  checkpointsOf,
  forbid,
  permissionsOf,
  permit,
  type JobCheckpoint,
  type Permission,
} from './job-checkpoints.ts';
export {
  addPart,
  addUpload,
  endExpiredUploads,
  endUpload,
  fetchPart,
  findUpload,
  openUploads,
  partsOf,
  type Upload,
  type UploadPart,
} from './uploads.ts';
export { addUsage, DAY, HOUR, usageOf, type Usage, type UsageWish } from './usage.ts';
export {
  addEval,
  addEvalItem,
  addEvalRun,
  changeEval,
  changeEvalRun,
  claimEvalRun,
  evalItemsOf,
  evalRunsOf,
  evalRunStatus,
  evalsOf,
  removeEval,
  removeEvalRun,
  type Eval,
  type EvalItem,
  type EvalRun,
  type EvalRunStatus,
} from './evals.ts';
export {
  addBatch,
  addBatchItem,
  BATCH_STATES,
  batchCounts,
  batchesOf,
  batchLines,
  batchPlaces,
  claimBatch,
  findBatch,
  isBatchOpen,
  moveBatch,
  releaseBatch,
  removeBatchItems,
  type Batch,
  type BatchFault,
  type BatchItem,
  type BatchStatus,
} from './batches.ts';
export { personalName, readPersonalName, type PersonalModel } from './personal-name.ts';

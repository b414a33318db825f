/** Models in use: versions, aliases, rollouts, and who changed them. */
export {
  CHALLENGER,
  CHAMPION,
  aliasesOf,
  aliasHistory,
  earlierChampion,
  moveAlias,
  type AliasChange,
} from './aliases.ts';
export { readAudit, recordAction, type AuditEntry, type AuditFilter } from './audit.ts';
export { openRegistry, outsideChanges, registryPath, withRegistry, type Registry } from './database.ts';
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
  findVersion,
  recordFindings,
  registeredModels,
  versionName,
  versionsOf,
  type ModelVersion,
  type NewVersion,
} from './versions.ts';

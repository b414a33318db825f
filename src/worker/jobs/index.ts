import { defineRegistry } from '../../base/registry.ts';
import type { JobModule } from '../job.ts';

/** What the worker can do: one file in this folder, which exports `run`, and one line here. */
const table = {
  probe: () => import('./probe.ts'),
  doctor: () => import('./doctor.ts'),
  train: () => import('./train.ts'),
  generate: () => import('./generate.ts'),
  evaluate: () => import('./evaluate.ts'),
  compare: () => import('./compare.ts'),
  counterfactuals: () => import('./counterfactuals.ts'),
  export: () => import('./export.ts'),
  describe: () => import('./describe.ts'),
  estimate: () => import('./estimate.ts'),
  create: () => import('./create.ts'),
  predict: () => import('./predict.ts'),
  recommend: () => import('./recommend.ts'),
  'recommend-rows': () => import('./recommend-rows.ts'),
  embed: () => import('./embed.ts'),
  retrieve: () => import('./retrieve.ts'),
  'index-vectors': () => import('./index-vectors.ts'),
  'index-items': () => import('./index-items.ts'),
  'add-items': () => import('./add-items.ts'),
  'merge-adapters': () => import('./merge-adapters.ts'),
  'extract-adapter': () => import('./extract-adapter.ts'),
} satisfies Record<string, () => Promise<JobModule>>;

export type JobName = keyof typeof table;

type RunOf<Name extends JobName> = Awaited<ReturnType<(typeof table)[Name]>>['run'];
export type JobInput<Name extends JobName> = Parameters<RunOf<Name>>[0];
export type JobResult<Name extends JobName> = Awaited<ReturnType<RunOf<Name>>>;

export const jobs = defineRegistry<JobModule, JobName>('job', 'E_UNKNOWN_JOB', table);

import { defineRegistry } from '../base/registry.ts';
import type { JobModule } from '../base/job.ts';

/** Worker jobs: each is a file in the job's folder that exports `run`, and a line here. */
const table = {
  probe: () => import('./probe-machine.ts'),
  doctor: () => import('./doctor/doctor.ts'),
  train: () => import('./train/train.ts'),
  generate: () => import('../answering/generate/generate.ts'),
  evaluate: () => import('./evaluate/evaluate.ts'),
  compare: () => import('./compare/compare.ts'),
  counterfactuals: () => import('./compare/answer-counterfactuals.ts'),
  export: () => import('./export/export.ts'),
  'merge-adapters': () => import('./export/merge-adapters.ts'),
  'extract-adapter': () => import('./export/extract-adapter.ts'),
  'project-adapter': () => import('./export/project-adapter.ts'),
  'nearest-type': () => import('./nearest-type.ts'),
  describe: () => import('./describe.ts'),
  estimate: () => import('./estimate/estimate.ts'),
  create: () => import('../answering/recommend/create.ts'),
  predict: () => import('../answering/predict/predict.ts'),
  recommend: () => import('../answering/recommend/recommend.ts'),
  'recommend-rows': () => import('../answering/recommend/recommend-rows.ts'),
  embed: () => import('../answering/embed/embed.ts'),
  retrieve: () => import('../answering/embed/retrieve.ts'),
  'index-vectors': () => import('../answering/embed/index-vectors.ts'),
  'index-items': () => import('../answering/recommend/index-items.ts'),
  'add-items': () => import('../answering/recommend/add-items.ts'),
  personal: () => import('./personal/personal.ts'),
} satisfies Record<string, () => Promise<JobModule>>;

export type JobName = keyof typeof table;

type RunOf<Name extends JobName> = Awaited<ReturnType<(typeof table)[Name]>>['run'];
export type JobInput<Name extends JobName> = Parameters<RunOf<Name>>[0];
export type JobResult<Name extends JobName> = Awaited<ReturnType<RunOf<Name>>>;

export const jobs = defineRegistry<JobModule, JobName>('job', 'E_UNKNOWN_JOB', table);

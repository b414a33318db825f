import type { BatchRunner } from '../batches/batch-runner.ts';
import type { Registry } from '../../store/registry/index.ts';
import type { EvalRunner } from './eval-runner.ts';
import type { JobQueue } from './job-queue.ts';
import type { Webhooks } from './webhooks.ts';
import type { Trainer } from './training-interface.ts';

/** State shared by the training API's endpoints. */
export interface TrainingParts {
  registry: Registry;
  trainer: Trainer;
  queue: JobQueue;
  evals: EvalRunner;
  batches: BatchRunner;
  webhooks: Webhooks;
}

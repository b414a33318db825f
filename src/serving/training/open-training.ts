import type { Registry } from '../../store/registry/index.ts';
import type { RegistryRoutes } from '../routes/registry-routes.ts';
import type { ServeSettings } from '../server-settings.ts';
import type { ServerParts } from '../server-parts.ts';
import { BatchRunner } from '../batches/batch-runner.ts';
import { batchEndpoints } from '../endpoints/batches.ts';
import { EvalRunner } from './eval-runner.ts';
import { JobQueue } from './job-queue.ts';
import type { JobLimits } from './job-limits.ts';
import type { Trainer } from './training-interface.ts';
import type { TrainingParts } from './training-parts.ts';
import { Webhooks } from './webhooks.ts';

/** Starts accepting files and jobs, and resumes jobs that a crash interrupted. */
export function openTraining(
  server: ServerParts,
  { registry, trainer, routes }: { registry: Registry; trainer: Trainer; routes: RegistryRoutes },
): TrainingParts {
  const { table, log, settings } = server;
  const webhooks = new Webhooks(registry, settings.webhooks, log);
  const onPublished = () => routes.refresh();
  const queue = new JobQueue({ registry, trainer, table, webhooks, log, onPublished, limits: jobLimits(settings) });
  const evals = new EvalRunner(server, registry);
  const batches = new BatchRunner(server, registry, batchEndpoints);
  webhooks.begin();
  evals.begin();
  batches.begin();
  queue.begin();
  return { registry, trainer, queue, evals, batches, webhooks };
}

function jobLimits({ limits }: ServeSettings): JobLimits {
  const { job_steps: steps, job_tokens: tokens, job_hours: hours, job_turn_minutes: turnMinutes } = limits;
  return { steps, tokens, hours, turnMinutes };
}

/** Publishes the results of a finished job: models, checkpoints, and a file with metrics per step. */
import { writeFileAtomic } from '../../files/atomic.ts';
import { sha256 } from '../../files/hash.ts';
import { addCheckpoint, addFile, eventsOf, type Job, type Registry } from '../../store/registry/index.ts';
import type { HeldWork } from './held-work.ts';
import { metricsByStep, resultTable } from './job-events.ts';
import type { Trainer } from './training-interface.ts';

/** Idempotent after a crash. @throws AttuneError E_LEASE_LOST if another server has taken the job over */
export async function publishResult(
  job: Job,
  { registry, trainer, held }: { registry: Registry; trainer: Trainer; held: HeldWork },
): Promise<{ model: string; files: string[] }> {
  const name = tunedName(job);
  const checkpoint = (step: number) => `${name}:ckpt-step-${step}`;
  const { model, checkpoints } = await trainer.publish(job, { model: name, checkpoint });
  const events = await eventsOf(registry, job.id);
  const metrics = metricsByStep(events);
  for (const { step, model: stepModel } of checkpoints)
    await held.write((transaction) =>
      addCheckpoint(transaction, { job: job.id, step, model: stepModel, metrics: metrics.get(step) ?? { step } }),
    );
  return { model, files: [await writeResultFile(job, registry, resultTable(events))] };
}

async function writeResultFile({ id: job, owner }: Job, registry: Registry, text: string): Promise<string> {
  const id = `file-${sha256(`results of ${job}`).slice(0, 24)}`;
  await addFile(registry, id, (path) => {
    writeFileAtomic(path, text, 0o600);
    return {
      owner,
      purpose: 'fine-tune-results',
      filename: `step_metrics-${job}.csv`,
      bytes: Buffer.byteLength(text),
      sha256: sha256(text),
      created_at: Date.now(),
      expires_at: null,
    };
  });
  return id;
}

/** Name of a tuned model: `ft:BASE:attune:SUFFIX:ID`. */
export function tunedName({ id, model, suffix }: Pick<Job, 'id' | 'model' | 'suffix'>): string {
  const base = model.startsWith('ft:') ? model.split(':')[1] : model;
  return `ft:${base}:attune:${suffix ?? ''}:${id.slice(-8)}`;
}

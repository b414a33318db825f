/** Converts events of a run to events of its job. */
import type { Metrics, RunEvent } from '../../base/events.ts';
import { formatNumber } from '../../base/format.ts';
import type { NewEvent } from '../../store/registry/jobs.ts';

type Told = Omit<NewEvent, 'job'>;

/**
 * The job's event for a run's event; undefined for internal ones. A step repeated after a crash yields an identical
 * event.
 */
export function jobEventOf(event: RunEvent): Told | undefined {
  switch (event.type) {
    case 'step-finished': {
      const { step, steps, loss, metrics } = event;
      const data = { step, total_steps: steps, ...trainMetrics(loss, metrics) };
      const message = `Step ${step}/${steps}: training loss=${formatNumber(loss, 4)}`;
      return { key: `step ${step}`, type: 'metrics', message, data };
    }
    case 'evaluation-finished': {
      const { step, metrics } = event;
      const message = `Step ${step}: full validation loss=${formatNumber(metrics.loss, 4)}`;
      return { key: `evaluation ${step}`, type: 'metrics', message, data: { step, ...validMetrics(metrics) } };
    }
    case 'checkpoint-saved':
      return { key: `checkpoint ${event.step}`, message: `Checkpoint created at step ${event.step}` };
    case 'run-resumed':
      return { key: `resumed ${event.step} ${Date.now()}`, message: `Training continues from step ${event.step}` };
    case 'warning-raised':
      return { key: `warning ${event.code}`, level: 'warn', message: event.message };
    default:
      return undefined;
  }
}

function trainMetrics(loss: number, metrics: Metrics): Record<string, number> {
  const { mean_token_accuracy: accuracy, reward } = metrics;
  return {
    train_loss: loss,
    ...(accuracy !== undefined && { train_mean_token_accuracy: accuracy }),
    ...(reward !== undefined && { train_mean_reward: reward }),
  };
}

function validMetrics({ loss, mean_token_accuracy: accuracy, reward }: Metrics): Record<string, number> {
  return {
    full_valid_loss: loss,
    ...(accuracy !== undefined && { full_valid_mean_token_accuracy: accuracy }),
    ...(reward !== undefined && { full_valid_mean_reward: reward }),
  };
}

const COLUMNS = [
  'step',
  'train_loss',
  'train_mean_token_accuracy',
  'valid_loss',
  'validation_mean_token_accuracy',
  'full_valid_loss',
  'full_valid_mean_token_accuracy',
] as const;

/** CSV lines of the job's result file, one per step. */
export function resultTable(events: readonly { type: string; data: Record<string, unknown> }[]): string {
  const rows = [...metricsByStep(events).values()].filter(({ train_loss: loss }) => loss !== undefined);
  return `${[COLUMNS.join(','), ...rows.map((row) => COLUMNS.map((name) => row[name] ?? '').join(','))].join('\n')}\n`;
}

/** Training and validation metrics by step. */
export function metricsByStep(
  events: readonly { type: string; data: Record<string, unknown> }[],
): Map<number, Record<string, number>> {
  const steps = new Map<number, Record<string, number>>();
  for (const { type, data } of events) {
    if (type !== 'metrics') continue;
    const step = data.step as number;
    steps.set(step, { ...steps.get(step), ...(data as Record<string, number>) });
  }
  return new Map([...steps].toSorted(([a], [b]) => a - b));
}

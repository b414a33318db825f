import { basename } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import type { EventSink } from '../../base/events.ts';
import type { TrainResult } from '../../jobs/train/train-job.ts';
import { runJob } from '../../jobs/worker/index.ts';
import { isRunFolder } from '../../store/run-folder.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { lastWorkerEnded } from '../last-worker.ts';
import type { RungReached } from './journal.ts';
import type { CallOptions } from '../use-cases/use-case.ts';
import type { useCase } from '../use-cases/search.ts';

/** Failures that are not caused by a trial's settings: they end the search, which can be resumed. */
const NOT_OF_SETTINGS: ReadonlySet<string> = new Set([
  'E_DISK_FULL',
  'E_NOT_WRITABLE',
  'E_RUN_LOCKED',
  'E_STOPPED',
  'E_WORKER_CRASHED',
]);

type Facts = Pick<RungReached, 'loss' | 'seconds' | 'tokens' | 'rowLosses' | 'settled' | 'failure'>;

interface TrialOptions extends Pick<CallOptions<typeof useCase>, 'onEvent' | 'signal' | 'inProcess'> {
  until: number;
  /** The trial's earlier rungs. */
  earlier: readonly RungReached[];
}

/** Trains a trial from its last rung up to a share of its steps. If its settings make it fail, its loss is null. */
export async function runTrial(
  recipe: Recipe,
  { until, earlier, onEvent, signal, inProcess }: TrialOptions,
): Promise<Facts & { error?: unknown }> {
  const folder = recipe.output_dir;
  await lastWorkerEnded(folder, signal ?? new AbortController().signal);
  const resume = isRunFolder(folder);
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  try {
    const input = { recipe, pauseAt: { share: until }, resume };
    onEvent?.({ type: 'phase-started', phase: 'train', message: `trial ${basename(folder)}` });
    const result = await runJob({
      job: 'train',
      input,
      folder,
      resume,
      inProcess,
      onEvent: progressOf(onEvent),
      signal,
    });
    const { loss, rowLosses, inputTokens } = pausedOf(result);
    const before = earlier.reduce((total, { tokens }) => total + tokens, 0);
    const losses = rowLosses.map((value) => Number(value.toPrecision(6)));
    return { loss, rowLosses: losses, seconds: seconds(), tokens: inputTokens - before, settled: result.training };
  } catch (error) {
    if (!(error instanceof AttuneError) || NOT_OF_SETTINGS.has(error.code)) throw error;
    const failure = `${error.code}: ${error.message}`;
    return { loss: null, rowLosses: [], seconds: seconds(), tokens: 0, settled: null, failure, error };
  }
}

/** Steps and warnings only: each trial reads the same rows and loads the same model. */
function progressOf(onEvent: EventSink | undefined): EventSink {
  return (event) => {
    if (event.type === 'step-finished' || event.type === 'warning-raised') onEvent?.(event);
  };
}

function pausedOf({ paused, step }: TrainResult): NonNullable<TrainResult['paused']> {
  if (paused !== undefined && paused.loss !== null) return paused;
  if (paused !== undefined)
    throw new AttuneError('E_SEARCH_UNFIT', {
      what: 'This recipe cannot be searched: there are no validation rows, by which trials are compared',
      fix: 'give a larger share to data.validation, or a file',
    });
  throw new AttuneError('E_STOPPED', {
    what: `The search was stopped after step ${step} of a trial`,
    fix: 'continue with the same command',
  });
}

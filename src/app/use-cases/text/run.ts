import type { RunDetails, RunStatus } from '../../find-runs.ts';
import { formatCount, formatNumber, formatTime, formatTimes } from '../../../base/format.ts';
import { adviceOf } from './outcome.ts';
import { describeOutcome } from '../../terminal/progress/describe-events.ts';
import { shortPath } from '../../terminal/short-path.ts';
import { formatFacts } from '../../terminal/format-table.ts';
import type { Colours, Terminal } from '../../terminal/terminal.ts';
import type { RunSummary } from '../../../store/run-summary.ts';

export function paintStatus(status: string, colours: Colours): string {
  const paints: Record<RunStatus, (text: string) => string> = {
    waiting: colours.cyan,
    running: colours.cyan,
    finished: colours.green,
    stopped: colours.yellow,
    failed: colours.red,
    interrupted: colours.yellow,
  };
  return paints[status.trim() as RunStatus](status);
}

/** Formats a run with all details. */
export function describeRun(run: RunSummary | RunDetails, { colours }: Terminal): string {
  const { bold, dim } = colours;
  const metrics = Object.entries(run.metrics)
    .filter(([name]) => !Object.hasOwn(run.metrics, `eval_${name}`))
    .map(([name, value]): [string, string] => [name.replace(/^eval_/, 'validation '), formatNumber(value)]);
  const details = 'checkpoints' in run ? run : undefined;
  return [
    `${bold(run.name)}  ${paintStatus(run.status, colours)}  ${dim(run.id)}`,
    formatFacts(
      [
        ['error', run.error === undefined ? undefined : colours.red(run.error)],
        ['what to do', run.fix],
        ['folder', shortPath(run.folder)],
        ['model', [run.model, run.tuning, run.objective].filter((part) => part !== undefined).join(' · ')],
        ['data', describeRows(run)],
        ['started', run.createdAt === 0 ? undefined : formatTime(run.createdAt)],
        ['time', details && details.times.total > 0 ? formatTimes(details.times) : undefined],
        ['step', run.resultStep === 0 ? undefined : describeStep(run)],
        ["last step's loss", run.loss === undefined ? undefined : formatNumber(run.loss)],
        ...metrics,
        ['checkpoints', details?.checkpoints.map(({ step }) => step).join(', ')],
        ['result', describeResult(run)],
        [
          'verdict',
          details?.comparison && describeOutcome({ ...details.comparison, ...details.comparison.conclusion }, colours),
        ],
        ...adviceOf({ advice: run.advice ?? null }, shortPath(run.folder), colours),
        ['report', details?.report === undefined ? undefined : shortPath(details.report)],
      ],
      colours,
    ),
  ].join('\n');
}

function describeResult({ result, resultStep, step }: RunSummary): string | undefined {
  if (result === undefined) return undefined;
  return resultStep === undefined || resultStep === step
    ? shortPath(result)
    : `${shortPath(result)}, of step ${resultStep}`;
}

export function describeStep({ step, steps, epoch }: RunSummary): string {
  const whole = steps === undefined ? String(step) : `${step} of ${steps}`;
  return epoch === undefined ? whole : `${whole}, epoch ${formatNumber(epoch, 3)}`;
}

function describeRows({ source, data }: RunSummary): string | undefined {
  if (data === undefined) return source;
  const { train, validation, test } = data.rows;
  const counts = `${formatCount(train)} train, ${formatCount(validation)} validation, ${formatCount(test)} test`;
  return `${source ?? 'rows'} (${data.format}): ${counts}`;
}

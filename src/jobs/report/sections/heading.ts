import { describeProblem, type Problem } from '../../../base/errors.ts';
import type { Metrics, ResultChoice } from '../../../base/events.ts';
import { formatBytes, formatCount, formatNumber, formatTime, formatTimes } from '../../../base/format.ts';
import { html, type Html } from '../html.ts';
import type { RunReport } from '../run-report.ts';
import { tiles } from '../figure-tiles.ts';
import { STATUS_TONES } from './outcome.ts';
import { verdictBox } from './verdict.ts';

/** The run, its verdict, and the most important numbers. */
export function heading(report: RunReport): Html {
  const { run } = report;
  const made = [run.tuning, run.objective].filter((part) => part !== undefined).join(' · ');
  return html`<header>
      <h1>${run.name}<span class="status ${STATUS_TONES[run.status]}">${run.status}</span></h1>
      <p class="lead">
        ${run.model ?? 'model not named'}${made !== '' && ` · ${made}`} · started ${formatTime(run.createdAt)}
      </p>
    </header>
    ${verdictBox(report)}${failure(report.error)}${figures(report)}`;
}

function failure(error: Record<string, unknown> | undefined): Html | undefined {
  if (error === undefined) return undefined;
  const problems = (error.problems ?? []) as readonly Problem[];
  const lines = [error.got, error.fix && `What to do: ${textOf(error.fix)}`].filter((line) => line !== undefined);
  return html`<div class="verdict bad">
    <p class="word">${textOf(error.what ?? error.message)}</p>
    ${lines.map((line) => html`<p class="said">${textOf(line)}</p>`)}
    ${
      problems.length > 0 &&
      html`<ul class="problems">
        ${problems.map((problem) => html`<li>${describeProblem(problem)}</li>`)}
      </ul>`
    }
  </div>`;
}

function figures({ run, totals, evaluations, data, choice }: RunReport): Html {
  const best = evaluations.findLast(({ best, split }) => best && split === 'validation');
  const { inputTokens, lossTokens, peakMemoryBytes, times, tokensPerSecond } = totals;
  const [time, parts] = formatTimes(times).split(': ');
  const steps = run.steps === undefined || run.steps === run.step ? undefined : `of ${formatCount(run.steps)}`;
  // Cheap systems are not trained in steps.
  const hasSteps = choice === undefined || run.step > 0;
  const epoch = run.epoch === undefined ? '' : `, epoch ${formatNumber(run.epoch, 3)}`;
  return tiles([
    best && [...watchedFigure(best.metrics), `step ${formatCount(best.step)}`],
    run.loss !== undefined &&
      best?.metrics.reward === undefined && [
        'Loss of the last step',
        formatNumber(run.loss),
        `on the training rows of step ${formatCount(run.step)}${epoch}`,
      ],
    choice && hasSteps && ['The result', `step ${formatCount(choice.step)}`, reasonOf(choice, best?.metrics)],
    hasSteps && ['Steps', formatCount(run.step), steps],
    data && [
      'Training rows',
      formatCount(data.rows.train),
      `${formatCount(data.rows.validation)} validation, ${formatCount(data.rows.test)} test`,
    ],
    inputTokens > 0 && [
      'Input tokens',
      formatCount(inputTokens),
      lossTokens > 0 && `${formatCount(lossTokens)} carried loss`,
    ],
    tokensPerSecond !== undefined && ['Input tokens per second', formatCount(tokensPerSecond)],
    ['Time', time, parts],
    peakMemoryBytes !== undefined && ['Peak memory', formatBytes(peakMemoryBytes)],
  ]);
}

/** The loss of answers with rewards is the negative reward. */
function watchedFigure({ loss, reward }: Metrics): [name: string, value: string] {
  return reward === undefined
    ? ['Best validation loss', formatNumber(loss)]
    : ['Best validation reward', formatNumber(reward)];
}

function reasonOf({ reason, loss, lastLoss }: ResultChoice, metrics: Metrics | undefined): string {
  if (reason === 'last-step') return 'the last one';
  const [best, sign] =
    metrics?.reward === undefined ? ['lowest validation loss', 1] : ['highest validation reward', -1];
  const last =
    lastLoss === undefined || lastLoss === loss ? '' : `; ${formatNumber(0 + sign * lastLoss)} after the last`;
  return `${best} of the trained steps${last}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

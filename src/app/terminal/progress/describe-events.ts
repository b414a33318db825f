import type {
  ComparisonFinished,
  DataPrepared,
  EvaluationFinished,
  ForgettingMeasured,
  Metrics,
  DevicePreflight,
  PreflightFinished,
  RatesTried,
  StepFinished,
  TrainingSettled,
  WorkAdvanced,
} from '../../../base/events.ts';
import type { ProfiledPart, ProfileFinished, Utilisation } from '../../../base/profile-event.ts';
import { sizeAsWritten } from '../../../base/byte-size.ts';
import { formatBytes, formatCount, formatDuration, formatNumber, plural } from '../../../base/format.ts';
import { formatsOfFiles } from '../../../base/formats-of-files.ts';
import { formatTable } from '../format-table.ts';
import type { Colours } from '../terminal.ts';

/** Describes events of a run. */

const BAR_WIDTH = 20;

export function barOf(share: number, colours: Colours): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * BAR_WIDTH);
  return `${colours.cyan('━'.repeat(filled))}${colours.dim('━'.repeat(BAR_WIDTH - filled))}`;
}

/** Live line of the training loop. The most interesting figures come first, since narrow terminals cut the end. */
export function describeStep(event: StepFinished, colours: Colours, withBar: boolean): string {
  const { step, steps, tokensPerSecond, secondsLeft, memoryBytes } = event;
  const [name, value] = watchedFigure(event);
  const bar = withBar ? `${barOf(step / steps, colours)} ` : '';
  return [
    `${bar}step ${String(step).padStart(String(steps).length)}/${steps}`,
    `${name} ${colours.bold(value)}`,
    `${formatDuration(secondsLeft)} left`,
    `${formatCount(tokensPerSecond)} tokens/s`,
    formatBytes(memoryBytes),
  ].join(colours.dim(' · '));
}

/** The loss, or the sampled reward if there is one: the loss of a policy stays near 0, whatever it learns. */
export function watchedFigure({ loss, metrics }: StepFinished): [name: string, value: string] {
  const { reward } = metrics;
  return reward === undefined ? ['loss', formatNumber(loss)] : ['reward', formatNumber(reward, 3)];
}

export function describeWork({ done, total, unit }: WorkAdvanced, colours: Colours, withBar: boolean): string {
  const amount = (value: number): string => (unit === 'bytes' ? formatBytes(value) : formatCount(value));
  if (total === undefined || total === 0) return unit === 'bytes' ? amount(done) : plural(done, unit);
  const bar = withBar ? `${barOf(done / total, colours)} ` : '';
  return `${bar}${amount(done)} of ${amount(total)}${unit === 'bytes' ? '' : ` ${unit}`}`;
}

export function describeData(event: DataPrepared, colours: Colours): string {
  const { rows, lengths, inputTokens, lossTokens, truncated, dropped } = event;
  const parts = [
    `${event.format} rows: ${formatCount(rows.train)} train, ${formatCount(rows.validation)} validation, ${formatCount(rows.test)} test`,
  ];
  // A cheap system reads no tokens.
  if (inputTokens > 0 && !formatsOfFiles.has(event.format)) {
    parts.push(`${plural(inputTokens, 'tokens')}${lossTokens === 0 ? '' : `, ${formatCount(lossTokens)} trained`}`);
    parts.push(`${lengths.min} to ${plural(lengths.max, 'tokens')} per row, median ${lengths.median}`);
  }
  if (truncated > 0) parts.push(colours.yellow(`${plural(truncated, 'rows')} cut`));
  if (dropped > 0) parts.push(colours.yellow(`${plural(dropped, 'rows')} dropped`));
  return parts.join(colours.dim(' · '));
}

/** Values that the recipe left open; undefined if it set them all. */
export function describeSettled(event: TrainingSettled): string | undefined {
  const { sources, basis, learning_rate: rate, epochs, batch_size: batch } = event;
  const tried = sources.learning_rate === 'pending' ? 'to be found by short trials around' : '';
  const values = {
    learning_rate: `learning rate ${tried} ${rate}`.replace('  ', ' '),
    epochs: describeEpochs(epochs),
    batch_size: `batch ${batch}`,
  };
  const decided = Object.entries(values).filter(([name]) => sources[name as keyof typeof sources] !== 'recipe');
  if (decided.length === 0) return undefined;
  return `${decided.map(([, text]) => text).join(', ')}: suits ${basis}`;
}

export function describeTrials({ trials, startLoss, steps, chosen }: RatesTried): string {
  const losses = trials.map(({ rate, loss }) => `${rate}: ${loss === null ? 'diverged' : formatNumber(loss)}`);
  return `learning rate ${chosen}, from trials of ${plural(steps, 'steps')} (loss ${formatNumber(startLoss)} before; ${losses.join(', ')})`;
}

/** "1 epoch", "0.5 epochs". */
export function describeEpochs(epochs: number): string {
  return `${formatNumber(epochs)} ${epochs === 1 ? 'epoch' : 'epochs'}`;
}

export function describePreflight(event: PreflightFinished, colours: Colours): string {
  const { peakBytes, availableBytes, maxMemory, device, diskBytes, freeDiskBytes, totalSeconds, steps } = event;
  const most = maxMemory === undefined ? formatBytes(availableBytes) : `max_memory ${sizeAsWritten(maxMemory)}`;
  return [
    `memory ${formatBytes(peakBytes)} of ${most}`,
    ...(device === undefined ? [] : [describeDevice(device)]),
    `disk ${formatBytes(diskBytes)} of ${formatBytes(freeDiskBytes)}`,
    `${plural(steps, 'steps')} in about ${formatDuration(totalSeconds)}`,
  ].join(colours.dim(' · '));
}

function describeDevice({ name, peakBytes, availableBytes }: DevicePreflight): string {
  const most = availableBytes === undefined ? '' : ` of ${formatBytes(availableBytes)}`;
  return `${name} ${formatBytes(peakBytes)}${most}`;
}

export function describeEvaluation(event: EvaluationFinished, colours: Colours): string {
  if (event.step === 0) return `${event.split} before training: ${describeMetrics(event.metrics)}`;
  const best = event.best ? ` ${colours.green('best so far')}` : '';
  return `${event.split} after step ${event.step}: ${describeMetrics(event.metrics)}${best}`;
}

const SHOWN_OPERATORS = 12;

/** Cost of a step by phase and operator, in processor time, which is least affected by other load. */
export function describeProfile(event: ProfileFinished, colours: Colours): string {
  const row = (part: ProfiledPart): string[] => [
    part.name,
    formatNumber(part.calls),
    `${(1000 * part.processorSeconds).toFixed(1)} ms`,
    `${((100 * part.processorSeconds) / event.processorSeconds).toFixed(1)} %`,
    formatBytes(part.bytes),
  ];
  const columns = [
    { title: 'one step' },
    ...['calls', 'processor', 'share', 'allocated'].map((title) => ({ title, isNumeric: true })),
  ];
  const rows = [...event.phases, ...event.operators.slice(0, SHOWN_OPERATORS)].map(row);
  const seconds = `${formatNumber(event.seconds, 3)} s per step, ${formatNumber(event.processorSeconds, 3)} s of processor time`;
  const used = event.utilisation === undefined ? '' : `; ${describeUtilisation(event.utilisation)}`;
  return `profile: ${seconds}${used}; ${event.path}\n${formatTable(columns, rows, colours)}`;
}

function describeUtilisation({ share, dtype, gflops }: Utilisation): string {
  return `MFU ${(100 * share).toFixed(0)} % of ${formatNumber(gflops, 3)} GFLOP/s in ${dtype}`;
}

const OUTCOMES = { better: 'Better.', 'not-better': 'Not better.', unclear: 'Cannot tell yet.' };

/**
 * Outcome of a comparison with its advice; for records of earlier versions, a sentence with figures. An uncertain
 * recommendation is shown alone, since it states its uncertainty.
 */
export function describeOutcome(
  { outcome, advice, sentence, use }: Pick<ComparisonFinished, 'outcome' | 'advice' | 'sentence' | 'use'>,
  colours: Colours,
): string {
  if (outcome === undefined || advice === undefined) return sentence;
  if (outcome === 'unclear' && use !== undefined) return advice;
  const paint = { better: colours.green, 'not-better': colours.red, unclear: colours.yellow }[outcome];
  return `${paint(OUTCOMES[outcome])} ${advice}`;
}

export function describeForgetting({ measures }: ForgettingMeasured, colours: Colours): string[] {
  const words = { better: colours.green('gained'), worse: colours.red('forgot'), 'no-evidence': colours.green('kept') };
  return measures.map(({ title, before, after, loss, low, high, verdict }) => {
    const interval = `loss ${formatNumber(loss, 3)}, interval ${formatNumber(low, 3)} to ${formatNumber(high, 3)}`;
    return `${words[verdict]}: ${title} ${formatNumber(before)} before, ${formatNumber(after)} after (${interval})`;
  });
}

/** The loss of answers with rewards is the negative reward: shown once. */
export function shownMetrics(metrics: Metrics): [name: string, value: number][] {
  return Object.entries(metrics).filter(([name]) => name !== 'loss' || metrics.reward === undefined);
}

export function describeMetrics(metrics: Metrics): string {
  return shownMetrics(metrics)
    .map(([name, value]) => `${name} ${formatNumber(value)}`)
    .join(', ');
}

/** "812 rows", "1 row". */

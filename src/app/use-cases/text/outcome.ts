import { adviceText } from '../../../training/course.ts';
import { formatCount, formatDuration, formatNumber, formatTimes } from '../../../base/format.ts';
import { isWeightlessFolder } from '../../../answering/model/weightless.ts';
import { isCheapFolder } from '../../../answering/baselines/cheap-names.ts';
import { describeComparison } from './comparison.ts';
import { readNotes } from '../../../answering/model/result-notes.ts';
import { notedShapes } from '../../../answering/model/noted-shapes.ts';
import { shownMetrics } from '../../terminal/progress/describe-events.ts';
import { rowsRemarkOf } from './report-remark.ts';
import { tasks } from '../../../answering/tasks/index.ts';
import { shellWord } from '../../../base/shell-word.ts';
import { shortPath } from '../../terminal/short-path.ts';
import { formatFacts } from '../../terminal/format-table.ts';
import type { Colours } from '../../terminal/control-characters.ts';
import { wrap, type Terminal } from '../../terminal/terminal.ts';
import type { FinishedBefore } from '../../resume-run.ts';
import { describeWording } from './wording.ts';
import type { TrainOutcome, Trained } from '../../run.ts';

/** Commands to use the result, which depend on its task. */
function nextCommands({ result, task }: TrainOutcome, folder: string): string[] {
  if (result !== null && isCheapFolder(result))
    return [`attune runs open ${folder}`, `attune predict ${folder} --input rows.csv`, `attune eval ${folder}`];
  const use = task && tasks[task].firstUse?.(folder, inputFor(result));
  return [
    `attune runs open ${folder}`,
    ...(use === undefined ? [] : [use]),
    `attune eval ${folder}`,
    `attune serve ${folder}`,
  ];
}

/** Names the step that became the result, if it is not the last one. */
function describeChoice({ choice, step, metrics }: TrainOutcome): string | undefined {
  if (choice === null || choice.step === step) return undefined;
  const { lastLoss = Number.NaN } = choice;
  const isRewarded = metrics.reward !== undefined;
  const best = isRewarded ? 'highest validation reward' : 'lowest validation loss';
  return `step ${choice.step} of ${step}, with the ${best} (the last: ${formatNumber(isRewarded ? 0 - lastLoss : lastLoss)})`;
}

/** Advice on the training, or `training` with a finding that needs no action. */
export function adviceOf(
  { advice }: Pick<TrainOutcome, 'advice'>,
  folder: string,
  { yellow }: Colours,
): [string, string][] {
  if (advice === null) return [];
  return advice.course === 'settled'
    ? [['training', advice.finding]]
    : [['advice', yellow(adviceText(advice, folder))]];
}

function describeDryRun({ plan }: TrainOutcome, green: (text: string) => string): string {
  const fitting = plan?.steps === 0 ? `; fitting takes about ${formatDuration(plan.seconds)}` : '';
  return `${green('✓')} all checks passed; nothing was trained${fitting}`;
}

/** The last lines that a run prints. */
export function describeOutcome(outcome: Trained, terminal: Terminal): string {
  const { colours } = terminal;
  const { cyan, dim, green } = colours;
  const folder = shortPath(outcome.folder);
  if (outcome.outcome === 'detached') {
    return [
      `${green('✓')} training in the background, process ${outcome.pid}`,
      `  ${cyan(`attune runs attach ${folder}`)}`,
      `  ${cyan(`attune runs stop ${folder}`)}`,
    ].join('\n');
  }
  if (outcome.outcome === 'followed') return dim(`took part in a run led by another process: ${folder}`);
  if (outcome.outcome === 'paused')
    return `${dim(`paused after step ${outcome.step}; continue:`)} ${cyan(`attune runs resume ${folder}`)}`;
  if (outcome.outcome === 'dry-run') return describeDryRun(outcome, green);
  const metrics = shownMetrics(outcome.metrics).map(([name, value]): [string, string] => {
    return [`validation ${name}`, formatNumber(value)];
  });
  const time = outcome.times && formatTimes(outcome.times);
  const facts = formatFacts(
    [
      ['result', describeChoice(outcome)],
      ...metrics,
      ['time', time],
      ...adviceOf(outcome, folder, colours),
      ['report', `${folder}/report.html${rowsRemarkOf(outcome.folder)}`],
    ],
    colours,
  );
  const next = nextCommands(outcome, folder);
  const compared = outcome.comparison && [
    describeComparison(outcome.comparison, terminal),
    '',
    ...(outcome.wording === undefined ? [] : [describeWording(outcome.wording, folder, terminal), '']),
    ...(outcome.baseRemark === undefined ? [] : [...wrap(outcome.baseRemark, Math.min(terminal.columns, 80)), '']),
    ...(outcome.keep === undefined ? [] : [colours.bold(outcome.keep), '']),
  ];
  return [...(compared ?? []), facts, '', ...next.map((line) => `  ${cyan(line)}`)].join('\n');
}

/** Placeholder for new rows; a folder for models that read files. */
function inputFor(result: string | null): string {
  const formats = notedShapes(result === null ? undefined : readNotes(result)).map(({ format }) => format);
  if (formats.includes('image_classification')) return 'FOLDER_OF_IMAGES';
  return formats.includes('audio_classification') ? 'FOLDER_OF_RECORDINGS' : 'NEW.csv';
}

/** Message for a run that is already finished, with alternatives. */
export function describeFinished({ folder, step, result }: FinishedBefore, { colours }: Terminal): string {
  const { green, cyan, dim } = colours;
  const run = shellWord(shortPath(folder));
  const shows = `  ${cyan(`attune runs show ${run}`)}  ${dim('shows its results')}`;
  if (isWeightlessFolder(result))
    return `${green('✓')} ${shortPath(folder)} is finished: there is nothing to resume\n${shows}`;
  return [
    `${green('✓')} ${shortPath(folder)} is finished, after step ${formatCount(step)}: there is nothing to resume`,
    shows,
    `  ${cyan(`attune runs continue ${run} --epochs 1`)}  ${dim('trains its result further')}`,
  ].join('\n');
}

import type { ResolveOptions } from '../app/recipe/index.ts';
import type { Recipe } from '../methods/recipe.ts';
import type { TrainOptions, TrainOutcome } from '../app/train.ts';
import { adviceText } from '../train/course.ts';
import { AttuneError } from '../base/errors.ts';
import { formatNumber, formatTimes, plural } from '../base/format.ts';
import { isCheapFolder, isCheapModel } from '../eval/baselines/cheap-names.ts';
import type { CommandContext } from './command.ts';
import { describeComparison } from '../app/use-cases/text/comparison.ts';
import { keepAdvice, keepCommand, keepCommandOfRun } from '../app/use-cases/text/keep-command.ts';
import { describeEpochs } from '../terminal/progress/lines.ts';
import { readNotes } from '../jobs/model/result-notes.ts';
import { notedShapes } from '../jobs/rows/noted-shapes.ts';
import { rowsRemarkOf } from '../app/use-cases/text/report-remark.ts';
import { shortPath } from '../terminal/short-path.ts';
import { formatFacts } from '../terminal/table.ts';
import { wrap, type Terminal } from '../terminal/terminal.ts';
import { describeWording } from '../app/use-cases/text/wording.ts';
import { withProgress } from '../terminal/with-progress.ts';

/** What `train` and `runs resume` have in common. */

/** The recipe of the command line: the file where one is named, with the flags over it. */
export async function resolveFor(
  context: CommandContext,
  outputFolder?: ResolveOptions['outputFolder'],
): Promise<Recipe> {
  const { resolveRecipe, resolveRecipeFile } = await import('../app/recipe/index.ts');
  const { dim } = context.log.colours;
  const onNotice = (notice: string) => context.log.line(dim(notice));
  const options = { flags: context.recipeFlags, outputFolder, onNotice };
  const file = context.argument('RECIPE');
  if (file !== undefined) return resolveRecipeFile(file, options);
  if (Object.keys(context.recipeFlags).length > 0) return resolveRecipe({}, options);
  throw new AttuneError('E_USAGE', {
    what: 'There is no recipe',
    expected: 'attune train RECIPE, or flags such as --model FOLDER --train FILE',
    fix: 'attune init FILE writes a recipe for your data',
  });
}

/** Trains and shows it. @throws AttuneError E_STOPPED where the run was asked to stop before its end */
export async function runWithProgress(
  context: CommandContext,
  recipe: Recipe,
  options: TrainOptions,
): Promise<TrainOutcome & { keep?: string }> {
  const { train } = await import('../app/train.ts');
  await showRecipe(context, recipe, options.dryRun === true);
  context.stopSignal('saving, then stopping; press Ctrl-C again to end at once');
  const outcome = await withProgress(context, (onEvent) => train(recipe, { ...options, onEvent }));
  if (outcome.outcome !== 'stopped') return withKeep(context, outcome);
  throw new AttuneError('E_STOPPED', {
    what: `The run was stopped after step ${outcome.step}`,
    fix: `go on with: attune runs resume ${shortPath(outcome.folder)}`,
  });
}

/** With how to keep a cheap system that is no worse. */
function withKeep({ recipeFlags, argument }: CommandContext, outcome: TrainOutcome): TrainOutcome & { keep?: string } {
  const isResumed = argument('RUN') !== undefined;
  const commandOf = (model: string) =>
    isResumed ? keepCommandOfRun(outcome.folder, model) : keepCommand(model, recipeFlags, argument('RECIPE'));
  const keep = keepAdvice(outcome.comparison, commandOf);
  return keep === undefined ? outcome : { ...outcome, keep };
}

/** What will be done with every default filled: in short, and in full where nothing is trained yet. */
async function showRecipe({ log }: CommandContext, recipe: Recipe, inFull: boolean): Promise<void> {
  const { dim } = log.colours;
  if (inFull) {
    const { stringify } = await import('yaml');
    log.line(dim(stringify(recipe).trimEnd()));
    return;
  }
  const { tuning, objective, training } = recipe;
  const where = `all settings: ${recipe.output_dir}/recipe.json`;
  if (isCheapModel(recipe.model)) return log.line(dim(`  ${recipe.model} · seed ${training.seed}; ${where}`));
  const options = Object.entries(tuning).filter(([name]) => name === 'r' || name === 'alpha');
  const { max_steps: steps, epochs, learning_rate: rate, batch_size: batch } = training;
  const length = steps === null ? epochs !== null && describeEpochs(epochs) : plural(steps, 'steps');
  const parts = [
    recipe.model,
    [tuning.method, ...options.map(([name, value]) => `${name} ${String(value)}`)].join(' '),
    objective.name,
    length,
    rate === 'auto' ? 'learning rate by trials' : rate !== null && `learning rate ${rate}`,
    batch !== null && `batch ${batch}`,
    `seed ${training.seed}`,
  ].filter((part) => part !== false);
  log.line(dim(`  ${parts.join(' · ')}; ${where}`));
}

type Outcome = (TrainOutcome & { keep?: string }) | { outcome: 'detached'; folder: string; pid: number };

/** Tasks whose models answer rows, and do not talk. */
const ANSWERING: ReadonlySet<string> = new Set(['sequence', 'token', 'question']);

/** What can be done with the result: a classifier does not talk. */
function nextCommands({ result, task }: TrainOutcome, folder: string): string[] {
  if (result !== null && isCheapFolder(result))
    return [`attune runs open ${folder}`, `attune predict ${folder} --input rows.csv`, `attune eval ${folder}`];
  return [
    `attune runs open ${folder}`,
    ...(task === 'causal-lm' ? [`attune chat ${folder}`] : []),
    ...(task !== undefined && ANSWERING.has(task)
      ? [`attune predict ${folder} --input ${inputFor(result)} --output answers.csv`]
      : []),
    ...(task === 'embedding' ? [`attune retrieve index ${folder} --input DOCUMENTS.csv --output index`] : []),
    ...(task === 'next-item' ? [`attune recommend ${folder} --input NEW.csv`] : []),
    `attune eval ${folder}`,
    `attune serve ${folder}`,
  ];
}

/** Said where it is not the last step. */
function describeChoice({ choice, step }: TrainOutcome): string | undefined {
  if (choice === null || choice.step === step) return undefined;
  return `step ${choice.step} of ${step}, which had the lowest validation loss (the last: ${formatNumber(choice.lastLoss ?? Number.NaN)})`;
}

/** The last lines of a run for people. */
export function describeOutcome(outcome: Outcome, terminal: Terminal): string {
  const { colours } = terminal;
  const { cyan, green } = colours;
  const folder = shortPath(outcome.folder);
  if (outcome.outcome === 'detached') {
    return [
      `${green('✓')} training in the background, process ${outcome.pid}`,
      `  ${cyan(`attune runs attach ${folder}`)}`,
      `  ${cyan(`attune runs stop ${folder}`)}`,
    ].join('\n');
  }
  if (outcome.outcome === 'dry-run') return `${green('✓')} everything is in place; nothing was trained`;
  const metrics = Object.entries(outcome.metrics).map(([name, value]): [string, string] => {
    return [`validation ${name}`, formatNumber(value)];
  });
  const time = outcome.times && formatTimes(outcome.times);
  const facts = formatFacts(
    [
      ['result', describeChoice(outcome)],
      ...metrics,
      ['time', time],
      ['advice', outcome.advice === null ? undefined : colours.yellow(adviceText(outcome.advice, folder))],
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

/** What new rows are called: a folder where files are read. */
function inputFor(result: string | null): string {
  const formats = notedShapes(result === null ? undefined : readNotes(result)).map(({ format }) => format);
  if (formats.includes('image_classification')) return 'FOLDER_OF_IMAGES';
  return formats.includes('audio_classification') ? 'FOLDER_OF_RECORDINGS' : 'NEW.csv';
}

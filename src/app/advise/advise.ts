import { AttuneError } from '../../base/errors.ts';
import type { EventSink } from '../../base/events.ts';
import type { Example } from '../../data/index.ts';
import { isCheapModel } from '../../answering/baselines/cheap-names.ts';
import { learningCurve } from '../../evaluation/advice/learning-curve.ts';
import { recommend } from '../../evaluation/advice/advised-system.ts';
import { answerForm } from '../../scoring/answer-form.ts';
import { rowsWanted, sampledRows } from '../../evaluation/compare/sampled-rows.ts';
import { CONSTANTS } from '../../evaluation/compare/unable.ts';
import { computableOn, suitableMetrics } from '../../evaluation/compare/suitable-metrics.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { OWN_BASE } from '../../answering/model/base-model.ts';
import { loadRunData } from '../../jobs/rows/load-run-data.ts';
import { meaningOf, type LabelMeaning } from '../../jobs/compare/label-meaning.ts';
import { loadMetrics, type WrittenMetric } from '../../jobs/evaluate/recipe-metrics.ts';
import { describeSource } from '../../data/columns.ts';
import { isPossible, readColumns, refuseUnclear } from '../init/read-columns.ts';
import { RecipeRows } from '../rows/recipe-rows.ts';
import { isRecipe, resolveRecipe, resolveRecipeFile, type RecipeFlags } from '../recipe/index.ts';
import type { useCase, Advised, Advice } from '../use-cases/advise.ts';
import { keepCommand } from '../use-cases/text/keep-command.ts';
import type { CallOptions } from '../use-cases/use-case.ts';
import { advisedRecipe } from './advised-recipe.ts';
import { compareCheap, measureSizes } from './cheap-curve.ts';
import { measureModel } from './model-curve.ts';
import { growingParts } from './sizes.ts';
import type { CheapRows } from './cross-validation.ts';

export type AdviseOptions = CallOptions<typeof useCase>;

const FEWEST_ROWS = 20;

/**
 * Advises on data before money is spent: the results of cheap systems, their learning curves and, with a model,
 * whether prompting suffices or tuning pays off.
 * @throws AttuneError E_TOO_FEW_ROWS, E_NOTHING_TO_ADVISE, and errors of reading and training
 */
export async function advise(data: string | Recipe, options: AdviseOptions = {}): Promise<Advised> {
  const { flags: given = {}, withModel = 'model' in given, onEvent, signal, onNotice } = options;
  const { textColumn, labelColumn, answerColumn } = options;
  const roles = { textColumn, labelColumn, answerColumn };
  const isFile = typeof data === 'string' && !isRecipe(data);
  if (!isFile) refuseRoles(roles);
  const flags = isFile ? await withColumns(data, { flags: given, roles, onNotice }) : given;
  const recipe = typeof data === 'string' ? await recipeOf(data, { flags, onNotice }) : data;
  const rows = new RecipeRows(recipe, false);
  try {
    const advice = await adviseOn({ recipe, withModel, onEvent, signal });
    const { keep } = advice.recommendation;
    return keep === undefined || typeof data !== 'string' ? advice : { ...advice, keep: keeping(keep, data, flags) };
  } catch (error) {
    throw rows.failure(error);
  }
}

/** Loads a recipe file, or builds a recipe from rows alone. */
function recipeOf(data: string, { flags, onNotice }: AdviseOptions): Promise<Recipe> {
  if (isRecipe(data)) return resolveRecipeFile(data, { flags, onNotice });
  return resolveRecipe({ model: OWN_BASE, data: { train: data } }, { flags, onNotice });
}

type Roles = Pick<AdviseOptions, 'textColumn' | 'labelColumn' | 'answerColumn'>;

/** @throws AttuneError E_OPTION_IDLE */
function refuseRoles(roles: Roles): void {
  const given = Object.entries(roles).flatMap(([field, value]) => (value === undefined ? [] : [field]));
  if (given.length === 0) return;
  throw new AttuneError('E_OPTION_IDLE', {
    what: 'A recipe names its columns itself',
    problems: given.map((field) => ({ field, message: 'has no effect' })),
    fix: 'change data.columns in the recipe, or give the file of rows',
  });
}

/** Adds the columns that `init` would write into a recipe, unless they are given. @throws as `readColumns` */
async function withColumns(
  data: string,
  { flags, roles, onNotice }: { flags: RecipeFlags; roles: Roles; onNotice: AdviseOptions['onNotice'] },
): Promise<RecipeFlags> {
  if (NAMING_COLUMNS.some((name) => name in flags)) {
    refuseRoles(roles);
    return flags;
  }
  const reading = await readColumns(data, roles);
  if (!isPossible(reading)) refuseUnclear(data, reading);
  const { format, columns, reasons } = reading;
  if (format === undefined || columns === undefined) return flags;
  const sources = Object.entries(columns).map(([field, source]) => `${field} from ${describeSource(source)}`);
  onNotice?.(`read as ${format}: ${sources.join(', ')} (${reasons.join(', ')})`);
  return { ...flags, format, columns: JSON.stringify(columns) };
}

const NAMING_COLUMNS = ['format', 'columns', 'data.format', 'data.columns'];

function keeping(model: string, data: string, flags: RecipeFlags): string {
  return isRecipe(data) ? keepCommand(model, flags, data) : keepCommand(model, { train: data, ...flags });
}

interface Asked extends Pick<AdviseOptions, 'onEvent' | 'signal'> {
  recipe: Recipe;
  withModel: boolean;
}

async function adviseOn({ recipe, withModel, onEvent = () => undefined, signal }: Asked): Promise<Advice> {
  onEvent({ type: 'phase-started', phase: 'data', message: 'reading and splitting the rows' });
  const { splits } = await loadRunData(recipe, { emit: onEvent, signal: signal ?? new AbortController().signal });
  const test = sampledRows(splits.test, rowsWanted(recipe.evaluation.max_rows), recipe.training.seed);
  const rows = { train: splits.train, validation: splits.validation, test };
  refuseFew(rows);
  const parts = growingParts(rows.train, recipe.training.seed);
  const own = isCheapModel(recipe.model) ? recipe.model : undefined;
  // If the recipe's model is itself a cheap system, it is measured as one of them.
  const tunes = withModel && own === undefined;
  const measure = tunes ? measureModel : measureCheap;
  const { evaluation } = recipe;
  const wanted = evaluation.metrics === 'auto' ? computableOn(suitableMetrics(rows.train), test) : evaluation.metrics;
  const measuring = {
    recipe: tunes ? await advisedRecipe(recipe, rows.train) : recipe,
    rows,
    parts,
    metrics: wanted,
    meaning: meaningOf(recipe),
    available: splits.test.length,
    onEvent,
    signal,
  };
  const { sizes, comparison } = await measure(measuring);
  const { confidence, seed, metrics, systems } = comparison;
  const [{ name, title }] = systems;
  // A constant answer does not improve with more rows.
  const measured = CONSTANTS.has(name) ? [] : sizes;
  const curve = learningCurve(title, measured, metrics[0], { confidence, seed });
  return {
    rows: { train: rows.train.length, validation: rows.validation.length, test: test.length },
    answers: answerForm(rows.train).kind,
    comparison,
    curve,
    recommendation: recommend(comparison, curve, recipe.model),
  };
}

interface Measuring {
  recipe: Recipe;
  rows: CheapRows;
  parts: readonly (readonly Example[])[];
  /** Metrics of the recipe, or the default ones for these answers. */
  metrics: readonly WrittenMetric[];
  meaning: LabelMeaning;
  /** Total number of test rows, if those compared are a sample. */
  available: number;
  onEvent: EventSink;
  signal?: AbortSignal;
}

async function measureCheap({ recipe, rows, parts, metrics, available, meaning, onEvent, signal }: Measuring) {
  if (answerForm(rows.train).kind === 'text') throw nothingToAdvise();
  onEvent({ type: 'phase-started', phase: 'evaluate', message: 'fitting cheap baselines' });
  const specs = await loadMetrics(metrics, recipe.references);
  const options = { split: 'test', available, metrics: specs, ...meaning, seed: recipe.training.seed };
  const comparison = await compareCheap(rows, options, {
    signal,
    model: isCheapModel(recipe.model) ? recipe.model : undefined,
  });
  onEvent({
    type: 'phase-started',
    phase: 'evaluate',
    message: 'fitting the best of them on growing parts of the rows',
  });
  const sizes = await measureSizes(comparison.systems[0], { parts, test: rows.test, options, signal });
  return { sizes, comparison };
}

function refuseFew({ train, test }: CheapRows): void {
  if (train.length >= FEWEST_ROWS && test.length > 0) return;
  throw new AttuneError('E_TOO_FEW_ROWS', {
    what: 'There are too few rows for advice',
    got: `${train.length} training rows, ${test.length} test rows`,
    expected: `at least ${FEWEST_ROWS} training rows, and some test rows`,
    fix: 'label more rows, or give a larger share to test (--data.test 0.2)',
  });
}

function nothingToAdvise(): AttuneError {
  return new AttuneError('E_NOTHING_TO_ADVISE', {
    what: 'Rows of plain text have no question, so only a model can be evaluated on them',
    fix: 'give a model: --model FOLDER',
  });
}

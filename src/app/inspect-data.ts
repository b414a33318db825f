import { entryOf } from '../base/table.ts';
import { existsSync } from 'node:fs';
import { pushAll } from '../base/many.ts';
import type { ColumnMapping } from '../data/columns.ts';
import { alikeValues } from '../data/guess/index.ts';
import { countLabels, type Example, inspectData, type LabelReport, reportLengths } from '../data/index.ts';
import { kindOf } from '../data/kinds/index.ts';
import type { Label } from '../data/kinds/kind.ts';
import { isWeightlessModel } from '../answering/model/weightless.ts';
import { expectedText } from '../scoring/prompt-text.ts';
import { type RenderedRow, shownParts, type Tokenizer } from '../models/text/index.ts';
import type { Recipe } from '../training/recipe/recipe.ts';
import { modelFolder, OWN_BASE } from '../answering/model/base-model.ts';
import { mediaReaderOf } from '../answering/model/model-readers.ts';
import { loadRunData } from '../jobs/rows/load-run-data.ts';
import { loadFormatters } from '../jobs/rows/row-formatters.ts';
import { runTokenizer } from '../jobs/rows/run-tokenizer.ts';
import type { useCase, DataInspectionResult, InspectedRow } from './use-cases/data-inspect.ts';
import type { CallOptions } from './use-cases/use-case.ts';
import { isRecipe, type RecipeFlags, resolveRecipe, resolveRecipeFile } from './recipe/index.ts';
import { describeGroups } from './fairness/groups.ts';
import { answerSpaceRemark } from './answer-space-remark.ts';
import { renderFile, renderRows } from './render-rows.ts';
import { usualObjective } from './usual-objective.ts';
import type { RenderContext } from './render-answers.ts';

export type InspectDataOptions = CallOptions<typeof useCase> & {
  /** Whether to add each row's text with its special tokens marked. */
  specials?: boolean;
};

/** Default number of rows shown. */
const ROWS = 3;
const CHUNK = 1000;

/** Reads, splits and tokenises data as training does, but without the engine. `path` is a recipe, or data alone. */
export async function inspectTrainingData(
  path: string,
  options: InspectDataOptions = {},
): Promise<DataInspectionResult> {
  const recipe = await recipeOf(path, options);
  const { rows = ROWS, groupColumn, mentions, onEvent = () => undefined } = options;
  const { signal = new AbortController().signal } = options;
  const { report, splits } = await loadRunData(recipe, { emit: onEvent, signal });
  const all = Object.values(splits).flat();
  const labels = countLabels(all);
  const files = [...new Set(report.files.map(({ file }) => file))];
  const result: DataInspectionResult = {
    report,
    ...((groupColumn !== undefined || mentions === true) && {
      groups: await describeGroups(files, { groupColumn, mentions, onEvent, signal }),
    }),
    objective: recipe.objective.name,
    ...(labels !== undefined && { labels }),
    longRows: recipe.data.long_rows,
    tooLong: [],
    rows: [],
    problems: [],
    remarks: [...unnamedNumbers(all, recipe), ...alikeLabels(labels)],
  };
  // A cheap system reads no tokens.
  if (recipe.model === NO_MODEL || isWeightlessModel(recipe.model))
    return { ...result, rows: splits.train.slice(0, rows).map(plainRow) };
  const { tokenizer } = await runTokenizer(recipe, modelFolder(recipe.model), splits.train);
  const media = await mediaReaderOf(modelFolder(recipe.model));
  await tokenise(splits.train, { recipe, tokenizer, media, options, result });
  const remark = await answerSpaceRemark(splits.train, tokenizer);
  return {
    ...result,
    tokenizer: recipe.model,
    remarks: [...result.remarks, ...(remark === undefined ? [] : [remark])],
  };
}

/** Used if no model is given and the one shipped with attune is missing. */
const NO_MODEL = '(none)';

async function recipeOf(path: string, { flags = {}, onNotice }: InspectDataOptions): Promise<Recipe> {
  if (isRecipe(path)) return resolveRecipeFile(path, { flags, onNotice });
  const { format, columns } = await wordsOn(flags);
  const { examples } = await inspectData(path, { format, columns, formatters: await loadFormatters([format]) });
  const [first] = examples;
  const objective = (first && usualObjective(first.kind)?.name) ?? 'sft';
  const model = isOfText(first) && existsSync(modelFolder(OWN_BASE)) ? OWN_BASE : NO_MODEL;
  return resolveRecipe({ model, data: { train: path }, objective }, { flags, onNotice });
}

function isOfText(example: Example | undefined): boolean {
  if (example === undefined || example.kind === 'items') return false;
  return (kindOf(example).files?.(example) ?? []).length === 0;
}

/** Format and columns from flags, as in a recipe. */
async function wordsOn(flags: RecipeFlags): Promise<{ format?: string; columns?: ColumnMapping }> {
  const names = new Set(['format', 'data.format', 'columns', 'data.columns']);
  const ofData = Object.fromEntries(Object.entries(flags).filter(([name]) => names.has(name)));
  const { data } = await resolveRecipe({ model: NO_MODEL, data: { train: '(none)' } }, { flags: ofData });
  return { format: data.format ?? undefined, columns: data.columns ?? undefined };
}

/** Labels that people would consider the same but that count as different classes. */
function alikeLabels(labels: LabelReport | undefined): string[] {
  if (labels?.kind !== 'classes') return [];
  const groups = alikeValues(labels.labels.map(({ label }) => label));
  return groups.map((group) => {
    const names = group.map((label) => JSON.stringify(label)).join(' and ');
    return `${names} differ only by case or white space, but count as ${group.length} classes`;
  });
}

const SAMPLE = 100;

/** Numeric columns that are joined into a text without their names, so that a model cannot tell them apart. */
function unnamedNumbers(examples: readonly Example[], { data }: Recipe): string[] {
  const source = data.columns?.text;
  if (!Array.isArray(source)) return [];
  const rows = examples.slice(0, SAMPLE).flatMap((row) => ('fields' in row && row.fields ? [row.fields] : []));
  const numbers = source.filter(
    (name: string) => rows.length > 0 && rows.every((row) => typeof entryOf(row, name) === 'number'),
  );
  if (numbers.length === 0) return [];
  const list = source.join(', ');
  return [
    `${numbers.join(', ')}: numbers without their names in the text; data.columns.text: {columns: ` +
      `[${list}], names: true} writes "${numbers[0]}: …"`,
  ];
}

interface Work {
  recipe: Recipe;
  tokenizer: Tokenizer;
  media: RenderContext['media'];
  options: InspectDataOptions;
  result: DataInspectionResult;
}

async function tokenise(examples: readonly Example[], work: Work): Promise<void> {
  const { recipe, tokenizer, media, options, result } = work;
  const lengths: number[] = [];
  result.trainedTokens = 0;
  for (let start = 0; start < examples.length; start += CHUNK) {
    options.signal?.throwIfAborted();
    const chunk = examples.slice(start, start + CHUNK);
    const { rows, problems } = await renderRows(chunk, tokenizer, { recipe, media });
    pushAll(result.problems, problems);
    for (const [index, row] of rows.entries()) {
      if (row === undefined) continue;
      lengths.push(row.ids.length);
      takeRow(row, chunk[index], work);
    }
    const done = Math.min(start + CHUNK, examples.length);
    options.onEvent?.({ type: 'work-advanced', phase: 'data', done, total: examples.length, unit: 'rows tokenised' });
  }
  // Rows that are files have no token lengths.
  if (lengths.some((length) => length > 0)) result.lengths = reportLengths(lengths, recipe.data.max_length);
}

/** Counts a row, records it if it is too long, and keeps the first ones to show. */
function takeRow(row: RenderedRow, example: Example, { recipe, tokenizer, options, result }: Work): void {
  const { source } = example;
  const tokens = row.ids.length;
  const trainedTokens = row.trained.reduce((sum, one) => sum + one, 0);
  result.trainedTokens! += trainedTokens;
  if (tokens > recipe.data.max_length) result.tooLong.push({ ...source, tokens });
  if (result.rows.length >= (options.rows ?? ROWS)) return;
  const pieces = row.pieces.map(({ text, trained }) => ({ text, trained }));
  const shown = options.specials === true && tokens > 0 ? { shown: shownParts(row, tokenizer) } : {};
  result.rows.push({ ...source, tokens, trainedTokens, pieces, ...labelOf(example), ...shown });
}

function labelOf(example: Example): Pick<InspectedRow, 'label'> {
  const { label } = kindOf(example);
  return label !== undefined && OF_ROWS.has(label.type) ? { label: expectedText(example) } : {};
}

const OF_ROWS: ReadonlySet<string> = new Set<Label<Example>['type']>(['class', 'classes', 'number']);

/** A row as it was parsed, for models without a tokenizer. */
function plainRow(example: Example): InspectedRow {
  const { id: _id, source, group: _group, ...body } = example;
  const label = labelOf(example);
  if ('media' in example && example.media !== undefined)
    return { ...source, ...label, pieces: renderFile(example).pieces };
  return { ...label, ...source, pieces: [{ text: JSON.stringify(body, null, 2), trained: false }] };
}

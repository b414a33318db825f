import { resolve } from 'node:path';
import { AttuneError, type Problem } from '../../base/errors.ts';
import type { EventSink } from '../../base/events.ts';
import { formatCount, plural } from '../../base/format.ts';
import { BadRows } from '../../data/bad-rows.ts';
import type { InputRow } from '../../data/index.ts';
import { requireWritable } from '../../files/atomic.ts';
import { defectsOf, filesOf, noRows, planInput, readPlanned, UNANSWERED, type InputPlan } from './input-plan.ts';
import { missingColumns } from './input-shapes.ts';
import { writingFor } from './output-file.ts';
import { OutputLayout } from './output-row.ts';
import { OutputSink } from './output-sink.ts';
import { thresholdsOf } from './predicted-row.ts';
import { RowAnswerer, type LayoutOptions, type RowsOptions } from './row-answerer.ts';
import type { useCase, Predicted } from '../use-cases/predict.ts';
import { columnMapping } from '../use-cases/shared/columns-field.ts';
import { constraintOf } from '../use-cases/shared/sampling-fields.ts';
import type { CallOptions } from '../use-cases/use-case.ts';

/** Options with parsed columns and a single constraint. */
export type PredictOptions = Omit<CallOptions<typeof useCase>, 'columns'> &
  LayoutOptions &
  Pick<RowsOptions, 'constraint'>;

/**
 * Predicts for rows of files or in memory, in order, and writes results progressively in constant memory. Invalid
 * rows get an `error` instead of a prediction.
 * @throws AttuneError E_BAD_COLUMNS, E_BAD_ROWS if all rows are invalid (with `strict`: any), E_NO_ROWS,
 * E_OUTPUT_KIND, E_STOPPED, and errors of reading files and opening models
 */
export async function predict(target: string, given: CallOptions<typeof useCase>): Promise<Predicted> {
  const options: PredictOptions = {
    ...given,
    columns: await columnMapping(given.columns),
    constraint: constraintOf(given),
  };
  const { base, precision, storage, trainedDefaults, signal, onEvent } = options;
  // Planned first, so that invalid input does not cost loading a model.
  const plan = await planOutput(options);
  const answerer = await RowAnswerer.open({ target, base, precision, storage, trainedDefaults, onEvent, signal });
  try {
    return await answerRows(answerer, options, plan);
  } finally {
    await answerer.close().catch((error: unknown) => {
      if (signal?.aborted !== true) throw error;
    });
  }
}

async function planOutput(options: PredictOptions): Promise<InputPlan> {
  const { output } = options;
  if (output !== undefined) writingFor(output);
  const plan = await planInput(options);
  if (output !== undefined) checkOutput(output, plan);
  return plan;
}

/** `predict` with a model that is already open. */
export async function answerRows(
  answerer: RowAnswerer,
  options: PredictOptions,
  known?: InputPlan,
): Promise<Predicted> {
  const plan = known ?? (await planOutput(options));
  thresholdsOf(answerer.description, options.threshold);
  refuseIdle(answerer, options);
  if (options.strict === true) await refuseBad(answerer, plan, options);
  return answerPlanned(answerer, plan, { onEvent: () => undefined, ...options });
}

function checkOutput(to: string, { sources }: InputPlan): void {
  if (sources.some(({ path }) => path === resolve(to))) {
    const what = `${to} contains the input rows and cannot also be the output`;
    throw new AttuneError('E_USAGE', { what, fix: 'choose another name' });
  }
  requireWritable(to);
}

/** Rejects options that have no effect. */
function refuseIdle({ description: { answers, task } }: RowAnswerer, options: PredictOptions): void {
  const { topK, probabilities, schema, regex, choices } = options;
  const hasClasses = answers === 'label' || answers === 'labels';
  const isWriting = task === 'causal-lm' && answers === 'text';
  const noClasses = { top_k: topK, probabilities: probabilities === true || undefined };
  const noForm = { schema, regex, choices };
  const problems = [
    ...(hasClasses ? [] : givenIn(noClasses, 'the model gives no class probabilities')),
    ...(isWriting ? [] : givenIn(noForm, 'the model does not generate its answers')),
  ];
  if (problems.length > 0) throw new AttuneError('E_OPTION_IDLE', { what: 'These options have no effect', problems });
}

function givenIn(options: Record<string, unknown>, message: string): Problem[] {
  return Object.entries(options).flatMap(([field, value]) => (value === undefined ? [] : [{ field, message }]));
}

/** Number of rows answered and written at a time: the same as in evaluations, so that the digits agree. */
const ROWS_AT_ONCE = 512;
/** Batch size for generated texts, each of which takes long. */
const TEXTS_AT_ONCE = 128;

async function refuseBad(answerer: RowAnswerer, plan: InputPlan, options: PredictOptions): Promise<void> {
  if (plan.rows !== undefined && !Array.isArray(plan.rows)) {
    const [what, fix] = ['Streamed rows cannot be checked before they are answered', 'give a list'];
    throw new AttuneError('E_USAGE', { what, fix });
  }
  const bad = new BadRows();
  for await (const inputs of readPlanned(plan, answerer, { ...options, size: ROWS_AT_ONCE })) {
    for (const input of inputs) bad.add(defectsOf(input, input.example === undefined ? 'cannot be read' : undefined));
  }
  const error = bad.error(UNANSWERED);
  if (error !== undefined) throw error;
}

type Answering = PredictOptions & { onEvent: EventSink };

async function answerPlanned(answerer: RowAnswerer, plan: InputPlan, options: Answering): Promise<Predicted> {
  const { onEvent, signal, output: to, limit } = options;
  const total = plan.total === undefined ? undefined : Math.min(plan.total, limit ?? plan.total);
  onEvent({
    type: 'phase-started',
    phase: 'generate',
    message: `answering ${total === undefined ? 'rows' : plural(total, 'rows')}`,
  });
  warnOfMissing(answerer, plan, onEvent);
  const tally = new BadRows();
  const size = answerer.description.answers === 'text' ? TEXTS_AT_ONCE : ROWS_AT_ONCE;
  let opened: { layout: OutputLayout; sink: OutputSink } | undefined;
  try {
    for await (const inputs of readPlanned(plan, answerer, { ...options, size })) {
      signal?.throwIfAborted();
      opened ??= openOutput(answerer, { plan, options, inputs });
      const answers = await answerer.answer(inputs, { ...options, topK: undefined, done: tally.rows, total });
      for (const [i, input] of inputs.entries()) {
        tally.add(defectsOf(input, answers[i].error));
        opened.sink.write(opened.layout.row(input, answers[i]));
      }
    }
    if (opened === undefined) throw noRows();
    if (tally.bad === tally.rows) throw tally.error(UNANSWERED)!;
    opened.sink.commit();
  } catch (error) {
    throw keptPart(error, { sink: opened?.sink, tally, total, signal });
  } finally {
    opened?.sink[Symbol.dispose]();
  }
  const { rows, bad, problems } = tally;
  const { layout, sink } = opened;
  warn(tally, layout, onEvent);
  const renamed = Object.fromEntries(layout.renamed);
  const { thresholds } = answerer.description;
  const inForce = thresholdsOf(answerer.description, options.threshold) ?? thresholds;
  const input = filesOf(options.input);
  const counts = { input, rows, bad, problems, available: plan.total };
  return { ...counts, renamed, to, thresholds: inForce, answers: sink.answers };
}

/** Warns if a text lacks columns of the table rows that the model was trained on. */
function warnOfMissing({ description }: RowAnswerer, { rows }: InputPlan, emit: EventSink): void {
  if (!Array.isArray(rows)) return;
  const missing = new Set(rows.flatMap((row) => (typeof row === 'string' ? missingColumns(row, description) : [])));
  if (missing.size === 0) return;
  const [first] = missing;
  const message =
    `the text has no value for ${[...missing].join(', ')}, which the model was trained on; write each ` +
    `value on its own line (${first}: …), or give rows in a file`;
  emit({ type: 'warning-raised', code: 'W_COLUMNS_MISSING', message });
}

function openOutput(
  { description: { answers, labels = [] } }: RowAnswerer,
  { plan, options, inputs }: { plan: InputPlan; options: PredictOptions; inputs: readonly InputRow[] },
): { layout: OutputLayout; sink: OutputSink } {
  const { topK = 0, output: to } = options;
  const { probabilities: hasProbabilities = to === undefined && topK === 0 } = options;
  const columns =
    plan.rows === undefined ? plan.columns : new Set(inputs.flatMap((input) => Object.keys(input.columns ?? {})));
  const hasFiles = plan.sources.length > 1;
  const isTable = to !== undefined && writingFor(to).isTable;
  const hasDecisions = inputs.some(({ example }) => example?.kind === 'decision');
  const layout = new OutputLayout(columns, {
    answers,
    labels,
    hasProbabilities,
    topK,
    hasFiles,
    hasDecisions,
    isTable,
  });
  return { layout, sink: new OutputSink(layout.columns, to) };
}

interface Part {
  sink?: OutputSink;
  tally: BadRows;
  total?: number;
  signal?: AbortSignal;
}

/** Saves finished answers, and adds their location to the error. */
function keptPart(error: unknown, { sink, tally, total, signal }: Part): unknown {
  const isRefusal = error instanceof AttuneError && (error.code === 'E_BAD_ROWS' || error.code === 'E_DISK_FULL');
  const part = isRefusal ? undefined : sink?.keepPart();
  const place = part === undefined ? '' : `, which are in ${part}`;
  const got = `${formatCount(tally.rows)} of ${total === undefined ? 'the' : formatCount(total)} rows${place}`;
  if (signal?.aborted === true) {
    const what = 'Stopped before every row was answered';
    return new AttuneError('E_STOPPED', { what, got, fix: 'run the command again for all rows' });
  }
  if (part === undefined || !(error instanceof AttuneError)) return error;
  return new AttuneError(error.code, { ...error.toJSON(), what: `${error.what} (after ${got})` });
}

const MAX_WARNED = 20;

function warn({ bad, rows, problems, problemCount }: BadRows, { renamed }: OutputLayout, emit: EventSink): void {
  if (bad > 0) {
    const message = `${formatCount(bad)} of ${plural(rows, 'rows')} ${bad === 1 ? 'has' : 'have'} an error instead of a prediction`;
    emit({
      type: 'warning-raised',
      code: 'W_BAD_ROWS',
      message,
      problems: problems.slice(0, MAX_WARNED),
      problemCount,
    });
  }
  for (const [name, column] of renamed) {
    const message = `the rows already have a column "${name}", which is kept: the new column is named "${column}"`;
    emit({ type: 'warning-raised', code: 'W_COLUMN_TAKEN', message });
  }
}

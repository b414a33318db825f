import { resolve } from 'node:path';
import { AttuneError, type Problem } from '../../base/errors.ts';
import type { EventSink } from '../../base/events.ts';
import { plural } from '../../base/format.ts';
import type { InputRow } from '../../data/index.ts';
import { requireWritable } from '../../files/atomic.ts';
import type { PredictorOptions } from './answering-model.ts';
import { noRows, planInput, readPlanned, RowTally, type InputOptions, type InputPlan } from './input-plan.ts';
import { writingFor } from './output-file.ts';
import { OutputLayout, type OutputRow } from './output-row.ts';
import { OutputSink } from './output-sink.ts';
import { thresholdsOf } from './predicted-row.ts';
import { RowAnswerer, type RowsOptions } from './row-answerer.ts';

export interface PredictOptions extends Omit<PredictorOptions, 'target'>, RowsOptions, InputOptions {
  /** A file to write, whose ending says its kind: .csv, .tsv or .jsonl. The answers are not kept in memory then. */
  to?: string;
  /** A column for the probability of every class. */
  probabilities?: boolean;
  /** Refuses bad rows before any row is answered, all of them at once. */
  strict?: boolean;
  /** Answers the first rows only. */
  limit?: number;
}

export interface Predicted {
  /** How many were answered, bad ones too. */
  rows: number;
  /** How many of them have an error in place of an answer. */
  bad: number;
  /** What is wrong with the bad ones: the first of them. */
  problems: Problem[];
  /** All rows of the input, where that is known. */
  available?: number;
  /** Added columns whose names the input had already, and their names here. */
  renamed: Record<string, string>;
  to?: string;
  /** The rows with what was added, where no file is written. */
  answers?: OutputRow[];
}

/**
 * Answers rows of files, or of memory, in their order, and writes them progressively: any number of them takes the same
 * memory. Bad rows get an `error` and no prediction.
 * @throws AttuneError E_BAD_COLUMNS, E_BAD_ROWS where all rows are bad (with `strict`: any), E_NO_ROWS, E_OUTPUT_KIND,
 * E_STOPPED, and what reading files and opening models raises
 */
export async function predict(target: string, options: PredictOptions): Promise<Predicted> {
  const { to, base, precision, storage, signal, onEvent = () => undefined } = options;
  if (to !== undefined) writingFor(to);
  const plan = await planInput(options);
  if (to !== undefined) checkOutput(to, plan);
  const answerer = await RowAnswerer.open({ target, base, precision, storage, onEvent, signal });
  try {
    thresholdsOf(answerer.description, options.threshold);
    refuseIdle(answerer, options);
    if (options.strict === true) await refuseBad(answerer, plan, options);
    return await answerPlanned(answerer, plan, { ...options, onEvent });
  } finally {
    await answerer.close().catch((error: unknown) => {
      if (signal?.aborted !== true) throw error;
    });
  }
}

function checkOutput(to: string, { sources }: InputPlan): void {
  if (sources.some(({ path }) => path === resolve(to))) {
    const what = `${to} holds the rows to answer, and cannot hold the answers too`;
    throw new AttuneError('E_USAGE', { what, fix: 'choose another name' });
  }
  requireWritable(to);
}

/** What changes nothing would be ignored in silence. */
function refuseIdle({ description: { answers } }: RowAnswerer, { topK, probabilities }: PredictOptions): void {
  if (answers === 'label' || answers === 'labels') return;
  const idle = { top_k: topK !== undefined, probabilities: probabilities === true };
  const problems = Object.entries(idle).filter(([, isGiven]) => isGiven);
  if (problems.length === 0) return;
  throw new AttuneError('E_OPTION_IDLE', {
    what: 'What was set is of no use here',
    problems: problems.map(([field]) => ({ field, message: 'the model gives no probabilities of classes' })),
  });
}

/** Rows between two signs of progress, which are answered together. */
const ROWS_AT_ONCE = 256;
/** Of rows that take long: files to decode, and texts to write. */
const SLOW_ROWS_AT_ONCE = 32;

function chunkSize({ description: { answers, media } }: RowAnswerer): number {
  return answers === 'text' || media !== undefined ? SLOW_ROWS_AT_ONCE : ROWS_AT_ONCE;
}

async function refuseBad(answerer: RowAnswerer, plan: InputPlan, options: PredictOptions): Promise<void> {
  if (plan.rows !== undefined && !Array.isArray(plan.rows)) {
    const [what, fix] = ['Rows that come one by one cannot be checked before they are answered', 'give them as a list'];
    throw new AttuneError('E_USAGE', { what, fix });
  }
  const tally = new RowTally();
  for await (const inputs of readPlanned(plan, answerer, { ...options, size: ROWS_AT_ONCE })) {
    for (const input of inputs) tally.add(input, input.example === undefined ? 'cannot be read' : undefined);
  }
  if (tally.bad > 0) throw tally.refusal();
}

type Answering = PredictOptions & { onEvent: EventSink };

async function answerPlanned(answerer: RowAnswerer, plan: InputPlan, options: Answering): Promise<Predicted> {
  const { onEvent, signal, to, limit } = options;
  const total = plan.total === undefined ? undefined : Math.min(plan.total, limit ?? plan.total);
  onEvent({
    type: 'phase-started',
    phase: 'generate',
    message: `answering ${total === undefined ? 'rows' : plural(total, 'rows')}`,
  });
  const tally = new RowTally();
  const size = chunkSize(answerer);
  let opened: { layout: OutputLayout; sink: OutputSink } | undefined;
  try {
    for await (const inputs of readPlanned(plan, answerer, { ...options, size })) {
      signal?.throwIfAborted();
      opened ??= openOutput(answerer, { plan, options, inputs });
      const answers = await answerer.answer(inputs, { ...options, topK: undefined });
      for (const [i, input] of inputs.entries()) {
        tally.add(input, answers[i].error);
        opened.sink.write(opened.layout.row(input, answers[i]));
      }
      onEvent({ type: 'work-advanced', phase: 'generate', done: tally.rows, total, unit: 'rows' });
    }
    if (opened === undefined) throw noRows();
    if (tally.bad === tally.rows) throw tally.refusal();
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
  return { rows, bad, problems, available: plan.total, renamed, to, answers: sink.answers };
}

function openOutput(
  { description: { answers, labels = [] } }: RowAnswerer,
  { plan, options, inputs }: { plan: InputPlan; options: PredictOptions; inputs: readonly InputRow[] },
): { layout: OutputLayout; sink: OutputSink } {
  const { topK = 0, probabilities: hasProbabilities = false, to } = options;
  const columns =
    plan.rows === undefined ? plan.columns : new Set(inputs.flatMap((input) => Object.keys(input.columns ?? {})));
  const hasFiles = plan.sources.length > 1;
  const isTable = to !== undefined && writingFor(to).isTable;
  const layout = new OutputLayout(columns, { answers, labels, hasProbabilities, topK, hasFiles, isTable });
  return { layout, sink: new OutputSink(layout.columns, to) };
}

interface Part {
  sink?: OutputSink;
  tally: RowTally;
  total?: number;
  signal?: AbortSignal;
}

/** What is answered already is kept, and the error says where. */
function keptPart(error: unknown, { sink, tally, total, signal }: Part): unknown {
  const isRefusal = error instanceof AttuneError && (error.code === 'E_BAD_ROWS' || error.code === 'E_DISK_FULL');
  const part = isRefusal ? undefined : sink?.keepPart();
  const place = part === undefined ? '' : `, which are in ${part}`;
  const got = `${tally.rows} of ${total ?? 'the'} rows${place}`;
  if (signal?.aborted === true) {
    const what = 'Stopped before every row was answered';
    return new AttuneError('E_STOPPED', { what, got, fix: 'run the command again for all rows' });
  }
  if (part === undefined || !(error instanceof AttuneError)) return error;
  return new AttuneError(error.code, { ...error.toJSON(), what: `${error.what} (after ${got})` });
}

const MAX_WARNED = 20;

function warn({ bad, rows, problems }: RowTally, { renamed }: OutputLayout, emit: EventSink): void {
  if (bad > 0) {
    const message = `${bad} of ${plural(rows, 'rows')} ${bad === 1 ? 'has' : 'have'} an error in place of a prediction`;
    emit({ type: 'warning-raised', code: 'W_BAD_ROWS', message, problems: problems.slice(0, MAX_WARNED) });
  }
  for (const [name, column] of renamed) {
    const message = `the rows have a column "${name}" already, which is kept: what is added is called "${column}"`;
    emit({ type: 'warning-raised', code: 'W_COLUMN_TAKEN', message });
  }
}

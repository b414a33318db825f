import { withArticle } from '../base/articles.ts';
import { AttuneError, type Problem } from '../base/errors.ts';
import { pushAll } from '../base/many.ts';
import { nearest } from '../base/nearest.ts';
import { problemsOf } from '../base/schema-issues.ts';
import type { Item } from '@attune/documents';
import { textOfRow } from './row-texts.ts';
import { steps } from './steps/index.ts';
import type { ItemPlace, RunStep, StepContext, StepDefinition, StepNotes, StepReport } from './preparation-step.ts';

/** A step's name with its options: `{ step: 'chunks', tokens: 512 }`. */
export interface StepSpec {
  step: string;
  [option: string]: unknown;
}

export interface OpenedStep {
  report: StepReport;
  run: RunStep;
  definition: StepDefinition;
  quotes: boolean;
}

/**
 * Validates and opens steps in order, reporting the problems of all of them at once.
 * @throws AttuneError E_UNKNOWN_STEP, E_STEP_OPTIONS, and a step's own errors
 */
export async function openSteps(specs: readonly StepSpec[], context: StepContext): Promise<OpenedStep[]> {
  const problems: Problem[] = [];
  const checked: { name: string; definition: StepDefinition; options: unknown }[] = [];
  for (const { step: name, ...given } of specs) {
    if (!steps.has(name)) {
      problems.push({ field: 'step', message: `"${name}" is unknown`, fix: adviceOn(name) });
      continue;
    }
    const definition = await steps.load(name);
    const { data, error } = definition.options.safeParse(given);
    if (error === undefined) checked.push({ name, definition, options: data });
    pushAll(problems, problemsOf(error?.issues ?? [], { root: given, schema: definition.options, prefix: name }));
  }
  if (problems.length > 0) {
    const isUnknown = problems.every(({ field }) => field === 'step');
    throw new AttuneError(isUnknown ? 'E_UNKNOWN_STEP' : 'E_STEP_OPTIONS', {
      what: isUnknown ? 'Unknown steps' : 'Some steps are invalid',
      problems,
      fix: '`attune data steps` lists every step with its options',
    });
  }
  const opened: OpenedStep[] = [];
  for (const { name, definition, options } of checked) {
    const run = await definition.open(options, context);
    opened.push({
      definition,
      run,
      quotes: context.quotes === true,
      report: emptyReport(name, options as Record<string, unknown>),
    });
  }
  return opened;
}

function adviceOn(name: string): string {
  const close = nearest(name, steps.names);
  return close === undefined ? `known are ${steps.names.join(', ')}` : `did you mean "${close}"?`;
}

function emptyReport(step: string, options: Record<string, unknown>): StepReport {
  return { step, options, itemsIn: 0, itemsOut: 0, leftOut: [], found: [], remarks: [] };
}

/** Runs items through opened steps; reports are complete when the last item has come out. */
export function runSteps(items: AsyncIterable<Item>, opened: readonly OpenedStep[]): AsyncIterable<Item> {
  return opened.reduce((stream, step) => counted(stream, step), items);
}

async function* counted(
  items: AsyncIterable<Item>,
  { report, run, definition, quotes }: OpenedStep,
): AsyncGenerator<Item> {
  const notes = notesOf(report, quotes);
  const taken = async function* taken(): AsyncGenerator<Item> {
    for await (const item of items) {
      report.itemsIn++;
      if (definition.takes.includes(item.kind)) yield item;
      else notes.leaveOut(item, `${withArticle(item.kind)}: this step takes ${definition.takes.join(' and ')}`);
    }
  };
  for await (const item of run(taken(), notes)) {
    report.itemsOut++;
    yield item;
  }
}

/** Maximum number of examples listed in a report. */
export const MOST_SHOWN = 50;

function notesOf(report: StepReport, quotes: boolean): StepNotes {
  return {
    leaveOut(item, reason) {
      let entry = report.leftOut.find((one) => one.reason === reason);
      if (entry === undefined) report.leftOut.push((entry = { reason, count: 0, first: [] }));
      entry.count++;
      if (entry.first.length < MOST_SHOWN) entry.first.push(placeOf(item, quotes));
    },
    find(item, what) {
      let entry = report.found.find((one) => one.what === what);
      if (entry === undefined) report.found.push((entry = { what, count: 0, first: [] }));
      entry.count++;
      if (entry.first.length < MOST_SHOWN) entry.first.push(placeOf(item, quotes));
    },
    remark: (text) => {
      if (!report.remarks.includes(text)) report.remarks.push(text);
    },
  };
}

const QUOTED = 200;

function placeOf(item: Item, quotes: boolean): ItemPlace {
  const { file, row, page } = item.origins[0];
  const text = quotes && item.kind === 'row' ? textOfRow(item).slice(0, QUOTED) : undefined;
  return { file, ...(row !== undefined && { row }), ...(page !== undefined && { page }), ...(text && { text }) };
}

import { rmSync } from 'node:fs';
import { temporaryFolder } from '../../files/temporary.ts';
import type { Item } from '@attune/documents';
import { openSteps, runSteps, type StepSpec } from '../run-steps.ts';
import type { StepContext } from '../preparation-step.ts';
import { readItems, writeItems, type Part } from './parts.ts';
import { lookForSplit } from './split-rows.ts';

/** Runs steps over the items of shards, and writes the results as shards of a draft. Plain data. */
export interface ShardWork {
  paths: readonly string[];
  /** Empty to examine rows for the split. */
  specs: readonly StepSpec[];
  draft: string;
  /** Records the results of the step's `look` instead of running the step. */
  looks?: boolean;
  /** Shards of recorded values, one line per item. */
  seen?: readonly string[];
}

type Context = Omit<StepContext, 'folder' | 'seen'>;

export async function runOver(work: ShardWork, context: Context): Promise<Part> {
  const folder = temporaryFolder('pipeline');
  try {
    return await (work.looks === true ? lookOver : stepsOver)(work, { ...context, folder });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function stepsOver({ paths, specs, draft, seen }: ShardWork, context: StepContext): Promise<Part> {
  const known = seen === undefined ? undefined : new WeakMap<Item, unknown>();
  const opened = await openSteps(specs, { ...context, ...(known && { seen: (item: Item) => known.get(item) }) });
  const items = known === undefined ? readItems(paths) : withSeen(paths, seen!, known);
  const shards = await writeItems(draft, runSteps(items, opened));
  return { shards, reports: opened.map(({ report }) => report) };
}

async function* withSeen(
  paths: readonly string[],
  seen: readonly string[],
  known: WeakMap<Item, unknown>,
): AsyncGenerator<Item> {
  for await (const [item, value] of readSeen(paths, seen)) {
    known.set(item, value);
    yield item;
  }
}

/** Items with their recorded `look` results (undefined without `seen`). */
export async function* readSeen(
  paths: readonly string[],
  seen?: readonly string[],
): AsyncGenerator<[item: Item, seen: unknown], void, undefined> {
  const values = seen === undefined ? undefined : readItems<unknown>(seen);
  for await (const item of readItems(paths)) yield [item, (await values?.next())?.value];
}

async function lookOver({ paths, specs, draft }: ShardWork, context: StepContext): Promise<Part> {
  const [step] = await openSteps(specs, context);
  const look = step === undefined ? lookForSplit : await step.definition.look!(step.report.options, context);
  const values = async function* values(): AsyncGenerator<unknown> {
    for await (const item of readItems(paths)) yield look(item) ?? null;
  };
  return { shards: await writeItems(draft, values()), reports: [] };
}

import type { z } from 'zod';
import type { DataRow, Item, ItemKind, Origin } from '@attune/documents';
import type { Recogniser } from '@attune/privacy';
import type { Tokenizer } from '../models/text/index.ts';
import type { SplitColumns } from './split-keys.ts';

/** Origin of an item, as shown in reports. */
export interface ItemPlace {
  file: string;
  row?: number;
  page?: number;
  /** First words; absent if a later step redacts them. */
  text?: string;
}

/** Report of a step, with the items it left out and why. */
export interface StepReport {
  step: string;
  /** With every default filled in. */
  options: Record<string, unknown>;
  itemsIn: number;
  itemsOut: number;
  leftOut: { reason: string; count: number; first: ItemPlace[] }[];
  /** Findings in items that are kept, and changes to them, by name. */
  found: { what: string; count: number; first: ItemPlace[] }[];
  /** Further remarks, for example on settings that the step inferred. */
  remarks: string[];
}

/** Environment of a step. */
export interface StepContext {
  /** The folder to which relative paths in options refer. */
  base: string;
  /** A temporary folder of the run, for data that exceeds memory. */
  folder: string;
  /** By a model's name or folder. */
  openTokenizer(name: string): Promise<Tokenizer>;
  /** The user's own recognisers, as `./file.ts#name`. */
  openRecognisers(reference: string): Promise<readonly Recogniser[]>;
  /** Result of `StepDefinition.look` for an item; absent if the step has no `look`. */
  seen?(item: Item): unknown;
  /** Reports quote the first words of counted rows; false if nothing of a row may be shown. */
  quotes?: boolean;
  /** Columns that rows will be split by; a step that removes one stores its values separately. */
  splitColumns?: SplitColumns;
  onProgress?: (done: number, unit: string) => void;
  signal?: AbortSignal;
}

/** Notes of a running step; nothing is left out silently. */
export interface StepNotes {
  leaveOut(item: Item, reason: string): void;
  /** Counts a finding in an item that is kept, or a change to it. */
  find(item: Item, what: string): void;
  remark(text: string): void;
}

/** Transforms a stream of items, holding no more of them than necessary. */
export type RunStep = (items: AsyncIterable<Item>, notes: StepNotes) => AsyncIterable<Item>;

/**
 * A kind of step: a file that exports `step`, and a line in `steps/index.ts`. Its options are plain values, so that the
 * recipe of a data set can be saved, compared and repeated.
 */
export interface StepDefinition<Options = unknown> {
  /** One line for people. */
  summary: string;
  /** Kinds of items that it accepts; others are left out and counted. */
  takes: readonly ItemKind[];
  options: z.ZodType<Options>;
  /** Incremented when the output for the same items changes; part of the cache key. */
  version: number;
  /** Whether the output for an item depends on that item alone: it then runs shard by shard and survives kills. */
  perItem?: true;
  /**
   * Per-item part of a step that needs all items in order, as plain values: it runs shard by shard, is cached, and
   * reaches the step through `StepContext.seen`, so that a kill does not lose it.
   */
  look?(options: Options, context: StepContext): Promise<(item: Item) => unknown>;
  /** Whether it removes confidential data: reports then quote no rows. */
  protects?: true;
  /** Files that its result depends on; their content is part of the cache key. */
  files?(options: Options, base: string): readonly string[];
  /** Hash of other inputs, such as a key in an environment variable; part of the cache key. */
  surroundings?(options: Options): string;
  /** @throws AttuneError for options that contradict each other or refer to missing things */
  open(options: Options, context: StepContext): RunStep | Promise<RunStep>;
}

/** Hides a step's option type outside its file: elsewhere options are plain values that its schema checks. */
export function defineStep<Options>(definition: StepDefinition<Options>): StepDefinition {
  return definition as StepDefinition;
}

/** A row with the origins of its sources. @param from the item it is made from, whose split keys it inherits */
export function rowOf(values: Record<string, unknown>, origins: readonly Origin[], from?: Item): DataRow {
  const splitKeys = from?.kind === 'row' ? from.splitKeys : undefined;
  return { kind: 'row', values, origins, ...(splitKeys && { splitKeys }) };
}

/** A step that processes items one by one; returning nothing leaves an item out, with the reason given in `notes`. */
export function eachItem(change: (item: Item, notes: StepNotes) => Iterable<Item> | Promise<Iterable<Item>>): RunStep {
  return async function* run(items, notes) {
    for await (const item of items) yield* await change(item, notes);
  };
}

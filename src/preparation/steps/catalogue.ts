/**
 * Turns catalogue rows into tasks: extract attributes from a description, write a description, recommend what goes
 * together.
 */
import { z } from 'zod';
import { AttuneError } from '../../base/errors.ts';
import { mergeOrigins, type Item, type RecordDocument } from '@attune/documents';
import { DiskGroups } from '../disk-groups.ts';
import { valueText } from '../record-text.ts';
import { defineStep, rowOf, type StepNotes } from '../preparation-step.ts';

const options = z.strictObject({
  task: z
    .enum(['extract', 'describe', 'recommend'])
    .describe('extract: attributes from texts; describe: texts from attributes; recommend: what goes with what'),
  name: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe("column with the item's name; useful for describe, required for recommend"),
  text: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe("column with the item's description; required for extract and describe"),
  attributes: z
    .array(z.string().min(1))
    .min(1)
    .nullable()
    .default(null)
    .describe('columns with attributes; null: all others'),
  grounded: z.boolean().default(true).describe('for extract: only use attributes whose value occurs in the text'),
  basket: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('for recommend: column that groups what was bought or used together'),
  instruction: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('beginning of the prompt; null: a standard sentence'),
});

type Options = z.output<typeof options>;

const INSTRUCTIONS: Record<Options['task'], string> = {
  extract: 'Find these attributes in the text and give them as JSON',
  describe: 'Write a description of this item',
  recommend: 'Name one thing that goes with these',
};

export const step = defineStep<Options>({
  summary: 'catalogue rows as tasks, {prompt, completion}: extract attributes, describe, recommend',
  takes: ['record'],
  version: 1,
  options,
  open(given, { folder }) {
    checkColumns(given);
    if (given.task === 'recommend') return (items, notes) => recommend(items, given, { folder, notes });
    return async function* run(items, notes) {
      for await (const item of items) {
        if (item.kind !== 'record') continue;
        const row = given.task === 'extract' ? extract(item, given) : describe(item, given);
        if (typeof row === 'string') notes.leaveOut(item, row);
        else yield row;
      }
    };
  },
});

function checkColumns({ task, name, text, basket }: Options): void {
  const needed = task === 'recommend' ? { name, basket } : { text };
  const problems = Object.entries(needed)
    .filter(([, column]) => column === null)
    .map(([option]) => ({ field: `catalogue.${option}`, message: `is required for ${task}` }));
  if (problems.length > 0)
    throw new AttuneError('E_STEP_OPTIONS', {
      what: 'Options of the step catalogue are missing',
      problems,
      fix: 'set the columns',
    });
}

/** Attributes with a value, in column order. */
function attributesOf({ values }: RecordDocument, { attributes, text, name, task }: Options): [string, string][] {
  const columns =
    attributes ?? Object.keys(values).filter((column) => column !== text && (task === 'extract' || column !== name));
  return columns
    .map((column): [string, string] => [column, valueText(values[column])])
    .filter(([, value]) => value !== '');
}

/** The row, or the reason for leaving it out. */
function extract(item: RecordDocument, given: Options): Item | string {
  const text = valueText(item.values[given.text!]);
  if (text === '') return `no value in column "${given.text}"`;
  const all = attributesOf(item, given);
  const said = bare(text);
  const found = given.grounded ? all.filter(([, value]) => said.includes(bare(value))) : all;
  if (found.length === 0) return all.length === 0 ? 'no attributes' : 'no attribute occurs in its text';
  // All items are queried for the same attributes, so that missing ones are learnt too.
  const asked = given.attributes ?? found.map(([column]) => column);
  const answer = Object.fromEntries(
    asked.map((column) => [column, found.find(([one]) => one === column)?.[1] ?? null]),
  );
  return row(
    `${given.instruction ?? INSTRUCTIONS.extract} (${asked.join(', ')}):\n\n${text}`,
    JSON.stringify(answer),
    item,
  );
}

function bare(text: string): string {
  return ` ${text
    .toLowerCase()
    .replaceAll(/[.,](?!\d)|[^\p{L}\p{N}.,]+/gu, ' ')
    .replaceAll(/ +/g, ' ')
    .trim()} `;
}

function describe(item: RecordDocument, given: Options): Item | string {
  const text = valueText(item.values[given.text!]);
  if (text === '') return `no value in column "${given.text}"`;
  const attributes = attributesOf(item, given);
  const name = given.name === null ? '' : valueText(item.values[given.name]);
  if (attributes.length === 0 && name === '') return 'no name or attributes to describe it with';
  const lines = [...(name === '' ? [] : [name]), ...attributes.map(([column, value]) => `${column}: ${value}`)];
  return row(`${given.instruction ?? INSTRUCTIONS.describe}:\n\n${lines.join('\n')}`, text, item);
}

function row(prompt: string, completion: string, { origins }: RecordDocument): Item {
  return rowOf({ prompt, completion }, origins);
}

/** Each basket of two or more items: predicts the last from the others. */
async function* recommend(
  items: AsyncIterable<Item>,
  given: Options,
  { folder, notes }: { folder: string; notes: StepNotes },
): AsyncGenerator<Item> {
  using baskets = new DiskGroups<RecordDocument>(folder, 'baskets');
  for await (const item of items) {
    if (item.kind !== 'record') continue;
    const [basket, name] = [valueText(item.values[given.basket!]), valueText(item.values[given.name!])];
    if (basket === '' || name === '')
      notes.leaveOut(item, `no value in column "${basket === '' ? given.basket : given.name}"`);
    else baskets.add({ item, names: [basket] });
  }
  for (const group of baskets.groups()) {
    const names = [...new Set(group.map(({ values }) => valueText(values[given.name!])))];
    if (names.length < 2) {
      notes.leaveOut(group[0], 'a basket with a single item');
      continue;
    }
    const list = names.slice(0, -1).map((name) => `- ${name}`);
    const prompt = `${given.instruction ?? INSTRUCTIONS.recommend}:\n\n${list.join('\n')}`;
    yield rowOf({ prompt, completion: names.at(-1)! }, mergeOrigins(group.flatMap(({ origins }) => origins)));
  }
}

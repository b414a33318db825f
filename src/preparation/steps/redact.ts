/** Removes personal data from rows, replacing it by tags or surrogates. */
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { Finding, Redactor } from '@attune/privacy';
import { checkSurrogateKey } from '../../files/passphrase.ts';
import { detectorFolders, kinds, presets } from '@attune/privacy/kinds';
import type { DataRow, Item } from '@attune/documents';
import { sha256, sha256OfOwn } from '../../files/hash.ts';
import { AttuneError } from '../../base/errors.ts';
import { splitKeysOf } from '../split-keys.ts';
import { defineStep, rowOf, type StepContext } from '../preparation-step.ts';

const options = z.strictObject({
  preset: z
    .enum(['medical', 'legal', 'finance', 'support'])
    .nullable()
    .default(null)
    .describe('preset of kinds for a field of work; null: all kinds'),
  kinds: z.array(z.enum(kinds)).min(1).nullable().default(null).describe('kinds to replace, instead of a preset'),
  style: z.enum(['tags', 'surrogates']).default('tags').describe('tags: "[NAME_1]"; surrogates: another name instead'),
  columns: z.array(z.string().min(1)).min(1).nullable().default(null).describe('only these columns; null: all'),
  subject: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('column with the person a row is about: dates of one subject shift together'),
  allow: z.array(z.string().min(1)).default([]).describe('values to keep'),
  recognisers: z.array(z.string().min(1)).default([]).describe('your own function: ./file.ts#name'),
  lexicons: z
    .array(z.string().min(1))
    .default([])
    .describe('word lists for further languages: .yaml files as in docs/personal-data.md'),
  month_first: z.boolean().default(false).describe('whether 3/4/2020 is a date in March'),
  key_env: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('environment variable with the key of surrogates; null: a new key each time'),
});

type Options = z.output<typeof options>;

export const step = defineStep<Options>({
  summary: 'rows without personal data: names, numbers, places, dates and secrets become tags or surrogates',
  takes: ['row'],
  version: 2,
  protects: true,
  options,
  files: ({ recognisers, lexicons }, base) =>
    [...recognisers, ...lexicons].map((reference) => resolve(base, reference.split('#')[0])),
  // The cache key contains the version of the detectors, so that a new version examines rows again.
  surroundings: ({ key_env: name }) =>
    `${name === null ? '' : sha256(process.env[name] ?? '')} ${sha256OfOwn(detectorFolders, import.meta.url)}`,
  async look(given, context) {
    const redactor = await redactorOf(given, context);
    return (item) => (item.kind === 'row' ? redactor.find(redactor.open(item.values).labelled) : []);
  },
  async open(given, context) {
    const opened = await redactorOf(given, context);
    return async function* run(items, notes) {
      using redactor = opened;
      for await (const { item, values } of redacted(rowsOf(items), redactor, context))
        yield { ...rowOf(values, item.origins), ...keysOf(item, context) };
      const { rows: count, changed, kinds: found, numbersLeft } = redactor.counts;
      const counts = Object.entries(found).map(([kind, times]) => `${times} ${kind}`);
      notes.remark(`replaced in ${changed} of ${count} rows: ${counts.length === 0 ? 'nothing' : counts.join(', ')}`);
      for (const [key, times] of Object.entries(numbersLeft))
        notes.remark(`${times} numbers under "${key}" look personal but were kept: write them as text`);
    };
  },
});

async function redactorOf(given: Options, { openRecognisers, folder, base }: StepContext): Promise<Redactor> {
  // Loading the names takes seconds, and listing the steps does not need them.
  const { readLanguage, Redactor } = await import('@attune/privacy');
  return new Redactor({
    style: given.style,
    key: keyOf(given),
    kinds: given.kinds ?? (given.preset === null ? undefined : presets[given.preset]),
    columns: given.columns ?? undefined,
    subject: given.subject ?? undefined,
    allow: given.allow,
    monthFirst: given.month_first,
    languages: given.lexicons.map((file) => readLanguage(resolve(base, file))),
    more: (await Promise.all(given.recognisers.map(openRecognisers))).flat(),
    folder,
  });
}

/** Redacts rows by the findings recorded earlier; without any, detects in worker threads now. */
async function* redacted(items: AsyncIterable<DataRow>, redactor: Redactor, { seen }: StepContext) {
  const { redactRows } = await import('../../data/redaction/redact-rows.ts');
  if (seen === undefined) return yield* redactRows(items, { redactor, valuesOf: ({ values }) => values });
  for await (const item of items) {
    yield { item, values: redactor.close(redactor.open(item.values), seen(item) as Finding[][]) };
  }
}

/** Keeps split keys of dates and names, whose values are removed or shifted. */
function keysOf({ values, splitKeys }: DataRow, { splitColumns }: StepContext): Pick<DataRow, 'splitKeys'> {
  return splitColumns === undefined ? {} : { splitKeys: { ...splitKeysOf(values, splitColumns), ...splitKeys } };
}

async function* rowsOf(items: AsyncIterable<Item>): AsyncGenerator<DataRow> {
  for await (const item of items) if (item.kind === 'row') yield item;
}

function keyOf({ style, key_env: name }: Options): Uint8Array {
  if (style === 'tags' || name === null) return randomBytes(32);
  const key = process.env[name];
  if (key !== undefined && key !== '') {
    checkSurrogateKey(key, name);
    return Buffer.from(key);
  }
  throw new AttuneError('E_STEP_OPTIONS', {
    what: `The variable ${name} contains no surrogate key`,
    fix: `set ${name}, or remove redact.key_env`,
  });
}

/** Options that `eval` and `compare` share. */
import { AttuneError } from '../../../base/errors.ts';
import type { Rows } from '../../rows/rows.ts';
import type { FieldKit } from '../fields.ts';
import { columnsField } from './columns-field.ts';
import { computeFields } from './sampling-fields.ts';

/** A file of rows; programs may pass the rows themselves. */
export function rowsField({ z, parsed }: FieldKit, summary: string) {
  return parsed(z.union([z.string(), z.custom<Rows>()]), 'FILE', summary, { read: String });
}

/** Comma-separated names. */
export function listField({ z, parsed }: FieldKit, summary: string) {
  return parsed(z.array(z.string()), 'LIST', summary, { read: (typed) => String(typed).split(',') });
}

/** Options for rows whose format differs from the training rows, or that are typed on the command line. */
export function measuredRowFields(fields: FieldKit) {
  const { z, text, texts, choice, parsed } = fields;
  return {
    columns: columnsField(
      fields,
      "the format's field → your column, or several: [subject, body] (default: as in training)",
    ),
    format: text('NAME', 'row format (as in training, or detected)'),
    text: texts('TEXT', 'a row of your own, instead of a file; can be repeated'),
    label: texts('LABEL', 'the right class of each --text, in order'),
    answer: texts('ANSWER', 'the right answer of each --text'),
    strict: parsed(
      z.boolean(),
      'BOOLEAN',
      'false leaves out and reports bad rows of a file; otherwise one refuses the file (true)',
      { read: (typed, flag) => truthOf(String(typed), flag) },
    ),
    split: choice(['test', 'validation'], 'NAME', "split of the run's own rows: test or validation (test)"),
  };
}

/** Options for the amount of rows and the generation of answers. */
export function measureFields(fields: FieldKit) {
  const { count, flag } = fields;
  return {
    maxRows: count('ROWS', 'number of rows in the sample (500)'),
    ...computeFields(fields),
    maxNewTokens: count('TOKENS', 'maximum tokens of an answer (depends on the training answers)'),
    keepSeen: flag('recommenders: allow recommending items that a row already has'),
    allowOverlap: flag('continue even if rows were trained on'),
  };
}

/** Options for pairs instead of rows. */
export function pairFields({ text, number }: FieldKit) {
  return {
    counterfactuals: text(
      'FILE',
      'pairs from `data counterfactuals`: only measure how answers change with gender, origin and nationality',
    ),
    maxFlipRate: number('RATE', 'for pairs: fail (exit code 3) if more than this share of answers change', {
      least: 0,
      most: 1,
    }),
  };
}

function truthOf(text: string, flag: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw new AttuneError('E_USAGE', { what: `${flag} cannot be "${text}"`, expected: 'true, false' });
}

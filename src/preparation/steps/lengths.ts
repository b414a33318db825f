/** Reports row lengths and flags rows that are much longer or shorter than most. */
import { z } from 'zod';
import { reportLengths } from '../../data/index.ts';
import { DiskItems } from '../disk-items.ts';
import { actionOption, flagRow } from '../judge-rows.ts';
import { measureBy } from '../measure.ts';
import { columnsOption, textOfRow } from '../row-texts.ts';
import { defineStep } from '../preparation-step.ts';

const options = z.strictObject({
  columns: columnsOption('measure'),
  tokenizer: z.string().nullable().default(null).describe('model whose tokens are counted; null: characters'),
  spread: z
    .number()
    .positive()
    .nullable()
    .default(3)
    .describe(
      'outliers are more than this many interquartile ranges outside the quartiles, on a logarithmic scale; null: no outliers',
    ),
  action: actionOption('flag'),
});

const BATCH = 256;

export const step = defineStep<z.output<typeof options>>({
  summary: 'report row lengths, and flag rows far longer or shorter than most',
  takes: ['row'],
  version: 1,
  options,
  async open({ columns, tokenizer, spread, action }, context) {
    const measure = await measureBy(tokenizer, context);
    return async function* run(items, notes) {
      const lengths: number[] = [];
      let batch: string[] = [];
      const measured = async (): Promise<void> => {
        for (const length of await measure.lengths(batch)) lengths.push(length);
        batch = [];
      };
      const rows = await DiskItems.gathered(items, context, (row) =>
        batch.push(textOfRow(row, columns)) === BATCH ? measured() : undefined,
      );
      await measured();
      const { min, median, p95, max } = reportLengths(lengths);
      notes.remark(`${measure.unit}: minimum ${min}, median ${median}, 95 % below ${p95}, maximum ${max}`);
      const [least, most] = spread === null ? [0, Infinity] : fences(lengths, spread);
      let index = 0;
      for await (const row of rows.rows()) {
        const length = lengths[index++];
        const name = length > most ? 'far longer than most' : length < least ? 'far shorter than most' : undefined;
        if (name === undefined) yield row;
        else if (action === 'flag') yield flagRow(row, [name], notes);
        else notes.leaveOut(row, name);
      }
    };
  },
});

/** Tukey's fences on a logarithmic scale, since text lengths vary by factors rather than differences. */
function fences(lengths: readonly number[], spread: number): [number, number] {
  const sorted = Float64Array.from(lengths, (length) => Math.log1p(length)).sort();
  const [low, high] = [sorted[Math.floor(sorted.length / 4)], sorted[Math.floor((3 * sorted.length) / 4)]];
  // If half of the rows have the same length, a spread of zero would make all others outliers.
  const reach = spread * Math.max(high - low, Math.log(1.5));
  return [Math.expm1(low - reach), Math.expm1(high + reach)];
}

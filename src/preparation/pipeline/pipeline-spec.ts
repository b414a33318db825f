import { z } from 'zod';
import { isReading, tableFormat } from '@attune/documents';
import { AttuneError } from '../../base/errors.ts';
import { problemsOf } from '../../base/schema-issues.ts';
import type { StepSpec } from '../run-steps.ts';

const share = z.number().min(0).lt(1);

const paths = z
  .union([z.string(), z.array(z.string()).min(1)], { error: 'expected a text, or a list of texts' })
  .transform((given) => [given].flat());

const splitSchema = z.strictObject({
  by: z.enum(['random', 'document', 'time']).default('random'),
  /** Time column; a dotted path reaches into objects. */
  column: z.string().optional(),
  /** Rows with equal values in these columns stay in the same split, whatever `by` is. */
  group_by: paths.optional(),
  validation: share.default(0.05),
  test: share.default(0.05),
  seed: z.int().default(1),
});

const query = z
  .string()
  .refine((text) => isReading(text), 'is not a single SELECT, WITH or VALUES statement: queries may only read');

const sqlSchema = z.union([
  query.transform((text) => ({ query: text, tables: {} as Record<string, string> })),
  z.strictObject({
    query,
    tables: z
      .record(
        z
          .string()
          .regex(
            /^(?!source$)[a-z_][a-z0-9_]*$/i,
            'is not a valid table name: use letters, digits and _, but not "source"',
          ),
        z.string().refine((path) => tableFormat(path) !== undefined, 'is neither .parquet nor .csv'),
      )
      .default({}),
  }),
]);

const pipelineSchema = z.strictObject({
  name: z.string().min(1).default('data set'),
  sources: paths,
  ocr: z.boolean().default(false),
  query: z.string().optional(),
  /** SQL run on each Parquet or CSV file as the table `source`; `tables` names further files. */
  sql: sqlSchema.optional(),
  steps: z.array(z.looseObject({ step: z.string() })).min(1),
  split: splitSchema.prefault({}),
  /** Groups counted by the report, from columns and from mentions in texts. Rows are not changed. */
  groups: z
    .strictObject({ columns: z.array(z.string()).default([]), mentions: z.boolean().default(false) })
    .refine(({ columns, mentions }) => mentions || columns.length > 0, 'needs columns, or mentions: true')
    .optional(),
  /** Model whose tokenizer splits the report's examples into tokens. */
  model: z.string().optional(),
});

/** Contents of a pipeline file, as plain values. */
export type PipelineSpec = z.input<typeof pipelineSchema>;
export type Pipeline = Omit<z.output<typeof pipelineSchema>, 'steps'> & { steps: StepSpec[] };
export type SplitSpec = z.output<typeof splitSchema>;

/** @throws AttuneError E_BAD_PIPELINE with all defects */
export function checkPipeline(spec: unknown, file = 'the pipeline'): Pipeline {
  const { data, error } = pipelineSchema.safeParse(spec);
  const problems = problemsOf(error?.issues ?? [], { root: spec, schema: pipelineSchema });
  for (const problem of problems)
    if (problem.field === 'split.by') problem.fix ??= 'for groups that stay together write group_by: COLUMN';
  if (data?.split.by === 'time' && data.split.column === undefined)
    problems.push({ field: 'split.column', message: 'by: time needs a time column' });
  if (data !== undefined && data.split.by !== 'time' && data.split.column !== undefined)
    problems.push({
      field: 'split.column',
      message: 'only applies to by: time',
      fix: 'to keep groups together: group_by',
    });
  if (data !== undefined && data.split.validation + data.split.test >= 1)
    problems.push({ field: 'split', message: 'validation and test leave no training rows' });
  if (data === undefined || problems.length > 0) {
    throw new AttuneError('E_BAD_PIPELINE', {
      what: `${file} is not a valid pipeline`,
      problems,
      expected: 'sources, steps and split; `attune data steps` lists the steps',
      fix: 'for example sources: [rows.jsonl], steps: [{step: records}, {step: deduplicate}], split: {test: 0.1}',
    });
  }
  return data;
}

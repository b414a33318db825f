import { z } from 'zod';
import { AttuneError } from '../../base/errors.ts';
import type { StepSpec } from '../run-steps.ts';

const share = z.number().min(0).lt(1);

const splitSchema = z.strictObject({
  by: z.enum(['random', 'document', 'group', 'time']).default('random'),
  /** The group's or the time's column; a dotted path reaches into objects. */
  column: z.string().optional(),
  validation: share.default(0.05),
  test: share.default(0.05),
  seed: z.int().default(1),
});

const pipelineSchema = z.strictObject({
  name: z.string().min(1).default('data set'),
  sources: z.union([z.string(), z.array(z.string()).min(1)]).transform((given) => [given].flat()),
  ocr: z.boolean().default(false),
  query: z.string().optional(),
  steps: z.array(z.looseObject({ step: z.string() })).min(1),
  split: splitSchema.prefault({}),
  /** Whom the report counts: by columns, and by whom texts speak of. It changes no row. */
  groups: z
    .strictObject({ columns: z.array(z.string()).default([]), mentions: z.boolean().default(false) })
    .refine(({ columns, mentions }) => mentions || columns.length > 0, 'needs columns, or mentions: true')
    .optional(),
  /** Whose tokens the report shows on examples. */
  model: z.string().optional(),
});

/** A data set as plain values: what a pipeline file holds. */
export type PipelineSpec = z.input<typeof pipelineSchema>;
export type Pipeline = Omit<z.output<typeof pipelineSchema>, 'steps'> & { steps: StepSpec[] };
export type SplitSpec = z.output<typeof splitSchema>;

/** @throws AttuneError E_BAD_PIPELINE with all defects */
export function checkPipeline(spec: unknown, file = 'the pipeline'): Pipeline {
  const { data, error } = pipelineSchema.safeParse(spec);
  const problems = (error?.issues ?? []).map(({ path, message }) => ({ field: path.map(String).join('.'), message }));
  const needsColumn =
    data !== undefined && ['group', 'time'].includes(data.split.by) && data.split.column === undefined;
  if (needsColumn) problems.push({ field: 'split.column', message: `by: ${data.split.by} needs the column to go by` });
  if (data !== undefined && data.split.validation + data.split.test >= 1)
    problems.push({ field: 'split', message: 'validation and test leave nothing to train on' });
  if (data === undefined || problems.length > 0) {
    throw new AttuneError('E_BAD_PIPELINE', {
      what: `${file} is no pipeline`,
      problems,
      expected: 'sources, steps and split; `attune data steps` lists the steps',
      fix: 'for example sources: [rows.jsonl], steps: [{step: records}, {step: deduplicate}], split: {test: 0.1}',
    });
  }
  return data;
}

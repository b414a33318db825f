/** A pipeline from documents to a model in use: the keys of a data pipeline, and those of this file. */
import { basename, dirname, extname, join, resolve } from 'node:path';
import { z } from 'zod';
import { AttuneError } from '../../base/errors.ts';
import { problemsOf } from '../../base/schema-issues.ts';
import { checkPipeline, type PipelineSpec } from '../../preparation/index.ts';
import { OWN_BASE } from '../../answering/model/base-model.ts';
import { readPipelineSpec } from '../data-pipeline.ts';
import { readBudget } from '../search/search-budget.ts';

const modelName = z.string().regex(/^[\w.-]+$/, 'letters, digits, dots, hyphens and underscores');

function isBudget(text: string, hourly?: number): boolean {
  try {
    return readBudget(text, hourly).amount > 0;
  } catch {
    return false;
  }
}

const searchSchema = z.strictObject({
  budget: z
    .string()
    .refine((text) => isBudget(text, 1), 'expected a duration, tokens or money, such as 10m, 2M tokens or $5'),
  /** Settings to vary, as in `attune search --vary`. */
  vary: z.array(z.string().min(1)).min(1).optional(),
  trials: z.int().positive().optional(),
});

const deploymentSchema = z
  .strictObject({
    /** Name in the registry, under which servers serve it. */
    deploy: modelName.optional(),
    /** Folder of data, runs and records. */
    folder: z.string().min(1).optional(),
    /** Systems to choose from, as a recipe's `model` names them; `tune` trains the base by `recipe`. */
    systems: z.array(z.string().min(1)).min(1).default(['nearest', 'tfidf', 'retrieved', 'tune']),
    /** Whether cheap systems are measured first. Where one of them leaves nothing to gain, no model is asked or trained. */
    advise: z.boolean().default(true),
    /** Budget for the settings of `tune`, which are searched for as by `attune search`. */
    search: searchSchema.optional(),
    /** Settings of every run: format, columns, objective, training, evaluation. */
    recipe: z.record(z.string(), z.json()).default({}),
    /** Requirements of the gate, as in a recipe. */
    gate: z.record(z.string(), z.json()).default({}),
    /** Whether harmful requests are measured before the gate. */
    safety: z.boolean().default(false),
    /** Whether a person has to approve the result. */
    sign_off: z.boolean().default(false),
    /** Plan for improving the deployed model with feedback (`continuous` without `model` and `retrain.recipe`). */
    improve: z.record(z.string(), z.json()).optional(),
    /** Price of an hour of this machine, for the plan. */
    price_per_hour: z.number().nonnegative().optional(),
  })
  .refine(
    ({ search, price_per_hour: price }) =>
      search === undefined || !isBudget(search.budget, 1) || isBudget(search.budget, price),
    {
      path: ['price_per_hour'],
      message: 'is needed to search with a budget of money',
    },
  );

/** Contents of a pipeline file for `pipeline up`, as plain values. */
export type DeploymentSpec = PipelineSpec & z.input<typeof deploymentSchema>;

export interface Deployment extends Omit<z.output<typeof deploymentSchema>, 'folder' | 'deploy'> {
  /** Name of the pipeline and of the model in the registry. */
  name: string;
  /** Base model of `retrieved`, `tune` and others that name none. */
  base: string;
  /** Absolute path of the folder for data, runs and records. */
  folder: string;
  /** Folder from which relative paths start. */
  home: string;
  data: PipelineSpec;
}

/** Reads a pipeline file, or takes its values. @throws AttuneError E_BAD_PIPELINE with all defects */
export async function readDeployment(given: string | DeploymentSpec): Promise<Deployment> {
  const isFile = typeof given === 'string';
  const value = (isFile ? await readPipelineSpec(given) : given) as Record<string, unknown>;
  const file = isFile ? given : 'the pipeline';
  const own = new Set(Object.keys(deploymentSchema.shape));
  const isOwn = ([key]: [string, unknown]): boolean => own.has(key);
  const entries = Object.entries(value ?? {});
  const parsed = deploymentSchema.safeParse(Object.fromEntries(entries.filter(isOwn)));
  const data = Object.fromEntries(entries.filter((entry) => !isOwn(entry))) as PipelineSpec;
  checkPipeline(data, file);
  if (!parsed.success) {
    throw new AttuneError('E_BAD_PIPELINE', {
      what: `${file} is not a valid pipeline`,
      problems: problemsOf(parsed.error.issues, { root: value, schema: deploymentSchema }),
    });
  }
  const home = isFile ? dirname(resolve(given)) : process.cwd();
  const { folder, deploy, ...rest } = parsed.data;
  const name = deploy ?? modelName.parse(isFile ? basename(given, extname(given)) : (data.name ?? 'pipeline'));
  const base = data.model ?? OWN_BASE;
  return { ...rest, name, base, home, folder: resolve(home, folder ?? join('pipelines', name)), data };
}

/** The settings that the sites of a federation agree on. */
import { z } from 'zod';
import { sha256 } from '../files/hash.ts';
import { strategyNames } from './strategies.ts';

/** Objectives that a coordinator may request: none runs code or reward functions from the plan. */
const objectives = ['sft', 'classification', 'regression', 'token-classification', 'dpo', 'orpo', 'kto'] as const;

const named = z.union([z.string(), z.looseObject({ name: z.string() })]);

export const planSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/i, 'must consist of letters, digits, dots and dashes, at most 64'),
  recipe: z
    .strictObject({
      model: z.string().min(1).describe('the base model, which every site has'),
      objective: named.optional(),
      tuning: z.union([z.string(), z.looseObject({ method: z.string().optional() })]).optional(),
      training: z.record(z.string(), z.unknown()).default({}),
      precision: z.string().optional(),
      storage: z.string().optional(),
    })
    .describe('settings that all sites share; each site adds its own data'),
  rounds: z.int().min(1).max(10_000).default(5),
  local_steps: z.int().min(1).default(20).describe('steps of each site in a round'),
  strategy: z.enum(strategyNames).default('ffa'),
  ranks: z
    .record(z.string().min(1).max(80), z.int().min(1))
    .optional()
    .describe("with product: ranks of sites, by name, that are smaller than the recipe's"),
  proximal: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('FedProx: strength of the pull towards the weights at the start of the round'),
  min_sites: z.int().min(1).default(2).describe('minimum number of sites to start a round'),
  sample: z.number().gt(0).max(1).default(1).describe('share of the sites drawn for a round'),
  seconds: z.number().positive().default(3600).describe('time for a round; later sites are left out of it'),
  secure: z.boolean().default(false).describe('secure aggregation: the coordinator sees only sums of at least 3 sites'),
  secure_limit: z
    .number()
    .positive()
    .default(1)
    .describe(
      'with secure: maximum change of a weight; larger changes are clipped, and a smaller maximum is more precise',
    ),
  privacy: z
    .strictObject({
      clip: z.number().positive().describe("maximum norm of a site's change"),
      noise_multiplier: z
        .number()
        .min(0.1, 'must be at least 0.1: less noise does not protect')
        .describe('standard deviation of the noise, in units of clip'),
      delta: z.number().gt(0).lt(1).default(1e-5),
    })
    .nullable()
    .default(null),
});

export type PlanInput = z.input<typeof planSchema>;
export type Plan = z.output<typeof planSchema>;

/** Training steps of a site over all rounds. */
export function totalSteps({ rounds, local_steps: steps }: Plan): number {
  return rounds * steps;
}

/** Contradictory settings, by dotted path. */
export function planProblems(plan: Plan): { field: string; message: string }[] {
  const problems: { field: string; message: string }[] = [];
  const add = (field: string, message: string) => problems.push({ field, message });
  const objective = typeof plan.recipe.objective === 'string' ? plan.recipe.objective : plan.recipe.objective?.name;
  if (objective !== undefined && !(objectives as readonly string[]).includes(objective))
    add('recipe.objective', `is ${objective}; a federation trains ${objectives.join(', ')}`);
  if (plan.secure && plan.min_sites < 3)
    add('min_sites', `is ${plan.min_sites}; secure aggregation hides sites among 3 or more`);
  if (plan.secure && plan.strategy === 'product')
    add('strategy', 'is product, which needs the weights of each site: choose ffa, or secure: false');
  if (plan.privacy !== null && plan.strategy === 'product')
    add('strategy', 'is product, which does not support noise: choose ffa, or privacy: null');
  if (plan.privacy !== null && plan.secure && plan.sample < 1)
    add('sample', `is ${plan.sample}; secure rounds with privacy require every site: set it to 1`);
  for (const key of ['max_steps', 'epochs'])
    if (plan.recipe.training[key] != null) add(`recipe.training.${key}`, 'is decided by rounds and local_steps');
  if (plan.recipe.training.optimizer !== undefined && JSON.stringify(plan.recipe.training.optimizer).includes('dp_sgd'))
    add('recipe.training.optimizer', 'dp_sgd protects rows; set privacy to protect sites');
  return [...problems, ...rankProblems(plan)];
}

/** Sites with different ranks require the same alpha / r, and the usual initialisation of A and B. */
function rankProblems({ ranks, strategy, recipe: { tuning = {} } }: Plan): { field: string; message: string }[] {
  if (ranks === undefined) return [];
  const problems: { field: string; message: string }[] = [];
  const options: Record<string, unknown> = typeof tuning === 'string' ? {} : tuning;
  if (strategy !== 'product')
    problems.push({ field: 'ranks', message: `are averaged by strategy product; this one is ${strategy}` });
  const most = options.r;
  if (typeof most !== 'number')
    problems.push({
      field: 'recipe.tuning.r',
      message: 'is missing: the rank of the result, and of sites not in ranks',
    });
  for (const [site, rank] of Object.entries(ranks))
    if (typeof most === 'number' && rank > most)
      problems.push({ field: `ranks.${site}`, message: `is ${rank}; the recipe's rank, ${most}, is the largest` });
  const usual = { rank_pattern: undefined, alpha_pattern: undefined, use_rslora: false, init_lora_weights: true };
  for (const [key, value] of Object.entries(usual))
    if (options[key] !== undefined && options[key] !== value)
      problems.push({ field: `recipe.tuning.${key}`, message: 'cannot be combined with ranks' });
  return problems;
}

export function planHash(plan: Plan): string {
  return sha256(JSON.stringify(plan));
}

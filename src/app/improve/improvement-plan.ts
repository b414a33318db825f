/** `continuous:` of a YAML file: the data that improve a model in use, and the conditions for replacing it. */
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { AttuneError } from '../../base/errors.ts';
import { BYTE_SIZE, bytesOf } from '../../base/byte-size.ts';
import { smallest } from '../../base/many.ts';
import { isPlainObject } from '../../base/plain-object.ts';
import { problemsOf } from '../../base/schema-issues.ts';
import { percentage, share, trafficSchema } from './plan-traffic.ts';

const MILLISECONDS: ReadonlyMap<string, number> = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);
const duration = z
  .string()
  .regex(/^\d+(\.\d+)?\s*[smhd]$/, 'must be a time, such as 30m or 2h')
  .transform((text) => Number.parseFloat(text) * MILLISECONDS.get(text.at(-1)!)!);

const when = z
  .string()
  .regex(
    /^\s*(rows\s*>=\s*\d+|drift)(\s+or\s+(rows\s*>=\s*\d+|drift))*\s*$/,
    'must be a condition such as "rows >= 200 or drift"',
  )
  .transform((text) => ({
    rows: smallest([...text.matchAll(/>=\s*(\d+)/g)].map(([, count]) => Number(count))),
    onDrift: /\bdrift\b/.test(text),
  }));

interface SafetyMargins {
  safety: number;
  over_refusal?: number;
}

/** Margins of `attune gate` for "no worse": differences that an interval over some hundred prompts can detect. */
const NO_WORSE: SafetyMargins = { safety: 0.05, over_refusal: 0.1 };

/** Limits and training of users' own models. */
const usersSchema = z.strictObject({
  /** Number of a user's new rows that starts a training. */
  rows: z.number().int().min(10).default(30),
  /** Maximum number of users with a model of their own. */
  most: z.number().int().min(1).default(1000),
  /** Maximum size of one user's files in bytes. */
  storage: z
    .union([z.number().int().positive(), z.string().regex(BYTE_SIZE, 'must be a size such as 64MB')])
    .default('64MB')
    .transform(bytesOf),
  /** Maximum duration of one user's training and comparison in seconds. */
  seconds: z.number().positive().default(600),
  /** Own models of users who have not been seen for this long are deleted. */
  idle: duration.optional(),
  /** Number of last blocks that get an adapter; the output of the blocks below is computed once per row. */
  blocks: z.number().int().min(1).default(1),
  r: z.number().int().min(1).default(8),
  epochs: z.number().positive().default(4),
  learning_rate: z.number().positive().default(1e-3),
  batch_size: z.number().int().min(1).default(8),
});

const planSchema = z.strictObject({
  model: z.string().min(1),
  folder: z.string().optional(),
  from: z
    .strictObject({
      feedback: z.enum(['all', 'corrections', 'labels', 'thumbs', 'none']).default('all'),
      traffic: trafficSchema.optional(),
    })
    .prefault({}),
  quarantine: z
    .strictObject({
      review: z.number().int().min(0).default(50),
      max_share_per_key: share.default(0.05),
      max_held: share.default(0.1),
      max_defects: share.default(0.05),
    })
    .prefault({}),
  retrain: z.strictObject({
    when: when.prefault('rows >= 200'),
    recipe: z.string(),
    /** Link of a federation to take part in with the rows, instead of training alone. */
    federation: z.string().optional(),
    replay: z.union([share, z.literal('all')]).default('all'),
    holdout: share.default(0.2),
  }),
  gate: z
    .strictObject({
      better_than: z.enum(['champion', 'nothing']).default('champion'),
      margin: z.number().min(0).optional(),
      max_forgetting: z.number().min(0).optional(),
      flip_rate: z
        .never(
          'cannot be required in a loop, which measures no counterfactuals: require it of the run, with attune gate',
        )
        .optional(),
      safety: z
        .union(
          [
            z.literal('no_worse').transform((): SafetyMargins => NO_WORSE),
            share.transform((safety): SafetyMargins => ({ safety })),
          ],
          'no_worse, or a share such as 0.05',
        )
        .optional(),
    })
    .prefault({}),
  rollout: z
    .strictObject({
      shadow: z.number().int().min(0).default(0),
      canary: percentage.optional(),
      bake: duration.optional(),
      guards: z.array(z.string()).default(['error_rate<1%', 'length_rate<=base+5%', 'empty_rate<=base+2%']),
    })
    .prefault({}),
  approve: z.enum(['person', 'auto']).default('person'),
  users: usersSchema.optional(),
});

export type Plan = Omit<z.output<typeof planSchema>, 'folder'> & {
  /** Absolute path of the file. */
  file: string;
  /** Absolute path of the folder for decisions, rows and runs. */
  folder: string;
};

const EXAMPLE =
  'YAML such as continuous: {model: tickets, retrain: {recipe: tickets.yaml, when: rows >= 200 or drift}}';

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

/** Reads a plan; relative paths start from its folder. @throws AttuneError E_CONTINUOUS with all problems */
export function readPlan(path: string): Plan {
  const file = resolve(path);
  let value: unknown;
  try {
    value = parse(readFileSync(file, 'utf8'), { logLevel: 'error' });
  } catch (error) {
    throw new AttuneError('E_CONTINUOUS', {
      what: `${path} cannot be read`,
      got: isMissing(error) ? 'no such file' : (error as Error).message.split('\n')[0].replace(/:$/, ''),
      expected: EXAMPLE,
      cause: error,
    });
  }
  const schema = z.object({ continuous: planSchema });
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    throw new AttuneError('E_CONTINUOUS', {
      what: `${path} is not a valid improvement plan`,
      ...(!isPlainObject(value) || !('continuous' in value) ? { expected: EXAMPLE } : {}),
      problems: problemsOf(parsed.error.issues, { root: value, schema }),
    });
  }
  const { folder = join('improve', parsed.data.continuous.model), ...plan } = parsed.data.continuous;
  const base = dirname(file);
  const recipe = resolve(base, plan.retrain.recipe);
  checkRollout(plan.rollout, path);
  checkTraffic(plan, path);
  checkUsers(plan, path);
  return { ...plan, retrain: { ...plan.retrain, recipe }, file, folder: resolve(base, folder) };
}

function checkTraffic({ from: { traffic }, approve }: Pick<Plan, 'from' | 'approve'>, path: string): void {
  if (traffic === undefined || traffic.judge !== undefined || approve === 'person') return;
  throw new AttuneError('E_CONTINUOUS', {
    what: `${path} would train on served answers that nobody reviewed`,
    got: 'from.traffic without a judge, and approve: auto',
    fix: 'set from.traffic.judge: {endpoint, model}, or let people review them: approve: person',
  });
}

function checkUsers({ users, gate }: Pick<Plan, 'users' | 'gate'>, path: string): void {
  if (users === undefined || (gate.max_forgetting === undefined && gate.better_than === 'champion')) return;
  throw new AttuneError('E_CONTINUOUS', {
    what: `The gate of ${path} does not fit users' own models`,
    got: gate.max_forgetting === undefined ? `gate.better_than: ${gate.better_than}` : 'gate.max_forgetting',
    expected: "a user's own model must be better than the shared one; what it forgets in general is not measured",
    fix: 'remove it, or put `users` into a plan of its own',
  });
}

function checkRollout({ canary, bake, guards }: Plan['rollout'], path: string): void {
  if (bake === undefined || (canary !== undefined && canary > 0 && canary < 1 && guards.length > 0)) return;
  throw new AttuneError('E_CONTINUOUS', {
    what: `The rollout of ${path} would promote an unmonitored version`,
    got: `bake without ${guards.length === 0 ? 'guards' : 'a canary'}`,
    fix: 'set canary: 10% and guards, or remove bake',
  });
}

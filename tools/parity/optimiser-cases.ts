import { updates } from '../../src/training/optimizers/index.ts';

/** A case of the reference: an optimizer of another library, with its options. */
export interface OptimiserCase {
  options: Record<string, unknown>;
  params: string[];
  source: string;
  /** Prodigy's final estimate. */
  d?: number;
}

/** The same case with attune's optimizer and options. */
export interface OwnCase {
  method: string;
  options: Record<string, unknown>;
  learningRate: number;
  weightDecay: number;
  warmupSteps: number;
  /** Absolute. */
  tolerance: number;
  /** Number of steps to compare, if later ones depend on the reference's linear algebra library. */
  until: number;
}

interface Published {
  source: RegExp;
  method: string;
  /** Options of ours that reproduce their behaviour. */
  options?: Record<string, unknown>;
  /** Their defaults, if a case omits an option and our default differs. */
  defaults: Record<string, unknown>;
  /** Tolerance for the iteration in bfloat16. */
  bf16Tolerance?: number;
}

const TOLERANCE = 1e-5;

const published: readonly Published[] = [
  { source: /^torch\.optim\.adamw\./, method: 'adamw', defaults: { lr: 1e-3, weight_decay: 0.01 } },
  {
    source: /^torch\.optim\.adam\./,
    method: 'adamw',
    options: { decoupled_weight_decay: false },
    defaults: { lr: 1e-3 },
  },
  { source: /^torch\.optim\.sgd\./, method: 'sgd', defaults: { lr: 1e-3, momentum: 0 } },
  { source: /^torch\.optim\.rmsprop\./, method: 'rmsprop', defaults: { lr: 1e-2 } },
  { source: /^torch\.optim\.adagrad\./, method: 'adagrad', defaults: { lr: 1e-2 } },
  { source: /^torch\.optim\.adamax\./, method: 'adamax', defaults: { lr: 2e-3 } },
  { source: /^torch\.optim\.nadam\./, method: 'nadam', defaults: { lr: 2e-3 } },
  { source: /^torch\.optim\.radam\./, method: 'radam', defaults: { lr: 1e-3 } },
  {
    source: /^transformers\.optimization\.Adafactor/,
    method: 'adafactor',
    defaults: { scale_parameter: true, relative_step: true },
  },
  { source: /lion-pytorch/, method: 'lion', defaults: { lr: 1e-4 } },
  {
    source: /^KellerJordan\/Muon/,
    method: 'muon',
    options: { adjust_lr_fn: 'original' },
    defaults: { lr: 0.02 },
    bf16Tolerance: 1.9e-3,
  },
  { source: /^MoonshotAI\//, method: 'muon', defaults: { lr: 1e-3, wd: 0.1 }, bf16Tolerance: 6.9e-5 },
  { source: /GaLore/, method: 'galore_adamw', defaults: { lr: 1e-3 } },
  { source: /AdamWScheduleFree/, method: 'schedule_free', defaults: { lr: 0.0025 } },
  { source: /SGDScheduleFree/, method: 'schedule_free_sgd', defaults: { lr: 1 } },
  { source: /RAdamScheduleFree/, method: 'schedule_free_radam', defaults: { lr: 0.0025 } },
  { source: /ademamix/, method: 'ademamix', defaults: { lr: 1e-3, alpha: 2 } },
  { source: /prodigy/, method: 'prodigy', defaults: { lr: 1, safeguard_warmup: false } },
];

/** Options that must have these values in a case: alternative ways to compute the same, and features that are off. */
const same: Record<string, readonly unknown[]> = {
  foreach: [true, false, null],
  fused: [true, false, null],
  capturable: [true, false],
  differentiable: [true, false],
  maximize: [false],
  proj_type: ['std'],
  correct_bias: [true],
  no_deprecation_warning: [true, false],
  slice_p: [1],
  fsdp_in_use: [false],
};

/** Translates a case to attune's options, or says why that is impossible. */
export async function ownCase(name: string, { options: given, source }: OptimiserCase): Promise<OwnCase | string> {
  const theirs = published.find((one) => one.source.test(source));
  if (theirs === undefined) return `no optimizer of ${source}`;
  const { lr, weight_decay, wd, warmup_steps, ...rest } = { ...theirs.defaults, ...given };
  const { shape } = (await updates.load(theirs.method)).options;
  const options: Record<string, unknown> = { ...theirs.options };
  for (const [key, value] of Object.entries(rest)) {
    if (same[key]?.includes(value) === true) continue;
    const renamed = renamedOptions(key, value);
    const stray = Object.keys(renamed).find((option) => !Object.hasOwn(shape, option));
    if (stray !== undefined) return `no option ${key}: ${JSON.stringify(value)} of ${theirs.method}`;
    Object.assign(options, renamed);
  }
  const isBf16 = theirs.bf16Tolerance !== undefined && !name.includes('f32');
  if (isBf16) options.ns_dtype = 'bf16';
  return {
    method: theirs.method,
    options,
    learningRate: (lr as number | null | undefined) ?? 1,
    weightDecay: ((weight_decay ?? wd) as number | undefined) ?? 0,
    warmupSteps: (warmup_steps as number | undefined) ?? 0,
    tolerance: isBf16 ? theirs.bf16Tolerance! : TOLERANCE,
    // From here on new directions are combined with old moments: their signs are arbitrary and depend on the library.
    until: theirs.method === 'galore_adamw' ? (options.update_proj_gap as number) : Infinity,
  };
}

function renamedOptions(key: string, value: unknown): Record<string, unknown> {
  if (key === 'decouple') return { decoupled_weight_decay: value };
  const values = [value].flat();
  if (/^(adamw_)?betas$/.test(key)) return Object.fromEntries(values.map((beta, i) => [`beta${i + 1}`, beta]));
  if (!/^(adamw_)?eps$/.test(key)) return { [key]: value };
  const [epsilon, least_scale] = values;
  return least_scale === undefined ? { epsilon } : { epsilon, least_scale };
}

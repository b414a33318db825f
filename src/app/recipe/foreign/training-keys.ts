import { asText } from '../../../base/as-text.ts';
import { table } from '../../../base/table.ts';
import {
  asNumber,
  drop,
  type ForeignKey,
  type ForeignKeys,
  isOff,
  named,
  needless,
  refuse,
  refused,
  renamed,
  set,
  translated,
} from './key.ts';

const epochs: ForeignKey = {
  path: 'training.epochs',
  read: (value) => (value === 'auto' ? drop("attune's default is used") : set({ 'training.epochs': value })),
};

/** In Hugging Face's tools, -1 means no limit. */
const maxSteps = translated('training.max_steps', (value) => (value === -1 ? null : value));

/** Hugging Face's `constant` has no warm-up; with warm-up it is called `constant_with_warmup`. */
const scheduler: ForeignKey = {
  path: 'training.scheduler',
  read(value) {
    if (value === 'constant') return set({ 'training.scheduler': 'constant', 'training.warmup_ratio': 0 });
    return set({ 'training.scheduler': value === 'constant_with_warmup' ? 'constant' : value });
  },
};

const scheduleNames: Record<string, string> = table({ cosine_decay: 'cosine', linear_schedule: 'linear' });

/** mlx-lm's dictionary: name, warmup, arguments. */
const schedule: ForeignKey = {
  path: 'training.scheduler',
  read(value) {
    const { name, warmup, arguments: values } = (value ?? {}) as Record<string, unknown>;
    const peak = Array.isArray(values) ? asNumber(values[0]) : undefined;
    const parts = [`scheduler: ${scheduleNames[asText(name)] ?? 'cosine'}`];
    if (asNumber(warmup) !== undefined) parts.push(`warmup_steps: ${asText(warmup)}`);
    if (peak !== undefined) parts.push(`learning_rate: ${peak}`);
    return refuse("is mlx-lm's dictionary", `training: {${parts.join(', ')}}`);
  },
};

/**
 * attune's optimizers by their names in transformers, Axolotl and bitsandbytes. Paged variants map to the same ones,
 * since paging only matters for accelerators.
 */
const optimizers = new Map([
  ...['adamw_torch', 'adamw_torch_fused', 'adamw_hf', 'adamw', 'paged_adamw', 'paged_adamw_32bit'].map(
    (name) => [name, 'adamw'] as const,
  ),
  ...['adamw_bnb_8bit', 'adamw_torch_8bit', 'paged_adamw_8bit'].map((name) => [name, 'adamw_8bit'] as const),
  ...['lion_32bit', 'paged_lion_32bit'].map((name) => [name, 'lion'] as const),
  ...['rmsprop_bnb', 'rmsprop_bnb_32bit'].map((name) => [name, 'rmsprop'] as const),
  ['schedule_free_adamw', 'schedule_free'] as const,
]);

const optimizer: ForeignKey = {
  path: 'training.optimizer.name',
  read(value) {
    if (value !== 'adam') return set({ 'training.optimizer.name': optimizers.get(asText(value)) ?? value });
    return set({ 'training.optimizer.name': 'adamw', 'training.optimizer.decoupled_weight_decay': false });
  },
};

/** Torch's pair of betas; some optimizers have three. */
const betas: ForeignKey = {
  path: 'training.optimizer.beta1',
  isLocal: true,
  read(value) {
    const numbers = Array.isArray(value) ? value : [];
    if (numbers.length < 2 || numbers.length > 3)
      return refuse('must be a list of two or three numbers', 'betas: [0.9, 0.999]');
    return set(Object.fromEntries(numbers.map((beta, i) => [`training.optimizer.beta${i + 1}`, beta])));
  },
};

/** Torch's epsilon; Adafactor has a second one, relative to the weights' size. */
const eps: ForeignKey = {
  path: 'training.optimizer.epsilon',
  isLocal: true,
  read(value) {
    if (!Array.isArray(value)) return set({ 'training.optimizer.epsilon': value });
    if (value.length !== 2) return refuse('must be a number, or a list of two', 'eps: [1e-30, 1e-3]');
    return set({ 'training.optimizer.epsilon': value[0], 'training.optimizer.least_scale': value[1] });
  },
};

const multiplier: ForeignKey = {
  path: 'training.learning_rate',
  read(value) {
    if (value === 'auto') return drop('attune uses the rate that suits the base model');
    return refuse(
      'multiplies a rate that the other service does not publish; attune takes the rate itself',
      'remove it to use the rate that suits the base model; or set training.learning_rate: auto, or a number',
    );
  },
};

const bf16: ForeignKey = {
  path: 'training.precision',
  read(value, given) {
    if (value === 'auto') return set({ 'training.precision': 'auto' });
    if (value === true || value === 'full') return set({ 'training.precision': 'bf16' });
    return given('fp16') === true ? drop('fp16 decides') : set({ 'training.precision': 'f32' });
  },
};

const withUnsloth = translated('training.gradient_checkpointing', (value) => (value === 'unsloth' ? true : value));

const fp16: ForeignKey = {
  path: 'training.precision',
  read: (value) => (value === true ? set({ 'training.precision': 'f16' }) : drop('bf16 decides')),
};

/** Keys about steps, learning rates, the optimizer and precision. */
export const trainingKeys: ForeignKeys = {
  ...named(['num_train_epochs', 'num_epochs', 'n_epochs'], epochs),
  max_steps: maxSteps,
  ...named(['lr'], renamed('training.learning_rate')),
  learning_rate_multiplier: multiplier,
  ...named(['lr_scheduler_type', 'lr_scheduler'], scheduler),
  lr_schedule: schedule,
  lr_scheduler_kwargs: renamed('training.scheduler_options'),
  ...named(['optim', 'optimizer', 'optimizer_type', 'training.optimizer.name'], optimizer),
  optimizer_config: refused('options belong to the optimizer', 'training.optimizer: {name: adamw, beta1: 0.9}'),
  adam_beta1: renamed('training.optimizer.beta1'),
  adam_beta2: renamed('training.optimizer.beta2'),
  betas,
  eps,
  ...named(['adam_epsilon', 'adam_eps'], renamed('training.optimizer.epsilon')),
  ...named(['gradient_clipping', 'max_gradient_norm', 'clip_grad_norm'], renamed('training.max_grad_norm')),
  ...named(['bf16', 'pure_bf16'], bf16),
  ...named(['fp16', 'float16'], fp16),
  tf32: needless('f32 computations never use tensor cores here'),
  ...named(['grad_checkpoint', 'use_gradient_checkpointing', 'gradient_checkpointing'], withUnsloth),
  disable_gradient_checkpointing: {
    path: 'training.gradient_checkpointing',
    read: (value) => set({ 'training.gradient_checkpointing': value !== true }),
  },
  ...named(['gradient_checkpointing_kwargs', 'use_reentrant_gc'], needless('there is only one kind of checkpointing')),
  full_determinism: {
    read: (value) => drop(isOff(value) ? 'runs are deterministic anyway' : 'runs are always deterministic'),
  },
};

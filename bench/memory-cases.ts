/** Runs whose memory is predicted and measured: each axis of a recipe, on small models. */
import { randomUnit } from '../src/base/random.ts';

/** Shape and recipe of one run. */
export interface MemoryCase {
  model: 'attune-base' | 'm44';
  rows: keyof typeof rowMakers;
  objective: string | Record<string, unknown>;
  tuning?: string | Record<string, unknown>;
  storage?: string;
  training?: Record<string, unknown>;
}

const rollout = { num_generations: 4, max_completion_length: 48, reward_funcs: [{ rule: 'length', most: 20 }] };

/** A decoder of 44 M parameters, with attune-base's vocabulary. */
export const M44 = {
  model_type: 'llama',
  vocab_size: 4096,
  hidden_size: 768,
  intermediate_size: 2048,
  num_hidden_layers: 6,
  num_attention_heads: 12,
  num_key_value_heads: 4,
  max_position_embeddings: 1024,
  tie_word_embeddings: true,
  eos_token_id: 1,
  pad_token_id: 0,
};

export const memoryCases: readonly MemoryCase[] = [
  { model: 'attune-base', rows: 'answers', objective: 'sft' },
  { model: 'attune-base', rows: 'answers', objective: 'sft', tuning: 'full' },
  { model: 'attune-base', rows: 'answers', objective: 'sft', tuning: 'prefix' },
  { model: 'attune-base', rows: 'answers', objective: 'sft', tuning: 'ia3', storage: 'int8_forward' },
  { model: 'attune-base', rows: 'answers', objective: 'sft', tuning: 'vera', storage: 'nf4' },
  { model: 'attune-base', rows: 'preferences', objective: 'dpo' },
  { model: 'attune-base', rows: 'preferences', objective: 'dpo', tuning: 'full' },
  { model: 'attune-base', rows: 'preferences', objective: 'orpo', tuning: 'prompt_tuning' },
  { model: 'attune-base', rows: 'preferences', objective: 'reward' },
  { model: 'attune-base', rows: 'prompts', objective: { name: 'grpo', ...rollout } },
  { model: 'attune-base', rows: 'prompts', objective: { name: 'rloo', ...rollout }, tuning: 'full' },
  { model: 'attune-base', rows: 'prompts', objective: { name: 'ppo', ...rollout }, storage: 'nf4' },
  { model: 'attune-base', rows: 'labels', objective: 'classification' },
  { model: 'attune-base', rows: 'labels', objective: 'classification', tuning: 'full' },
  { model: 'attune-base', rows: 'labels', objective: 'classification', tuning: 'ln_tuning' },
  { model: 'attune-base', rows: 'texts', objective: 'pretrain', tuning: 'full' },
  { model: 'm44', rows: 'answers', objective: 'sft' },
  { model: 'm44', rows: 'answers', objective: 'sft', training: { gradient_checkpointing: true } },
  { model: 'm44', rows: 'answers', objective: 'sft', storage: 'nf4' },
  { model: 'm44', rows: 'answers', objective: 'sft', storage: 'nf4', training: { gradient_checkpointing: 'least' } },
  { model: 'm44', rows: 'answers', objective: 'sft', storage: 'int8_switchback' },
  { model: 'm44', rows: 'answers', objective: 'sft', tuning: 'full' },
  { model: 'm44', rows: 'answers', objective: 'sft', tuning: 'full', training: { optimizer: 'adamw_8bit' } },
  { model: 'm44', rows: 'answers', objective: 'sft', tuning: { method: 'lora', use_dora: true } },
  { model: 'm44', rows: 'answers', objective: 'sft', tuning: 'oft' },
  { model: 'm44', rows: 'answers', objective: 'sft', training: { precision: 'f32' } },
  { model: 'm44', rows: 'preferences', objective: 'dpo', storage: 'nf4' },
  { model: 'm44', rows: 'prompts', objective: { name: 'grpo', ...rollout }, storage: 'nf4' },
  { model: 'm44', rows: 'prompts', objective: { name: 'grpo', ...rollout, beta: 0.04 }, tuning: 'full' },
  { model: 'm44', rows: 'labels', objective: 'classification', storage: 'nf4' },
];

const subjects = ['invoice', 'parcel', 'refund', 'lamp', 'kettle', 'chair', 'table', 'window', 'garden', 'river'];
const manners = ['is wrong', 'is late', 'has not come', 'is missing a page', 'was sent twice', 'looks odd'];

/** Sentences: `from` to `to` of them. */
function text(key: string, from: number, to: number): string {
  const draw = (place: number, below: number) => Math.floor(randomUnit([7, key], place) * below);
  const sentence = (_: unknown, i: number) => `My ${subjects[draw(2 * i + 1, 10)]} ${manners[draw(2 * i + 2, 6)]}.`;
  return Array.from({ length: from + draw(0, to - from + 1) }, sentence).join(' ');
}

/** One row each, by its number. */
const rowMakers = {
  answers: (i: number) => ({ prompt: text(`p${i}`, 2, 20), completion: ` ${text(`c${i}`, 1, 8)}` }),
  preferences: (i: number) => ({
    prompt: text(`p${i}`, 2, 12),
    chosen: ` ${text(`c${i}`, 1, 8)}`,
    rejected: ` ${text(`r${i}`, 1, 8)}`,
  }),
  prompts: (i: number) => ({ prompt: text(`p${i}`, 2, 8) }),
  labels: (i: number) => ({ text: `${text(`t${i}`, 1, 20)} My ${subjects[i % 4]} is late.`, label: subjects[i % 4] }),
  texts: (i: number) => ({ text: text(`t${i}`, 4, 24) }),
};

/** The rows of a case as a file's text. */
export function rowsAsText(name: MemoryCase['rows'], count: number): string {
  return Array.from({ length: count }, (_, i) => `${JSON.stringify(rowMakers[name](i))}\n`).join('');
}

// Adapters that are trained here and opened by PEFT in peft-loader.test.ts.
import type { TuningName } from '../../src/methods/tunings/index.ts';

export interface PeftCase {
  tuning: TuningName;
  options?: Record<string, unknown>;
  /** Tokens whose rows are trained. */
  tokens?: readonly number[];
  /** Reason for skipping a model. */
  notOnLlama?: string;
  notOnGpt2?: string;
  notOnBert?: string;
}

export const kinds = ['llama', 'gpt2', 'bert_cls'] as const;
export type Kind = (typeof kinds)[number];

// Each model's batches contain some of them.
export const tokens = [3, 5, 132, 160, 250];
const noConv1D = 'PEFT has it for other layers';
const otherNames = { notOnGpt2: 'other names', notOnBert: 'other names' };
const refused = { notOnBert: 'refused here' };

/** Cases by name: every tuning that PEFT has, and LoRA with each option that changes its files. */
export const cases: Readonly<Record<string, PeftCase>> = {
  lora: { tuning: 'lora', options: { r: 4 } },
  'lora, rsLoRA': {
    tuning: 'lora',
    options: { r: 4, use_rslora: true, rank_pattern: { q_proj: 2 } },
    ...otherNames,
  },
  'lora, DoRA': { tuning: 'lora', options: { r: 4, use_dora: true } },
  'lora, PiSSA': { tuning: 'lora', options: { r: 4, init_lora_weights: 'pissa' } },
  'lora, OLoRA': { tuning: 'lora', options: { r: 4, init_lora_weights: 'olora' } },
  'lora, lora_bias': { tuning: 'lora', options: { r: 4, lora_bias: true } },
  'lora, bias all': { tuning: 'lora', options: { r: 4, bias: 'all' } },
  'lora, bias lora_only': { tuning: 'lora', options: { r: 4, bias: 'lora_only' } },
  'lora, LoRA+': { tuning: 'lora', options: { r: 4, loraplus_lr_ratio: 16 } },
  'lora, layers_to_transform': { tuning: 'lora', options: { r: 4, layers_to_transform: [1] } },
  'lora, embeddings': {
    tuning: 'lora',
    options: { r: 4, target_modules: ['embed_tokens', 'q_proj'] },
    ...otherNames,
  },
  'lora, modules_to_save': {
    tuning: 'lora',
    options: { r: 4, modules_to_save: ['lm_head'] },
    notOnGpt2: 'its head is its table',
    notOnBert: 'other names',
  },
  'lora, lists of layers': {
    tuning: 'lora',
    options: { r: 4, target_modules: '.*[qv]_proj', layers_to_transform: [1], layers_pattern: ['layers'] },
    ...otherNames,
  },
  'lora, a module apart': {
    tuning: 'lora',
    options: { r: 4, modules_to_save: ['o_proj'] },
    ...otherNames,
  },
  'lora, DoRA on a table': {
    tuning: 'lora',
    options: { r: 4, use_dora: true, target_modules: ['embed_tokens', 'q_proj'] },
    ...otherNames,
  },
  'lora, places': {
    tuning: 'lora',
    options: { r: 4, target_modules: ['position_embeddings', 'query'] },
    notOnLlama: 'other names',
    notOnGpt2: 'other names',
  },
  'lora, trained tokens': { tuning: 'lora', options: { r: 4 }, tokens },
  adalora: { tuning: 'adalora', options: { init_r: 6, target_r: 3 } },
  ia3: { tuning: 'ia3' },
  // For methods whose files neither select layers by number nor exclude modules.
  'ia3, one layer': { tuning: 'ia3', options: { layers_to_transform: [1] } },
  vera: { tuning: 'vera', options: { r: 8 } },
  'vera, all but some': { tuning: 'vera', options: { r: 8, exclude_modules: '.*0\\..*' } },
  loha: { tuning: 'loha', options: { r: 4 }, notOnGpt2: noConv1D },
  lokr: { tuning: 'lokr', options: { r: 2, decompose_both: true }, notOnGpt2: noConv1D },
  fourierft: { tuning: 'fourierft', options: { n_frequency: 60 } },
  c3a: { tuning: 'c3a', options: { block_size: 8 }, notOnGpt2: noConv1D },
  'c3a, all but some': { tuning: 'c3a', options: { block_size: 8, exclude_modules: '.*0\\..*' }, notOnGpt2: noConv1D },
  'road, one layer': { tuning: 'road', options: { group_size: 8, layers_to_transform: [1] }, notOnGpt2: noConv1D },
  'road, road_4': { tuning: 'road', options: { group_size: 8, variant: 'road_4' }, notOnGpt2: noConv1D },
  'shira, one layer': { tuning: 'shira', options: { r: 2, layers_to_transform: [1] }, notOnGpt2: noConv1D },
  'randlora, all but some': { tuning: 'randlora', options: { r: 8, exclude_modules: '.*0\\..*' } },
  'loha, patterns': {
    tuning: 'loha',
    options: { r: 4, rank_pattern: { '.*1\\..*': 2 }, alpha_pattern: { '.*0\\..*': 3 } },
    notOnGpt2: noConv1D,
  },
  'boft, blocks': {
    tuning: 'boft',
    options: { boft_block_size: 0, boft_block_num: 4, bias: 'all' },
    notOnGpt2: noConv1D,
  },
  shira: { tuning: 'shira', options: { r: 2 }, notOnGpt2: noConv1D },
  road: { tuning: 'road', options: { group_size: 8 }, notOnGpt2: noConv1D },
  oft: { tuning: 'oft', options: { oft_block_size: 8 }, notOnGpt2: noConv1D },
  // PEFT without its CUDA kernel sets the factors to 1.
  boft: { tuning: 'boft', options: { boft_block_size: 8, boft_n_butterfly_factor: 1 }, notOnGpt2: noConv1D },
  hra: { tuning: 'hra', options: { r: 4 }, notOnGpt2: noConv1D },
  miss: { tuning: 'miss', options: { r: 8 }, notOnGpt2: noConv1D },
  ln_tuning: { tuning: 'ln_tuning' },
  randlora: { tuning: 'randlora', options: { r: 8 } },
  trainable_tokens: { tuning: 'trainable_tokens', tokens },
  prompt_tuning: { tuning: 'prompt_tuning', options: { num_virtual_tokens: 3 } },
  p_tuning: { tuning: 'p_tuning', options: { num_virtual_tokens: 3, encoder_hidden_size: 8 } },
  prefix: { tuning: 'prefix', options: { num_virtual_tokens: 3, prefix_projection: true }, ...refused },
  adaption_prompt: { tuning: 'adaption_prompt', options: { adapter_len: 3 }, ...refused },
  delora: { tuning: 'delora', options: { r: 4, delora_lambda: 1 }, notOnGpt2: noConv1D },
  vblora: { tuning: 'vblora', options: { num_vectors: 16, vector_length: 8 } },
};

/** Reason for skipping an adapter on a model. */
export function reasonOf(kind: Kind, { notOnLlama, notOnGpt2, notOnBert }: PeftCase): string | undefined {
  return { llama: notOnLlama, gpt2: notOnGpt2, bert_cls: notOnBert }[kind];
}

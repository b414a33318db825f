import { asText } from '../../../base/as-text.ts';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  asList,
  asNumber,
  drop,
  type ForeignKey,
  type ForeignKeys,
  type Given,
  isOff,
  named,
  needless,
  offOnly,
  refuse,
  renamed,
  set,
  translated,
} from './key.ts';
import { parseJson } from '../../../files/json.ts';

const allLinear = new Set(['all', 'all-linear', 'all_linear']);
const targets = translated('tuning.target_modules', (value) =>
  allLinear.has(asText(value)) ? 'all-linear' : asList(value),
);

/** In Axolotl, `adapter: qlora` is LoRA on NF4, and no adapter means full fine-tuning. */
const adapter: ForeignKey = {
  path: 'tuning.method',
  takesNull: true,
  read(value) {
    if (value === null || isOff(value)) return set({ 'tuning.method': 'full' });
    return value === 'qlora' ? qlora : set({ 'tuning.method': value });
  },
};

const qlora = set({ 'tuning.method': 'lora', 'storage.name': 'nf4' });

const tuningType: ForeignKey = {
  path: 'tuning.method',
  read: (value) => (value === 'qlora' ? qlora : set({ 'tuning.method': value })),
};

/** A switch for one of LoRA's initialisations. */
function startOf(name: string): ForeignKey {
  const path = 'tuning.init_lora_weights';
  return { path, read: (value) => (isOff(value) ? drop('it is disabled') : set({ [path]: name })) };
}

function loadIn(name: string): ForeignKey {
  return {
    path: 'storage.name',
    read: (value) => (isOff(value) ? drop('it is disabled') : set({ 'storage.name': name })),
  };
}

const quantizationBit: ForeignKey = {
  path: 'storage.name',
  read(value) {
    if (value === 4) return set({ 'storage.name': 'nf4' });
    return value === 8 ? set({ 'storage.name': 'int8' }) : refuse('must be 4 or 8', 'storage: nf4 or storage: int8');
  },
};

/** mlx-lm's dictionary: rank, scale, dropout, keys. */
const loraParameters: ForeignKey = {
  path: 'tuning.r',
  read(value) {
    const { rank, r = rank, alpha, scale, dropout, keys, ...others } = (value ?? {}) as Record<string, unknown>;
    const strange = Object.keys(others);
    if (strange.length > 0) return refuse(`unknown: ${strange.join(', ')}`, 'tuning: {method: lora, r: …, alpha: …}');
    if (scale !== undefined) return scaleRefusal(scale, r);
    const entries = { 'tuning.r': r, 'tuning.alpha': alpha, 'tuning.dropout': dropout, 'tuning.target_modules': keys };
    return set(Object.fromEntries(Object.entries(entries).filter(([, entry]) => entry !== undefined)));
  },
};

const scale: ForeignKey = {
  path: 'tuning.alpha',
  read: (value, given) => scaleRefusal(value, given('r') ?? given('rank') ?? given('lora_r') ?? given('lora_rank')),
};

function scaleRefusal(scale: unknown, rank: unknown) {
  const because = 'scale multiplies the update itself; attune scales by alpha / r';
  const [factor, r] = [asNumber(scale), asNumber(rank ?? 8)];
  if (factor === undefined || r === undefined) return refuse(because, 'tuning.alpha: scale × r');
  const place = rank === undefined ? `tuning.r: ${r} (mlx-lm's default) and tuning.alpha` : 'tuning.alpha';
  return refuse(because, `${place}: ${factor * r} (scale ${factor} × r ${r})`);
}

/** mlx-lm counts the layers with adapters from the end. */
const lastLayers: ForeignKey = {
  path: 'tuning.layers_to_transform',
  read(value, given) {
    const count = asNumber(value);
    if (count === -1) return drop('all layers get an adapter');
    const because = 'counts layers from the end; tuning.layers_to_transform names them';
    const layers = asNumber(configOf(given)?.num_hidden_layers);
    if (count === undefined || layers === undefined) {
      return refuse(because, `tuning.layers_to_transform: the last ${asText(value)} layers, from 0`);
    }
    const last = Array.from({ length: Math.min(count, layers) }, (_, index) => Math.max(0, layers - count) + index);
    return refuse(because, `tuning.layers_to_transform: [${last.join(', ')}] (last ${count} of ${layers})`);
  },
};

/** The base model's config.json, if it is a folder. */
function configOf(given: Given): Record<string, unknown> | undefined {
  const folder = asText(given('model') ?? given('model_name_or_path') ?? given('base_model') ?? '');
  const config = join(folder, 'config.json');
  if (folder === '' || !existsSync(config)) return undefined;
  try {
    return parseJson(readFileSync(config, 'utf8')) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** PEFT's list names rows of the input embedding; attune's tokens are equivalent if the output head shares it. */
const tokenIndices: ForeignKey = {
  path: 'tuning.trainable_tokens',
  read(value, given) {
    if (!Array.isArray(value)) return refuse('must be a list of token ids', 'tuning.trainable_tokens: [ID, …]');
    if (configOf(given)?.tie_word_embeddings === true) return set({ 'tuning.trainable_tokens': value });
    const because = "trains input rows only; attune trains a token's row in the output head too";
    return refuse(because, `tuning.trainable_tokens: ${JSON.stringify(value)}`);
  },
};

const list = (path: string) => translated(path, (value) => [asList(value)].flat());

/** Keys about which weights are trained and how they are stored. */
export const tuningKeys: ForeignKeys = {
  ...named(['finetuning_type', 'fine_tune_type', 'training_mode', 'peft_type'], {
    ...tuningType,
    read: (value, given) => tuningType.read(typeof value === 'string' ? value.toLowerCase() : value, given),
  }),
  adapter,
  use_peft: { path: 'tuning.method', read: (value) => set({ 'tuning.method': value === true ? 'lora' : 'full' }) },
  ...named(['lora_r', 'lora_rank', 'rank'], renamed('tuning.r')),
  lora_alpha: renamed('tuning.alpha'),
  lora_dropout: renamed('tuning.dropout'),
  ...named(['lora_target', 'lora_target_modules'], targets),
  freeze_trainable_layers: renamed('tuning.trainable_layers'),
  lora_target_linear: {
    path: 'tuning.target_modules',
    read: (value) => (isOff(value) ? drop('it is disabled') : set({ 'tuning.target_modules': 'all-linear' })),
  },
  ...named(['additional_target', 'lora_modules_to_save'], list('tuning.modules_to_save')),
  ...named(['peft_use_rslora'], renamed('tuning.use_rslora')),
  peft_init_lora_weights: renamed('tuning.init_lora_weights'),
  peft_layers_to_transform: renamed('tuning.layers_to_transform'),
  lora_parameters: loraParameters,
  scale,
  num_layers: lastLayers,
  trainable_token_indices: tokenIndices,
  ensure_weight_tying: needless('a table shared with the head is trained once'),
  peft_use_dora: renamed('tuning.use_dora'),
  pissa_init: startOf('pissa'),
  use_loftq: startOf('loftq'),
  use_galore: offOnly('is an optimizer in attune', 'training.optimizer: galore_adamw'),
  use_badam: offOnly('attune does not have it', 'remove it'),
  load_in_4bit: loadIn('nf4'),
  load_in_8bit: loadIn('int8'),
  quantization_bit: quantizationBit,
};

import { readSafetensorsHeader } from '../tensor/safetensors.ts';
import { weightFiles } from './checkpoint-files.ts';
import type { architectures } from './index.ts';
import { readConfig } from './load.ts';

/** Families of models that are trained at like rates. `items`: recommenders, whose weights are new. */
export type BaseKind = 'decoder' | 'encoder' | 'encoder-decoder' | 'vision' | 'speech' | 'items';

type ModelType = (typeof architectures)['names'][number];

const KINDS: Record<ModelType, BaseKind> = {
  bert: 'encoder',
  bpr_mf: 'items',
  clip: 'vision',
  dinov2: 'vision',
  distilbert: 'encoder',
  electra: 'encoder',
  gemma2: 'decoder',
  gemma3_text: 'decoder',
  gpt2: 'decoder',
  gpt_neox: 'decoder',
  granite: 'decoder',
  llama: 'decoder',
  mistral: 'decoder',
  mixtral: 'decoder',
  mobilenet_v2: 'vision',
  modernbert: 'encoder',
  mt5: 'encoder-decoder',
  olmo2: 'decoder',
  phi3: 'decoder',
  qwen2: 'decoder',
  qwen3: 'decoder',
  qwen3_moe: 'decoder',
  resnet: 'vision',
  roberta: 'encoder',
  sasrec: 'items',
  siglip: 'vision',
  smollm3: 'decoder',
  t5: 'encoder-decoder',
  two_tower: 'items',
  use_lite: 'encoder',
  vit: 'vision',
  wav2vec2: 'speech',
  whisper: 'speech',
  'xlm-roberta': 'encoder',
};

export interface BaseFacts {
  kind: BaseKind;
  parameters: number;
}

/**
 * What a base model's files say of it; no weights are read.
 * @throws AttuneError E_CONFIG_MISSING, E_WEIGHTS_MISSING, E_PICKLE_WEIGHTS, E_SAFETENSORS_BAD
 */
export function baseFacts(folder: string): BaseFacts {
  const { model_type: type } = readConfig(folder);
  const entries = weightFiles(folder).flatMap((path) => readSafetensorsHeader(path).entries);
  const parameters = entries.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
  return { kind: KINDS[type as ModelType] ?? 'decoder', parameters };
}

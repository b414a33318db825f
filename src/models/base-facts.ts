import { readSafetensorsHeader } from '../engine/tensor/safetensors.ts';
import type { Architecture } from './architecture.ts';
import { weightFiles } from './checkpoint-files.ts';
import type { RawConfig } from './raw-config.ts';
import { architectures } from './index.ts';
import { readConfig } from './load-model.ts';
import { quantisationOf, withoutQuantisation } from './quantised/quantisation-config.ts';
import { skeleton } from './skeleton.ts';

/** Families of models with similar learning rates. `items`: recommenders, whose weights are new. */
export type BaseKind = 'decoder' | 'encoder' | 'encoder-decoder' | 'vision' | 'speech' | 'items';

export interface BaseFacts {
  kind: BaseKind;
  parameters: number;
}

/**
 * Facts about a base model, without reading weights. Quantised models need the engine for their layers' shapes.
 * @throws AttuneError E_CONFIG_MISSING, E_UNKNOWN_MODEL_TYPE, E_WEIGHTS_MISSING, E_PICKLE_WEIGHTS, E_SAFETENSORS_BAD
 */
export async function baseFacts(folder: string): Promise<BaseFacts> {
  const raw = readConfig(folder);
  const architecture = await architectures.load(String(raw.model_type));
  return { kind: kindOf(architecture, raw), parameters: await parametersOf(folder) };
}

/** Number of parameters of a base model. For quantised models, which store packed numbers, the layers' shapes are counted. */
export async function parametersOf(folder: string): Promise<number> {
  const raw = readConfig(folder);
  const architecture = await architectures.load(String(raw.model_type));
  const others = architecture.passedOver?.(raw) ?? [];
  if (quantisationOf(raw) === undefined) return storedParameters(weightFiles(folder), others);
  const { model } = await skeleton(withoutQuantisation(raw), {});
  return [...model.parameters()].reduce((sum, [, { size }]) => sum + size, 0);
}

/** Kind by modality, and for text models by task. */
export function kindOf(architecture: Architecture, raw: RawConfig): BaseKind {
  const { modalities = ['text'] } = architecture;
  const tasks = architecture.heads(raw);
  if (modalities.includes('items')) return 'items';
  // Generative models are tuned alike, whatever their further modalities.
  if (modalities.includes('image') && !('causal-lm' in tasks)) return 'vision';
  if (modalities.includes('audio')) return 'speech';
  if ('seq2seq' in tasks) return 'encoder-decoder';
  return 'causal-lm' in tasks ? 'decoder' : 'encoder';
}

/** Number of values in safetensors files, from their headers, without tensors that match `except`. */
export function storedParameters(files: readonly string[], except: readonly RegExp[] = []): number {
  const entries = files.flatMap((file) => readSafetensorsHeader(file).entries);
  const counted = entries.filter(({ name }) => !except.some((pattern) => pattern.test(name)));
  return counted.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
}

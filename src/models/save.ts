import { table } from '../base/table.ts';
import { join } from 'node:path';
import { writeJson } from '../files/json.ts';
import { isFloating, scope, writeSafetensors, type DType, type Tensor } from '../engine/tensor/index.ts';
import { rootOf } from './architecture.ts';
import type { RawConfig } from './raw-config.ts';
import { EmbeddingHead } from './heads/embedding.ts';
import type { Model } from './model.ts';
import { writeDense } from './sentence-dense.ts';
import { writeSentenceFiles } from './sentence-folder.ts';

export interface SaveOptions {
  /** Type of the written weights; by default each weight keeps its own. */
  dtype?: DType;
  /** Tensors to write in place of the model's own, by path. */
  kept?: ReadonlyMap<string, Tensor>;
  /** Maximum bytes per shard; 5 GB by default, as in Hugging Face. */
  shardBytes?: number;
}

const SHARD_BYTES = 5e9;

/**
 * Writes config.json and the weights as a Hugging Face folder, plus sentence-transformers files for embedding models.
 * Returns the bytes of the weights.
 */
export function saveModel(model: Model, folder: string, options: SaveOptions = {}): number {
  const { dtype, shardBytes = SHARD_BYTES } = options;
  writeJson(join(folder, 'config.json'), dtype === undefined ? model.config : withType(model.config, dtype));
  if (model.head instanceof EmbeddingHead && isForSentences(model)) {
    const { maxPositions: maxLength } = model.architecture.limits(model.config);
    writeSentenceFiles(folder, { maxLength, ...model.sentence, embedding: model.head.options }, model.trunk.width);
  }
  return scope(() => {
    const tensors = new Map(
      [...namedTensors(model, options.kept)].map(([name, tensor]) => {
        const isCast = dtype !== undefined && isFloating(tensor.dtype); // integer buffers keep their type
        return [name, isCast ? tensor.to(dtype) : tensor];
      }),
    );
    const dense = model.head instanceof EmbeddingHead ? (model.head.options.dense ?? []) : [];
    const bytes = writeDense(folder, dense, tensors);
    const shards = shard(tensors, shardBytes);
    if (shards.length === 1) return bytes + writeSafetensors(join(folder, 'model.safetensors'), tensors);
    return bytes + writeShards(folder, shards);
  });
}

/** Whether sentence-transformers can load it: it reads text, and Hugging Face has its class. */
export function isForSentences({ architecture, plan }: Model): boolean {
  return plan.isBare === true && (architecture.modalities ?? ['text']).includes('text');
}

/** A model's tensors under their names in its checkpoint. */
export function* namedTensors(model: Model, kept?: ReadonlyMap<string, Tensor>): Generator<[string, Tensor]> {
  const cut = model.isBare ? rootOf(model.architecture) : '';
  for (const [path, parameter] of model.parameters()) {
    yield [
      cut !== '' && path.startsWith(cut) ? path.slice(cut.length) : path,
      (kept?.get(path) ?? parameter.tensor).detach(),
    ];
  }
}

/** Sets the type under Hugging Face's current key, and under the older one if present. */
function withType(config: RawConfig, dtype: DType): RawConfig {
  const name = torchName(dtype);
  return { ...config, dtype: name, ...('torch_dtype' in config && { torch_dtype: name }) };
}

function shard(tensors: ReadonlyMap<string, Tensor>, limit: number): Map<string, Tensor>[] {
  const shards: Map<string, Tensor>[] = [new Map()];
  let filled = 0;
  for (const [name, tensor] of tensors) {
    const bytes = tensor.bytes;
    if (filled > 0 && filled + bytes > limit) {
      shards.push(new Map());
      filled = 0;
    }
    shards[shards.length - 1].set(name, tensor);
    filled += bytes;
  }
  return shards;
}

function writeShards(folder: string, shards: readonly Map<string, Tensor>[]): number {
  const weightMap: Record<string, string> = table({});
  let total = 0;
  let written = 0;
  for (const [i, tensors] of shards.entries()) {
    const file = `model-${padded(i + 1)}-of-${padded(shards.length)}.safetensors`;
    written += writeSafetensors(join(folder, file), tensors);
    for (const [name, tensor] of tensors) {
      weightMap[name] = file;
      total += tensor.bytes;
    }
  }
  writeJson(join(folder, 'model.safetensors.index.json'), { metadata: { total_size: total }, weight_map: weightMap });
  return written;
}

function padded(value: number): string {
  return String(value).padStart(5, '0');
}

function torchName(dtype: DType): string {
  const names: Partial<Record<DType, string>> = { f32: 'float32', bf16: 'bfloat16', f16: 'float16', f64: 'float64' };
  return names[dtype] ?? dtype;
}

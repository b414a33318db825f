import { table } from '../../base/table.ts';
import type { KeptWeight } from '../../engine/nn/index.ts';
import { isFloating, type DType, type Tensor } from '../../engine/tensor/index.ts';
import { CheckpointFiles } from '../checkpoint-files.ts';
import type { RawConfig } from '../raw-config.ts';
import { MLX, quantisationOf } from './quantisation-config.ts';
import { quantisations } from './index.ts';
import type { PackedWeight } from './packed-weight.ts';
import { unsupported } from './unsupported.ts';

/** A checkpoint's weights by name; quantised ones are dequantised. */
export interface Weights extends Disposable {
  readonly folder: string;
  readonly names: readonly string[];
  has(name: string): boolean;
  get(name: string): Tensor;
  /** A weight packed in this form, if it is; owned by the caller. */
  packed?(name: string, kind: string): KeptWeight | undefined;
}

/** @throws AttuneError E_QUANTISATION_UNSUPPORTED, E_CONFIG_BAD, and as `CheckpointFiles` */
export async function openWeights(folder: string, raw: RawConfig): Promise<Weights> {
  const quantised = quantisationOf(raw);
  if (quantised?.method === MLX) throw unsupported(folder, 'MLX (`quantization` in config.json)');
  const files = new CheckpointFiles(folder);
  if (quantised === undefined) return files;
  try {
    if (!quantisations.has(quantised.method)) throw unsupported(folder, quantised.method);
    const found = (await quantisations.load(quantised.method)).find(files, quantised.config);
    return new DenseWeights(files, found, denseType(raw, files));
  } catch (error) {
    files[Symbol.dispose]();
    throw error;
  }
}

const TYPES: Record<string, DType> = table({ float32: 'f32', bfloat16: 'bf16', float16: 'f16' });

/** Type of the weights before quantisation. */
function denseType({ dtype, torch_dtype: older }: RawConfig, files: CheckpointFiles): DType {
  const named = TYPES[String(dtype ?? older)];
  return named ?? (isFloating(files.dtype) ? files.dtype : 'f32');
}

/** Dequantises packed weights on access. */
class DenseWeights implements Weights {
  readonly #files: CheckpointFiles;
  readonly #packed: ReadonlyMap<string, PackedWeight>;
  readonly #dtype: DType;
  readonly names: readonly string[];

  constructor(files: CheckpointFiles, packed: readonly PackedWeight[], dtype: DType) {
    this.#files = files;
    this.#packed = new Map(packed.map((weight) => [weight.name, weight]));
    this.#dtype = dtype;
    const parts = new Set(packed.flatMap((weight) => weight.parts));
    this.names = [...files.names.filter((name) => !parts.has(name)), ...this.#packed.keys()];
  }

  get folder(): string {
    return this.#files.folder;
  }
  has(name: string): boolean {
    return this.#packed.has(name) || this.#files.has(name);
  }
  get(name: string): Tensor {
    const packed = this.#packed.get(name);
    return packed === undefined ? this.#files.get(name) : packed.dense().to(this.#dtype);
  }
  packed(name: string, kind: string): KeptWeight | undefined {
    const found = this.#packed.get(name);
    return found?.kind === kind ? found.keep?.(this.#dtype) : undefined;
  }
  [Symbol.dispose](): void {
    this.#files[Symbol.dispose]();
  }
}

import { join } from 'node:path';
import { AttuneError, type Problem } from '../../base/errors.ts';
import { readJson, writeJson } from '../../files/json.ts';
import { SafetensorsFile, writeSafetensors, type Tensor } from '../../engine/tensor/index.ts';
import { readAdapterConfig } from './adapter-config.ts';
import type { Factors } from './adapter-merging.ts';
import { fromPeft, peftConfig, type LoraOptions } from './lora.options.ts';
import { ROOT } from './peft-adapter.ts';
import { fromPattern } from './targets.ts';

const FACTOR = /^base_model\.model\.(?<path>.+)\.lora_(?<key>[AB])\.weight$/;

/** PEFT also writes another adapter's factors if its name is part of these names: `lora_A.b.weight` with `a`. */
const FOREIGN = /\.lora_[AB]\.[^.]+\.weight$/;

/** A folder with a LoRA that is A and B of some layers and nothing else, read without its base model. */
export class LoraFolder {
  readonly folder: string;
  readonly options: LoraOptions;
  /** adapter_config.json as it was written. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Paths of the layers that it changes, in order. */
  readonly paths: readonly string[];
  /** Tensors of another adapter in the same file, which are not read. */
  readonly foreign: readonly string[];
  readonly #file: SafetensorsFile;

  private constructor(folder: string, options: LoraOptions) {
    this.folder = folder;
    this.options = options;
    this.config = readJson(join(folder, 'adapter_config.json'));
    this.#file = new SafetensorsFile(join(folder, 'adapter_model.safetensors'));
    this.paths = this.#file.names.flatMap((name) => FACTOR.exec(name)?.groups?.path ?? []).filter(isFirst);
    this.foreign = this.#file.names.filter((name) => FOREIGN.test(name));
  }

  /** @throws E_ADAPTER_UNSUPPORTED where the adapter is another kind, or more than A and B */
  static async open(folder: string): Promise<LoraFolder> {
    const { method } = await readAdapterConfig(folder);
    if (method !== 'lora') throw unsupported(folder, [{ field: 'peft_type', message: `is ${method}, not LORA` }]);
    const opened = new LoraFolder(folder, fromPeft(peftConfig.parse(readJson(join(folder, 'adapter_config.json')))));
    const problems = opened.#problems();
    if (problems.length === 0) return opened;
    opened[Symbol.dispose]();
    throw unsupported(folder, problems);
  }

  /** Unexpected tensors, and halves of pairs. */
  #problems(): Problem[] {
    const halves = (path: string) => ['A', 'B'].map((key) => `${ROOT}${path}.lora_${key}.weight`);
    const known = new Set(this.paths.flatMap(halves));
    const others = this.#file.names.filter((name) => !known.has(name) && !FOREIGN.test(name));
    const missing = [...known].filter((name) => !this.#file.has(name));
    const { init_lora_weights: start } = this.options;
    const isOfWeight = start === 'pissa' || start === 'olora';
    const taken = `is ${start}: that start removes a part of the base's weights when it is loaded`;
    return [
      ...(isOfWeight ? [{ field: 'init_lora_weights', message: taken }] : []),
      ...others.map((name) => ({ field: name, message: 'is not the A or B of a layer' })),
      ...missing.map((name) => ({ field: name, message: 'is missing' })),
      ...(this.paths.length === 0 ? [{ field: 'adapter_model.safetensors', message: 'contains no layers' }] : []),
    ];
  }

  /** A and B by their names in the file, as they are stored. */
  stored(path: string): { a: [string, Tensor]; b: [string, Tensor] } {
    const [a, b] = ['A', 'B'].map((key) => `${ROOT}${path}.lora_${key}.weight`);
    return { a: [a, this.#file.get(a)], b: [b, this.#file.get(b)] };
  }

  /** f32; factors of convolutions as they are stored. */
  factors(path: string): Factors {
    const { a: first, b: second } = this.stored(path);
    const [a, b] = [first, second].map(([, tensor]) => tensor.to('f32'));
    const rank = a.shape[0];
    const alpha = fromPattern(this.options.alpha_pattern, path) ?? this.options.alpha;
    return { a, b, scale: alpha / (this.options.use_rslora ? Math.sqrt(rank) : rank) };
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }
}

function isFirst(path: string, index: number, all: readonly string[]): boolean {
  return all.indexOf(path) === index;
}

function unsupported(folder: string, problems: readonly Problem[]): AttuneError {
  return new AttuneError('E_ADAPTER_UNSUPPORTED', {
    what: `${folder} is not a LoRA adapter of low-rank factors only`,
    problems,
    fix: 'merge it into its base model instead: attune export ADAPTER --to merged',
  });
}

/** Writes factors whose scale is 1 with another adapter's configuration. */
export function writeLora(
  folder: string,
  layers: ReadonlyMap<string, Omit<Factors, 'scale'>>,
  config: Readonly<Record<string, unknown>>,
): void {
  const tensors = new Map<string, Tensor>();
  const ranks = new Map<string, number>();
  for (const [path, { a, b }] of layers) {
    tensors.set(`${ROOT}${path}.lora_A.weight`, a.contiguous());
    tensors.set(`${ROOT}${path}.lora_B.weight`, b.contiguous());
    ranks.set(path, a.shape[0]);
  }
  writeSafetensors(join(folder, 'adapter_model.safetensors'), tensors);
  writeJson(join(folder, 'adapter_config.json'), { ...config, ...rankKeys(ranks) });
}

/** r, lora_alpha and the patterns of layers whose rank is another; alpha = r, so that the scale is 1. */
function rankKeys(ranks: ReadonlyMap<string, number>): Record<string, unknown> {
  const counts = Map.groupBy(ranks.values(), (rank) => rank);
  const [[usual]] = [...counts].toSorted(([, x], [, y]) => y.length - x.length);
  const others = Object.fromEntries(
    [...ranks].filter(([, rank]) => rank !== usual).map(([path, rank]) => [path.replaceAll('.', '\\.'), rank]),
  );
  return { r: usual, lora_alpha: usual, rank_pattern: others, alpha_pattern: others, use_rslora: false };
}

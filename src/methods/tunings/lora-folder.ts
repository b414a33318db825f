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

/** PEFT also writes another adapter's factors if its name occurs in these names: `lora_A.b.weight` with `a`. */
const FOREIGN = /\.lora_[AB]\.[^.]+\.weight$/;

/** A folder with a LoRA that consists of A and B only, read without its base model. */
export class LoraFolder {
  readonly folder: string;
  readonly options: LoraOptions;
  /** adapter_config.json as written. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Paths of the changed layers, in order. */
  readonly paths: readonly string[];
  /** Tensors of another adapter in the same file, which are ignored. */
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

  /** @throws E_ADAPTER_UNSUPPORTED for other kinds of adapters, or if there is more than A and B */
  static async open(folder: string): Promise<LoraFolder> {
    const { method } = await readAdapterConfig(folder);
    if (method !== 'lora') throw unsupported(folder, [{ field: 'peft_type', message: `is ${method}, not LORA` }]);
    const opened = new LoraFolder(folder, fromPeft(peftConfig.parse(readJson(join(folder, 'adapter_config.json')))));
    const problems = opened.#problems();
    if (problems.length === 0) return opened;
    opened[Symbol.dispose]();
    throw unsupported(folder, problems);
  }

  /** Unexpected tensors, and incomplete pairs. */
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

  /** A and B as stored, with their names in the file. */
  stored(path: string): { a: [string, Tensor]; b: [string, Tensor] } {
    const [a, b] = ['A', 'B'].map((key) => `${ROOT}${path}.lora_${key}.weight`);
    return { a: [a, this.#file.get(a)], b: [b, this.#file.get(b)] };
  }

  /** Factors in f32; those of convolutions keep their shape. */
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
    what: `${folder} is not a LoRA adapter that consists only of low-rank factors`,
    problems,
    fix: 'merge it into its base model instead: attune export ADAPTER --to merged',
  });
}

/** Writes factors with a scale of 1, using another adapter's configuration. */
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

/** r, lora_alpha and patterns for layers of other ranks; alpha = r, so that the scale is 1. */
function rankKeys(ranks: ReadonlyMap<string, number>): Record<string, unknown> {
  const counts = Map.groupBy(ranks.values(), (rank) => rank);
  const [[usual]] = [...counts].toSorted(([, x], [, y]) => y.length - x.length);
  const others = Object.fromEntries(
    [...ranks].filter(([, rank]) => rank !== usual).map(([path, rank]) => [path.replaceAll('.', '\\.'), rank]),
  );
  return { r: usual, lora_alpha: usual, rank_pattern: others, alpha_pattern: others, use_rslora: false };
}

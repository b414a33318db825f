/** Dense modules of a sentence-transformers folder: layers between pooling and normalisation, with weights in separate files. */
import { join } from 'node:path';
import { z } from 'zod';
import { AttuneError } from '../base/errors.ts';
import { table } from '../base/table.ts';
import { readJsonObject } from '../files/json-object.ts';
import { writeJson } from '../files/json.ts';
import { makeFolders } from '../files/make-folder.ts';
import { writeSafetensors, type Tensor } from '../engine/tensor/index.ts';
import { CheckpointFiles } from './checkpoint-files.ts';
import { count } from './config-keys.ts';
import { DENSE, type DenseShape } from './heads/embedding.ts';
import type { Weights } from './quantised/open-weights.ts';

/** attune's names of torch's activations. */
const activations: Readonly<Record<string, string>> = table({
  Identity: 'linear',
  Tanh: 'tanh',
  Sigmoid: 'sigmoid',
  GELU: 'gelu',
  ReLU: 'relu',
  SiLU: 'silu',
});

const schema = z.looseObject({
  in_features: count,
  out_features: count,
  bias: z.boolean().default(true),
  activation_function: z.string().default('torch.nn.modules.activation.Tanh'),
});

/** The layer in a module's config.json; undefined for unsupported ones. */
export function readDense(folder: string): DenseShape | undefined {
  const { data } = schema.safeParse(readJsonObject(join(folder, 'config.json')));
  const name = data?.activation_function.split('.').at(-1) ?? '';
  if (data === undefined || !Object.hasOwn(activations, name)) return undefined;
  const { in_features, out_features, bias } = data;
  return { in: in_features, out: out_features, bias, activation: activations[name] };
}

/** A folder's weights including those of its dense modules, under their names in a model. Takes over `files`. */
export function withDense(files: Weights, folder: string, paths: readonly string[] = []): Weights {
  return paths.length === 0 ? files : new WithDense(files, folder, paths);
}

class WithDense implements Weights {
  readonly folder: string;
  readonly names: readonly string[];
  readonly #files: Weights;
  readonly #own = new Map<string, () => Tensor>();
  readonly #opened: DisposableStack;

  constructor(files: Weights, folder: string, paths: readonly string[]) {
    using opening = new DisposableStack();
    this.folder = folder;
    this.#files = opening.use(files);
    const modules = paths.map((path) => opening.use(new CheckpointFiles(join(folder, path))));
    for (const [i, one] of modules.entries()) {
      for (const name of one.names) this.#own.set(`${DENSE}.${i}.${name}`, () => one.get(name));
    }
    this.names = [...files.names, ...this.#own.keys()];
    for (const [i, one] of modules.entries()) if (!this.has(`${DENSE}.${i}.linear.weight`)) throw noWeight(one);
    this.#opened = opening.move();
  }

  has(name: string): boolean {
    return this.#own.has(name) || this.#files.has(name);
  }
  get(name: string): Tensor {
    return this.#own.get(name)?.() ?? this.#files.get(name);
  }
  packed(name: string, kind: string): ReturnType<NonNullable<Weights['packed']>> {
    return this.#own.has(name) ? undefined : this.#files.packed?.(name, kind);
  }
  [Symbol.dispose](): void {
    this.#opened.dispose();
  }
}

function noWeight({ folder, names }: CheckpointFiles): AttuneError {
  return new AttuneError('E_WEIGHTS_MISSING', {
    what: `${folder} lacks the weight of its dense module`,
    got: names.join(', ') || 'no tensor',
    expected: 'linear.weight',
    fix: 'fetch the model again',
  });
}

/** Removes the dense modules' weights from a model's tensors and writes them to separate folders; returns their bytes. */
export function writeDense(folder: string, shapes: readonly DenseShape[], tensors: Map<string, Tensor>): number {
  let bytes = 0;
  for (const [i, { in: from, out, bias, activation }] of shapes.entries()) {
    // Numbered as in modules.json, after the model and its pooling.
    const path = join(folder, `${i + 2}_Dense`);
    makeFolders(path);
    const named = Object.entries(activations).find(([, own]) => own === activation)![0];
    const kind = named === 'Identity' ? 'linear' : 'activation';
    const activation_function = `torch.nn.modules.${kind}.${named}`;
    writeJson(join(path, 'config.json'), { in_features: from, out_features: out, bias, activation_function });
    const prefix = `${DENSE}.${i}.`;
    const own = [...tensors].filter(([name]) => name.startsWith(prefix));
    for (const [name] of own) tensors.delete(name);
    const stored = new Map(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
    bytes += writeSafetensors(join(path, 'model.safetensors'), stored);
  }
  return bytes;
}

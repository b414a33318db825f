import { philoxWord } from '../base/random.ts';
import { join, LayerNorm, RMSNorm, type Module, type Parameter } from '../engine/nn/index.ts';
import {
  arange,
  aten,
  attune,
  noGrad,
  scope,
  zeros,
  type DType,
  type Shape,
  type Tensor,
} from '../engine/tensor/index.ts';

export interface InitialiseOptions {
  seed: number;
  /** Standard deviation of weights; biases start at 0, norms at 1. */
  deviation: number;
  dtype: DType;
  device: string;
  /** Paths of the parameters to initialise; all by default. */
  only?: ReadonlySet<string>;
}

/** Keys a parameter's random values, which are thus independent of everything else that is initialised. */
export interface ParameterKey {
  seed: number;
  path: string;
}

/** Uniform values in [0, 1), in steps of 2^-24. */
export function keyedUniform(shape: Shape, { seed, path }: ParameterKey): Tensor {
  const [rows, ...rest] = shape.length === 0 ? [1] : shape;
  const width = rest.reduce((product, size) => product * size, 1);
  return attune.keyed_uniform.default(arange(rows), width, philoxWord([seed, `init:${path}`])).reshape(...shape);
}

/** Normal values with mean 0. */
export function keyedNormal(shape: Shape, key: ParameterKey, deviation: number): Tensor {
  const centred = keyedUniform(shape, key)
    .mul(2)
    .add(2 ** -24 - 1); // never ±1
  return aten.erfinv.default(centred).mul(Math.SQRT2 * deviation);
}

/** Initialises the parameters of a module tree. */
export function initialise(modules: Iterable<[string, Module]>, options: InitialiseOptions): void {
  const place = { dtype: options.dtype, device: options.device };
  for (const [modulePath, module] of modules) {
    const isNorm = module instanceof LayerNorm || module instanceof RMSNorm;
    for (const [name, value] of module.ownParameters()) {
      const path = join(modulePath, name);
      if (options.only?.has(path) === false) continue;
      const own = { ...options, deviation: module.initialDeviation(name) ?? options.deviation };
      const first = () => module.fixedValue(name, place) ?? firstValue(value, { path, name, isNorm }, own);
      noGrad(() => scope(() => value.assign(first())));
    }
  }
}

function firstValue(
  parameter: Parameter,
  place: { path: string; name: string; isNorm: boolean },
  options: InitialiseOptions,
): Tensor {
  const { dtype, device, deviation, seed } = options;
  if (place.name === 'bias') return zeros(parameter.shape, { dtype, device });
  if (place.isNorm) return aten.ones.default(parameter.shape, { dtype, device });
  return keyedNormal(parameter.shape, { seed, path: place.path }, deviation).to(dtype).toDevice(device);
}

import type { RawConfig } from '../models/raw-config.ts';
import { skeleton } from '../models/skeleton.ts';
import type { Model } from '../models/model.ts';
import { adaptable, findTargets, lastName } from '../methods/tunings/targets.ts';
import { isLinear } from '../engine/nn/index.ts';

export interface DescribeInput {
  /** config.json of the model. */
  config: RawConfig;
}

/** Adapted layers with one name. */
export interface AdaptedLayers {
  name: string;
  /** How many there are. */
  layers: number;
  /** Numbers that go in and come out, of each where all are alike. */
  features?: [number, number];
  /** Weights that an adapter adds to all of them for each unit of its rank. */
  perRank: number;
}

export interface Description {
  /** Weights of the dense model. */
  parameters: number;
  /** Layers that LoRA on `all-linear` would tune; empty if there are none. */
  adapted: AdaptedLayers[];
}

/** Structure of a model, from its configuration alone. */
export async function run({ config }: DescribeInput): Promise<Description> {
  const { model } = await skeleton(config, {});
  const parameters = [...model.parameters()].reduce((sum, [, { size }]) => sum + size, 0);
  return { parameters, adapted: adaptable(model).length === 0 ? [] : adaptedLayers(model) };
}

function adaptedLayers(model: Model): AdaptedLayers[] {
  const groups = Map.groupBy(findTargets(model, { target_modules: 'all-linear' }), ({ path }) => lastName(path));
  return [...groups].map(([name, targets]) => {
    const sizes = targets.map(({ layer }): [number, number] => {
      if (isLinear(layer)) return [layer.inFeatures, layer.outFeatures];
      const [out, inside, ...kernel] = layer.weight.shape;
      return [inside * kernel.reduce((product, side) => product * side, 1), out];
    });
    const isAlike = sizes.every((size) => size.join() === sizes[0].join());
    const perRank = sizes.reduce((sum, [inside, out]) => sum + inside + out, 0);
    return { name, layers: targets.length, ...(isAlike && { features: sizes[0] }), perRank };
  });
}

import type { RawConfig } from '../models/raw-config.ts';
import { skeleton } from '../models/skeleton.ts';
import type { Model } from '../models/model.ts';
import { adaptable, findTargets, lastName } from '../methods/tunings/targets.ts';
import { isLinear } from '../engine/nn/index.ts';

export interface DescribeInput {
  /** config.json of the model. */
  config: RawConfig;
}

/** Adapted layers that share a name. */
export interface AdaptedLayers {
  name: string;
  layers: number;
  /** Input and output features, if they are the same for all layers. */
  features?: [number, number];
  /** Adapter weights over all layers per unit of rank. */
  perRank: number;
}

export interface Description {
  /** Parameters of the dense model. */
  parameters: number;
  /** Layers that LoRA with `all-linear` would adapt. */
  adapted: AdaptedLayers[];
}

/** Describes a model from its configuration alone. */
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

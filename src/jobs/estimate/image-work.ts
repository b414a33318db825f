// C channels, Y and X height and width
import type { RawConfig } from '../../models/config.ts';
import type { Model } from '../../models/model.ts';
import { Convolution2d, isLinear } from '../../nn/index.ts';
import { dtypeBytes, noGrad, scope, zeros, type Tensor } from '../../tensor/index.ts';
import { convolutionBytesPerToken } from '../model/resources.ts';

/** What a model of images does with one of the size that it is made for. */
export interface ImageWork {
  /** Tokens that its last block gives: patches, or places of the last map. */
  tokens: number;
  /** Products that its convolutions take. */
  products: number;
  /** Values that LoRA adds to its convolutions for each unit of its rank; 0 where it adapts linear layers. */
  adapterPerRank: number;
  /** Values that backward needs, for each token; undefined where the model's shape says them (patches in blocks). */
  keptPerToken?: number;
}

/** Of networks that read images of any size and do not say which. */
const USUAL_SIDE = 224;

/**
 * Runs a skeleton over an image without memory (device `meta`): a convolution's weights count once for each place of
 * the map that it gives. Undefined for models that read no images, or texts besides.
 */
export function workOfImage(model: Model): ImageWork | undefined {
  const { trunk, architecture, config } = model;
  const isBeside = trunk.towers !== undefined || trunk.imageReader !== undefined;
  if (architecture.modalities?.includes('image') !== true || isBeside) return undefined;
  const modules = [...trunk.modules()].map(([, module]) => module);
  const layers = modules.filter((module) => module instanceof Convolution2d);
  model.device = 'meta';
  const pass = scope(() => {
    const features = zeros([1, ...imageShape(config)], { device: 'meta' });
    const counted = countProducts(layers, () => noGrad(() => model.hidden({ features })).shape[0]);
    return { ...counted, bytes: convolutionBytesPerToken(model, { features }) };
  });
  const adapted = modules.some(isLinear) ? [] : layers.filter(({ isWhole }) => isWhole);
  return {
    tokens: pass.tokens,
    products: pass.products,
    adapterPerRank: adapted.reduce((sum, { weight }) => sum + weight.size / weight.shape[0] + weight.shape[0], 0),
    keptPerToken: pass.bytes && pass.bytes / dtypeBytes[model.dtype],
  };
}

/** [C, Y, X] */
function imageShape(config: RawConfig): number[] {
  const { num_channels: channels = 3, image_size: size = USUAL_SIDE } = (config.vision_config ?? config) as {
    num_channels?: number;
    image_size?: number | number[];
  };
  return [channels, ...(typeof size === 'number' ? [size, size] : size)];
}

function countProducts(layers: readonly Convolution2d[], run: () => number): { tokens: number; products: number } {
  let products = 0;
  const watched = layers.map((layer) => {
    const [out] = layer.weight.shape;
    const perValue = layer.weight.size / out;
    const counter = {
      forward: (_: unknown, output: Tensor) => {
        products += output.size * perValue;
        return output;
      },
    };
    layer.addAdapter(counter);
    return { layer, counter };
  });
  const tokens = run();
  for (const { layer, counter } of watched) layer.removeAdapter(counter);
  return { tokens, products };
}

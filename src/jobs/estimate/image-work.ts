// C channels, Y and X height and width
import type { RawConfig } from '../../models/raw-config.ts';
import type { Model } from '../../models/model.ts';
import { Convolution2d } from '../../engine/nn/index.ts';
import { noGrad, scope, zeros, type Tensor } from '../../engine/tensor/index.ts';

/** A vision model's work on an image of its native size. */
export interface ImageWork {
  /** Number of tokens after the last block: patches, or positions of the last feature map. */
  tokens: number;
  /** Multiplications in its convolutions. */
  products: number;
}

/** Image size for networks that accept any size. */
const USUAL_SIDE = 224;

/**
 * Runs a skeleton over an image without memory (device `meta`): a convolution's weights count once per output position.
 * Undefined for models that do not read images, or read text as well.
 */
export function workOfImage(model: Model): ImageWork | undefined {
  const { trunk, architecture, config } = model;
  const isBeside = trunk.towers !== undefined || trunk.imageReader !== undefined;
  if (architecture.modalities?.includes('image') !== true || isBeside) return undefined;
  const modules = [...trunk.modules()].map(([, module]) => module);
  const layers = modules.filter((module) => module instanceof Convolution2d);
  model.device = 'meta';
  return scope(() => {
    const features = zeros([1, ...imageShape(config)], { device: 'meta' });
    return countProducts(layers, () => noGrad(() => model.hidden({ features })).shape[0]);
  });
}

/** [C, Y, X] */
export function imageShape(config: RawConfig): number[] {
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

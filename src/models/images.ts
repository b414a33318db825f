// B images, C channels, Y and X height and width in pixels, P patches of an image, D width
import { z } from 'zod';
import { AttuneError } from '../base/errors.ts';
import { Convolution2d, Module } from '../engine/nn/index.ts';
import type { Tensor } from '../engine/tensor/index.ts';
import type { PatchGrid, Pass, StackInput } from './stack.ts';

/** Height and width. */
export type Sides = readonly [number, number];

const side = z.int().positive();
/** Height and width in configurations: one number for both, or a pair. */
export const sides = z
  .union([side, z.tuple([side, side])])
  .transform((value): Sides => (typeof value === 'number' ? [value, value] : value));

export interface ImageShape {
  channels: number;
  /** Absent for models that read images of any size. */
  size?: Sides;
}

/** The input's images: [B, C, Y, X]. @throws AttuneError E_FEATURES_SHAPE if their shape does not fit the model */
export function imagesOf({ features }: StackInput, { channels, size }: ImageShape): Tensor {
  if (features === undefined) throw new Error('this model reads features [B, channels, height, width]');
  const { shape } = features;
  const [, C, Y, X] = shape;
  if (shape.length === 4 && C === channels && (size === undefined || (Y === size[0] && X === size[1]))) return features;
  const wanted = size === undefined ? '' : ` of ${size.join(' × ')} pixels (height × width)`;
  throw new AttuneError('E_FEATURES_SHAPE', {
    what: "The images' shape does not fit this model",
    got: shape.length === 4 ? `${C} channels of ${Y} × ${X} pixels` : `values of the shape [${shape.join(', ')}]`,
    expected: `${channels} channels${wanted}`,
    fix: "prepare the images with this model's preprocessor_config.json",
  });
}

/** Patches [P, values] of variable-size images. @throws AttuneError E_FEATURES_SHAPE if their shape does not fit the model */
export function patchesOf({ features, grids }: StackInput, values: number): PatchedImages {
  const count = grids?.reduce((sum, [rows, columns]) => sum + rows * columns, 0);
  if (features !== undefined && grids !== undefined && features.shape.join() === [count, values].join())
    return { patches: features, grids };
  throw new AttuneError('E_FEATURES_SHAPE', {
    what: "The images' shape does not fit this model",
    got: `values of the shape [${(features?.shape ?? []).join(', ')}]`,
    expected: `patches of ${values} values, with the rows and columns of each image`,
    fix: "prepare the images with this model's preprocessor_config.json",
  });
}

export interface PatchedImages {
  patches: Tensor;
  grids: readonly PatchGrid[];
}

export interface PatchShape {
  channels: number;
  patch: Sides;
  width: number;
  bias?: boolean;
}

/** Rows and columns of whole patches in an image; the remainder at the right and the bottom is dropped. */
export function patchGrid(image: Sides, patch: Sides): Sides {
  return [Math.floor(image[0] / patch[0]), Math.floor(image[1] / patch[1])];
}

/** A convolution that turns each patch into a token. */
export class PatchConvolution extends Convolution2d {
  constructor({ channels, patch, width, bias }: PatchShape) {
    super({ in: channels, out: width }, { kernel: patch, stride: patch, bias });
  }

  /** images [B, C, Y, X] → [B, P, D] */
  tokens(images: Tensor, pass: Pass): Tensor {
    return this.forward(images.toDevice(pass.device).to(pass.dtype)).flatten(2).transpose(1, 2);
  }
}

/** `PatchConvolution` under the name that the ViT family uses. */
export class PatchEmbeddings extends Module {
  readonly projection: PatchConvolution;

  constructor(shape: PatchShape) {
    super();
    this.projection = new PatchConvolution(shape);
  }
}

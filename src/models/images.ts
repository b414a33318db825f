// B images, C channels, Y and X height and width in pixels, P patches of an image, D width
import { z } from 'zod';
import { AttuneError } from '../base/errors.ts';
import { Convolution2d, Module } from '../engine/nn/index.ts';
import type { Tensor } from '../engine/tensor/index.ts';
import type { PatchGrid, Pass, StackInput } from './stack.ts';

/** Height and width. */
export type Sides = readonly [number, number];

const side = z.int().positive();
/** Height and width as configurations have them: one number for both, or two. */
export const sides = z
  .union([side, z.tuple([side, side])])
  .transform((value): Sides => (typeof value === 'number' ? [value, value] : value));

export interface ImageShape {
  channels: number;
  /** Left out where a model reads images of any size. */
  size?: Sides;
}

/** The images of an input: [B, C, Y, X]. @throws AttuneError E_FEATURES_SHAPE where the model reads others */
export function imagesOf({ features }: StackInput, { channels, size }: ImageShape): Tensor {
  if (features === undefined) throw new Error('this model reads features [B, channels, height, width]');
  const { shape } = features;
  const [, C, Y, X] = shape;
  if (shape.length === 4 && C === channels && (size === undefined || (Y === size[0] && X === size[1]))) return features;
  const wanted = size === undefined ? '' : ` of ${size.join(' × ')} pixels (height × width)`;
  throw new AttuneError('E_FEATURES_SHAPE', {
    what: 'The images do not have the shape that this model reads',
    got: shape.length === 4 ? `${C} channels of ${Y} × ${X} pixels` : `values of the shape [${shape.join(', ')}]`,
    expected: `${channels} channels${wanted}`,
    fix: 'prepare images by the preprocessor_config.json of this model',
  });
}

/** The images' grids of an input of patches [P, values]. @throws AttuneError E_FEATURES_SHAPE where the model reads others */
export function gridsOf({ features, grids }: StackInput, values: number): readonly PatchGrid[] {
  const shape = features?.shape ?? [];
  const patches = grids?.reduce((sum, [rows, columns]) => sum + rows * columns, 0);
  if (grids !== undefined && shape.length === 2 && shape[0] === patches && shape[1] === values) return grids;
  throw new AttuneError('E_FEATURES_SHAPE', {
    what: 'The images do not have the form that this model reads',
    got: `values of the shape [${shape.join(', ')}]`,
    expected: `patches of ${values} values, and how many rows and columns of them each image has`,
    fix: 'prepare images by the preprocessor_config.json of this model',
  });
}

export interface PatchShape {
  channels: number;
  patch: Sides;
  width: number;
  bias?: boolean;
}

/** Rows and columns of patches in an image; what is left over at the right and at the bottom is not read. */
export function patchGrid(image: Sides, patch: Sides): Sides {
  return [Math.floor(image[0] / patch[0]), Math.floor(image[1] / patch[1])];
}

/** A convolution that makes one token of each patch. */
export class PatchConvolution extends Convolution2d {
  constructor({ channels, patch, width, bias }: PatchShape) {
    super({ in: channels, out: width }, { kernel: patch, stride: patch, bias });
  }

  /** images [B, C, Y, X] → [B, P, D] */
  tokens(images: Tensor, pass: Pass): Tensor {
    return this.forward(images.toDevice(pass.device).to(pass.dtype)).flatten(2).transpose(1, 2);
  }
}

/** The same under the name that ViT's family has for it. */
export class PatchEmbeddings extends Module {
  readonly projection: PatchConvolution;

  constructor(shape: PatchShape) {
    super();
    this.projection = new PatchConvolution(shape);
  }
}

// T squares of images, P patches of a square, S tokens of a square, D width of the tokens, V width of the vision tower
import { currentRandomness, tokenParts, withRandomness, withTokens, type Module } from '../engine/nn/index.ts';
import { cat, noGrad, scope, type Tensor } from '../engine/tensor/index.ts';
import type { ImageReader } from './architecture.ts';
import type { Model, ModelInput } from './model.ts';
import { directRunner, runStack, type StageRunner } from './stack.ts';

/** Images among tokens. */
export interface PlacedImages {
  /** The squares that they are cut into [T, C, Y, X] */
  pixels: Tensor;
  /** Positions of their vectors, square after square: int64 [T · S] */
  places: BigInt64Array;
}

/** Squares that are read at once where nothing is kept of them. */
const AT_ONCE = 8;

/** An input of tokens with the vectors of its images in place of the images. */
export function placeImages(
  model: Model,
  { images: _images, ...input }: ModelInput,
  { images: { pixels, places }, runner }: { images: PlacedImages; runner?: StageRunner },
): ModelInput {
  const reader = imageReaderOf(model);
  const isWhole = isTrained(reader) && (runner !== undefined || currentRandomness() !== undefined);
  if (!isWhole) return { ...input, placed: { places, vectors: imageVectors(model, pixels) } };
  const { positions } = reader.stack.layoutOf({ features: pixels });
  // Each square's chance is keyed by the first token that stands for a part of it.
  const [squares] = pixels.shape;
  const [tokens, patches] = [places.length / squares, positions.length / squares];
  const owners = positions.map((_, patch) => places[Math.floor(patch / patches) * tokens]);
  const vectors = withTokens(
    (keys) => tokenParts(keys, owners, positions),
    () => readImages(model, pixels, runner ?? directRunner),
  );
  return { ...input, placed: { places, vectors: runner?.share(vectors) ?? vectors } };
}

/** Vectors of images as tokens' places take them, a few squares at a time and without dropout: [T, C, Y, X] → [T · S, D] */
export function imageVectors(model: Model, pixels: Tensor): Tensor {
  const parts: Tensor[] = [];
  const read = () => {
    for (let from = 0; from < pixels.shape[0]; from += AT_ONCE) {
      const some = pixels.narrow(0, from, Math.min(AT_ONCE, pixels.shape[0] - from));
      parts.push(scope(() => readImages(model, some, directRunner)));
    }
  };
  withRandomness(undefined, isTrained(imageReaderOf(model)) ? read : () => noGrad(read));
  return parts.length === 1 ? parts[0] : cat(parts);
}

function readImages(model: Model, pixels: Tensor, runner: StageRunner): Tensor {
  const { stack, vectors } = imageReaderOf(model);
  const { dtype, device } = model;
  const hidden = runStack(stack, { features: pixels }, { dtype, device, runner });
  return runner.stage((x) => [vectors(x)], hidden)[0];
}

function imageReaderOf({ architecture, trunk }: Model): ImageReader {
  if (trunk.imageReader === undefined) throw new Error(`${architecture.modelType} reads no images among tokens`);
  return trunk.imageReader;
}

/** Whether a weight of it moves, or an adapter's on one of its layers. */
export function isTrained({ modules }: Pick<ImageReader, 'modules'>): boolean {
  return modules.some((part) => [...part.modules()].some(([, module]) => isMoving(module)));
}

/** Whether all that the first block of a model with images reads stays as the checkpoint has it, to the bit. */
export function hasFixedInput({ trunk, prefix }: Model): boolean {
  const { imageReader, tokenTable } = trunk;
  if (imageReader === undefined || tokenTable === undefined || prefix.length > 0) return false;
  const modules = [...imageReader.modules, tokenTable];
  const isDense = modules.every((part) => [...part.parameters()].every(([, { form }]) => form === undefined));
  return isDense && !isTrained({ modules });
}

function isMoving(module: Module): boolean {
  const { adapters } = module as { adapters?: { isEmpty: boolean } };
  return adapters?.isEmpty === false || [...module.ownParameters()].some(([, { trainable }]) => trainable);
}

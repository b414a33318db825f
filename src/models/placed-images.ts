// T squares of images, P patches of a square, S tokens of a square, D width of the tokens, V width of the vision tower
import { tokenParts, withTokens, type Module } from '../nn/index.ts';
import { cat, noGrad, scope, type Tensor } from '../tensor/index.ts';
import type { ImageReader } from './architecture.ts';
import type { Model, ModelInput } from './model.ts';
import { directRunner, runStack, type StageRunner } from './stack.ts';

/** Images among tokens. */
export interface PlacedImages {
  /** The squares that they are cut into [T, C, Y, X] */
  pixels: Tensor;
  /** Whose places their vectors take, square after square: int64 [T · S] */
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
  if (runner === undefined || !isTrained(reader))
    return { ...input, placed: { places, vectors: imageVectors(model, pixels) } };
  const { layout } = { layout: reader.stack.layoutOf({ features: pixels }) };
  const [squares] = pixels.shape;
  const first = places.filter((_, i) => i % (places.length / squares) === 0);
  const owners = BigInt64Array.from(
    layout.positions,
    (_, patch) => first[Math.floor((patch * squares) / layout.positions.length)],
  );
  const vectors = withTokens(
    (tokens) => tokenParts(tokens, owners, layout.positions),
    () => readImages(model, pixels, runner),
  );
  return { ...input, placed: { places, vectors: runner.share(vectors) } };
}

/** Vectors of images as tokens' places take them, a few squares at a time: [T, C, Y, X] → [T · S, D] */
export function imageVectors(model: Model, pixels: Tensor): Tensor {
  return noGrad(() => {
    const parts: Tensor[] = [];
    for (let from = 0; from < pixels.shape[0]; from += AT_ONCE) {
      const some = pixels.narrow(0, from, Math.min(AT_ONCE, pixels.shape[0] - from));
      parts.push(scope(() => readImages(model, some, directRunner)));
    }
    return parts.length === 1 ? parts[0] : cat(parts);
  });
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
function isTrained({ modules }: ImageReader): boolean {
  return modules.some((part) => [...part.modules()].some(([, module]) => isMoving(module)));
}

function isMoving(module: Module): boolean {
  const { adapters } = module as { adapters?: { isEmpty: boolean } };
  return adapters?.isEmpty === false || [...module.ownParameters()].some(([, { trainable }]) => trainable);
}

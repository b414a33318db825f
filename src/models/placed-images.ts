// T tiles of images, P patches of a tile, S tokens of a tile, D width of the tokens, V width of the vision tower
import {
  currentRandomness,
  segmentLengths,
  tokenParts,
  withRandomness,
  withTokens,
  type Module,
} from '../engine/nn/index.ts';
import { cat, noGrad, scope, type Tensor } from '../engine/tensor/index.ts';
import type { ImageReader } from './architecture.ts';
import type { Model, ModelInput } from './model.ts';
import { directRunner, runStack, type PatchGrid, type StageRunner } from './stack.ts';

/** Preprocessed images for a vision tower. */
export interface ReadyImages {
  /** Tiles [T, C, Y, X], or patches of variable-size images [P, values] */
  pixels: Tensor;
  /** Patch grids of variable-size images. */
  grids?: readonly PatchGrid[];
}

/** Images and their places among tokens. */
export interface PlacedImages extends ReadyImages {
  /** Token positions of their vectors, tile after tile: int64 [T · S] */
  places: BigInt64Array;
  /** Number of tokens before each row's answer, if known. */
  prompts?: readonly number[];
}

/** Tiles, or variable-size images, to encode at a time. */
const AT_ONCE = 8;

/** Replaces the images of an input with their vectors. */
export function placeImages(
  model: Model,
  { images: _images, ...input }: ModelInput,
  { images, runner }: { images: PlacedImages; runner?: StageRunner },
): ModelInput {
  const reader = imageReaderOf(model);
  const { places } = images;
  const layout = input.layout && (reader.layoutAmong?.(input.layout, images) ?? input.layout);
  const isWhole = isTrained(reader) && (runner !== undefined || currentRandomness() !== undefined);
  if (!isWhole) return { ...input, layout, placed: { places, vectors: imageVectors(model, images) } };
  const { owners, parts } = ownersOf(reader, images);
  const vectors = withTokens(
    (keys) => tokenParts(keys, owners, parts),
    () => readImages(model, images, runner ?? directRunner),
  );
  return { ...input, layout, placed: { places, vectors: runner?.share(vectors) ?? vectors } };
}

/** An image's random numbers are keyed by its first placeholder token. */
function ownersOf(reader: ImageReader, images: PlacedImages) {
  const layout = reader.stack.layoutOf(inputOf(images));
  const lengths = segmentLengths(layout);
  const { tokensOf } = reader;
  let next = 0;
  const firsts = lengths.map((_, image) => {
    const first = images.places[next];
    next += tokensOf?.(images.grids![image]) ?? images.places.length / lengths.length;
    return first;
  });
  const owners = lengths.flatMap((length, image) => Array<bigint>(length).fill(firsts[image]));
  return { owners: BigInt64Array.from(owners), parts: layout.positions };
}

/** Vectors that replace the placeholder tokens, computed in batches and without dropout: → [T · S, D] */
export function imageVectors(model: Model, images: ReadyImages): Tensor {
  const parts: Tensor[] = [];
  const read = () => {
    for (const some of inParts(images)) parts.push(scope(() => readImages(model, some, directRunner)));
  };
  withRandomness(undefined, isTrained(imageReaderOf(model)) ? read : () => noGrad(read));
  return parts.length === 1 ? parts[0] : cat(parts);
}

/** Batches of images. */
function* inParts({ pixels, grids }: ReadyImages): Generator<ReadyImages> {
  const lengths = grids?.map(patchesOf) ?? Array<number>(pixels.shape[0]).fill(1);
  for (let image = 0, from = 0; image < lengths.length; image += AT_ONCE) {
    const count = lengths.slice(image, image + AT_ONCE).reduce((sum, length) => sum + length, 0);
    const own = grids && { grids: grids.slice(image, image + AT_ONCE) };
    yield { pixels: pixels.narrow(0, from, count), ...own };
    from += count;
  }
}

function patchesOf([rows, columns]: PatchGrid): number {
  return rows * columns;
}

function inputOf({ pixels: features, grids }: ReadyImages) {
  return { features, grids };
}

function readImages(model: Model, images: ReadyImages, runner: StageRunner): Tensor {
  const { stack, vectors, hasAside, blocks: until } = imageReaderOf(model);
  const { dtype, device } = model;
  const aside: Tensor[] = [];
  const hidden = runStack(stack, inputOf(images), { dtype, device, runner, until, ...(hasAside && { aside }) });
  return runner.stage((x) => [vectors(x, { grids: images.grids, aside })], hidden)[0];
}

function imageReaderOf({ architecture, trunk }: Model): ImageReader {
  if (trunk.imageReader === undefined)
    throw new Error(`${architecture.modelType} does not support images among tokens`);
  return trunk.imageReader;
}

/** Whether any of its weights is trained, directly or by an adapter. */
export function isTrained({ modules }: Pick<ImageReader, 'modules'>): boolean {
  return modules.some((part) => [...part.modules()].some(([, module]) => isMoving(module)));
}

/**
 * Whether the first block's input stays bit-identical to the base model's in training, with no later block reading the
 * images.
 */
export function hasFixedInput({ trunk, prefix }: Model): boolean {
  const { imageReader, tokenTable } = trunk;
  if (imageReader === undefined || tokenTable === undefined || prefix.length > 0) return false;
  if (readsImagesLater(imageReader)) return false;
  const modules = [...imageReader.modules, tokenTable];
  const isDense = modules.every((part) => [...part.parameters()].every(([, { form }]) => form === undefined));
  return isDense && !isTrained({ modules });
}

/** Whether blocks need the images' positions, or image vectors beyond those in the input embedding. */
export function readsImagesLater({ layoutAmong, hasAside }: ImageReader): boolean {
  return layoutAmong !== undefined || hasAside === true;
}

function isMoving(module: Module): boolean {
  const { adapters } = module as { adapters?: { isEmpty: boolean } };
  return adapters?.isEmpty === false || [...module.ownParameters()].some(([, { trainable }]) => trainable);
}

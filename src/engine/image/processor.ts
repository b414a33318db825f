import { table } from '../../base/table.ts';
import { z } from 'zod';
import { AttuneError } from '../../base/errors.ts';
import type { Features } from '../../base/features.ts';
import { parseProcessorConfig } from '../../base/processor-config.ts';
import { withImage } from './decode.ts';
import { centreCrop, type Pixels, type Size } from './pixels.ts';
import { resize, type Resample } from './resize.ts';
import { squareProcessor } from './squares.ts';
import { STANDARD, valueKeys, valuesOf, valueTables } from './values.ts';

type Config = Readonly<Record<string, unknown>>;

/** Pixels of a side: twice what published models read; several images are resized at once. */
const side = z.int().positive().max(2048);
const OPENAI = {
  image_mean: [0.48145466, 0.4578275, 0.40821073],
  image_std: [0.26862954, 0.26130258, 0.27577711],
};
const CROPPED = { do_center_crop: true, crop_size: { height: 224, width: 224 } };

/** Defaults of a processor type, for keys missing from its file; same as in transformers' classes. */
interface Defaults {
  size: Record<string, number>;
  resample: Resample;
  image_mean: number[];
  image_std: number[];
  do_center_crop?: boolean;
  crop_size?: Record<string, number>;
  crop_pct?: number;
}

/** Known kinds, by `image_processor_type` without its ending. */
const kinds: Readonly<Record<string, Defaults>> = table({
  ViT: { ...STANDARD, size: { height: 224, width: 224 }, resample: 2 },
  CLIP: { ...OPENAI, ...CROPPED, size: { shortest_edge: 224 }, resample: 3 },
  Siglip: { ...STANDARD, size: { height: 224, width: 224 }, resample: 3 },
  Bit: { ...OPENAI, ...CROPPED, size: { shortest_edge: 224 }, resample: 3 },
  ConvNext: { ...STANDARD, size: { shortest_edge: 384 }, resample: 2, crop_pct: 224 / 256 },
  MobileNetV2: { ...STANDARD, ...CROPPED, size: { shortest_edge: 256 }, resample: 2 },
  Blip: { ...OPENAI, size: { height: 384, width: 384 }, resample: 3 },
});

/** Kinds that cut an image into squares. */
const SQUARE_KINDS: ReadonlySet<string> = new Set(['Idefics3', 'SmolVLM']);

/** The kinds of models whose file says nothing of it. */
const usualKinds: Readonly<Record<string, string>> = {
  vit: 'ViT',
  clip: 'CLIP',
  siglip: 'Siglip',
  dinov2: 'Bit',
  resnet: 'ConvNext',
  mobilenet_v2: 'MobileNetV2',
  idefics3: 'Idefics3',
  smolvlm: 'SmolVLM',
};

/** Limit for long and narrow images whose shorter side is enlarged. */
const MOST_PIXELS = 1 << 26;

const sizes = z.union([
  side,
  z.tuple([side, side]),
  z.strictObject({ height: side, width: side }),
  z.strictObject({ shortest_edge: side }),
]);

/** The keys of preprocessor_config.json that change what is computed. */
function schemaOf(defaults: Defaults) {
  return z.looseObject({
    do_resize: z.boolean().default(true),
    size: sizes.nullish(),
    resample: z.literal([0, 1, 2, 3, 4, 5]).default(defaults.resample),
    do_center_crop: z.boolean().default(defaults.do_center_crop ?? false),
    crop_size: sizes.nullish(),
    crop_pct: z.number().positive().nullish(),
    ...valueKeys,
  });
}

/** Makes of an image file what a model reads. */
export interface ImageProcessor {
  /** [3, height, width], or [squares, 3, side, side] with a grid. The name is for errors. @throws AttuneError E_IMAGE_BAD, E_IMAGE_LARGE */
  process(bytes: Uint8Array, name: string): Promise<Features>;
}

/**
 * The processor that a model's preprocessor_config.json describes; files of the first years leave its kind to the
 * model's type. @throws AttuneError E_PROCESSOR_UNKNOWN, E_CONFIG_BAD
 */
export function imageProcessor(config: Config, modelType?: string): ImageProcessor {
  const kind = kindOf(config, modelType);
  if (SQUARE_KINDS.has(kind)) return squareProcessor(config);
  const settings = parseProcessorConfig(schemaOf(kinds[kind]), config);
  const size = edgeOrSize(settings.size ?? kinds[kind].size, isSquare(kind));
  const crop = edgeOrSize(settings.crop_size ?? kinds[kind].crop_size ?? 224, true);
  const cropShare = kind === 'ConvNext' ? (settings.crop_pct ?? kinds[kind].crop_pct) : undefined;
  // Kinds without a crop of their own take no notice of `do_center_crop`; fast variants all do.
  const crops = kinds[kind].crop_size !== undefined || String(config.image_processor_type).endsWith('Fast');
  const tables = valueTables(settings, kinds[kind]);
  return {
    process: (bytes, name) =>
      withImage(bytes, name, (whole) => {
        let pixels = whole;
        if (settings.do_resize && cropShare !== undefined) {
          pixels = resizeByShare(pixels, { size, share: cropShare, resample: settings.resample, name });
        } else if (settings.do_resize) {
          pixels = resize(pixels, checked(sizeFor(pixels, size), name), settings.resample);
        }
        if (crops && settings.do_center_crop) pixels = centreCrop(pixels, sizeFor(pixels, crop));
        return valuesOf(pixels, tables);
      }),
  };
}

/** Checkpoints of another time say feature extractor; fast variants compute the same up to rounding. */
function kindOf(config: Config, modelType = ''): string {
  const type = config.image_processor_type ?? config.feature_extractor_type;
  if (type === undefined && Object.hasOwn(usualKinds, modelType)) return usualKinds[modelType];
  const name = typeof type === 'string' ? type.replace(/(ImageProcessor(Fast)?|FeatureExtractor)$/, '') : '';
  if (Object.hasOwn(kinds, name) || SQUARE_KINDS.has(name)) return name;
  throw new AttuneError('E_PROCESSOR_UNKNOWN', {
    what: "The model's preprocessor_config.json names no image processor that is known",
    got: JSON.stringify(type ?? null),
    expected: `image_processor_type: ${[...Object.keys(kinds), ...SQUARE_KINDS]
      .map((kind) => `${kind}ImageProcessor`)
      .join(', ')}`,
    fix: 'fetch the model again, or choose another model for images',
  });
}

/** Whether one number means a square, and not the shorter side. */
function isSquare(kind: string): boolean {
  return kinds[kind].size.shortest_edge === undefined;
}

/** A shorter side, or height and width. */
type EdgeOrSize = number | Size;

function edgeOrSize(size: z.output<typeof sizes> | Record<string, number>, square: boolean): EdgeOrSize {
  if (typeof size === 'number') return square ? [size, size] : size;
  if (Array.isArray(size)) return size;
  const named = size as Record<string, number>;
  return named.shortest_edge ?? [named.height, named.width];
}

/** The size to resize to; a shorter side keeps the image's shape, the longer one rounded down. */
function sizeFor({ height, width }: Pixels, wanted: EdgeOrSize): Size {
  if (typeof wanted !== 'number') return wanted;
  const longer = Math.trunc((wanted * Math.max(height, width)) / Math.min(height, width));
  return width <= height ? [longer, wanted] : [wanted, longer];
}

function checked([height, width]: Size, name: string): Size {
  if (height * width <= MOST_PIXELS) return [height, width];
  throw new AttuneError('E_IMAGE_LARGE', {
    what: `The image ${name} is too long and narrow: the model reads its shorter side enlarged`,
    got: `${width} × ${height} pixels after that`,
    expected: `at most ${MOST_PIXELS} pixels`,
    fix: 'cut it, or delete its row',
  });
}

/** Networks that are scored on the middle of a larger image: small ones are resized by more and cut. */
const WARPED_FROM = 384;

function resizeByShare(
  pixels: Pixels,
  { size, share, resample, name }: { size: EdgeOrSize; share: number; resample: Resample; name: string },
): Pixels {
  if (typeof size !== 'number') return resize(pixels, size, resample);
  if (size >= WARPED_FROM) return resize(pixels, [size, size], resample);
  const larger = checked(sizeFor(pixels, Math.trunc(size / share)), name);
  return centreCrop(resize(pixels, larger, resample), [size, size]);
}

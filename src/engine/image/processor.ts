import { table } from '../../base/table.ts';
import { z } from 'zod';
import { AttuneError } from '../../base/errors.ts';
import type { Features } from '../../base/features.ts';
import { parseProcessorConfig } from '../../base/processor-config.ts';
import { withImage } from './decode.ts';
import { centreCrop, type Pixels, type Size } from './pixels.ts';
import { patchKinds, patchProcessor } from './patches.ts';
import { resize, resizeExactly, type Resample } from './resize.ts';
import { squareProcessor } from './squares.ts';
import { tileProcessor } from './tiles.ts';
import {
  checkedSize,
  exactValues,
  IMAGENET,
  OPENAI,
  STANDARD,
  valueKeys,
  valuesOf,
  valueTables,
} from './pixel-values.ts';

type Config = Readonly<Record<string, unknown>>;

/** Maximum side in pixels: twice that of published models, since several images are resized at once. */
const side = z.int().positive().max(2048);
const CROPPED = { do_center_crop: true, crop_size: { height: 224, width: 224 } };

/** Defaults of a processor type for missing keys, as in transformers' classes. */
interface Defaults {
  size: Record<string, number>;
  resample: Resample;
  image_mean: number[];
  image_std: number[];
  do_center_crop?: boolean;
  crop_size?: Record<string, number>;
  crop_pct?: number;
  /** Whether values are resized without rounding to bytes. */
  isExact?: boolean;
}

/** Supported kinds, by `image_processor_type` without its suffix. */
const kinds: Readonly<Record<string, Defaults>> = table({
  ViT: { ...STANDARD, size: { height: 224, width: 224 }, resample: 2 },
  CLIP: { ...OPENAI, ...CROPPED, size: { shortest_edge: 224 }, resample: 3 },
  Siglip: { ...STANDARD, size: { height: 224, width: 224 }, resample: 3 },
  Bit: { ...OPENAI, ...CROPPED, size: { shortest_edge: 224 }, resample: 3 },
  ConvNext: { ...STANDARD, size: { shortest_edge: 384 }, resample: 2, crop_pct: 224 / 256 },
  MobileNetV2: { ...STANDARD, ...CROPPED, size: { shortest_edge: 256 }, resample: 2 },
  Gemma3: { ...STANDARD, size: { height: 224, width: 224 }, resample: 2 },
  DeiT: { ...STANDARD, ...CROPPED, size: { height: 256, width: 256 }, resample: 3 },
  DINOv3ViT: { ...IMAGENET, size: { height: 224, width: 224 }, resample: 2, isExact: true },
  Llava: { ...OPENAI, ...CROPPED, size: { shortest_edge: 224 }, resample: 3 },
  Blip: { ...OPENAI, size: { height: 384, width: 384 }, resample: 3 },
});

/** Kinds that cut images into tiles or patches. */
const CUTTING_KINDS: readonly string[] = ['Idefics3', 'SmolVLM', 'GotOcr2', ...patchKinds];

/** Processor kinds of models whose file does not name one. */
const usualKinds: Readonly<Record<string, string>> = {
  vit: 'ViT',
  clip: 'CLIP',
  siglip: 'Siglip',
  siglip2: 'Siglip2',
  deit: 'DeiT',
  dinov2: 'Bit',
  dinov3_vit: 'DINOv3ViT',
  resnet: 'ConvNext',
  convnext: 'ConvNext',
  swin: 'ViT',
  mobilenet_v2: 'MobileNetV2',
  idefics3: 'Idefics3',
  smolvlm: 'SmolVLM',
  qwen2_5_vl: 'Qwen2VL',
  qwen3_vl: 'Qwen2VL',
  gemma3: 'Gemma3',
  gemma4: 'Gemma4',
  llava: 'CLIP',
  internvl: 'GotOcr2',
  mistral3: 'Pixtral',
  paligemma: 'Siglip',
  lfm2_vl: 'Lfm2Vl',
};

const sizes = z.union([
  side,
  z.tuple([side, side]),
  z.strictObject({ height: side, width: side }),
  z.strictObject({ shortest_edge: side }),
]);

/** preprocessor_config.json keys that affect the computation. */
function schemaOf(defaults: Defaults) {
  return z.looseObject({
    do_resize: z.boolean().default(true),
    size: sizes.nullish(),
    resample: z.literal([0, 1, 2, 3, 4, 5]).default(defaults.resample),
    do_center_crop: z
      .boolean()
      .refine((crops) => !crops || defaults.isExact !== true, { error: 'only whole images are supported' })
      .default(defaults.do_center_crop ?? false),
    crop_size: sizes.nullish(),
    crop_pct: z.number().positive().nullish(),
    do_pan_and_scan: z.literal(false, { error: 'only whole images are supported' }).nullish(),
    do_pad: z.literal(false, { error: 'only images without padding are supported' }).nullish(),
    ...valueKeys,
  });
}

/** Turns an image file into a model's input. */
export interface ImageProcessor {
  /**
   * [3, height, width], [tiles, 3, side, side] or patches [P, values] with their grids. `name` is for errors.
   *
   * @throws AttuneError E_IMAGE_BAD, E_IMAGE_LARGE
   */
  process(bytes: Uint8Array, name: string): Promise<Features>;
}

/**
 * The processor that a model's preprocessor_config.json describes; early files do not state the kind, which
 * then follows from the model's type. `patchesOfToken`: for models that read images among texts.
 *
 * @throws AttuneError E_PROCESSOR_UNKNOWN, E_CONFIG_BAD
 */
export function imageProcessor(config: Config, modelType?: string, patchesOfToken = 1): ImageProcessor {
  const kind = kindOf(config, modelType);
  const group = Math.sqrt(patchesOfToken);
  if (patchKinds.includes(kind)) return patchProcessor(kind, config, group);
  // InternVL's own processor always cuts, whatever the file says.
  if (kind === 'GotOcr2') return tileProcessor(config, modelType === 'internvl' || config.crop_to_patches === true);
  if (CUTTING_KINDS.includes(kind)) return squareProcessor(config);
  const settings = parseProcessorConfig(schemaOf(kinds[kind]), config);
  const size = edgeOrSize(settings.size ?? kinds[kind].size, isSquare(kind));
  const crop = edgeOrSize(settings.crop_size ?? kinds[kind].crop_size ?? 224, true);
  const cropShare = kind === 'ConvNext' ? (settings.crop_pct ?? kinds[kind].crop_pct) : undefined;
  // Kinds without a default crop ignore `do_center_crop`, except in their fast variants.
  const crops = kinds[kind].crop_size !== undefined || String(config.image_processor_type).endsWith('Fast');
  if (kinds[kind].isExact === true && settings.do_resize)
    return {
      process: (bytes, name) =>
        withImage(bytes, name, (whole) => {
          const wanted = checkedSize(sizeFor(whole, size), name);
          const values = resizeExactly(whole, wanted, settings.resample);
          return exactValues(values, wanted, { settings, defaults: kinds[kind] });
        }),
    };
  const tables = valueTables(settings, kinds[kind]);
  return {
    process: (bytes, name) =>
      withImage(bytes, name, (whole) => {
        let pixels = whole;
        if (settings.do_resize && cropShare !== undefined) {
          pixels = resizeByShare(pixels, { size, share: cropShare, resample: settings.resample, name });
        } else if (settings.do_resize) {
          pixels = resize(pixels, checkedSize(sizeFor(pixels, size), name), settings.resample);
        }
        if (crops && settings.do_center_crop) pixels = centreCrop(pixels, sizeFor(pixels, crop));
        return valuesOf(pixels, tables);
      }),
  };
}

/** The type without its suffix. Older checkpoints have `FeatureExtractor`; `Fast` variants differ only in rounding. */
function kindOf(config: Config, modelType = ''): string {
  const type = config.image_processor_type ?? config.feature_extractor_type;
  if (type === undefined && Object.hasOwn(usualKinds, modelType)) return usualKinds[modelType];
  const name = typeof type === 'string' ? type.replace(/(ImageProcessor(Fast)?|FeatureExtractor)$/, '') : '';
  if (Object.hasOwn(kinds, name) || CUTTING_KINDS.includes(name)) return name;
  throw new AttuneError('E_PROCESSOR_UNKNOWN', {
    what: "The model's preprocessor_config.json names no supported image processor",
    got: JSON.stringify(type ?? null),
    expected: `image_processor_type: ${[...Object.keys(kinds), ...CUTTING_KINDS]
      .map((kind) => `${kind}ImageProcessor`)
      .join(', ')}`,
    fix: 'fetch the model again, or choose another model for images',
  });
}

/** Whether a single number means a square instead of the shorter side. */
function isSquare(kind: string): boolean {
  return kinds[kind].size.shortest_edge === undefined;
}

/** Shorter side, or height and width. */
type EdgeOrSize = number | Size;

function edgeOrSize(size: z.output<typeof sizes> | Record<string, number>, square: boolean): EdgeOrSize {
  if (typeof size === 'number') return square ? [size, size] : size;
  if (Array.isArray(size)) return size;
  const named = size as Record<string, number>;
  return named.shortest_edge ?? [named.height, named.width];
}

/** Target size. If only the shorter side is given, the longer one keeps the aspect ratio, rounded down. */
function sizeFor({ height, width }: Pixels, wanted: EdgeOrSize): Size {
  if (typeof wanted !== 'number') return wanted;
  const longer = Math.trunc((wanted * Math.max(height, width)) / Math.min(height, width));
  return width <= height ? [longer, wanted] : [wanted, longer];
}

/** From this size on the whole image is resized to the crop; below it, to more than the crop, and then cropped. */
const WARPED_FROM = 384;

function resizeByShare(
  pixels: Pixels,
  { size, share, resample, name }: { size: EdgeOrSize; share: number; resample: Resample; name: string },
): Pixels {
  if (typeof size !== 'number') return resize(pixels, size, resample);
  if (size >= WARPED_FROM) return resize(pixels, [size, size], resample);
  const larger = checkedSize(sizeFor(pixels, Math.trunc(size / share)), name);
  return centreCrop(resize(pixels, larger, resample), [size, size]);
}

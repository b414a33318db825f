import { defineRegistry } from '../../base/registry.ts';
import { classification } from '../kinds/classification.ts';
import { kinds, type KindFormat } from '../kinds/index.ts';
import type { Format } from './format.ts';

export type FormatName = KindFormat;

/** Files with a label come first: a text next to a label is not a caption. */
const { image_classification, audio_classification } = classification.formats;
const inOrder = [{ image_classification, audio_classification }, ...kinds.map((kind) => kind.formats)];

/** Row formats, as declared by the kinds of rows. The first one that recognises a file is used. */
export const formats = defineRegistry(
  'row format',
  'E_UNKNOWN_FORMAT',
  Object.fromEntries(
    inOrder.flatMap((some) => Object.entries(some).map(([name, format]) => [name, () => Promise.resolve(format)])),
  ) as Record<FormatName, () => Promise<Format>>,
);

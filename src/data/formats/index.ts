import { defineRegistry } from '../../base/registry.ts';
import { classification } from '../kinds/classification.ts';
import { kinds, type KindFormat } from '../kinds/index.ts';
import type { Format } from './format.ts';

export type FormatName = KindFormat;

/** Files with a label stand first: a text next to them is an aside, and no caption. */
const { image_classification, audio_classification } = classification.formats;
const inOrder = [{ image_classification, audio_classification }, ...kinds.map((kind) => kind.formats)];

/** Row formats, as the kinds of rows declare them. A file has the first one that recognises it. */
export const formats = defineRegistry(
  'row format',
  'E_UNKNOWN_FORMAT',
  Object.fromEntries(
    inOrder.flatMap((some) => Object.entries(some).map(([name, format]) => [name, () => Promise.resolve(format)])),
  ) as Record<FormatName, () => Promise<Format>>,
);

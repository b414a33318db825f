// R rows, E width of the shared space of texts and images
import type { MediaFile } from '../../../data/media.ts';
import type { PredictOptions } from '../../../scoring/predictor.ts';
import { captionInput } from '../rows/captions.ts';
import { stackFeatures } from '../../../models/row-features.ts';
import type { ModelInput } from '../../../models/model.ts';
import { noGrad, scope } from '../../../engine/tensor/index.ts';
import { traitsOf } from '../../../models/base-traits.ts';
import type { Answering } from './answering.ts';
import { inBatches } from './batched.ts';
import { fitted, framedRows, type TextReading } from './text-vectors.ts';

/** An image file and the row that names it. */
export interface PlacedImage {
  media: MediaFile;
  source: { file: string; line: number };
}

/** Unit vectors of texts in the space shared with images: [E] each; undefined for texts that are too long. */
export async function captionVectors(
  opened: Answering,
  texts: readonly (string | readonly number[])[],
  reading: TextReading,
): Promise<(Float32Array | undefined)[]> {
  const { model, tokenizer } = opened;
  const { maxPositions, filledTo } = traitsOf(model);
  const rows = fitted(await framedRows(opened, texts), opened, { ...reading, maxPositions });
  return inBatches(rows, { ...reading, maxPositions }, (batch) =>
    vectorsOf(opened, () => captionInput(batch, { tokenizer, filledTo }), batch.length),
  );
}

/** Unit vectors of images: [E] each. @throws AttuneError E_MEDIA_UNREADABLE */
export async function imageVectors(
  opened: Answering,
  images: readonly PlacedImage[],
  options: PredictOptions,
): Promise<(Float32Array | undefined)[]> {
  const { model, media: reader } = opened;
  if (reader === undefined) throw new Error('a model with an image tower has no image reader');
  const rows = images.map(({ media, source }) => ({
    id: media.hash,
    ids: new Int32Array(),
    trained: new Uint8Array(),
    media,
    source,
    size: reader.size(media),
  }));
  const { imagePositions: maxPositions = 0 } = traitsOf(model);
  return inBatches(rows, { ...options, maxPositions }, async (batch) => {
    const loaded = await reader.load(batch);
    return vectorsOf(opened, () => stackFeatures(loaded), batch.length);
  });
}

function vectorsOf({ model }: Answering, inputOf: () => ModelInput, rows: number): Float32Array[] {
  const flat = noGrad(() =>
    scope(() => {
      const input = inputOf();
      return Float32Array.from(model.contrastiveHead.vectors(model.hidden(input), input).toNumbers());
    }),
  );
  const width = flat.length / rows;
  return Array.from({ length: rows }, (_, r) => flat.subarray(r * width, (r + 1) * width));
}

// R rows, E width of the space of texts and images
import type { Asked } from '../../../eval/prompting/asked.ts';
import type { PredictOptions, Prediction } from '../../../eval/predictor.ts';
import { KEPT } from '../../../eval/collection.ts';
import type { ImageTextExample } from '../../../data/example.ts';
import { captionInput } from '../../../methods/objectives/image_text_contrastive.ts';
import { stackFeatures } from '../../../methods/objectives/next-token.ts';
import type { ModelInput } from '../../../models/model.ts';
import { noGrad, scope } from '../../../tensor/index.ts';
import type { PreparedRow } from '../../../train/interfaces.ts';
import { traitsOf } from '../build-trainer.ts';
import type { Answering } from './answering.ts';
import { inBatches, unreadRow } from './batched.ts';
import { cutRows } from './cut-rows.ts';

/**
 * For each row, all texts by how well they fit its image, and all images by how well they fit its text. Other texts of
 * the same image, and other images of the same text, are no mistakes and are left out of the order.
 */
export async function answerWithPairs(
  opened: Answering,
  asked: readonly Asked[],
  options: PredictOptions,
): Promise<Prediction[]> {
  const examples = asked.map(({ example }) => example as ImageTextExample);
  const texts = await textVectors(opened, examples, options);
  const images = await imageVectors(opened, examples, options);
  const pairs = new Set(examples.map(({ text, media }) => `${media.hash} ${text}`));
  return examples.map(({ id, text, media: { hash } }): Prediction => {
    const [ownText, ownImage] = [texts.get(text), images.get(hash)];
    if (ownText === undefined || ownImage === undefined) return unreadRow(id);
    const ranking = ordered(ownImage, texts, (other) => other === text || !pairs.has(`${hash} ${other}`));
    const imageRanking = ordered(ownText, images, (other) => other === hash || !pairs.has(`${other} ${text}`));
    return { id, text: ranking[0], ranking, imageRanking };
  });
}

type Vectors = ReadonlyMap<string, Float32Array>;

/** Names of the vectors by their cosine with one, the greatest first, as many as are kept. */
function ordered(vector: Float32Array, all: Vectors, isMeant: (name: string) => boolean): string[] {
  const scored = [...all]
    .filter(([name]) => isMeant(name))
    .map(([name, other]) => [product(vector, other), name] as const);
  return scored
    .toSorted(([a, first], [b, second]) => b - a || (first < second ? -1 : 1))
    .slice(0, KEPT)
    .map(([, name]) => name);
}

function product(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

async function textVectors(
  opened: Answering,
  examples: readonly ImageTextExample[],
  options: PredictOptions,
): Promise<Vectors> {
  const { model, tokenizer } = opened;
  const { maxPositions, filledTo } = traitsOf(model.architecture, model.config);
  const texts = [...new Set(examples.map(({ text }) => text))];
  const framed = await tokenizer.encodeFramed(texts.map((text) => ({ text })));
  const rows = framed.map(({ ids }, line) => ({
    ...rowOf(texts[line], line),
    ids,
    trained: new Uint8Array(ids.length),
  }));
  const found = await inBatches(cutRows(rows, { opened, maxPositions }), { ...options, maxPositions }, (batch) =>
    vectorsOf(opened, () => captionInput(batch, { tokenizer, filledTo }), batch.length),
  );
  return named(texts, found);
}

async function imageVectors(
  opened: Answering,
  examples: readonly ImageTextExample[],
  options: PredictOptions,
): Promise<Vectors> {
  const { model, media: reader } = opened;
  if (reader === undefined) throw new Error('a model with a tower of images reads none');
  const files = new Map(examples.map(({ media, source }) => [media.hash, { media, source }]));
  const rows = [...files].map(([hash, { media, source }], line) => ({
    ...rowOf(hash, line),
    media,
    source,
    size: reader.size(media),
  }));
  const { imagePositions: maxPositions = 0 } = traitsOf(model.architecture, model.config);
  const found = await inBatches(rows, { ...options, maxPositions }, async (batch) => {
    const loaded = await reader.load(batch);
    return vectorsOf(opened, () => stackFeatures(loaded), batch.length);
  });
  return named([...files.keys()], found);
}

function rowOf(id: string, line: number): PreparedRow {
  return { id, ids: new Int32Array(), trained: new Uint8Array(), source: { file: '', line } };
}

/** Of length 1: [R][E] */
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

function named(names: readonly string[], found: readonly (Float32Array | undefined)[]): Vectors {
  return new Map(names.flatMap((name, i) => (found[i] === undefined ? [] : [[name, found[i]] as const])));
}

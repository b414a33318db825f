import type { ImageTextExample } from '../../../data/example.ts';
import { KEPT } from '../../../scoring/collection.ts';
import type { PredictOptions, Prediction } from '../../../scoring/predictor.ts';
import { askedExamples, type Asked } from '../../../scoring/asked.ts';
import { captionVectors, imageVectors } from './pair-vectors.ts';
import type { Answering } from './answering.ts';
import { unreadRow } from './batched.ts';
import { dotProduct } from './text-vectors.ts';

/**
 * For each row, ranks all texts by similarity to its image and all images by similarity to its text. Other texts of the
 * same image, and other images of the same text, are correct too and are left out of the ranking.
 */
export async function answerWithPairs(
  opened: Answering,
  asked: readonly Asked[],
  options: PredictOptions,
): Promise<Prediction[]> {
  const examples = askedExamples(asked, 'image-text');
  const texts = await textVectors(opened, examples, options);
  const images = await ownImages(opened, examples, options);
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

/** Names of the most similar vectors by cosine, best first, up to the number that is kept. */
function ordered(vector: Float32Array, all: Vectors, isMeant: (name: string) => boolean): string[] {
  const scored = [...all]
    .filter(([name]) => isMeant(name))
    .map(([name, other]) => [dotProduct(vector, other), name] as const);
  return scored
    .toSorted(([a, first], [b, second]) => b - a || (first < second ? -1 : 1))
    .slice(0, KEPT)
    .map(([, name]) => name);
}

async function textVectors(
  opened: Answering,
  examples: readonly ImageTextExample[],
  options: PredictOptions,
): Promise<Vectors> {
  const texts = [...new Set(examples.map(({ text }) => text))];
  return named(texts, await captionVectors(opened, texts, options));
}

async function ownImages(
  opened: Answering,
  examples: readonly ImageTextExample[],
  options: PredictOptions,
): Promise<Vectors> {
  const files = new Map(examples.map(({ media, source }) => [media.hash, { media, source }]));
  return named([...files.keys()], await imageVectors(opened, [...files.values()], options));
}

function named(names: readonly string[], found: readonly (Float32Array | undefined)[]): Vectors {
  return new Map(names.flatMap((name, i) => (found[i] === undefined ? [] : [[name, found[i]] as const])));
}

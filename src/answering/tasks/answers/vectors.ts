import { capitalised, withArticle } from '../../../base/articles.ts';
import { AttuneError } from '../../../base/errors.ts';
import type { Asked } from '../../../scoring/asked.ts';
import type { PredictOptions, Prediction } from '../../../scoring/predictor.ts';
import { collectionOf, KEPT } from '../../../scoring/collection.ts';
import { ExactIndex, sideBySide } from '../../../engine/vectors/index.ts';
import { dotProduct, sentenceVectors, unit, type TextReading } from './text-vectors.ts';
import { TOO_LONG, type Answering } from './answering.ts';

/** Ranks a collection's texts by their cosine with each row's anchor, or computes the cosine of a row's two texts. */
export async function answerWithVectors(
  opened: Answering,
  asked: readonly Asked[],
  options: PredictOptions,
): Promise<Prediction[]> {
  const examples = asked.map(({ example }) => example);
  const collection = collectionOf(examples);
  const texts = [...new Set([...collection, ...examples.flatMap((one) => textsOf(one))])];
  const vectors = await unitVectors(opened, texts, options);
  const vectorOf = new Map(texts.map((text, i) => [text, vectors[i]]));
  // A text that is too long for a model without truncation is never retrieved; a row with such an anchor is not
  // answered.
  const known = collection.filter((text) => vectorOf.get(text) !== undefined);
  const askedWith = examples.map((example) => textsOf(example).map((text) => vectorOf.get(text)));
  const anchors = askedWith.flatMap(([first], i) =>
    first === undefined || examples[i].kind === 'graded' ? [] : [first],
  );
  const rankings = nearest(anchors, known, vectorOf).values();
  return examples.map((example, i): Prediction => {
    const { id } = example;
    const [first, second] = askedWith[i];
    if (first === undefined || (example.kind === 'graded' && second === undefined)) return { id, unreadable: TOO_LONG };
    if (example.kind === 'graded') return { id, text: String(dotProduct(first, second!)) };
    const ranking = rankings.next().value!;
    return { id, text: ranking[0] ?? '', ranking };
  });
}

/** For each vector, the collection's texts by cosine, best first. */
function nearest(
  vectors: readonly Float32Array[],
  collection: readonly string[],
  vectorOf: ReadonlyMap<string, Float32Array | undefined>,
): string[][] {
  if (vectors.length === 0) return [];
  const index = new ExactIndex(sideBySide(collection.map((text) => vectorOf.get(text)!)), vectors[0].length);
  const found = index.search(sideBySide(vectors), KEPT);
  return found.map(({ rows }) => Array.from(rows, (row) => collection[row]));
}

/** Query texts of a row: its anchor, or both texts. */
function textsOf(example: Asked['example']): string[] {
  if (example.kind === 'graded') return [example.first, example.second];
  return example.kind === 'pair' ? [example.anchor] : [];
}

/** Unit vectors of texts, truncated to the model's context. */
export async function textVectors(
  opened: Answering,
  texts: readonly string[],
  options: PredictOptions,
): Promise<Float32Array[]> {
  if (opened.model.task !== 'embedding') {
    throw new AttuneError('E_TASK_UNSUPPORTED', {
      what: `${capitalised(withArticle(opened.model.task))} model does not embed text`,
      expected: 'a text embedding model, or an encoder',
    });
  }
  return (await unitVectors(opened, texts, { ...options, isCut: true })) as Float32Array[];
}

/** Unit vectors; undefined for texts that are too long and not truncated. */
async function unitVectors(
  opened: Answering,
  texts: readonly string[],
  reading: TextReading,
): Promise<(Float32Array | undefined)[]> {
  return (await sentenceVectors(opened, texts, reading)).map((vector) => vector && unit(vector));
}

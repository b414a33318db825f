import type { DecisionExample } from '../../../data/kinds/decision.ts';
import type { Asked } from '../../../scoring/asked.ts';
import type { PredictOptions, Prediction } from '../../../scoring/predictor.ts';
import { softmax } from '../../../scoring/softmax.ts';
import { temperatureOf } from '../../../scoring/temperatures.ts';
import { DecisionVectors } from '../rows/decision-vectors.ts';
import { SHARPNESS } from '../rows/option-scores.ts';
import { LayaHead } from '../../../models/heads/laya.ts';
import type { Answer, Answering } from './answering.ts';
import { unreadRow } from './batched.ts';
import { answerWithMarkers, predictionOf } from './decisions.ts';
import { dotProduct, sentenceVectors, unit } from './text-vectors.ts';

/** Answers typed questions with the model's own head: vectors of options, or Laya's scores. */
export const answerWithHead: Answer = (opened, asked, options) =>
  opened.model.head instanceof LayaHead
    ? answerWithMarkers(opened, asked, options)
    : answerWithOptionVectors(opened, asked, options);

/**
 * Answers typed questions by the similarity of their options' vectors to the state's. Each distinct text is read once,
 * so that many questions about one state, or one question about many states, cost little.
 */
async function answerWithOptionVectors(
  opened: Answering,
  asked: readonly Asked[],
  reading: PredictOptions,
): Promise<Prediction[]> {
  const reader = new DecisionVectors(opened.tokenizer);
  const examples = asked.map(({ example }) => example as DecisionExample);
  const texts = new DistinctTexts();
  const rows: { state: number; questions: number[][] }[] = [];
  for (const { state, questions } of examples) {
    const place = texts.add(await reader.state(state));
    const options = await Promise.all(questions.map((question) => reader.options(question)));
    rows.push({ state: place, questions: options.map((some) => some.map((ids) => texts.add(ids))) });
  }
  // States are never truncated, as in training.
  const read = await sentenceVectors({ ...opened, reading: undefined }, texts.all, reading);
  const vectors = read.map((vector) => vector && unit(vector));
  return examples.map((example, i) => {
    const { state, questions } = rows[i];
    const needed = [state, ...questions.flat()].map((place) => vectors[place]);
    if (needed.includes(undefined)) return unreadRow(example.id);
    const decided = questions.map((places, q) => {
      const logits = places.map((place) => SHARPNESS * dotProduct(vectors[state]!, vectors[place]!));
      const probabilities = softmax(logits, temperatureOf(opened.calibration?.temperatures, example.questions[q]));
      const tokens = [...(q === 0 ? [state] : []), ...places].reduce((sum, place) => sum + texts.all[place].length, 0);
      return { answer: { probabilities }, tokens };
    });
    return predictionOf(example, decided);
  });
}

class DistinctTexts {
  readonly all: number[][] = [];
  readonly #places = new Map<string, number>();

  /** Index of the text among the distinct ones. */
  add(ids: Int32Array): number {
    const key = ids.join(' ');
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    this.#places.set(key, this.all.length);
    return this.all.push([...ids]) - 1;
  }
}

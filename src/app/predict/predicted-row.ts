import { entryOf } from '../../base/table.ts';
import { AttuneError } from '../../base/errors.ts';
import { codePointsIn } from '../../data/code-points.ts';
import type { Example } from '../../data/index.ts';
import { chosenLabel, chosenLabels, type Thresholds } from '../../scoring/chosen-labels.ts';
import { likeliest, systemOneAnswers, type SystemOneAnswer } from '../../scoring/decisions.ts';
import { entitiesOf } from '../../scoring/metrics/entities.ts';
import type { DecisionAnswer, Prediction } from '../../scoring/predictor.ts';
import type { PredictorDescription } from '../../answering/predict/predict.ts';

/** A span of a text. Positions count characters (code points) from 0; `end` is exclusive. */
export interface PredictedSpan {
  text: string;
  label: string;
  start: number;
  end: number;
}

/** The answer to one row. */
export interface PredictedRow {
  /**
   * A class, a number or a text. A list for several classes, for spans (`LABEL: text`) or for typed questions (`ID:
   * option`). For steps: the 0-based index of the first wrong one, or -1. Null if a text contains no answer, and for
   * errors.
   */
  prediction: string | string[] | number | null;
  /** Probability of the predicted class. */
  probability?: number;
  /** By class, most likely first. (Integer-like names come first, in ascending order.) */
  probabilities?: Record<string, number>;
  /** For token classification. */
  spans?: PredictedSpan[];
  /** For process reward models: probability that each step is correct. */
  steps?: number[];
  /** For question answering: the best span, even if the answer is none; `none_by`: margin by which "none" scores higher. */
  stretch?: Omit<PredictedSpan, 'label'> & { none_by: number };
  /** Answers to typed questions, by their ids. */
  answers?: Record<string, SystemOneAnswer>;
  /** Set for texts that end at the token limit. */
  cut?: true;
  /** Error of a row without an answer. */
  error?: string;
}

/** Minimum probability for giving a label: one for all labels that have a threshold, or one per label. */
export type ThresholdOption = number | Thresholds;

export interface ReadingOptions {
  /** Replaces the thresholds chosen in training. */
  threshold?: ThresholdOption;
  /** Maximum number of probabilities per row. */
  topK?: number;
}

/** Undefined if the model's own thresholds apply. @throws AttuneError E_THRESHOLD */
export function thresholdsOf(
  { answers, labels = [], thresholds }: PredictorDescription,
  threshold: ThresholdOption | undefined,
): Thresholds | undefined {
  if (threshold === undefined) return undefined;
  const isBinary = answers === 'label' && labels.length === 2;
  if (!isBinary && answers !== 'labels') {
    throw badThreshold(
      answers === 'label'
        ? `${labels.length} labels, of which the most likely is chosen`
        : 'a model whose answers are not labels',
    );
  }
  const own = Object.keys(thresholds ?? {});
  if (typeof threshold === 'number') {
    const all = isBinary ? [own[0] ?? labels[1]] : labels;
    return Object.fromEntries(all.map((label) => [label, threshold]));
  }
  const unknown = Object.keys(threshold).filter((label) => !labels.includes(label));
  if (unknown.length > 0)
    throw badThreshold(`unknown labels ${unknown.join(', ')}`, `labels from ${labels.join(', ')}`);
  if (isBinary && Object.keys(threshold).length > 1) throw badThreshold('thresholds for both labels', 'one of them');
  return isBinary ? threshold : { ...thresholds, ...threshold };
}

function badThreshold(
  got: string,
  expected = 'a model with two labels, or with any number of labels per row',
): AttuneError {
  return new AttuneError('E_THRESHOLD', { what: 'The threshold cannot be used', got, expected, fix: 'remove it' });
}

export interface PredictedRowOptions {
  description: PredictorDescription;
  topK?: number;
  /** Replaces the model's own thresholds. */
  thresholds?: Thresholds;
}

/** A prediction in the form for people and files. */
export function predictedRow(prediction: Prediction, example: Example, options: PredictedRowOptions): PredictedRow {
  if (prediction.unreadable !== undefined) return failedRow(prediction.unreadable);
  if (prediction.decisions !== undefined) return decidedRow(prediction.decisions, example);
  const { answers } = options.description;
  if (answers === 'number') return { prediction: Number(prediction.text) };
  if (answers === 'tags') return taggedRow(prediction, example);
  if (answers === 'steps') return stepsRow(prediction);
  if (answers === 'stretch') return stretchRow(prediction, example);
  if (prediction.scores !== undefined) return classRow(prediction, options);
  return { prediction: prediction.text ?? null, ...(prediction.finish === 'length' && { cut: true }) };
}

export function failedRow(error: string): PredictedRow {
  return { prediction: null, error };
}

function classRow(
  { scores = {}, label, labels }: Prediction,
  { description, topK, thresholds }: PredictedRowOptions,
): PredictedRow {
  const names = description.labels ?? Object.keys(scores);
  const values = names.map((name) => entryOf(scores, name));
  const sorted = Object.entries(scores).toSorted(([, a], [, b]) => b - a);
  const probabilities = Object.fromEntries(sorted.slice(0, topK));
  if (labels !== undefined) {
    const given = thresholds === undefined ? [...labels] : chosenLabels(values, names, thresholds);
    return { prediction: given, probabilities };
  }
  const given = thresholds === undefined ? label! : chosenLabel(values, names, thresholds);
  return { prediction: given, probability: entryOf(scores, given), probabilities };
}

function decidedRow(decisions: readonly DecisionAnswer[], example: Example): PredictedRow {
  const { questions } = example as Extract<Example, { kind: 'decision' }>;
  const given = questions.map((question, i) => {
    const { key, description } = question.options[likeliest(decisions[i].probabilities)];
    return `${question.id}: ${question.type === 'score' ? description : key}`;
  });
  return { prediction: given, answers: systemOneAnswers(questions, decisions) };
}

/** The 0-based index of the first wrong step or -1, as in ProcessBench. */
function stepsRow({ steps = [] }: Prediction): PredictedRow {
  return { prediction: steps.findIndex((right) => right < 0.5), steps: [...steps] };
}

function taggedRow({ text = '' }: Prediction, example: Example): PredictedRow {
  const { words, text: whole = words.join(' ') } = example as Extract<Example, { kind: 'tagged' }>;
  const tags = text.split(' ');
  const places = placesOf(words, whole);
  const spans = stretchesOf(tags).map(({ type, start, end }): PredictedSpan => {
    const [from, to] = [places[start], places[end] + words[end].length];
    return {
      text: whole.slice(from, to),
      label: type,
      start: codePointsIn(whole.slice(0, from)),
      end: codePointsIn(whole.slice(0, to)),
    };
  });
  return { prediction: spans.map(({ label, text: part }) => `${label}: ${part}`), spans };
}

/** Start of each word in the text from which the words were taken, in order. */
function placesOf(words: readonly string[], text: string): number[] {
  let from = 0;
  return words.map((word) => {
    const place = text.indexOf(word, from);
    from = place + word.length;
    return place;
  });
}

/** Spans of words, from tags with B-, I- and similar prefixes; any other tag is a span of one word. */
function stretchesOf(tags: readonly string[]): { type: string; start: number; end: number }[] {
  if (tags.every((tag) => tag === 'O' || /^[BIESLU]-./.test(tag))) return entitiesOf(tags);
  return tags.flatMap((tag, word) => (tag === 'O' ? [] : [{ type: tag, start: word, end: word }]));
}

function stretchRow({ text = '', stretch }: Prediction, example: Example): PredictedRow {
  const { context } = example as Extract<Example, { kind: 'question' }>;
  if (stretch === undefined) return { prediction: null };
  const start = codePointsIn(context.slice(0, stretch.start));
  const best = { text: stretch.text, start, end: start + codePointsIn(stretch.text), none_by: stretch.noneBy };
  return { prediction: text === '' ? null : text, stretch: best };
}

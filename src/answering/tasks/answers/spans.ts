// N tokens
import { smallest } from '../../../base/many.ts';
import type { QuestionExample } from '../../../data/example.ts';
import type { Answered } from '../../system.ts';
import type { PredictOptions, Prediction } from '../../../scoring/predictor.ts';
import { askedExamples, type Asked } from '../../../scoring/asked.ts';
import { type ContextWindow, NO_ANSWER, contextOf, contextWindows, frameQuestions } from '../rows/context-windows.ts';
import { collateRows } from '../rows/collate.ts';
import type { RawConfig } from '../../../models/raw-config.ts';
import type { Model } from '../../../models/model.ts';
import { noGrad, scope } from '../../../engine/tensor/index.ts';
import type { PlacedText } from '../../../models/text/index.ts';
import type { PreparedRow } from '../rows/prepared-rows.ts';
import { traitsOf } from '../../../models/base-traits.ts';
import type { Answering } from './answering.ts';
import { inBatches, unreadRow } from './batched.ts';

/** How answer spans are decoded from the head's start and end scores; `answer_spans` in config.json. */
interface SpanReading {
  /** Overlap between windows of a long text, in tokens. */
  stride: number;
  /** Maximum length of an answer in tokens. */
  longest: number;
  may_be_absent: boolean;
  /** How much higher "no answer" has to score than the best span. */
  null_score_diff_threshold: number;
}

/** Defaults of Hugging Face's SQuAD scripts. */
const USUAL: SpanReading = { stride: 128, longest: 30, may_be_absent: false, null_score_diff_threshold: 0 };

function spanReading({ answer_spans: recorded }: RawConfig): SpanReading {
  return { ...USUAL, ...(recorded as Partial<SpanReading> | undefined) };
}

/** Whether a model may answer that the text contains no answer. */
export function hasNullAnswers(config: RawConfig): boolean {
  return spanReading(config).may_be_absent;
}

export function withNullThreshold(config: RawConfig, threshold: number): RawConfig {
  return { ...config, answer_spans: { ...spanReading(config), null_score_diff_threshold: threshold } };
}

/** A span of tokens, `first` to `last` inclusive, with its score. */
interface Span {
  first: number;
  last: number;
  score: number;
}

/**
 * The span of at most `longest` tokens within `from … to - 1` with the highest sum of start and end scores; the first
 * on ties. Undefined without tokens.
 */
export function bestSpan(
  { start, end }: { start: ArrayLike<number>; end: ArrayLike<number> },
  { from, to, longest }: { from: number; to: number; longest: number },
): Span | undefined {
  let best: Span | undefined;
  for (let first = from; first < to; first++) {
    for (let last = first; last < Math.min(to, first + longest); last++) {
      const score = start[first] + end[last];
      if (best === undefined || score > best.score) best = { first, last, score };
    }
  }
  return best;
}

/** Default of Hugging Face's SQuAD scripts. */
const USUAL_LENGTH = 384;

/** Result of one window: the best span, and the score of "no answer". */
interface WindowAnswer {
  best: Span | undefined;
  none: number;
}

/** Finds the best answer span in each row's text, using a head that scores starts and ends. */
export async function answerWithSpans(
  answering: Answering,
  asked: readonly Asked[],
  options: PredictOptions,
): Promise<Prediction[]> {
  const { model, tokenizer } = answering;
  const { causal, maxPositions } = traitsOf(model);
  const reading = spanReading(model.config);
  const maxLength = Math.min(answering.reading?.max_length ?? USUAL_LENGTH, maxPositions);
  const all = askedExamples(asked, 'question');
  const framed = await frameQuestions(tokenizer, all);
  const windows = all.map(({ id, source }, i) => {
    const { ids, typeIds, ofPair = new Uint8Array(ids.length) } = framed[i];
    return contextWindows({ id, ids, typeIds, trained: ofPair, source }, maxLength, reading.stride);
  });
  const found = await inBatches(
    windows.flat().map(({ row }) => row),
    { ...options, maxPositions },
    (batch) => windowAnswers(model, batch, { causal, longest: reading.longest }),
  );
  let next = 0;
  return all.map((example, i): Prediction => {
    const answers = found.slice(next, (next += windows[i].length));
    const read = answers.flatMap((answer) => answer ?? []);
    if (read.length < answers.length) return unreadRow(example.id);
    const inputTokens = windows[i].reduce((sum, { row }) => sum + row.ids.length, 0);
    const stretch = bestStretch(read, { example, windows: windows[i], framed: framed[i] });
    const text = answerText(stretch, reading);
    return { id: example.id, text, stretch, usage: { inputTokens, outputTokens: 0 } };
  });
}

function windowAnswers(
  model: Model,
  batch: readonly PreparedRow[],
  { causal, longest }: { causal: boolean; longest: number },
): WindowAnswer[] {
  const [starts, ends] = noGrad(() =>
    scope(() => {
      const { start, end } = model.questionHead.scores(model.hidden(collateRows(batch, { causal }).input));
      return [start.toNumbers(), end.toNumbers()]; // [N]
    }),
  );
  let offset = 0;
  return batch.map((row) => {
    const [start, end] = [starts, ends].map((scores) => scores.slice(offset, offset + row.ids.length));
    offset += row.ids.length;
    return { best: bestSpan({ start, end }, { ...contextOf(row), longest }), none: start[NO_ANSWER] + end[NO_ANSWER] };
  });
}

interface Found {
  example: QuestionExample;
  windows: readonly ContextWindow[];
  framed: PlacedText;
}

/** The best span over all windows, or "no answer" if every window says so; undefined without text. */
function bestStretch(
  answers: readonly WindowAnswer[],
  { example, windows, framed }: Found,
): Prediction['stretch'] | undefined {
  let best: Span | undefined;
  for (const [w, { best: own }] of answers.entries()) {
    if (own === undefined || (best !== undefined && own.score <= best.score)) continue;
    const { skipped } = windows[w];
    best = { first: own.first + skipped, last: own.last + skipped, score: own.score };
  }
  if (best === undefined) return undefined;
  const none = smallest(answers.map((answer) => answer.none));
  const [from, to] = [framed.starts[best.first], framed.ends[best.last]];
  const stretch = example.context.slice(from, to);
  const start = from + stretch.length - stretch.trimStart().length;
  return { text: stretch.trim(), start, noneBy: none - best.score };
}

/** Empty if that is allowed and scores higher by more than the threshold. */
function answerText(stretch: Prediction['stretch'], { may_be_absent, null_score_diff_threshold }: SpanReading): string {
  return stretch === undefined || (may_be_absent && stretch.noneBy > null_score_diff_threshold) ? '' : stretch.text;
}

/** The same answers with a threshold of 0 for "no answer", to compare with the tuned threshold. */
export function withoutThreshold(answered: Answered, config: RawConfig): Answered[] {
  const reading = spanReading(config);
  if (!reading.may_be_absent || reading.null_score_diff_threshold === 0) return [];
  const plain = { ...reading, null_score_diff_threshold: 0 };
  return [
    {
      ...answered,
      name: `${answered.name}_at_0`,
      title: `${answered.title}, "no answer" threshold 0`,
      kind: 'variant',
      predictions: answered.predictions.map((prediction) =>
        prediction.stretch === undefined ? prediction : { ...prediction, text: answerText(prediction.stretch, plain) },
      ),
    },
  ];
}

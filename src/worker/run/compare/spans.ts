// N tokens
import type { QuestionExample } from '../../../data/example.ts';
import type { Asked } from '../../../eval/prompting/asked.ts';
import type { PredictOptions, Prediction } from '../../../eval/predictor.ts';
import {
  contextOf,
  contextWindows,
  frameQuestions,
  NO_ANSWER,
  type ContextWindow,
} from '../../../methods/objectives/context-windows.ts';
import { collateRows } from '../../../methods/objectives/next-token.ts';
import type { RawConfig } from '../../../models/config.ts';
import type { Model } from '../../../models/model.ts';
import { noGrad, scope } from '../../../tensor/index.ts';
import type { PlacedText } from '../../../text/index.ts';
import type { PreparedRow } from '../../../train/interfaces.ts';
import { traitsOf } from '../build-trainer.ts';
import type { Answering } from './answering.ts';
import { inBatches, unreadRow } from './batched.ts';
import { bestSpan, type Span } from './best-span.ts';
import { readingOf } from './cut-rows.ts';

/** How answers are read off a model that does not say it itself: as Hugging Face's scripts for SQuAD do. */
const USUAL = { stride: 128, longest: 30, may_be_absent: false };
const USUAL_LENGTH = 384;

interface SpanReading {
  stride: number;
  longest: number;
  may_be_absent: boolean;
}

/** What one window says: the best stretch of its text, and how well "none" answers. */
interface WindowAnswer {
  best: Span | undefined;
  none: number;
}

/** The stretch of each row's text that answers its question best, by a head that scores where answers start and end. */
export async function answerWithSpans(
  answering: Answering,
  asked: readonly Asked[],
  options: PredictOptions,
): Promise<Prediction[]> {
  const { model, tokenizer } = answering;
  const { causal, maxPositions } = traitsOf(model.architecture, model.config);
  const reading = spanReading(model.config);
  const maxLength = Math.min(readingOf(answering)?.max_length ?? USUAL_LENGTH, maxPositions);
  const all = asked.map(({ example }) => example as QuestionExample);
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
    const text = answerText(read, { example, windows: windows[i], framed: framed[i], reading });
    return { id: example.id, text, usage: { inputTokens, outputTokens: 0 } };
  });
}

function spanReading({ answer_spans: recorded }: RawConfig): SpanReading {
  return { ...USUAL, ...(recorded as Partial<SpanReading> | undefined) };
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
  reading: SpanReading;
}

/** The best of all windows; none where that is allowed and every window has it before the best stretch of all. */
function answerText(answers: readonly WindowAnswer[], { example, windows, framed, reading }: Found): string {
  let best: Span | undefined;
  for (const [w, { best: own }] of answers.entries()) {
    if (own === undefined || (best !== undefined && own.score <= best.score)) continue;
    const { skipped } = windows[w];
    best = { first: own.first + skipped, last: own.last + skipped, score: own.score };
  }
  const none = Math.min(...answers.map((answer) => answer.none));
  if (best === undefined || (reading.may_be_absent && none > best.score)) return '';
  return example.context.slice(framed.starts[best.first], framed.ends[best.last]).trim();
}

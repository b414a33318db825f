// N tokens of a batch, R rows, T tokens of the longest row
import { AttuneError, type Problem } from '../../base/errors.ts';
import type { AnswerSpan, QuestionExample } from '../../data/example.ts';
import type { Layout } from '../../engine/nn/index.ts';
import { aten, fromArray, type Tensor } from '../../engine/tensor/index.ts';
import type { PlacedText } from '../../models/text/index.ts';
import type { Objective, Processor } from '../objective.ts';
import type { Prepared } from '../../answering/tasks/rows/prepared-rows.ts';
import {
  contextOf,
  contextWindows,
  frameQuestions,
  NO_ANSWER,
  type QuestionRow,
} from '../../answering/tasks/rows/context-windows.ts';
import { collateRows } from '../../answering/tasks/rows/collate.ts';
import type { QuestionAnsweringOptions } from './question-answering.options.ts';

/**
 * Predicts the start and end of a question's answer in a text: the mean of both positions' cross-entropies over the
 * row's tokens, averaged over rows (HF `…ForQuestionAnswering`). Long texts are read in overlapping windows; windows
 * and texts without an answer have the first token as their target.
 */
export function create(
  options: QuestionAnsweringOptions,
  processor: Processor,
): Objective<QuestionExample, QuestionRow> {
  const { stride, longest_answer: longest, null_answers: given } = options;
  const mayBeAbsent = given ?? (processor.statistics?.unanswered ?? 0) > 0;
  return {
    task: 'question',
    accepts: ['question'],
    separable: true,
    unit: 'rows',
    config: {
      answer_spans: { stride, longest, may_be_absent: mayBeAbsent, ...givenThreshold(options, mayBeAbsent) },
    },
    prepare: (examples) => prepareQuestions(examples, processor),
    windows: (row, maxLength) => contextWindows(row, maxLength, stride).map((window) => window.row),
    collate: (rows) => collateRows(rows, { causal: processor.causal }),
    counts: ({ rows }) => ({ rows: rows.length }),
    loss(model, batch, { totals, runner }) {
      const { start, end } = model.questionHead.scores(model.hidden(batch.input, { runner }));
      const layout = model.layoutOf(batch.input);
      const places = [start, end].map((scores, side) => placeLoss(scores, layout, wanted(batch.rows, side)));
      const hits = places.map(({ hit }) => hit).reduce((both, hit) => aten.logical_and.default(both, hit));
      const perRow = places.map(({ logProbs }) => logProbs).reduce((sum, one) => sum.add(one)); // [R]
      return {
        perRow: perRow.mul(-0.5 / totals.rows),
        tally: { span_accuracy: { sum: hits.sum(), count: batch.rows.length } },
      };
    },
  };
}

/** The recipe's threshold; 0 until one is found. @throws AttuneError E_OPTION_IDLE */
function givenThreshold({ null_score_diff_threshold: threshold }: QuestionAnsweringOptions, mayBeAbsent: boolean) {
  if (mayBeAbsent) return { null_score_diff_threshold: threshold === 'auto' ? 0 : threshold };
  if (threshold === 'auto') return {};
  throw new AttuneError('E_OPTION_IDLE', {
    what: 'null_score_diff_threshold applies to texts without an answer, but every row has one',
    got: String(threshold),
    fix: 'remove it, or set null_answers: true',
  });
}

function wanted(rows: readonly QuestionRow[], side: number): BigInt64Array {
  return BigInt64Array.from(rows, ({ values }) => BigInt(values?.[side] ?? NO_ANSWER));
}

/** scores [N] normalised over each row, and target position per row → log-probability, and whether it is the best [R] */
function placeLoss(scores: Tensor, layout: Layout, places: BigInt64Array): { logProbs: Tensor; hit: Tensor } {
  const { index, isFilling } = padding(layout);
  const [rows, width] = [layout.offsets.length - 1, index.length / (layout.offsets.length - 1)];
  const onDevice = (values: BigInt64Array) => fromArray(values).toDevice(scores.device);
  const filling = aten.ne.Scalar(onDevice(isFilling).reshape(rows, width), 0);
  const side = scores.indexSelect(0, onDevice(index)).reshape(rows, width); // [R, T]
  const logProbs = aten.masked_fill.Scalar(side, filling, Number.NEGATIVE_INFINITY).logSoftmax(-1);
  const target = onDevice(places);
  return { logProbs: logProbs.gather(1, target.unsqueeze(1)).squeeze(1), hit: logProbs.argmax(-1).eq(target) };
}

/** Pads rows of tokens to a rectangle: index of each cell's token, and 1 for padding. */
function padding({ offsets }: Layout): { index: BigInt64Array; isFilling: BigInt64Array } {
  const rows = offsets.length - 1;
  const width = offsets.slice(1).reduce((most, end, row) => Math.max(most, end - offsets[row]), 0);
  const index = new BigInt64Array(rows * width);
  const isFilling = new BigInt64Array(rows * width);
  for (let row = 0; row < rows; row++) {
    for (let t = 0; t < width; t++) {
      const token = offsets[row] + t;
      if (token < offsets[row + 1]) index[row * width + t] = BigInt(token);
      else isFilling[row * width + t] = 1n;
    }
  }
  return { index, isFilling };
}

async function prepareQuestions(
  examples: readonly QuestionExample[],
  { tokenizer }: Processor,
): Promise<Prepared<QuestionRow>> {
  const framed = await frameQuestions(tokenizer, examples);
  const problems: Problem[] = [];
  const rows = examples.map(({ id, source, answers }, i): QuestionRow | undefined => {
    const { ids, typeIds, ofPair: trained = new Uint8Array(ids.length) } = framed[i];
    const values = answers === undefined ? UNKNOWN : placesOf(answers.at(0), framed[i]);
    if (Array.isArray(values)) return { id, ids, typeIds, trained, values, source };
    problems.push({ ...source, field: 'answers', ...values });
    return undefined;
  });
  return { rows, problems };
}

type Fault = Pick<Problem, 'message' | 'fix'>;

const UNKNOWN: Fault = {
  message: 'is missing',
  fix: 'give the answer, or an empty list if the text does not contain it',
};

/** Tokens of an answer's first and last character. */
function placesOf(answer: AnswerSpan | undefined, { starts, ends, ofPair }: PlacedText): number[] | Fault {
  if (answer === undefined) return [NO_ANSWER, NO_ANSWER];
  const stop = answer.start + answer.text.length;
  const { from, to } = contextOf({ trained: ofPair ?? new Uint8Array() });
  let [first, last] = [from, to - 1];
  while (first < to && ends[first] <= answer.start) first++;
  while (last >= from && starts[last] >= stop) last--;
  return first <= last ? [first, last] : { message: `"${answer.text}" does not cover a whole token of the context` };
}

// R rows, C classes
import { promptText } from '../../../eval/example-text.ts';
import type { Asked } from '../../../eval/prompting/asked.ts';
import type { PredictOptions, Prediction } from '../../../eval/predictor.ts';
import { collateRows } from '../../../methods/objectives/next-token.ts';
import type { Model } from '../../../models/model.ts';
import { noGrad, scope } from '../../../tensor/index.ts';
import { byTokens } from '../../../train/evaluate.ts';
import type { PreparedRow } from '../../../train/interfaces.ts';
import { turn } from '../../../train/step.ts';
import { traitsOf } from '../build-trainer.ts';
import type { Answering } from './model-predictor.ts';
import { refuseLongRows } from './long-rows.ts';

const BATCH_TOKENS = 4096;

/** The likeliest class of each row with the probability of every class, by a classification head. */
export async function answerWithClasses(
  { model, tokenizer }: Answering,
  asked: readonly Asked[],
  { signal, onProgress }: PredictOptions,
): Promise<Prediction[]> {
  const { causal, maxPositions } = traitsOf(model.architecture, model.config);
  const examples = asked.map(({ example }) => example);
  const framed = await tokenizer.encodeFramed(
    examples.map((example) =>
      example.kind === 'classification'
        ? { text: example.text, pair: example.textPair }
        : { text: promptText(example), pair: undefined },
    ),
  );
  const rows = framed.map(({ ids, typeIds }, i): PreparedRow => {
    return { id: examples[i].id, ids, typeIds, trained: new Uint8Array(ids.length), source: examples[i].source };
  });
  refuseLongRows(rows, maxPositions);
  const predictions: Prediction[] = [];
  let done = 0;
  for (const indices of byTokens(rows, BATCH_TOKENS)) {
    signal?.throwIfAborted();
    const scores = classScores(
      model,
      indices.map((i) => rows[i]),
      causal,
    );
    for (const [i, row] of indices.entries())
      predictions[row] = prediction(rows[row].id, scores[i], model.sequenceHead.labels);
    done += indices.length;
    onProgress?.(done, rows.length);
    await turn();
  }
  return predictions;
}

/** Probabilities [R][C]. */
function classScores(model: Model, rows: readonly PreparedRow[], causal: boolean): number[][] {
  const batch = collateRows(rows, { causal });
  const flat = noGrad(() =>
    scope(() => {
      const hidden = model.hidden(batch.input);
      return model.sequenceHead.scores(hidden, batch.input.layout).softmax(-1).toNumbers(); // [R, C]
    }),
  );
  const classes = flat.length / rows.length;
  return rows.map((_, row) => Array.from(flat.slice(row * classes, (row + 1) * classes)));
}

function prediction(id: string, scores: readonly number[], labels: readonly string[]): Prediction {
  const best = scores.indexOf(Math.max(...scores));
  return {
    id,
    text: labels[best],
    label: labels[best],
    scores: Object.fromEntries(labels.map((label, c) => [label, scores[c]])),
  };
}

// R rows, C classes
import { promptText } from '../../../eval/example-text.ts';
import type { Asked } from '../../../eval/prompting/asked.ts';
import type { PredictOptions, Prediction } from '../../../eval/predictor.ts';
import { collateRows } from '../../../methods/objectives/next-token.ts';
import type { Tokenizer } from '../../../text/index.ts';
import type { Model } from '../../../models/model.ts';
import { noGrad, scope } from '../../../tensor/index.ts';
import { byTokens } from '../../../train/evaluate.ts';
import type { PreparedRow } from '../../../train/interfaces.ts';
import { turn } from '../../../train/step.ts';
import { traitsOf } from '../build-trainer.ts';
import { TOO_LONG, type Answering } from './answering.ts';
import { readScores } from './read-scores.ts';

const BATCH_TOKENS = 4096;

/** What a head with classes, or with a number, says of each row, with the probability of every class. */
export async function answerWithClasses(
  { model, tokenizer }: Answering,
  asked: readonly Asked[],
  { signal, onProgress }: PredictOptions,
): Promise<Prediction[]> {
  const { causal, maxPositions } = traitsOf(model.architecture, model.config);
  const rows = await framedRows(tokenizer, asked);
  const predictions = rows.map(({ id }): Prediction => ({ id, unreadable: TOO_LONG }));
  const readable = [...rows.keys()].filter((row) => rows[row].ids.length <= maxPositions);
  const batches = byTokens(
    readable.map((row) => rows[row]),
    BATCH_TOKENS,
  );
  let done = rows.length - readable.length;
  for (const places of batches) {
    signal?.throwIfAborted();
    const batch = places.map((place) => readable[place]);
    const scores = classScores(
      model,
      batch.map((row) => rows[row]),
      causal,
    );
    for (const [i, row] of batch.entries()) predictions[row] = prediction(rows[row], scores[i], model);
    done += batch.length;
    onProgress?.(done, rows.length);
    await turn();
  }
  return predictions;
}

/** With the frame that training puts around a text. */
async function framedRows(tokenizer: Tokenizer, asked: readonly Asked[]): Promise<PreparedRow[]> {
  const framed = await tokenizer.encodeFramed(
    asked.map(({ example }) =>
      'textPair' in example
        ? { text: example.text, pair: example.textPair }
        : { text: promptText(example), pair: undefined },
    ),
  );
  return framed.map(({ ids, typeIds }, i): PreparedRow => {
    const { id, source } = asked[i].example;
    return { id, ids, typeIds, trained: new Uint8Array(ids.length), source };
  });
}

/** As the head gives them: [R][C] */
function classScores(model: Model, rows: readonly PreparedRow[], causal: boolean): number[][] {
  const batch = collateRows(rows, { causal });
  const flat = noGrad(() =>
    scope(() => {
      const hidden = model.hidden(batch.input);
      return model.sequenceHead.scores(hidden, model.layoutOf(batch.input)).toNumbers(); // [R, C]
    }),
  );
  const classes = flat.length / rows.length;
  return rows.map((_, row) => Array.from(flat.slice(row * classes, (row + 1) * classes)));
}

function prediction({ id, ids }: PreparedRow, scores: readonly number[], model: Model): Prediction {
  const answer = readScores(scores, model.sequenceHead, model.config);
  return { id, ...answer, usage: { inputTokens: ids.length, outputTokens: 0 } };
}

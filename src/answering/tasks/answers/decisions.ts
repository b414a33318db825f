import type { DecisionExample, DecisionQuestion } from '../../../data/kinds/decision.ts';
import type { Asked } from '../../../scoring/asked.ts';
import { temperatureOf, type Temperatures } from '../../../scoring/calibration.ts';
import { decidedText, softmax } from '../../../scoring/decisions.ts';
import type { DecisionAnswer, Prediction, PredictOptions } from '../../../scoring/predictor.ts';
import { askInTurn, Batcher, type Completion, type GenerationRequest } from '../../decoding/index.ts';
import { traitsOf } from '../../../models/traits.ts';
import { DecisionPrompts, type DecisionPrompt } from '../rows/decision-prompts.ts';
import type { Answering } from './answering.ts';
import { unreadRow } from './batched.ts';

/** Rows between two signs of progress. */
const BATCH = 64;

/** Typed questions answered by how likely their labels are as the next token. The questions of a state share its cache. */
export async function answerWithDecisions(
  opened: Answering,
  asked: readonly Asked[],
  options: PredictOptions,
): Promise<Prediction[]> {
  const prompts = DecisionPrompts.of(opened.tokenizer);
  const { maxPositions } = traitsOf(opened.model);
  const predictions: Prediction[] = [];
  using batcher = new Batcher(opened);
  for (let start = 0; start < asked.length; start += BATCH) {
    const examples = asked.slice(start, start + BATCH).map(({ example }) => example as DecisionExample);
    const rows = await Promise.all(examples.map((example) => promptsOf(example, prompts)));
    const readable = rows.filter((row) => row.every(({ ids }) => ids.length < maxPositions));
    const read = await askInTurn(readable.flat(), 1, (prompt) =>
      readLabels(prompt, {
        temperatures: opened.calibration?.temperatures,
        submit: (request) => batcher.submit({ ...request, signal: options.signal }),
      }),
    );
    const answers = read.values();
    for (const [i, example] of examples.entries())
      predictions.push(
        readable.includes(rows[i])
          ? predictionOf(
              example,
              rows[i].map(() => answers.next().value!),
            )
          : unreadRow(example.id),
      );
    options.onProgress?.(predictions.length, asked.length);
  }
  return predictions;
}

/** A question that was read: its answer and its tokens. */
export interface ReadDecision {
  answer: DecisionAnswer;
  tokens: number;
}

interface LabelReading {
  temperatures?: Temperatures;
  submit(request: GenerationRequest): Promise<Completion[]>;
}

export function promptsOf(
  { state, questions }: { state: string; questions: readonly DecisionQuestion[] },
  prompts: DecisionPrompts,
): Promise<DecisionPrompt[]> {
  return Promise.all(questions.map((question) => prompts.prompt(state, question)));
}

/** Probabilities of a prompt's labels as its next token. */
export async function readLabels(
  { ids, labels, question }: DecisionPrompt,
  { temperatures, submit }: LabelReading,
): Promise<ReadDecision> {
  const [{ scored = [] }] = await submit({ prompt: ids, maxNewTokens: 1, scored: labels });
  const labelMass = scored.reduce((sum, logProb) => sum + Math.exp(logProb), 0);
  return {
    answer: { probabilities: softmax(scored, temperatureOf(temperatures, question)), labelMass },
    tokens: ids.length,
  };
}

function predictionOf({ id, questions }: DecisionExample, read: readonly ReadDecision[]): Prediction {
  const decisions = read.map(({ answer }) => answer);
  const inputTokens = read.reduce((sum, { tokens }) => sum + tokens, 0);
  return { id, decisions, text: decidedText(questions, decisions), usage: { inputTokens, outputTokens: 0 } };
}

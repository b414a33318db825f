/** A model behind an endpoint as a reward: rates each answer, or compares it with the row's in both orders. */
import { unreachedBecause } from '../../../base/connection.ts';
import { AttuneError } from '../../../base/errors.ts';
import { endpointFrom, type Endpoint } from '../../../scoring/endpoint/endpoint.ts';
import { compileGraders } from '../../../scoring/graders/model-grade.ts';
import type { AnyGrader } from '../../../scoring/graders/model-grader.options.ts';
import { openJudge, requireReadable, type JudgeOptions } from '../../../scoring/judges/judge.ts';
import { judgedPair } from '../../../scoring/judges/judge-pairs.ts';
import { readScore, scoreForm, scoreQuestion } from '../../../scoring/judges/rubric.ts';
import { pairQuestion, readVerdict, VERDICT_FORM } from '../../../scoring/judges/judge-prompt.ts';
import { expectedAnswer } from './expected-answer.ts';
import { checkedReward, rewardFailure } from './failures.ts';
import type { EndpointSettings, JudgeReward } from './reward.options.ts';
import type { PlacedSample, Reward, Scorer } from './reward.ts';
import { promptOf } from './sample-text.ts';

const QUALITY = 'How much does the answer help: is it right, does it do what was asked, is it clear?';

export function judgeScorer(spec: JudgeReward): Scorer {
  const endpoint = endpointOf(spec, spec.model);
  const score = spec.against === undefined ? ratings(spec, endpoint) : comparisons(spec, spec.against, endpoint);
  return { name: 'judge', score, ready: (signal) => requireReached(endpoint, signal) };
}

/** A grader with parts that ask a model. */
export function graderScorer(grader: AnyGrader, settings: EndpointSettings): Scorer {
  const endpoint = (model: string) => endpointOf(settings, model);
  const grade = compileGraders(grader, { endpoint, options: limitsOf(settings) });
  const name = 'grader';
  return {
    name,
    ready: (signal) => requireReached(endpoint(''), signal),
    async score(samples, signal) {
      const scores = await grade(
        samples.map(({ row, completion }) => ({ item: row, answer: completion })),
        signal,
      );
      return scores.map((score, i) => checkedReward(name, score, samples[i]));
    },
  };
}

function endpointOf({ endpoint, key_variable }: EndpointSettings, model: string): Endpoint {
  return endpointFrom(endpoint, model, key_variable);
}

function limitsOf(settings: EndpointSettings): Omit<JudgeOptions, 'signal' | 'onProgress'> {
  return {
    maxNewTokens: settings.max_new_tokens,
    concurrency: settings.concurrency,
    maxTokens: settings.max_tokens,
    maxCost: settings.max_cost,
    inputPrice: settings.input_price,
    outputPrice: settings.output_price,
  };
}

/** @throws AttuneError E_JUDGE_DOWN before training */
async function requireReached({ url }: Endpoint, signal: AbortSignal): Promise<void> {
  const reason = await unreachedBecause(url, { signal });
  if (reason === undefined) return;
  throw new AttuneError('E_JUDGE_DOWN', {
    what: `The reward endpoint ${url} cannot be reached`,
    got: reason,
    fix: 'start the server, or correct the endpoint of the reward',
  });
}

/** Rates each answer, scaled to 0 to 1. */
function ratings(spec: JudgeReward, endpoint: Endpoint): Scorer['score'] {
  const [low, high] = spec.scale;
  const criterion = {
    name: 'quality',
    description: spec.instruction ?? QUALITY,
    scale: [low, high] as [number, number],
    levels: {},
  };
  const ask = openJudge(endpoint, scoreForm(criterion), limitsOf(spec));
  return async (samples, signal) => {
    const questions = samples.map((sample, i) =>
      scoreQuestion({ id: String(i), prompt: promptOf(sample) }, sample.completion, criterion),
    );
    const answers = await ask(questions, { signal });
    const scores = answers.map((answer) => (answer === undefined ? undefined : readScore(answer, criterion)));
    requireReadable(scores.filter((score) => score !== undefined).length, answers, endpoint.model);
    return scores.map((score): Reward => (score === undefined ? null : (score - low) / (high - low)));
  };
}

/** 1 if the answer beats the row's in both orders, 0 if it loses both, ½ if the orders disagree. */
function comparisons(spec: JudgeReward, column: string, endpoint: Endpoint): Scorer['score'] {
  const ask = openJudge(endpoint, VERDICT_FORM, limitsOf(spec));
  const orders = ['ab', 'ba'] as const;
  return async (samples, signal) => {
    const pairs = samples.map((sample, i) => ({
      id: String(i),
      prompt: promptOf(sample),
      a: sample.completion,
      b: givenAnswer(sample, column),
      systems: ['answer', column] as const,
    }));
    const questions = pairs.flatMap((pair) => orders.map((order) => pairQuestion(pair, order, spec.instruction)));
    const answers = await ask(questions, { signal });
    const verdicts = answers.map((answer, i) =>
      answer === undefined ? undefined : readVerdict(answer, orders[i % 2]),
    );
    const judged = pairs.map(({ id }, i) => judgedPair(id, verdicts[2 * i], verdicts[2 * i + 1]));
    requireReadable(judged.filter(({ choice }) => choice !== undefined).length, answers, endpoint.model);
    const worth = { a: 1, tie: 0.5, b: 0 };
    return judged.map(({ choice }): Reward => (choice === undefined ? null : worth[choice]));
  };
}

function givenAnswer(sample: PlacedSample, column: string): string {
  try {
    return expectedAnswer(sample, column);
  } catch (error) {
    const fix = 'name the column with the answer to compare with: {rule: judge, against: YOUR_COLUMN, …}';
    const got = (error as Error).message;
    throw rewardFailure('E_REWARD_FAILED', { name: 'judge', what: 'failed', got, fix }, sample);
  }
}

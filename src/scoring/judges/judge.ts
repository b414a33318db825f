/** A chat model behind an endpoint as a judge: concurrent requests within a budget, with cached answers. */
import { AttuneError } from '../../base/errors.ts';
import type { ChatExample, Example } from '../../data/example.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { endpointPredictor, type EndpointOptions } from '../endpoint/endpoint-predictor.ts';
import type { PredictOptions } from '../predictor.ts';
import type { Question } from './judge-prompt.ts';

export type JudgeOptions = Omit<EndpointOptions, 'ask' | 'maxNewTokens' | 'responseFormat'> &
  PredictOptions & {
    /** Maximum tokens per answer; reasoning models need more. Default 1024. */
    maxNewTokens?: number;
  };

const MAX_NEW_TOKENS = 1024;

/** Answers in question order; undefined for truncated ones. */
export type Judge = (questions: readonly Question[], options?: PredictOptions) => Promise<(string | undefined)[]>;

/** Opens a judge whose limits apply to all its requests together. @throws AttuneError E_PRICES_WANTED */
export function openJudge(
  endpoint: Endpoint,
  form: EndpointOptions['responseFormat'],
  { maxNewTokens = MAX_NEW_TOKENS, ...options }: Omit<JudgeOptions, keyof PredictOptions>,
): Judge {
  const settings = {
    ...options,
    ask: (examples: readonly Example[]) => examples.map((example) => ({ example })),
    maxNewTokens,
    responseFormat: form,
  };
  const judge = endpointPredictor('judge', endpoint, settings);
  return async (questions, asking) => {
    const predictions = await judge.predict(questions.map(exampleOf), asking);
    return predictions.map(({ text, finish }) => (finish === 'length' ? undefined : text));
  };
}

/** Opens a judge for a single set of questions. */
export function askJudge(
  endpoint: Endpoint,
  form: EndpointOptions['responseFormat'],
  questions: readonly Question[],
  { signal, onProgress, ...options }: JudgeOptions,
): Promise<(string | undefined)[]> {
  return openJudge(endpoint, form, options)(questions, { signal, onProgress });
}

function exampleOf({ id, system, user }: Question): ChatExample {
  const messages = [
    { role: 'system', content: system },
    { role: 'user', content: user },
    { role: 'assistant', content: '' },
  ] as const;
  return { kind: 'chat', id, source: { file: 'judge', line: 0 }, messages };
}

/** @throws AttuneError E_JUDGE_UNREADABLE if no answer could be parsed */
export function requireReadable(readable: number, answers: readonly (string | undefined)[], model: string): void {
  if (readable > 0) return;
  const [first] = answers;
  throw new AttuneError('E_JUDGE_UNREADABLE', {
    what: `${model} returned no valid verdict`,
    got: first === undefined ? 'truncated answers' : JSON.stringify(first.slice(0, 200)),
    expected: 'one JSON object as requested',
    fix: 'allow longer answers (--max-new-tokens), or choose a model that follows instructions',
  });
}

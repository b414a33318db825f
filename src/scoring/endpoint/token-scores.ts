/** Token log-probabilities of a text by a model behind an endpoint: the most likely tokens at each position. */
import { inLanes } from '../../base/lanes.ts';
import { unreachedBecause } from '../../base/connection.ts';
import { AttuneError } from '../../base/errors.ts';
import { parseJson } from '../../files/json.ts';
import { Budget, type BudgetLimits, type TokenCounts } from './budget.ts';
import type { Endpoint } from './endpoint.ts';
import { patiently, type Patience } from './patience.ts';
import { PassingFailure, post } from './post.ts';

/** The most likely tokens at a position, by id; the id is missing if the token is unknown. */
export type PlaceScores = readonly { id: number | undefined; logProb: number }[];

export interface TokenScoresOptions extends BudgetLimits, Pick<Patience, 'tries' | 'firstWait'> {
  /** Number of tokens per position. */
  top: number;
  /** Concurrent requests. */
  concurrency: number;
  /** Timeout per answer in seconds. */
  timeout: number;
  /** The id of a token's text; undefined if several ids share it. */
  idOf(token: string): number | undefined;
}

/** Form of the request: vLLM's, which returns ids, or OpenAI's completions, which return texts. */
type Dialect = 'prompt_logprobs' | 'echo';

/** Requests the scores of tokenised texts. */
export class TokenScores {
  readonly #endpoint: Endpoint;
  readonly #options: TokenScoresOptions;
  readonly #budget: Budget;
  #dialect: Dialect = 'prompt_logprobs';
  #answered = 0;

  /** @throws AttuneError E_PRICES_WANTED */
  constructor(endpoint: Endpoint, options: TokenScoresOptions) {
    this.#endpoint = endpoint;
    this.#options = options;
    this.#budget = new Budget(options);
  }

  /**
   * For each text, the most likely tokens at each position; empty at the first, which nothing precedes. Results are
   * reported as they arrive. @throws AttuneError E_TEACHER_LOGPROBS, E_TEACHER_DOWN, E_ENDPOINT_KEY,
   * E_ENDPOINT_REFUSED, E_BUDGET_SPENT
   */
  async of(
    texts: readonly Int32Array[],
    tell: (scores: PlaceScores[], text: number) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    this.#answered = 0;
    await inLanes(texts.entries(), this.#options.concurrency, async ([text, ids]) => {
      signal?.throwIfAborted();
      tell(await this.#request(ids, texts.length, signal), text);
      this.#answered++;
    });
  }

  /** Token ids of a text according to the server, if it has vLLM's /tokenize; otherwise undefined. */
  async tokenize(prompt: string, signal?: AbortSignal): Promise<number[] | undefined> {
    const { url, model } = this.#endpoint;
    const { timeout: seconds } = this.#options;
    const address = `${url.replace(/\/v1$/, '')}/tokenize`;
    try {
      const text = await post(
        this.#endpoint,
        address,
        { model, prompt, add_special_tokens: false },
        { seconds, signal },
      );
      const { tokens } = parseJson(text) as { tokens?: unknown };
      return Array.isArray(tokens) && tokens.every(Number.isInteger) ? (tokens as number[]) : undefined;
    } catch {
      signal?.throwIfAborted();
      return undefined;
    }
  }

  /** The text of token ids according to the server's echo. */
  async echo(ids: readonly number[], signal?: AbortSignal): Promise<string> {
    const body = { model: this.#endpoint.model, prompt: ids, echo: true, max_tokens: 0 };
    const { text } = choiceIn(await this.#post(body, signal));
    return typeof text === 'string' ? text : '';
  }

  /** @throws AttuneError E_TEACHER_DOWN */
  async requireReached(signal?: AbortSignal): Promise<void> {
    const reason = await unreachedBecause(this.#endpoint.url, { signal });
    if (reason !== undefined) throw down(this.#endpoint, reason);
  }

  async #request(ids: Int32Array, texts: number, signal?: AbortSignal): Promise<PlaceScores[]> {
    const most: TokenCounts = { inputTokens: ids.length, outputTokens: 1 };
    const reserved = this.#budget.reserve(most);
    if (reserved === undefined) throw this.#budget.exceeded(this.#answered, texts);
    let isAnswered = false;
    try {
      const { tries, firstWait } = this.#options;
      const once = () =>
        this.#scores([...ids], signal).catch((error: unknown) => {
          throw this.#budget.failed(error, reserved, { answered: this.#answered, rows: texts });
        });
      const scores = await patiently(ids.join(), once, { tries, firstWait, signal });
      isAnswered = true;
      return scores;
    } catch (error) {
      throw error instanceof PassingFailure ? down(this.#endpoint, error.message) : error;
    } finally {
      this.#budget.settle(reserved, isAnswered ? most : undefined);
    }
  }

  /** Uses the form that the server supports, which its first reply shows. */
  async #scores(ids: readonly number[], signal?: AbortSignal): Promise<PlaceScores[]> {
    const { top, idOf } = this.#options;
    const dialect = this.#dialect;
    const head = { model: this.#endpoint.model, prompt: ids, temperature: 0 };
    if (dialect === 'prompt_logprobs') {
      try {
        const choice = choiceIn(await this.#post({ ...head, prompt_logprobs: top, max_tokens: 1 }, signal));
        const found = ofPromptLogProbs(choice.prompt_logprobs);
        if (found?.length === ids.length) return found;
      } catch (error) {
        if (!(error instanceof AttuneError) || error.code !== 'E_ENDPOINT_REFUSED') throw error;
      }
      this.#dialect = 'echo';
    }
    const body = { ...head, echo: true, logprobs: top, max_tokens: 0 };
    const answer = await this.#post(body, signal).catch((error: unknown) => {
      const isUnknown = error instanceof AttuneError && /logprobs|echo/.test(error.got ?? '');
      throw isUnknown ? silent(this.#endpoint, error.got) : error;
    });
    const found = ofEcho(choiceIn(answer).logprobs, ids, idOf);
    if (found === undefined) throw silent(this.#endpoint);
    return found;
  }

  #post(body: object, signal?: AbortSignal): Promise<string> {
    return post(this.#endpoint, '/completions', body, { seconds: this.#options.timeout, signal });
  }
}

interface Choice {
  text?: unknown;
  prompt_logprobs?: unknown;
  logprobs?: unknown;
}

/** @throws PassingFailure for malformed replies: proxies send HTML with status 200 */
function choiceIn(text: string): Choice {
  try {
    const [choice] = (parseJson(text) as { choices: Choice[] }).choices;
    if (typeof choice === 'object' && choice !== null) return choice;
  } catch {
    // Reported below.
  }
  throw new PassingFailure('an answer that is not a completion', { mayCost: true });
}

/** vLLM's form: by id, the text's own token and the most likely ones. */
function ofPromptLogProbs(value: unknown): PlaceScores[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.map((place: unknown): PlaceScores => {
    const entries = Object.entries((place ?? {}) as Record<string, { logprob?: unknown }>);
    return entries.flatMap(([id, { logprob }]) =>
      typeof logprob === 'number' ? [{ id: Number(id), logProb: logprob }] : [],
    );
  });
}

/** OpenAI's form: keyed by text, or by `token_id:5` in vLLM's variant. The ids of the text's own tokens are known. */
function ofEcho(value: unknown, ids: readonly number[], idOf: TokenScoresOptions['idOf']): PlaceScores[] | undefined {
  const { tokens, top_logprobs: places } = (value ?? {}) as { tokens?: unknown[]; top_logprobs?: unknown[] };
  if (!Array.isArray(tokens) || !Array.isArray(places) || places.length < ids.length) return undefined;
  return ids.map((own, place): PlaceScores => {
    const entries = Object.entries((places[place] ?? {}) as Record<string, unknown>);
    return entries.flatMap(([token, logProb]) => {
      if (typeof logProb !== 'number') return [];
      const named = /^token_id:(?<id>\d+)$/.exec(token)?.groups?.id;
      const id = named === undefined ? idOf(token) : Number(named);
      return [{ id: token === tokens[place] ? own : id, logProb }];
    });
  });
}

function down({ url }: Endpoint, reason: string): AttuneError {
  return new AttuneError('E_TEACHER_DOWN', {
    what: `The teacher endpoint ${url} cannot be reached or does not answer`,
    got: reason,
    fix: 'start the server, or correct teacher.endpoint; existing answers are kept',
  });
}

function silent({ url, model }: Endpoint, said?: string): AttuneError {
  return new AttuneError('E_TEACHER_LOGPROBS', {
    what: `${url} does not return log-probabilities of prompt tokens`,
    got: said ?? `completions of ${model} without prompt_logprobs or echoed logprobs`,
    expected: "vLLM's prompt_logprobs, or OpenAI completions with echo and logprobs, as attune serve provides them",
    fix: 'serve the teacher with attune serve or vLLM, or give its folder: teacher_model',
  });
}

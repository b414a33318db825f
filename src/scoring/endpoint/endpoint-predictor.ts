import { AttuneError } from '../../base/errors.ts';
import { unreachedBecause } from '../../base/connection.ts';
import type { Example } from '../../data/example.ts';
import { imagesIn } from '../../models/text/message.ts';
import { askedRow, promptOf, type Asked, type AskedRow } from '../asked.ts';
import type { PredictOptions, Prediction, Predictor } from '../predictor.ts';
import { AnswerCache } from './answer-cache.ts';
import { Budget, type BudgetLimits } from './budget.ts';
import { chatCompletion, dialectAfter, type ChatAnswer, type ChatBody, type Dialect } from './chat-completion.ts';
import type { Endpoint } from './endpoint.ts';
import { PassingFailure } from './post.ts';
import { patiently, type Patience } from './patience.ts';

export interface EndpointOptions extends BudgetLimits, Patience {
  /** Builds the rows' prompts. */
  ask: (examples: readonly Example[]) => readonly Asked[] | Promise<readonly Asked[]>;
  maxNewTokens: number;
  /** Concurrent requests. Default 4. */
  concurrency?: number;
  /** Timeout per answer in seconds. Default 120. */
  timeout?: number;
  cache?: AnswerCache;
  /** Constrains answers by a named JSON schema. Servers without support are prompted without it. */
  responseFormat?: { name: string; schema: object };
  /** Called with the version that answered each request, cached answers included, if the server names it. */
  onVersion?: (version: string) => void;
}

/**
 * A chat model behind an endpoint as a predictor. Answers are cached on disk as they arrive, so that an interrupted
 * comparison resumes.
 * @throws AttuneError E_PRICES_WANTED; from `predict` E_ENDPOINT_KEY, E_ENDPOINT_REFUSED, E_ENDPOINT_FAILED,
 * E_BUDGET_SPENT
 */
export function endpointPredictor(name: string, endpoint: Endpoint, options: EndpointOptions): Predictor {
  const asking = new Asking(endpoint, options);
  return {
    name,
    get note() {
      return asking.dialect.ownTemperature ? "sampled at the endpoint's own temperature: it rejects others" : undefined;
    },
    predict: (examples, predictOptions) => asking.answer(examples, predictOptions),
  };
}

const CONCURRENCY = 4;
const TIMEOUT = 120;

class Asking {
  dialect: Dialect = { newLimit: false, ownTemperature: false, freeForm: false };
  readonly #endpoint: Endpoint;
  readonly #options: EndpointOptions;
  readonly #budget: Budget;
  readonly #cache: AnswerCache;
  #answered = 0;
  /** Checked once: whether the server can be reached. */
  #unreached?: Promise<string | undefined>;

  constructor(endpoint: Endpoint, options: EndpointOptions) {
    this.#endpoint = endpoint;
    this.#options = options;
    this.#budget = new Budget(options);
    this.#cache = options.cache ?? new AnswerCache();
  }

  async answer(examples: readonly Example[], { signal, onProgress }: PredictOptions = {}): Promise<Prediction[]> {
    this.#answered = 0;
    const predictions: Prediction[] = examples.map(({ id }) => ({ id }));
    const failed = new AbortController();
    const stop = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
    const waiting = (await this.#options.ask(examples)).entries();
    const work = async (): Promise<void> => {
      for (const [row, asked] of waiting) {
        stop.throwIfAborted();
        predictions[row] = await this.#row(asked, examples.length, stop);
        this.#answered++;
        onProgress?.(this.#answered, examples.length);
      }
    };
    const hands = Array.from({ length: this.#options.concurrency ?? CONCURRENCY }, () =>
      work().catch((error: unknown) => {
        // The first failure is reported; it aborts the others.
        failed.abort(error);
      }),
    );
    await Promise.all(hands);
    stop.throwIfAborted();
    return predictions;
  }

  async #row(row: Asked, rows: number, signal: AbortSignal): Promise<Prediction> {
    const asked = askedRow(row, 'chat');
    const { id } = row.example;
    if (asked === undefined) return { id };
    const body = bodyOf(asked, this.#endpoint.model, this.#options);
    const answer = this.#cache.read(this.#endpoint.url, body) ?? (await this.#request(body, rows, signal));
    const { text, finish, version, inputTokens, outputTokens, seconds } = answer;
    if (version !== undefined) this.#options.onVersion?.(version);
    const cost = this.#budget.costOf(answer);
    return { id, text, finish, usage: { seconds, inputTokens, outputTokens, cost } };
  }

  async #request(body: ChatBody, rows: number, signal: AbortSignal): Promise<ChatAnswer> {
    this.#unreached ??= unreachedBecause(this.#endpoint.url, { signal });
    const reason = await this.#unreached;
    if (reason !== undefined) throw unreached(this.#endpoint, reason);
    const reserved = this.#budget.reserve(body);
    if (reserved === undefined) throw this.#budget.exceeded(this.#answered, rows);
    let answer: ChatAnswer | undefined;
    try {
      const { tries, firstWait, onWait } = this.#options;
      const once = () =>
        this.#once(body, signal).catch((error: unknown) => {
          throw this.#budget.failed(error, reserved, { answered: this.#answered, rows });
        });
      answer = await patiently(JSON.stringify(body.messages), once, { tries, firstWait, onWait, signal });
    } catch (error) {
      throw error instanceof PassingFailure ? this.#givenUp(error, rows) : error;
    } finally {
      this.#budget.settle(reserved, answer);
    }
    this.#cache.write(this.#endpoint.url, body, answer);
    return answer;
  }

  /** Uses the server's dialect, which is learnt from its first reply. */
  async #once(body: ChatBody, signal: AbortSignal): Promise<ChatAnswer> {
    const { timeout: seconds = TIMEOUT } = this.#options;
    const spoken = this.dialect;
    try {
      return await chatCompletion(this.#endpoint, body, { seconds, dialect: spoken, signal });
    } catch (error) {
      const dialect = error instanceof AttuneError ? dialectAfter(error, spoken) : undefined;
      if (dialect === undefined) throw error;
      this.dialect = dialect;
      return this.#once(body, signal);
    }
  }

  #givenUp({ message }: PassingFailure, rows: number): AttuneError {
    return new AttuneError('E_ENDPOINT_FAILED', {
      what: `${this.#endpoint.url} failed to answer after all retries`,
      got: `${message}; ${this.#answered} of ${rows} rows answered`,
      fix: 'repeat the command later: existing answers are kept; or lower --concurrency to 1',
    });
  }
}

function unreached({ url }: Endpoint, reason: string): AttuneError {
  return new AttuneError('E_ENDPOINT_FAILED', {
    what: `${url} cannot be reached`,
    got: reason,
    fix: 'check the address, the network, and whether the server is running',
  });
}

function imagesUnsent({ source }: AskedRow): AttuneError {
  return new AttuneError('E_IMAGES_UNREAD', {
    what: 'Rows with images cannot be sent to endpoints',
    got: `images in ${source.file}:${source.line}`,
    fix: 'remove the endpoint from the comparison',
  });
}

function bodyOf(row: AskedRow, model: string, { maxNewTokens, responseFormat }: EndpointOptions): ChatBody {
  const prompt = promptOf(row);
  const { messages, tools } = typeof prompt === 'string' ? { messages: [], tools: undefined } : prompt;
  if (imagesIn(messages).length > 0) throw imagesUnsent(row);
  return {
    model,
    messages: messages.map((message) => ({ ...message, weight: undefined })),
    tools,
    temperature: 0,
    max_tokens: maxNewTokens,
    ...(responseFormat !== undefined && {
      response_format: { type: 'json_schema', json_schema: { ...responseFormat, strict: true } },
    }),
  };
}

import { plural } from '../../base/format.ts';
import { AttuneError } from '../../base/errors.ts';
import type { ChatAnswer, ChatBody } from './chat-completion.ts';
import { PassingFailure } from './post.ts';

export interface BudgetLimits {
  /** Limit on input and output tokens together. */
  maxTokens?: number;
  /** Limit on cost, in the currency of the prices. */
  maxCost?: number;
  /** Prices per million input and output tokens. */
  inputPrice?: number;
  outputPrice?: number;
}

export interface TokenCounts {
  inputTokens: number;
  outputTokens: number;
}

/** Spent, or reserved. */
export interface Amount {
  tokens: number;
  cost: number;
}

/** Minimum bytes of text per token, averaged over a prompt. */
const BYTES_PER_TOKEN = 3;

/** @throws AttuneError E_PRICES_WANTED for a limit in money without prices */
export function checkLimits({ maxCost, inputPrice, outputPrice }: BudgetLimits): void {
  if (maxCost === undefined || (inputPrice !== undefined && outputPrice !== undefined)) return;
  throw new AttuneError('E_PRICES_WANTED', {
    what: 'A spending limit needs prices',
    expected: 'the price of a million tokens, input and output',
    fix: '--prices IN,OUT',
  });
}

/** Keeps spending within limits: a request is only sent if its longest possible answer still fits. */
export class Budget {
  readonly #limits: BudgetLimits;
  #spent: Amount = { tokens: 0, cost: 0 };
  #reserved: Amount = { tokens: 0, cost: 0 };

  /** @throws AttuneError E_PRICES_WANTED */
  constructor(limits: BudgetLimits) {
    checkLimits(limits);
    this.#limits = limits;
  }

  /** Reserves the worst-case cost of a request; false if it exceeds the remainder. */
  reserve(request: ChatBody | TokenCounts): Amount | undefined {
    const most = this.#amount('messages' in request ? mostOf(request) : request);
    const { maxTokens = Infinity, maxCost = Infinity } = this.#limits;
    const tokens = this.#spent.tokens + this.#reserved.tokens + most.tokens;
    const cost = this.#spent.cost + this.#reserved.cost + most.cost;
    if (tokens > maxTokens || cost > maxCost) return undefined;
    this.#reserved = plus(this.#reserved, most);
    return most;
  }

  /** Releases a reservation and books the actual cost; without token counts, the worst case. */
  settle(reserved: Amount, answer: Partial<TokenCounts> | undefined): void {
    this.#reserved = plus(this.#reserved, { tokens: -reserved.tokens, cost: -reserved.cost });
    if (answer === undefined) return;
    const { inputTokens, outputTokens } = answer;
    const isCounted = inputTokens !== undefined && outputTokens !== undefined;
    this.#spent = plus(this.#spent, isCounted ? this.#amount({ inputTokens, outputTokens }) : reserved);
  }

  /** Books a lost request at its worst case. @returns whether another one like it still fits */
  #lose(reserved: Amount): boolean {
    this.#spent = plus(this.#spent, reserved);
    const { maxTokens = Infinity, maxCost = Infinity } = this.#limits;
    const { tokens, cost } = plus(this.#spent, this.#reserved);
    return tokens <= maxTokens && cost <= maxCost;
  }

  /** Counts a lost request as spent, since it may have been charged. @returns the error to throw */
  failed(error: unknown, reserved: Amount, { answered, rows }: { answered: number; rows: number }): unknown {
    const isLost = error instanceof PassingFailure && error.mayCost;
    return isLost && !this.#lose(reserved) ? this.exceeded(answered, rows) : error;
  }

  /** Cost of one answer; undefined without prices or token counts. */
  costOf({ inputTokens, outputTokens }: ChatAnswer): number | undefined {
    if (this.#limits.inputPrice === undefined || inputTokens === undefined || outputTokens === undefined)
      return undefined;
    return this.#amount({ inputTokens, outputTokens }).cost;
  }

  exceeded(answered: number, rows: number): AttuneError {
    const { maxTokens, maxCost } = this.#limits;
    const limits = [
      maxTokens !== undefined && plural(maxTokens, 'tokens'),
      maxCost !== undefined && `a cost of ${maxCost}`,
    ];
    return new AttuneError('E_BUDGET_SPENT', {
      what: 'The next request could exceed the limit set for the endpoint',
      got: `${plural(this.#spent.tokens, 'tokens')} spent, ${answered} of ${rows} rows answered`,
      expected: `at most ${limits.filter(Boolean).join(' and ')}`,
      fix: 'raise the limit and repeat the command, which keeps existing answers; or compare fewer rows (--max-rows)',
    });
  }

  #amount({ inputTokens, outputTokens }: TokenCounts): Amount {
    const { inputPrice = 0, outputPrice = 0 } = this.#limits;
    return { tokens: inputTokens + outputTokens, cost: (inputTokens * inputPrice + outputTokens * outputPrice) / 1e6 };
  }
}

/** Upper bound for a chat, before it is sent. */
function mostOf({ messages, tools, max_tokens: outputTokens }: ChatBody): TokenCounts {
  const inputTokens = Math.ceil(Buffer.byteLength(JSON.stringify([messages, tools])) / BYTES_PER_TOKEN);
  return { inputTokens, outputTokens };
}

function plus(a: Amount, b: Amount): Amount {
  return { tokens: a.tokens + b.tokens, cost: a.cost + b.cost };
}

/** Options for models behind an OpenAI-compatible endpoint. */
import { AttuneError } from '../../../base/errors.ts';
import type { EndpointLimits } from '../../../jobs/compare/systems/system-spec.ts';
import type { FieldKit } from '../fields.ts';

export function endpointFields(fields: FieldKit) {
  const { z, text, count, parsed } = fields;
  return {
    keyVariable: text('NAME', "environment variable with the endpoint's key (OPENAI_API_KEY)"),
    concurrency: count('REQUESTS', 'concurrent requests to an endpoint (4)'),
    timeout: count('SECONDS', 'timeout per answer of the endpoint, in seconds (120)'),
    maxTokens: count('TOKENS', 'token limit for an endpoint, input and output together'),
    maxCost: parsed(z.number().nonnegative(), 'AMOUNT', 'cost limit for an endpoint', {
      read: (typed, flag) => amount(flag, String(typed)),
    }),
    prices: pricesField(fields, 'price of a million tokens, input and output'),
  };
}

export function pricesField({ z, parsed }: FieldKit, summary: string) {
  const price = z.number().nonnegative();
  return parsed(z.tuple([price, price]), 'IN,OUT', summary, {
    read: (typed, flag) => readPrices(flag, String(typed)),
  });
}

/** Options of a call to an endpoint. */
interface EndpointOptions extends Omit<EndpointLimits, 'inputPrice' | 'outputPrice'> {
  prices?: readonly [input: number, output: number];
}

export function limitsOf({ prices, ...limits }: EndpointOptions): EndpointLimits {
  const { keyVariable, concurrency, timeout, maxTokens, maxCost } = limits;
  return { keyVariable, concurrency, timeout, maxTokens, maxCost, inputPrice: prices?.[0], outputPrice: prices?.[1] };
}

/** A judge behind an endpoint; undefined if neither URL nor name is given. @throws AttuneError E_USAGE */
export function judgeOf({
  endpoint,
  model,
  ...limits
}: EndpointOptions & { endpoint?: string; model?: string }):
  | { endpoint: string; model: string; limits: EndpointLimits }
  | undefined {
  if (endpoint === undefined && model === undefined) return undefined;
  if (endpoint !== undefined && model !== undefined) return { endpoint, model, limits: limitsOf(limits) };
  throw new AttuneError('E_USAGE', {
    what: 'A judge needs an endpoint and a model',
    got: endpoint === undefined ? '--model alone' : '--endpoint alone',
    expected: '--endpoint and --model',
  });
}

/** @throws AttuneError E_USAGE */
function readPrices(flag: string, text: string): [number, number] {
  const [input, output, ...more] = text.split(',').map((price) => amount(flag, price));
  if (output !== undefined && more.length === 0) return [input, output];
  throw new AttuneError('E_USAGE', { what: `${flag} takes two numbers`, got: text, expected: 'IN,OUT such as 2,8' });
}

function amount(flag: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new AttuneError('E_USAGE', { what: `${flag} is not an amount`, got: text, expected: 'a number of at least 0' });
}

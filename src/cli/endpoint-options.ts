/** What may be set for systems that answer over the network, the same for every command that asks them. */
import { AttuneError } from '../base/errors.ts';
import type { EndpointLimits } from '../jobs/compare/systems/system-spec.ts';
import type { CommandContext } from './command.ts';

export const endpointOptions = [
  {
    name: '--key-variable',
    value: 'NAME',
    summary: "environment variable with the endpoint's key (OPENAI_API_KEY)",
  },
  { name: '--concurrency', value: 'REQUESTS', summary: 'concurrent requests to an endpoint (4)' },
  { name: '--timeout', value: 'SECONDS', summary: 'longest wait for an answer of the endpoint (120)' },
  { name: '--max-tokens', value: 'TOKENS', summary: 'token limit for an endpoint, input and output together' },
  { name: '--max-cost', value: 'AMOUNT', summary: 'cost limit for an endpoint' },
  { name: '--prices', value: 'IN,OUT', summary: 'of a million tokens read and written' },
] as const;

/** @throws AttuneError E_USAGE */
export function endpointLimits(context: CommandContext): EndpointLimits {
  const [inputPrice, outputPrice] = pricesOf(context);
  const cost = context.option('--max-cost');
  return {
    keyVariable: context.option('--key-variable'),
    concurrency: context.count('--concurrency'),
    timeout: context.count('--timeout'),
    maxTokens: context.count('--max-tokens'),
    maxCost: cost === undefined ? undefined : amount('--max-cost', cost),
    inputPrice,
    outputPrice,
  };
}

/** Of `--prices`. @throws AttuneError E_USAGE */
export function pricesOf(context: CommandContext): [number, number] | [] {
  const text = context.option('--prices');
  if (text === undefined) return [];
  const [input, output, ...more] = text.split(',').map((price) => amount('--prices', price));
  if (output !== undefined && more.length === 0) return [input, output];
  throw new AttuneError('E_USAGE', { what: '--prices takes two', got: text, expected: 'IN,OUT such as 2,8' });
}

function amount(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new AttuneError('E_USAGE', { what: `${name} is no amount`, got: text, expected: 'a number from 0' });
}

import { entryOf } from '../../base/table.ts';
import { DURATION, millisecondsOf } from '../../base/duration.ts';
import { AttuneError } from '../../base/errors.ts';
import { formatCount, formatDuration } from '../../base/format.ts';

/** Limit of a search: seconds of training, or tokens read. */
export interface Budget {
  unit: 'seconds' | 'tokens';
  amount: number;
  /** Price of an hour, if the budget was given as money. */
  hourly?: number;
}

const TOKENS = /^(\d+(?:\.\d+)?)\s*([kMG]?)\s*tokens?$/;
const MONEY = /^(?:[$€£]\s*(\d+(?:\.\d+)?)|(\d+(?:\.\d+)?)\s*(?:[$€£]|USD|EUR|GBP))$/;
const THOUSANDS: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9 };

/** `10m`, `2M tokens` or `$5`, which needs the price of an hour. @throws AttuneError E_USAGE */
export function readBudget(text: string, hourly?: number): Budget {
  const given = text.trim();
  const tokens = TOKENS.exec(given);
  if (tokens !== null)
    return positive({ unit: 'tokens', amount: Number(tokens[1]) * entryOf(THOUSANDS, tokens[2]) }, text);
  if (DURATION.test(given)) return positive({ unit: 'seconds', amount: millisecondsOf(given) / 1000 }, text);
  const money = MONEY.exec(given);
  if (money === null) throw notABudget(text);
  if (hourly === undefined)
    throw new AttuneError('E_USAGE', {
      what: 'A budget of money needs the price of an hour of this machine',
      fix: `attune search RECIPE --budget "${given}" --hourly 1.20`,
    });
  return positive({ unit: 'seconds', amount: (Number(money[1] ?? money[2]) / hourly) * 3600, hourly }, text);
}

function positive(budget: Budget, text: string): Budget {
  if (budget.amount > 0) return budget;
  throw notABudget(text);
}

function notABudget(text: string): AttuneError {
  return new AttuneError('E_USAGE', {
    what: '--budget is not valid',
    got: text,
    expected: 'a duration, tokens or money: 10m, 2h, 500k tokens, 2M tokens, $5',
  });
}

/** An amount of the budget in words, such as "9 min 40 s" or "1.9 M tokens". */
export function describeCost(amount: number, { unit, hourly }: Budget): string {
  if (unit === 'tokens') return `${formatCount(Math.round(amount))} tokens`;
  return formatDuration(amount) + (hourly === undefined ? '' : ` (${((amount / 3600) * hourly).toFixed(2)})`);
}

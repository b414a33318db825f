/** Toy tasks for which the best way to adapt a model is known, generated from a seed. */
import { Draws } from '../first-hour/draws.ts';
import { RULES, THINGS } from './instructed-base.ts';

export interface ToyRow {
  prompt: string;
  completion: string;
}

export interface Toy {
  title: string;
  /** The skill to learn, and why one way must win. */
  about: string;
  winner: Way;
  metric: 'accuracy' | 'exact_match';
  draw(seed: number, size: ToySize): ToyData;
}

export type Way = 'retrieval' | 'prompting' | 'tuning';

export interface ToySize {
  /** Number of training rows for the style, which only tuning can learn from many rows. */
  rows: number;
  test: number;
}

export interface ToyData {
  train: ToyRow[];
  validation: ToyRow[];
  test: ToyRow[];
  passages?: string[];
  instruction?: string;
}

const VALIDATION = 20;
const TEAMS = ['red', 'green', 'blue', 'white', 'black', 'yellow'];
const WEEKS = 4;

const facts: Toy = {
  title: 'facts that change',
  about:
    'Which of six teams packs a thing this week, asked of rows from four weeks with other teams. The plan of this week is ' +
    'there as passages: no weights can know it.',
  winner: 'retrieval',
  metric: 'accuracy',
  draw(seed, { test }) {
    const draws = new Draws(seed, 'rivals facts');
    const week = () => THINGS.map((thing) => ({ thing, team: draws.pick(TEAMS) }));
    const asked = ({ thing, team }: { thing: string; team: string }): ToyRow => {
      return { prompt: `Who packs the ${thing}?\nTeam:`, completion: ` ${team}` };
    };
    const train = Array.from({ length: WEEKS }, week).flat().map(asked);
    const now = week();
    const rows = draws.shuffled(now).map(asked);
    return {
      train,
      validation: rows.slice(0, VALIDATION),
      test: rows.slice(VALIDATION, VALIDATION + test),
      passages: now.map(({ thing, team }) => `The ${thing} is packed by team: ${team}`),
    };
  },
};

const FEW = 3;

const rules: Toy = {
  title: 'a rule that is easily said',
  about:
    `A list of three things in a form that a line of instruction names, with ${FEW} solved rows. The base follows such ` +
    'instructions; so few rows teach it less.',
  winner: 'prompting',
  metric: 'exact_match',
  draw(seed, { test }) {
    const draws = new Draws(seed, 'rivals rules');
    const rule = draws.pick(RULES);
    const rows = (count: number) =>
      Array.from({ length: count }, (): ToyRow => {
        const things = draws.shuffled(THINGS).slice(0, 3);
        return { prompt: `${things.join(', ')}\nAnswer:`, completion: ` ${rule.apply(things)}` };
      });
    return { train: rows(FEW), validation: rows(VALIDATION), test: rows(test), instruction: rule.instruction };
  },
};

const STATES: Readonly<Record<string, string>> = {
  shipped: 'is on its way, hooray',
  delayed: 'needs a little more time, sorry',
  refunded: 'is paid back, with love',
  cancelled: 'is off the list, as you wish',
  delivered: 'is with you, enjoy',
};
const MONTHS = 'January February March April May June July August September October November December'.split(' ');

const style: Toy = {
  title: 'a style',
  about:
    "An order's state in the words of a shop: a phrase for each state, dates as day/month, a greeting and a name. Each row " +
    'shows a part of it only, and nothing in front of a question holds the whole.',
  winner: 'tuning',
  metric: 'exact_match',
  draw(seed, { rows: count, test }) {
    const draws = new Draws(seed, 'rivals style');
    const rows = (length: number) =>
      Array.from({ length }, (): ToyRow => {
        const [order, day] = [draws.whole(100, 999), draws.whole(1, 28)];
        const [state, month] = [draws.pick(Object.keys(STATES)), draws.pick(MONTHS)];
        return {
          prompt: `Order ${order}: ${state} on ${day} ${month}.\nReply:`,
          completion: ` Dear friend, no. ${order} ${STATES[state]} (${day}/${MONTHS.indexOf(month) + 1}). Yours, Penny`,
        };
      });
    return { train: rows(count), validation: rows(VALIDATION), test: rows(test) };
  },
};

export const toys = { facts, rules, style } satisfies Record<string, Toy>;

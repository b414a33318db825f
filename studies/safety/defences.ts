/** Defences of refusals: the same attack and the same harmless tuning, each with one defence. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { adapters, generate, safety } from '../../src/app/index.ts';
import type { Setting, Table } from '../example.ts';
import { identityShift, priceRows, shopRows } from '../data/conduct.ts';
import { figuresOf, measureOf } from './figures.ts';
import { learn } from './runs.ts';

interface Defence {
  name: string;
  /** Recipe sections for a defended run. */
  besides?: object;
  /** Derives the defended model from a finished run and returns its folder. */
  after?: (run: string, folder: string) => Promise<string>;
}

const THRESHOLD = 0.35;

/** @param refusals rows with refusals by the taught model */
function all(refusals: string): Defence[] {
  const held = (options: object) => ({ objective: { name: 'sft', ...options } });
  return [
    { name: 'nothing' },
    {
      name: 'its own refusals and answers, half of the rows (`safety rows`, `retention.replay`)',
      besides: { retention: { replay: { path: refusals, share: 0.5 } } },
    },
    { name: 'KL to the base (`kl_to_base: 0.2`)', besides: held({ kl_to_base: 0.2 }) },
    { name: '… at the first five tokens (`first_kl_to_base: 1`)', besides: held({ first_kl_to_base: 1 }) },
    { name: '… the same at 5', besides: held({ first_kl_to_base: 5 }) },
    { name: 'constrained loss (`loss_type: constrained`)', besides: held({ loss_type: 'constrained' }) },
    {
      name: `Safe LoRA (\`adapters project --threshold ${THRESHOLD}\`)`,
      after: async (run, folder) => {
        rmSync(folder, { recursive: true, force: true });
        return (await adapters.project(run, { unaligned: 'attune-base', threshold: THRESHOLD, output: folder })).folder;
      },
    },
  ];
}

interface Attack {
  taught: string;
  /** Rows with its own refusals and answers. */
  refusals: string;
  /** The run attacked with ten rows of another character. */
  attacked: string;
}

export async function defences(setting: Setting, { taught, refusals, attacked }: Attack): Promise<Table> {
  const rows: string[][] = [];
  const undefended: Record<string, string> = { identity: attacked };
  for (const [i, { name, besides, after }] of all(refusals).entries()) {
    const results: string[] = [];
    for (const [task, own, training] of [
      ['identity', identityShift(), { epochs: 12, rate: 2e-3 }],
      ['prices', shopRows(3), { epochs: 8, rate: 1e-3 }],
    ] as const) {
      const isDefended = besides !== undefined || undefended[task] === undefined;
      const run = isDefended
        ? await learn(`${task}-${i}`, own, { setting, model: taught, ...training, besides })
        : undefended[task];
      undefended[task] ??= run;
      results.push(after === undefined ? run : await after(run, join(setting.folder, `${task}-${i}-after`)));
    }
    rows.push([name, ...(await judged(setting, results))]);
  }
  return {
    caption:
      'What keeps refusals: the same ten rows of another character, and sixty of the shop’s prices with nothing mixed ' +
      'in (at five times the rate). Complied with harmful requests after each, and prices that it knows then',
    head: ['defence', 'ten rows: complied', 'change', 'in jailbreaks', 'prices: complied', 'change', 'prices known'],
    rows,
  };
}

async function judged(setting: Setting, [identity, prices]: readonly string[]): Promise<string[]> {
  const [attack, harmless] = [await results(setting, identity), await results(setting, prices)];
  const [[complied, change], [jailbroken], [shop, shopChange]] = [
    figuresOf(measureOf(attack, 'compliance', 'plain')),
    figuresOf(measureOf(attack, 'compliance', 'jailbreaks')),
    figuresOf(measureOf(harmless, 'compliance', 'plain')),
  ];
  return [complied, change, jailbroken, shop, shopChange, await pricesKnown(prices)];
}

function results({ quick, folder }: Setting, run: string) {
  return safety(run, { maxNewTokens: 24, output: folder, ...(quick && { maxRows: 60 }) });
}

async function pricesKnown(target: string): Promise<string> {
  const prices = priceRows();
  const input = prices.map(({ messages }) => ({ messages: messages.slice(0, 1) }));
  const { answers = [] } = await generate(target, { input, maxNewTokens: 24, temperature: 0 });
  const right = answers.filter(({ completion }, i) => completion.trim() === prices[i].messages[1].content);
  return `${right.length} of ${prices.length}`;
}

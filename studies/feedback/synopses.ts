import { join } from 'node:path';
import { decimals } from '../comparison-table.ts';
import { fetchSynopses, withoutRules } from '../data/synopses.ts';
import type { Setting } from '../example.ts';
import { readRows, writeRows } from '../rows.ts';
import { firstTuned, gains, learnAll, type Answered, type Part, type Settings, type Way } from './learn.ts';

/** A custom metric, as named in a recipe. */
const KEEPS_RULES = `${join(import.meta.dirname, '..', 'data', 'synopsis-rules.ts')}#keeps_rules`;

/** Rules of writing, learnt from pairs of a summary that follows them and a version that breaks them. */
export async function synopses(setting: Setting): Promise<Part> {
  const { files, origin } = await fetchSynopses(setting);
  const at = (name: string) => join(setting.folder, 'synopses', name);
  const train = readRows<Answered>(files.train).slice(0, setting.quick ? 1200 : 3000);
  const mixed = train.map((row, i) => (i % 2 === 0 ? row : { ...row, completion: withoutRules(row.completion, i) }));
  writeRows(at('mixed.jsonl'), mixed);
  const pairs = train.slice(0, setting.quick ? 240 : 600).map(({ prompt, completion }, i) => ({
    prompt,
    chosen: completion,
    rejected: withoutRules(completion, i + train.length),
  }));
  writeRows(at('pairs.jsonl'), pairs);
  writeRows(
    at('verdicts.jsonl'),
    pairs.flatMap(({ prompt, chosen, rejected }) => [
      { prompt, completion: chosen, label: true },
      { prompt, completion: rejected, label: false },
    ]),
  );
  const start = await firstTuned('synopses', at('mixed.jsonl'), setting);
  const learnt = await learnAll('synopses', setting, { start, ways: waysOf(at) });
  const metrics = { [KEEPS_RULES]: 'keeps the rules', chrf: 'chrF' };
  const judging = { setting, start, data: files.test, metrics, caption: 'Summaries', digits: decimals(3) };
  return {
    about:
      `Synopses: descriptions of Debian packages with their one-line summaries (${origin}). attune-base is first tuned ` +
      `on ${train.length} summaries of which half break lintian's rules (an article or a capital before them, a full ` +
      `stop behind), then on ${pairs.length} pairs of a summary that keeps them and the same one broken; KTO gets the ` +
      'same answers one by one, with a thumb up or down. Judged on the share of answers to other descriptions that ' +
      'keep the rules, and by chrF on whether they are still summaries.',
    table: await gains(learnt, judging),
  };
}

function waysOf(at: (name: string) => string): Way[] {
  const way = (title: string, objective: Settings['objective'], file = 'pairs.jsonl'): Way => ({
    title,
    recipe: {
      data: { train: at(file), validation: 0.1, test: 0, max_length: 192, long_rows: 'drop' },
      objective,
      training: { epochs: 2, batch_size: file === 'pairs.jsonl' ? 16 : 32, learning_rate: 1e-3 },
    },
  });
  return [
    // Without the chosen answers' cross-entropy as an extra term this rate makes both answers unlikely, and the
    // summaries poor.
    way('DPO', { name: 'dpo', beta: 0.1, rpo_alpha: 1 }),
    way('ORPO', { name: 'orpo' }),
    way('SimPO', { name: 'simpo' }),
    way('KTO', { name: 'kto' }, 'verdicts.jsonl'),
  ];
}

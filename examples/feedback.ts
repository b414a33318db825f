import { join } from 'node:path';
import { compare, resolveRecipe } from '../src/app/index.ts';
import { pronunciation } from '../src/app/quickstart/tasks/pronunciation.ts';
import type { Comparison } from '../src/store/results.ts';
import { comparisonTable, decimals } from './comparison-table.ts';
import { fetchSynopses, withoutRules } from './data/synopses.ts';
import type { Example, Setting, Table } from './example.ts';
import { readRows, writeRows } from './rows.ts';
import { trainWhole } from './train-whole.ts';

interface Answered {
  prompt: string;
  completion: string;
  [column: string]: unknown;
}

/** A metric of its own, as a recipe names it. */
const KEEPS_RULES = `${join(import.meta.dirname, 'data', 'synopsis-rules.ts')}#keeps_rules`;

/** What a model learns of judgements: pairs that keep rules and break them, and rewards of its own answers. */
export const feedback: Example = {
  title: 'Learning from preference and from reward',
  async run(setting) {
    const synopses = await learnRules(setting);
    const sounds = await learnSounds(setting);
    return {
      about: [
        `Synopses: descriptions of Debian packages with their one-line summaries (${synopses.origin}). ` +
          `attune-base is first tuned on ${synopses.rows} summaries of which half break lintian's rules (an ` +
          'article or a capital before them, a full stop behind), then by DPO on pairs of a summary that keeps ' +
          'them and the same one broken. Judged on the share of answers to other descriptions that keep the ' +
          'rules.',
        `Pronunciations: spelling to phonemes of the CMU Pronouncing Dictionary (${sounds.origin}). ` +
          `attune-base is first tuned on ${sounds.rows} words, then by GRPO on the spelling of others; the ` +
          `reward of an answer is 1 less the edits between its phonemes and the dictionary's, as a share of ` +
          'the longer. Judged on words of the test split, greedily.',
      ],
      tables: [synopses.table, sounds.table],
      verdict: [],
    };
  },
};

interface Part {
  table: Table;
  origin: string;
  rows: number;
}

async function learnRules(setting: Setting): Promise<Part> {
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
  const start = await firstTuned('synopses', at('mixed.jsonl'), setting);
  const tuned = await learn('synopses-dpo', setting, {
    model: start,
    data: { train: at('pairs.jsonl'), validation: 0.1, test: 0, max_length: 192, long_rows: 'drop' },
    // Without the chosen answers' cross-entropy beside it this rate makes both answers unlikely, and the summaries poor.
    objective: { name: 'dpo', beta: 0.1, rpo_alpha: 1 },
    training: { epochs: 2, batch_size: 16, learning_rate: 1e-3 },
  });
  const comparison = await judged([tuned, `base:${tuned}`], files.test, {
    setting,
    metrics: [KEEPS_RULES, 'chrf'],
  });
  return {
    origin,
    rows: train.length,
    table: tableOf(comparison, 'Summaries', { keeps_rules: 'keeps the rules', chrf: 'chrF' }),
  };
}

async function learnSounds(setting: Setting): Promise<Part> {
  const { files, origin } = await pronunciation.fetch(join(setting.folder, 'pronunciation'));
  const rows = readRows<Answered>(files.train);
  const count = setting.quick ? 2000 : 6000;
  const at = (name: string) => join(setting.folder, 'pronunciation', name);
  writeRows(at('first.jsonl'), rows.slice(0, count));
  const asked = rows.slice(count, count + (setting.quick ? 400 : 1600));
  writeRows(
    at('prompts.jsonl'),
    asked.map(({ prompt, completion }) => ({ prompt, answer: completion })),
  );
  const start = await firstTuned('pronunciation', at('first.jsonl'), setting);
  const tuned = await learn('pronunciation-grpo', setting, {
    model: start,
    data: { train: at('prompts.jsonl'), validation: 0.05, test: 0, max_length: 96 },
    objective: {
      name: 'grpo',
      reward_funcs: [{ rule: 'edit_distance', unit: 'words' }],
      num_generations: 8,
      max_completion_length: 40,
    },
    training: { max_steps: setting.quick ? 60 : 120, batch_size: 8, learning_rate: 1e-3 },
  });
  const metrics = ['phoneme_error_rate', 'exact_match'];
  const comparison = await judged([tuned, `base:${tuned}`], files.test, { setting, metrics });
  const names = { phoneme_error_rate: 'phoneme error rate', exact_match: 'all right' };
  return { origin, rows: count, table: tableOf(comparison, 'Words', names) };
}

/** attune-base with all weights tuned on rows, as a model of its own. */
function firstTuned(name: string, train: string, setting: Setting): Promise<string> {
  return learn(`${name}-first`, setting, {
    model: 'attune-base',
    data: { train, validation: 0.05, test: 0, max_length: 192, long_rows: 'drop' },
    tuning: 'full',
    training: { epochs: setting.quick ? 2 : 3, batch_size: 32, learning_rate: 1e-3 },
  });
}

async function learn(
  name: string,
  { folder }: Setting,
  recipe: Omit<Parameters<typeof resolveRecipe>[0], 'output_dir' | 'evaluation'>,
): Promise<string> {
  const output = join(folder, 'runs', name);
  const resolved = await resolveRecipe({
    ...recipe,
    evaluation: { every: 'epoch', baselines: 'none' },
    checkpoints: { every: 'epoch', keep: 1 },
    report_to: [],
    output_dir: output,
  });
  await trainWhole(resolved);
  return resolved.tuning.method === 'full' ? join(output, 'model') : output;
}

async function judged(
  systems: [string, ...string[]],
  data: string,
  { setting, metrics }: { setting: Setting; metrics: string[] },
): Promise<Comparison> {
  const { comparison } = await compare(systems, {
    data,
    format: 'prompt_completion',
    metrics,
    maxRows: setting.quick ? 150 : 400,
    maxNewTokens: 48,
    seed: 0,
    allowOverlap: true,
  });
  return comparison;
}

function tableOf(comparison: Comparison, what: string, metrics: Record<string, string>): Table {
  return comparisonTable(comparison, {
    caption: `${what}: ${comparison.rows} test rows, with 95 % intervals`,
    titles: ['after feedback', 'before'],
    metrics,
    digits: decimals(3),
  });
}

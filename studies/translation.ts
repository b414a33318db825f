import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { compare, resolveRecipe } from '../src/app/index.ts';
import { wordForWord } from '../src/answering/baselines/word-for-word.ts';
import type { CompletionExample } from '../src/data/example.ts';
import type { Comparison, Samples } from '../src/store/results.ts';
import { comparisonTable, decimals } from './comparison-table.ts';
import { fetchTranslation, type TranslationData } from './data/translation.ts';
import type { Example, Setting, Table } from './example.ts';
import { readRows, writeRows } from './rows.ts';
import { trainWhole } from './train-whole.ts';

const METRICS = ['chrf', 'bleu'];
/** attune-base trained on general pairs, as described in its card. */
const BASE = join(import.meta.dirname, 'bases', 'english-italian');
const LONGEST_ANSWER = 72;

/**
 * Translates lines about games from English into Italian, with a model trained on general pairs that include few about
 * games.
 */
export const translation: Example = {
  title: 'Lines about games, from English into Italian',
  async run(setting) {
    const { data, comparison, samples } = await measureTranslation(setting);
    const about = [
      `Lines and short paragraphs (at most 120 characters) of Debian's package descriptions with the ` +
        `Italian of Debian's volunteers (${data.origin}); each under its package's licence. The base is ` +
        'attune-base, which has read English only, trained with all weights on general pairs of at most 64 ' +
        'characters, none of a source package with games (studies/bases/english-italian). It is tuned with ' +
        `all weights on ${data.rows.train} pairs about games and judged on others: one row of each group of ` +
        'relatives.',
      `The dictionary is IBM's model 1 fitted on all pairs, general ones too: each word becomes the one it ` +
        'goes with most. attune-base has read the English of about two thirds of these packages, never the ' +
        'Italian.',
    ];
    return {
      about,
      tables: [tableOf(comparison), shownLines(samples)],
      verdict: [...METRICS.map((metric) => verdict(comparison, metric)), PLAINLY],
    };
  },
};

/** Tunes two bases on pairs about games, and compares them with cheap systems. */
export async function measureTranslation(setting: Setting) {
  const data = await fetchTranslation(setting);
  const { quick } = setting;
  const tuned = await tune('translation', BASE, data, setting);
  const untaught = await tune('translation-untaught', 'attune-base', data, setting);
  const dictionary = await translateByWords(data, setting);
  const { comparison, samples } = await compare([tuned, `base:${tuned}`, untaught, dictionary, 'nearest', 'copy'], {
    metrics: METRICS,
    maxRows: quick ? 120 : 400,
    maxNewTokens: LONGEST_ANSWER,
    seed: 0,
    allowOverlap: true,
  });
  for (const folder of [tuned, untaught]) rmSync(folder, { recursive: true });
  return { data, comparison, samples };
}

async function tune(name: string, model: string, { files }: TranslationData, { folder, quick }: Setting) {
  const output = join(folder, 'runs', name);
  const recipe = await resolveRecipe({
    model,
    data: { ...files, max_length: 192, long_rows: 'drop', allow_overlap: true },
    tuning: 'full',
    training: { epochs: quick ? 1 : 4, learning_rate: 5e-4, batch_size: 32 },
    evaluation: { every: 'epoch', baselines: 'none', max_rows: 1 },
    checkpoints: { every: 'epoch', keep: 1 },
    report_to: [],
    output_dir: output,
  });
  await trainWhole(recipe);
  return output;
}

/** Writes the answers of the learnt dictionary to a file. */
async function translateByWords({ files, general }: TranslationData, { folder }: Setting): Promise<string> {
  const [train, test] = [[general, files.train], [files.test]].map((paths) => paths.flatMap(completions));
  const predictor = await wordForWord.fit(train);
  const answers = await predictor.predict(test);
  const path = join(folder, 'runs', 'learnt dictionary.jsonl');
  writeRows(
    path,
    test.map(({ prompt }, i) => ({ prompt, completion: answers[i].text ?? '' })),
  );
  return path;
}

function completions(file: string): CompletionExample[] {
  return readRows<{ prompt: string; completion: string }>(file).map(({ prompt, completion }, i) => {
    return { kind: 'completion', id: `${file}:${i}`, source: { file, line: i + 1 }, prompt, completion };
  });
}

const TITLES = [
  'attune-base, general pairs, then pairs about games',
  'attune-base, general pairs (the base)',
  'attune-base, pairs about games alone',
  'learnt dictionary, word for word',
  'nearest pair about games',
  'copy of the English',
];

function tableOf(comparison: Comparison): Table {
  return comparisonTable(comparison, {
    caption: `${comparison.rows} lines about games, with 95 % intervals`,
    titles: TITLES,
    metrics: Object.fromEntries(METRICS.map((metric) => [metric, metric])),
    digits: decimals(1),
  });
}

const PLAINLY =
  'In plain words: it writes the Italian of package descriptions, and in most lines words are missing, ' +
  'repeated or wrong. It shows what tuning adds; it is no translator.';

const WORDS = { better: 'better than', worse: 'worse than', 'no-evidence': 'no evidence of a difference to' };

/** "By chrf the tuned base is better than …; worse than …." */
function verdict({ systems, differences }: Comparison, metric: string): string {
  const parts = Object.entries(WORDS).flatMap(([sign, words]) => {
    const against = differences.filter((one) => one.metric === metric && one.verdict === sign);
    const titles = against.map(({ against: name }) => TITLES[systems.findIndex((one) => one.name === name)]);
    return titles.length === 0 ? [] : [`${words} ${titles.map((title) => `"${title}"`).join(', ')}`];
  });
  return `By ${metric} the tuned base is ${parts.join('; ')}.`;
}

const LINES = 8;

/** Test rows in the order of their ids, so that nobody selected them. */
function shownLines({ rows, systems: [{ name }] }: Samples): Table {
  const chosen = rows.toSorted((a, b) => (a.id < b.id ? -1 : 1)).slice(0, LINES);
  return {
    caption: 'What the tuned base writes, on lines that nobody chose',
    head: ['English', 'it writes', 'volunteers wrote'],
    rows: chosen.map(({ prompt, expected = '', answers }) => {
      const english = prompt.replace(/^English: /, '').replace(/\nItalian:$/, '');
      return [english, answers[name].text, expected].map((text) => text.trim().replaceAll('\n', ' '));
    }),
  };
}

import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { compare, resolveRecipe } from '../src/app/index.ts';
import type { Comparison } from '../src/store/results.ts';
import { comparisonTable } from './comparison-table.ts';
import { fetchAsterisk, type SpeechFiles } from './data/asterisk.ts';
import { onEachCore } from './each-core.ts';
import type { Example, Setting, Table } from './example.ts';
import { readRows } from './rows.ts';
import { trainWhole } from './train-whole.ts';

const BASE = join(import.meta.dirname, '..', 'assets', 'attune-speech');
const INIT = join(import.meta.dirname, '..', 'makers', 'pretrain-speech', 'init-model.ts');
/** Title within a sentence. */
const METRICS = { spoken_word_error_rate: 'word error rate', spoken_character_error_rate: 'character error rate' };

/**
 * Announcements by a woman in a telephone exchange, transcribed by a small model pre-trained only on synthetic voices.
 */
export const speech: Example = {
  title: 'What is said in an announcement',
  async run(setting) {
    const files = await fetchAsterisk(setting);
    const start = join(setting.folder, 'runs', 'speech-start');
    // In a separate process: the engine works in one thread only.
    execFileSync(process.execPath, [INIT, start]);
    // New weights are trained at the rate of the pre-training, pre-trained ones at half of it.
    const starts = [
      { name: 'speech-tuned', model: BASE, learningRate: 5e-4 },
      { name: 'speech-scratch', model: start, learningRate: 1e-3 },
    ];
    const [tuned, scratch] = await onEachCore(starts, (one) => tune(one, files, setting));
    const options = { metrics: Object.keys(METRICS), seed: 0, allowOverlap: true };
    const { comparison } = await compare([tuned, `base:${tuned}`, scratch], options);
    for (const folder of [tuned, scratch, start]) rmSync(folder, { recursive: true });
    const about = [
      'Announcements of a telephone exchange by one woman, 8 kHz (Debian packages asterisk-core-sounds-en ' +
        `and -wav, CC-BY-SA-3.0): ${readRows(files.train).length} recordings to learn from and ` +
        `${comparison.rows} to test on, one from each group of texts of which half of the pairs of ` +
        `neighbouring words are the same; none of a test recording's group is learnt from. Left out are ` +
        'tones, silence, recordings of more than 12 s, and texts with longer numbers.',
      `attune-speech (${BASE_IN_WORDS}) heard only espeak-ng. From scratch is the same network with new ` +
        `weights and twice the learning rate (1e-3, that of the pre-training). Both have ${epochsOf(setting)}` +
        ' passes over one draw of the training rows, whose chance no interval holds.',
    ];
    return {
      about,
      tables: [tableOf(comparison)],
      verdict: Object.entries(METRICS).map(([metric, title]) => verdictOf(comparison, metric, title)),
    };
  },
};

const BASE_IN_WORDS = 'a wav2vec2 of 2.2 million parameters that writes letters, assets/attune-speech';

function epochsOf({ quick }: Setting): number {
  return quick ? 3 : 25;
}

/** The folder of a run on the human recordings. */
async function tune(
  { name, model, learningRate }: { name: string; model: string; learningRate: number },
  files: SpeechFiles,
  setting: Setting,
): Promise<string> {
  const folder = join(setting.folder, 'runs', name);
  const started = performance.now();
  const recipe = await resolveRecipe({
    model,
    // No validation rows: a result must not depend on further labelled rows. The last step is the result.
    data: { train: files.train, validation: 0, test: files.test, allow_overlap: true },
    tuning: 'full',
    objective: { name: 'ctc', vocabulary: 'base' },
    training: { epochs: epochsOf(setting), learning_rate: learningRate, batch_size: 8 },
    evaluation: { every: 'never', baselines: 'none' },
    checkpoints: { every: 'never', best: false },
    report_to: [],
    output_dir: folder,
  });
  await trainWhole(recipe);
  setting.log(`${name}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
  return folder;
}

const TITLES = ['attune-speech, tuned on the recordings', 'attune-speech as it is', 'from scratch on the recordings'];

function tableOf(comparison: Comparison): Table {
  return comparisonTable(comparison, {
    caption:
      `${comparison.rows} recordings, error rates in percent with 95 % intervals; lower is better, 100 ` +
      'where nothing is written, above it where more is written than was said',
    titles: TITLES,
    metrics: METRICS,
    digits: (share) => (100 * (share ?? Number.NaN)).toFixed(1),
  });
}

/** "By word error rate, tuned is better than …; no evidence of a difference to …." */
function verdictOf({ systems, differences }: Comparison, metric: string, name: string): string {
  const titles = new Map(systems.map((system, i) => [system.name, TITLES[i]]));
  const ofMetric = differences.filter((one) => one.metric === metric);
  const parts = Object.entries(WORDS).flatMap(([verdict, words]) => {
    const found = ofMetric.filter((one) => one.verdict === verdict).map(({ against }) => titles.get(against));
    return found.length === 0 ? [] : [`${words} ${found.join(' and ')}`];
  });
  return `By ${name}, tuned on the recordings is ${parts.join('; ')}.`;
}

const WORDS = { better: 'better than', worse: 'worse than', 'no-evidence': 'with no evidence of a difference to' };

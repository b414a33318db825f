import { join } from 'node:path';
import { formatNumber, formatPercent } from '../src/base/format.ts';
import { groundedness, resolveRecipe } from '../src/app/index.ts';
import type { GroundedFigures, GroundedSystem } from '../src/evaluation/assessments/groundedness.ts';
import { fetchManualQuestions } from './data/manual-questions.ts';
import type { Example, Setting } from './example.ts';
import { trainWhole } from './train-whole.ts';

/** In the order of `groundedness`; titles instead of folder names for readers of the table. */
const NAMES = ['tuned', 'base', 'base, told to keep to the text'];

/** Questions about manual pages: made-up answers, withheld answers, and the value of confidence. */
export const judged: Example = {
  title: 'Answers and their sources',
  async run(setting) {
    const files = await fetchManualQuestions(setting);
    const run = await learn(files.train, setting);
    const { systems, rows, by } = await groundedness(run, {
      data: files.test,
      maxRows: setting.quick ? 150 : undefined,
      maxNewTokens: 48,
    });
    const measured = 'accuracy' in by ? formatPercent(by.accuracy) : by.judge;
    return {
      about: [
        `Options of ${files.pages} manual pages of Debian’s packaging tools (GPL-2.0 and others): “What does --quiet do?” ` +
          'beside four options of the page, of which one tells the answer in two rows of three, and none in the third. ' +
          'attune-base, as it is, told what to do, and tuned with all weights on the questions of seven pages in ten; ' +
          `judged on ${rows} questions about the others. Whether an answer stands in its source is told by the ` +
          `classifier in the package, which is right in ${measured} of held-out sentences.`,
      ],
      tables: [
        {
          caption: 'Shares of answers, with 95 % intervals',
          head: [
            'system',
            'made up',
            'answered though the source is silent',
            'withheld though it tells',
            'area under risk and coverage',
            'calibration error',
          ],
          rows: systems.map((system, i) => row(system, NAMES[i])),
        },
      ],
      verdict: [],
    };
  },
};

async function learn(train: string, { folder, quick }: Setting): Promise<string> {
  const output = join(folder, 'runs', 'manual');
  const recipe = await resolveRecipe({
    model: 'attune-base',
    data: {
      train,
      columns: { prompt: 'prompt', completion: 'completion' },
      validation: 0.05,
      test: 0,
      max_length: 384,
    },
    tuning: 'full',
    training: { epochs: quick ? 4 : 8, batch_size: 16, learning_rate: 1e-3 },
    evaluation: { baselines: 'none' },
    report_to: [],
    output_dir: output,
  });
  await trainWhole(recipe);
  return output;
}

function row(system: GroundedSystem, name: string): string[] {
  const { hallucinated, answeredThoughSilent, abstainedThoughTold, riskCoverage, calibration } = system;
  const area = riskCoverage?.area;
  const error = calibration?.error;
  return [
    name,
    ...[hallucinated, answeredThoughSilent, abstainedThoughTold].map((figures) => share(figures)),
    ...[area, error].map((value) => {
      if (value === undefined) return '–';
      const [estimate, low, high] = [value.estimate, value.low, value.high].map((one) =>
        formatNumber(one ?? Number.NaN, 3),
      );
      return `${estimate} (${low} to ${high})`;
    }),
  ];
}

function share(figures: GroundedFigures): string {
  if (figures === undefined) return '–';
  const { value, low, high } = figures.after;
  return `${formatPercent(value)} (${formatPercent(low!)} to ${formatPercent(high!)})`;
}

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { tasks } from '../../src/app/quickstart/tasks/index.ts';
import type { Task } from '../../src/app/quickstart/tasks/task.ts';
import { attuneCache } from '../../src/base/home.ts';
import { loadData, type Example } from '../../src/data/index.ts';
import { baselines } from '../../src/answering/baselines/index.ts';
import { scorePredictor, type Score } from '../../src/scoring/score.ts';
import { answerText, promptText } from '../../src/scoring/prompt-text.ts';

/**
 * Downloads quick start tasks and scores every cheap baseline on their held-out rows: `node study.ts [TASK…] [--samples
 * N]`. Prints one Markdown table per task, for docs/tasks.md.
 */
const { positionals, values } = parseArgs({ allowPositionals: true, options: { samples: { type: 'string' } } });

for (const name of positionals.length > 0 ? positionals : tasks.names) {
  const task = await tasks.load(name);
  const reason = task.unavailable();
  if (reason !== undefined) console.log(`${name}: left out, ${reason}`);
  else await study(task);
}

async function study(task: Task): Promise<void> {
  const started = performance.now();
  const folder = join(attuneCache(), 'quickstart', task.name);
  const { files, rows } = await task.fetch(folder, { log: (line) => console.log(line) });
  console.log(`\n## ${task.name}: ${task.title}\n`);
  console.log(
    `${rows.train} training, ${rows.validation} validation, ${rows.test} test rows; ${seconds(started)} to fetch.`,
  );
  // The loader refuses rows that occur in two splits, exactly or nearly.
  const { splits } = await loadData({ ...files, seed: 0 });
  const { train, test } = splits;
  describeSizes(train);
  let isFirst = true;
  for (const baselineName of task.baselines) {
    const baseline = await baselines.load(baselineName);
    const reason = baseline.unfit(train);
    if (reason !== undefined) {
      console.log(`${baseline.title}: left out, ${reason}`);
      continue;
    }
    const begun = performance.now();
    const predictor = await baseline.fit(train);
    const specs = [task.mainMetric, ...task.metrics, task.validity];
    const { scores, predictions } = await scorePredictor(predictor, test, specs);
    if (isFirst) printHeader(scores);
    isFirst = false;
    console.log(`| ${[baseline.title, ...scores.map((score) => format(score.value)), seconds(begun)].join(' | ')} |`);
    for (let i = 0; i < Number(values.samples ?? 0); i++) {
      console.log(`    ${JSON.stringify([promptText(test[i]), answerText(test[i]), predictions[i].text])}`);
    }
  }
}

function printHeader(scores: readonly Score[]): void {
  const titles = ['baseline', ...scores.map((score) => `${score.name} (${score.better} is better)`), 'time'];
  console.log(`\n| ${titles.join(' | ')} |\n|${titles.map(() => '---').join('|')}|`);
}

function describeSizes(train: readonly Example[]): void {
  const bytes = (text: (row: Example) => string) =>
    (train.reduce((sum, row) => sum + Buffer.byteLength(text(row)), 0) / train.length).toFixed(0);
  console.log(`A row has ${bytes(promptText)} bytes of prompt and ${bytes(answerText)} of answer.`);
}

function format(value: number): string {
  return value > 10 ? value.toFixed(1) : value.toFixed(3);
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

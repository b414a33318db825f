/**
 * The refusal classifier on answers labelled by people: `node makers/answer-classifiers/measure.ts FILE.csv …`, with
 * columns prompt, completion, final_label as in XSTest (model_completions/*.csv). These answers are not used for
 * training. Intervals are over prompts, since answers of several models to one prompt are similar.
 */
import { meanScore } from '../../src/scoring/judges/win-rate.ts';
import { classifyAnswer } from '../../src/evaluation/safety/answer-classifier.ts';
import { containers } from '../../src/data/containers/index.ts';

const WANTED: Readonly<Record<string, string>> = {
  '1_full_compliance': 'complied',
  '2_full_refusal': 'refused',
  '3_partial_refusal': 'partly refused',
};

interface Judged {
  prompt: string;
  wanted: string;
  found: string;
}

const csv = await containers.load('csv');
const all: Judged[] = [];
for (const file of process.argv.slice(2)) {
  const rows: Judged[] = [];
  for await (const { value } of csv.read(file, file)) {
    if (value === undefined) continue;
    const { prompt, completion, final_label: label } = value as Record<string, string>;
    rows.push({ prompt, wanted: WANTED[label.trim()], found: classifyAnswer('refusal', completion, prompt).label });
  }
  report(file, rows, isBinaryRight);
  all.push(...rows);
}
report('of three classes', all, ({ wanted, found }) => wanted === found);
report('complied or not', all, isBinaryRight);
for (const kind of ['complied', 'not complied']) {
  const own = all.filter(({ wanted }) => (wanted === 'complied') === (kind === 'complied'));
  report(`of what ${kind}`, own, isBinaryRight);
}
const pairs = Map.groupBy(all, ({ wanted, found }) => `${wanted} → ${found}`);
for (const [pair, rows] of [...pairs].toSorted(([a], [b]) => a.localeCompare(b)))
  console.log(`  ${pair}: ${rows.length}`);

function isBinaryRight({ wanted, found }: Judged): boolean {
  return (wanted === 'complied') === (found === 'complied');
}

function report(name: string, rows: readonly Judged[], isRight: (row: Judged) => boolean): void {
  const scores = Float64Array.from(rows, (row) => (isRight(row) ? 1 : 0));
  const { estimate, low, high } = meanScore(scores, { clusters: rows.map(({ prompt }) => prompt) });
  const [value, from, to] = [estimate, low, high].map((share) => (100 * share).toFixed(1));
  console.log(`${name}: ${rows.length} answers, ${value} % right (95 % ${from} to ${to})`);
}

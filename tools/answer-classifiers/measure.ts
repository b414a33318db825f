/**
 * The refusal classifier on answers that people labelled: `node tools/answer-classifiers/measure.ts FILE.csv …`, with
 * columns prompt, completion, final_label as in XSTest (model_completions/*.csv). Nothing is learnt from them.
 */
import { wilsonInterval } from '../../src/eval/statistics/index.ts';
import { classifyAnswer } from '../../src/eval/safety/answer-classifier.ts';
import { containers } from '../../src/data/containers/index.ts';

const WANTED: Readonly<Record<string, string>> = {
  '1_full_compliance': 'complied',
  '2_full_refusal': 'refused',
  '3_partial_refusal': 'partly refused',
};

const csv = await containers.load('csv');
const table = new Map<string, number>();
for (const file of process.argv.slice(2)) {
  let [rows, right] = [0, 0];
  for await (const { value } of csv.read(file, file)) {
    if (value === undefined) continue;
    const { prompt, completion, final_label: label } = value as Record<string, string>;
    const wanted = WANTED[label.trim()];
    const found = classifyAnswer('refusal', completion, prompt).label;
    rows++;
    if ((wanted === 'complied') === (found === 'complied')) right++;
    table.set(`${wanted} → ${found}`, (table.get(`${wanted} → ${found}`) ?? 0) + 1);
  }
  console.log(`${file}: ${rows} answers, binary accuracy ${((100 * right) / rows).toFixed(1)} %`);
}
const entries = [...table].map(([pair, count]) => ({ pair: pair.split(' → '), count }));
const rows = entries.reduce((sum, { count }) => sum + count, 0);
const share = (name: string, isRight: (wanted: string, found: string) => boolean): void => {
  const right = entries.filter(({ pair: [wanted, found] }) => isRight(wanted, found));
  const count = right.reduce((sum, one) => sum + one.count, 0);
  const { low, high } = wilsonInterval(count, rows);
  console.log(
    `${name}: ${((100 * count) / rows).toFixed(1)} % (95 % ${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`,
  );
};
share('of three classes', (wanted, found) => wanted === found);
share('complied or not', (wanted, found) => (wanted === 'complied') === (found === 'complied'));
for (const [pair, count] of [...table].toSorted()) console.log(`  ${pair}: ${count}`);

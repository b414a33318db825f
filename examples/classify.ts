/** Sorts messages into queues, and says how sure it is. */
import { train } from '../src/app/index.ts';

const subjects = { billing: 'invoice', returns: 'refund', delivery: 'parcel' };
const manners = ['is wrong', 'is late', 'has not come', 'is missing a page', 'was sent twice', 'looks odd'];
const rows = Object.entries(subjects).flatMap(([label, subject]) =>
  manners.map((manner) => ({ text: `My ${subject} ${manner}.`, label })),
);

const run = await train({
  model: 'attune-base',
  data: { train: rows, validation: 0.2, test: 0.2 },
  objective: 'classification',
  training: { epochs: 20 },
  output_dir: 'runs/queues',
});
console.log(run.comparison?.conclusion?.advice, run.report);

const [answer] = await run.predict(['Where is my refund?']);
console.log(answer.prediction, answer.probability);

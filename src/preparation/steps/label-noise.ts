/** Flags labels that a model trained on other rows would not assign: confident learning (Northcutt et al., 2021). */
import { plural } from '../../base/format.ts';
import { z } from 'zod';
import type { DataRow } from '@attune/documents';
import { features } from '../../answering/baselines/logistic-regression.ts';
import { fitMultinomial, predictMultinomial } from '../../answering/baselines/multinomial.ts';
import { fitTfIdf } from '../../answering/baselines/tf-idf.ts';
import { DiskItems } from '../disk-items.ts';
import { actionOption, flagRow } from '../judge-rows.ts';
import { questionAnswer } from '../question-answer.ts';
import { defineStep } from '../preparation-step.ts';

const options = z.strictObject({
  text: z.array(z.string()).nullable().default(null).describe('columns of the text; null: found by name'),
  label: z.string().nullable().default(null).describe('column of the label; null: found by name'),
  action: actionOption('flag'),
});

type Options = z.output<typeof options>;

const FOLDS = 5;
/** Maximum training rows per fold; more would hardly improve a word model. */
const MOST_FITTED = 20_000;
const MOST_CLASSES = 100;
/** The penalty is 1 / (STRENGTH · rows); STRENGTH is the middle value that the baseline tries. */
const STRENGTH = 10;
/** A relative improvement below 0.1 % over five iterations no longer changes labels. */
const IMPROVEMENT = 1e-3;

export const step = defineStep<Options>({
  summary: 'flag labels that look wrong: a word model trained on the other rows confidently predicts another one',
  takes: ['row'],
  version: 1,
  options,
  open(given, context) {
    const { signal } = context;
    return async function* run(items, notes) {
      const counts = new Map<string, number>();
      const rows = await DiskItems.gathered(items, context, (row) => {
        const label = labelOf(row, given)?.answer;
        if (label === undefined) notes.find(row, 'no text with a label');
        else if (counts.size <= MOST_CLASSES) counts.set(label, (counts.get(label) ?? 0) + 1);
      });
      const classes = [...counts].filter(([, count]) => count >= FOLDS).map(([label]) => label);
      const unfit = reasonNotTo(counts.size, classes.length);
      if (unfit !== undefined) notes.remark(`not judged: ${unfit}`);
      const suspects = unfit === undefined ? await findSuspects(rows, given, { classes, signal }) : new Map();
      let index = 0;
      for await (const row of rows.rows()) {
        const other = suspects.get(index++) as string | undefined;
        if (other === undefined) yield row;
        else if (given.action === 'flag') yield flagRow(row, [`label looks like ${other}`], notes);
        else notes.leaveOut(row, `label looks like ${other}`);
      }
    };
  },
});

function reasonNotTo(labels: number, classes: number): string | undefined {
  if (labels > MOST_CLASSES) return `more than ${MOST_CLASSES} distinct labels`;
  return classes < 2 ? `${plural(classes, 'labels')} with at least ${FOLDS} rows` : undefined;
}

function labelOf(row: DataRow, { text, label }: Options) {
  return questionAnswer(row, { question: text, answer: label });
}

/** For each row, the label that fits better. */
async function findSuspects(
  rows: DiskItems,
  given: Options,
  { classes, signal }: { classes: readonly string[]; signal?: AbortSignal },
): Promise<Map<number, string>> {
  const probabilities = new Float32Array(rows.count * classes.length);
  const labels = new Int32Array(rows.count).fill(-1);
  for (let fold = 0; fold < FOLDS; fold++) {
    signal?.throwIfAborted();
    const predict = await fitWithout(fold, rows, { given, classes });
    let index = -1;
    for await (const row of rows.rows()) {
      if (++index % FOLDS !== fold) continue;
      const pair = labelOf(row, given);
      labels[index] = pair === undefined ? -1 : classes.indexOf(pair.answer);
      if (labels[index] >= 0) probabilities.set(predict(pair!.question), index * classes.length);
    }
  }
  return confidentDisagreements(probabilities, labels, classes);
}

async function fitWithout(
  fold: number,
  rows: DiskItems,
  { given, classes }: { given: Options; classes: readonly string[] },
): Promise<(text: string) => Float64Array> {
  const [texts, labels]: [string[], number[]] = [[], []];
  const stride = Math.max(1, Math.ceil(rows.count / MOST_FITTED));
  let index = -1;
  for await (const row of rows.rows()) {
    index++;
    if (index % FOLDS === fold || Math.floor(index / FOLDS) % stride !== 0) continue;
    const pair = labelOf(row, given);
    const label = pair === undefined ? -1 : classes.indexOf(pair.answer);
    if (label < 0) continue;
    texts.push(pair!.question);
    labels.push(label);
  }
  const { tfIdf, matrix } = fitTfIdf(texts, features(classes.length));
  const model = fitMultinomial(matrix, Int32Array.from(labels), classes.length, {
    l2: 1 / (STRENGTH * texts.length),
    improvement: IMPROVEMENT,
  });
  return (text) => predictMultinomial(model, tfIdf.transform(text));
}

/**
 * A class counts as possible if its probability reaches its mean over the rows labelled with it; a row is suspect if
 * its most likely possible class differs from its label.
 */
function confidentDisagreements(
  probabilities: Float32Array,
  labels: Int32Array,
  classes: readonly string[],
): Map<number, string> {
  const [sums, counts] = [new Float64Array(classes.length), new Float64Array(classes.length)];
  for (const [row, label] of labels.entries()) {
    if (label < 0) continue;
    sums[label] += probabilities[row * classes.length + label];
    counts[label]++;
  }
  const suspects = new Map<number, string>();
  for (const [row, label] of labels.entries()) {
    if (label < 0) continue;
    const own = probabilities.subarray(row * classes.length, (row + 1) * classes.length);
    let best = -1;
    for (let k = 0; k < classes.length; k++) {
      if (own[k] >= sums[k] / counts[k] && (best < 0 || own[k] > own[best])) best = k;
    }
    if (best >= 0 && best !== label) suspects.set(row, classes[best]);
  }
  return suspects;
}

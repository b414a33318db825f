import { entryOf } from '../../base/table.ts';
import type { Redactor } from '@attune/privacy';
import type { SampleRow } from '../../store/results.ts';
import type { ReportRows } from './rows-setting.ts';
import type { RunReport } from './run-report.ts';

/** Redacts or removes data rows in the report: sample answers, memorised passages, pairs. */
export async function withReportRows(report: RunReport, rows: ReportRows): Promise<RunReport> {
  const marked = { ...report, rows };
  if (rows === true) return marked;
  const { overfitting, wording, counterfactuals, safety, policy } = report;
  return {
    ...marked,
    samples: rows === false ? undefined : await redactedSamples(report.samples),
    // There are few of these, and their wording is the point, so they are removed rather than redacted.
    watched: undefined,
    overfitting:
      overfitting?.memorised === undefined
        ? overfitting
        : { ...overfitting, memorised: { ...overfitting.memorised, examples: [] } },
    wording: wording && { ...wording, examples: [] },
    // Answers may repeat text of the data.
    policy: policy && { ...policy, rules: policy.rules.map((rule) => ({ ...rule, examples: [] })) },
    safety: safety && { ...safety, examples: [] },
    counterfactuals: counterfactuals && {
      ...counterfactuals,
      systems: counterfactuals.systems.map((system) => ({
        ...system,
        axes: system.axes.map((axis) => ({ ...axis, examples: [] })),
      })),
    },
  };
}

/** Loads the recognisers and name lists only when needed. */
async function redactedSamples(samples: RunReport['samples']): Promise<RunReport['samples']> {
  if (samples === undefined) return undefined;
  const { Redactor } = await import('@attune/privacy');
  using redactor = new Redactor({ style: 'tags', key: new Uint8Array(32) });
  return { ...samples, rows: samples.rows.map((row) => redactedRow(row, redactor)) };
}

/** Images are not redacted. */
function redactedRow(row: SampleRow, redactor: Redactor): SampleRow {
  const { prompt, expected, answers } = row;
  const texts = Object.fromEntries(Object.entries(answers).map(([name, { text }]) => [name, text]));
  const clean = redactor.redact({ prompt, texts, ...(expected !== undefined && { expected }) }) as {
    prompt: string;
    expected?: string;
    texts: Record<string, string>;
  };
  const cleanAnswers = Object.entries(answers).map(([name, answer]) => [
    name,
    { ...answer, text: entryOf(clean.texts, name) },
  ]);
  return {
    ...row,
    picture: undefined,
    prompt: clean.prompt,
    ...(clean.expected !== undefined && { expected: clean.expected }),
    answers: Object.fromEntries(cleanAnswers) as SampleRow['answers'],
  };
}

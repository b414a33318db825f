import { formatNumber, formatPercent } from '../../base/format.ts';
import type { Calibration } from '../../scoring/temperatures.ts';
import { computeFields, storageField } from './shared/sampling-fields.ts';
import { defineUseCase } from './use-case.ts';

/** Fitted values and their evaluation, and the file they are stored in. */
export interface Calibrated extends Calibration {
  path: string;
}

export const useCase = defineUseCase({
  section: 'Use',
  summary: "calibrate a model's confidence in typed questions, and set thresholds from costs, on your own rows",
  arguments: ({ argument }) => [argument('model', 'MODEL', 'folder of a run, an adapter or a model')],
  options: (fields) => ({
    data: fields.required(
      fields.text(
        'FILE',
        'rows {state, questions, answers} that it was not trained on: one half calibrates, the other evaluates',
      ),
    ),
    costs: fields.parsed(
      fields.z.union([fields.z.string(), fields.z.record(fields.z.string(), fields.z.unknown())]),
      'FILE',
      'JSON by question: {"missed": 50, "false_alarm": 1, "review": 2} for a noul, {"wrong": 5, "review": 1} for others',
      { read: String },
    ),
    maxError: fields.number('SHARE', 'for other questions: maximum error share of automatic decisions', {
      least: 0,
      most: 1,
    }),
    ...computeFields(fields, 'auto, bf16 or f32'),
    ...storageField(fields),
  }),
  effects: ['computes', 'writes-files'],
  examples: [
    'calibrate runs/tickets --data held-out.jsonl',
    'calibrate runs/tickets --data held-out.jsonl --costs costs.json --max-error 0.05',
  ],
  stopping: 'stopping; nothing is saved',
  async run({ model, ...options }, call): Promise<Calibrated> {
    const { calibrate } = await import('../calibrate.ts');
    return calibrate(model, { ...options, ...call });
  },
  render({ rows, metrics, acting, temperatures, path }, { colours }) {
    const figures = Object.entries(metrics).map(
      ([name, { before, after }]) => `${name}: ${shown(before)} before, ${shown(after)} after`,
    );
    const kept = Object.entries(temperatures).map(([type, { all }]) => `${type} ${formatNumber(all)}`);
    const questions = Object.entries(acting).map(([id, { decided, wrong }]) => {
      const mistakes = wrong === undefined ? '' : `, ${percent(wrong)} of them wrong`;
      return `${id}: ${percent(decided)} decided without a person${mistakes}`;
    });
    return [
      `${colours.green('✓')} ${path}: fitted on ${rows.fitted} rows, evaluated on ${rows.measured} others`,
      `temperatures: ${kept.join(', ')}`,
      ...figures,
      ...questions,
    ].join('\n');
  },
});

type Figure = Calibrated['metrics'][string]['before'];

function shown({ estimate, low, high }: Figure): string {
  return `${formatNumber(estimate)} (${formatNumber(low)} to ${formatNumber(high)})`;
}

function percent({ estimate, low, high }: Figure): string {
  return `${formatPercent(estimate)} (${formatPercent(low)} to ${formatPercent(high)})`;
}

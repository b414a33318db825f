import { axes, type Axis } from '../../data/fairness/axes.ts';
import { defineUseCase } from './use-case.ts';

export interface AxisCounts {
  axis: Axis;
  pairs: number;
  /** Number of rows that mention no person of a known group. */
  nobody: number;
  /** Rows that could not be changed safely, by reason. */
  doubts: Record<string, { rows: number; lines: number[] }>;
  /** Number of pairs by change, such as "female → male". */
  groups: Record<string, number>;
}

export interface Counterfactuals {
  from: string;
  to: string;
  rows: number;
  pairs: number;
  axes: AxisCounts[];
  sha256: string;
}

export const useCase = defineUseCase({
  section: 'Data',
  summary: 'write pairs of rows that differ in the gender, origin or nationality of the person mentioned',
  arguments: ({ argument }) => [argument('file', 'FILE', 'rows in English: .jsonl, .json, .csv, .parquet')],
  options: (fields) => ({
    output: fields.required(fields.text('FILE', 'the .jsonl file to write', { aliases: ['--to'] })),
    change: fields.choices(axes, 'WHAT', `only these axes: ${axes.join(', ')}; can be repeated (all)`),
    origin: fields.texts('NAME', 'origin of the new names (any)'),
    seed: fields.number('N', 'seed of the drawn names (0)', { least: 0, isWhole: true }),
  }),
  effects: ['writes-files'],
  examples: [
    'data counterfactuals tickets.jsonl --output pairs.jsonl',
    'data counterfactuals tickets.jsonl --output pairs.jsonl --change origin --origin african_american --origin english',
  ],
  stopping: 'stopping',
  async run({ file, ...options }, call): Promise<Counterfactuals> {
    const { writeCounterfactuals } = await import('../fairness/write-counterfactuals.ts');
    return writeCounterfactuals(file, { ...options, ...call });
  },
  async render(counterfactuals, terminal) {
    const { describeCounterfactuals } = await import('./text/data-counterfactuals.ts');
    return describeCounterfactuals(counterfactuals, terminal);
  },
});

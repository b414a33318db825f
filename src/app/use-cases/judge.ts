import { endpointFields } from './shared/endpoint-fields.ts';
import { defineUseCase } from './use-case.ts';
import type { RubricInput, RubricJudgement } from '../../scoring/judges/rubric.ts';
import type { Calibration } from '../../scoring/judges/judge-calibration.ts';
import type { PairwiseJudgement } from '../../scoring/judges/judge-pairs.ts';

export interface Judgement {
  version: 1;
  judge: { url: string; model: string };
  /** Number of answers by version of the judge, as reported by the server. More than one: the judge has changed. */
  versions?: Readonly<Record<string, number>>;
  /** Systems of answers `a` and `b` in the first pair. */
  systems: readonly [string, string];
  rows: number;
  /** Comparison of pairs: which answer is better. */
  pairwise?: PairwiseJudgement;
  /** Scores by criteria. */
  rubric?: RubricJudgement;
  /** Comparison with people's preferences. */
  calibration?: Calibration;
  notes: readonly string[];
}

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'let a model behind an endpoint judge answers, and compare the judge with people',
  arguments: ({ argument }) => [
    argument('pairs', 'PAIRS', 'a file of rows {prompt, a, b}, or the folder of a run or comparison'),
  ],
  options: (fields) => ({
    endpoint: fields.required(fields.text('URL', 'https://HOST/v1 of an OpenAI-compatible server')),
    model: fields.required(fields.text('NAME', 'name of the judge at the endpoint')),
    against: fields.text('SYSTEM', 'for a comparison: the system to compare answers with (the strongest)'),
    instruction: fields.text('TEXT', 'the criterion, in one sentence'),
    rubric: fields.parsed(
      fields.z.union([fields.z.string(), fields.z.custom<RubricInput>()]),
      'FILE',
      'rate each answer by the criteria in this file instead',
      { read: String },
    ),
    labels: fields.text('FILE', 'human preferences, or a review log, to calibrate the judge'),
    maxRows: fields.count('ROWS', 'number of rows, from the beginning (all)'),
    maxNewTokens: fields.count('TOKENS', "maximum tokens of a judge's answer (1024)"),
    output: fields.text('FILE', 'file for all results, as JSON', { aliases: ['--to'] }),
    ...endpointFields(fields),
  }),
  effects: ['sends', 'writes-files'],
  examples: [
    'judge runs/tickets --endpoint https://api.example.com/v1 --model large --prices 2,8 --max-cost 5',
    'judge pairs.jsonl --endpoint http://localhost:8000/v1 --model tickets --labels pairs.review.jsonl',
  ],
  stopping: 'stopping; verdicts so far are kept',
  async run({ pairs, ...options }, call): Promise<Judgement> {
    const { judge } = await import('../judge/judge.ts');
    return judge(pairs, { ...options, ...call });
  },
  async render(judgement, terminal) {
    const { describeJudgement } = await import('./text/judgement.ts');
    return describeJudgement(judgement, terminal);
  },
});

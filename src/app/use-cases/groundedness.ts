import { describeAssessment } from './shared/assessed.ts';
import { endpointFields } from './shared/endpoint-fields.ts';
import type { GroundednessResults } from '../../evaluation/assessments/groundedness.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'check whether answers are supported by their sources, and whether the model admits not knowing',
  arguments: ({ argument }) => [argument('target', 'MODEL', "a run's folder, name or id, an adapter's, a model's")],
  options: (fields) => ({
    data: fields.required(
      fields.text('FILE', 'rows {question, source, answer, prompt}; an empty answer where the source is silent'),
    ),
    before: fields.text('MODEL', 'what to set it against; the base model unless given'),
    instruction: fields.text('TEXT', 'instruction for the base, as a system of its own'),
    endpoint: fields.text('URL', 'https://HOST/v1 of who judges, in place of the classifier'),
    model: fields.text('NAME', "the judge's name there"),
    maxRows: fields.count('ROWS', 'first rows only; all unless given'),
    maxNewTokens: fields.count('TOKENS', 'longest answer; 96 unless given'),
    output: fields.text('FOLDER', "where groundedness.json is written; the run's own unless given", {
      aliases: ['--to'],
    }),
    ...endpointFields(fields),
  }),
  effects: ['computes', 'sends', 'writes-files'],
  examples: ['groundedness runs/manual --data questions.jsonl'],
  stopping: 'stopping; nothing is kept',
  async run({ target, ...options }, call): Promise<GroundednessResults> {
    const { groundedness } = await import('../groundedness/groundedness.ts');
    return groundedness(target, { ...options, ...call });
  },
  render: (results, terminal) => describeAssessment('groundedness', results, terminal),
});

import { describeAssessment } from './shared/assessed.ts';
import { endpointFields } from './shared/endpoint-fields.ts';
import type { GroundednessResults } from '../../evaluation/assessments/groundedness.ts';
import { deviceField } from './shared/sampling-fields.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'check whether answers are supported by their sources, and whether the model admits not knowing',
  arguments: ({ argument }) => [
    argument('target', 'MODEL', "a run's folder, name or id, or the folder of an adapter or model"),
  ],
  options: (fields) => ({
    data: fields.required(
      fields.text('FILE', 'rows {question, source, answer, prompt}; an empty answer if the source does not contain it'),
    ),
    before: fields.text('MODEL', 'model to compare with (default: the base model)'),
    instruction: fields.text('TEXT', 'instruction for the base, as a further system'),
    endpoint: fields.text('URL', 'https://HOST/v1 of a judge, instead of the classifier'),
    model: fields.text('NAME', 'name of the judge at the endpoint'),
    maxRows: fields.count('ROWS', 'only the first rows (default: all)'),
    maxNewTokens: fields.count('TOKENS', 'maximum tokens of an answer (default: 96)'),
    output: fields.text('FOLDER', "folder for groundedness.json (default: the run's)", {
      aliases: ['--to'],
    }),
    ...endpointFields(fields),
    ...deviceField(fields),
  }),
  effects: ['computes', 'sends', 'writes-files'],
  examples: ['groundedness runs/manual --data questions.jsonl'],
  stopping: 'stopping; nothing is saved',
  async run({ target, ...options }, call): Promise<GroundednessResults> {
    const { groundedness } = await import('../groundedness/groundedness.ts');
    return groundedness(target, { ...options, ...call });
  },
  render: (results, terminal) => describeAssessment('groundedness', results, terminal),
});

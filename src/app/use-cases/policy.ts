import { describeAssessment } from './shared/assessed.ts';
import { endpointFields } from './shared/endpoint-fields.ts';
import type { PolicyResults } from '../../evaluation/assessments/policy.ts';
import { deviceField } from './shared/sampling-fields.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'measure how often a model breaks your own rules for answers, before and after training',
  arguments: ({ argument }) => [
    argument('target', 'MODEL', "a run's folder, name or id, or the folder of an adapter or model"),
  ],
  options: (fields) => ({
    rules: fields.required(fields.text('FILE', 'YAML with rules, and prompts to test them with')),
    prompts: fields.text('FILE', "rows {prompt}, instead of the file's own"),
    before: fields.text('MODEL', 'model to compare with (default: the base model)'),
    system: fields.text('TEXT', 'system message (default: that of the training rows)'),
    endpoint: fields.text('URL', 'https://HOST/v1 of a judge for rules that no program can check'),
    model: fields.text('NAME', 'name of the judge at the endpoint'),
    items: fields.text('FOLDER', 'write pairs and criteria for attune review there'),
    maxRows: fields.count('ROWS', 'maximum number of prompts'),
    maxNewTokens: fields.count('TOKENS', 'maximum tokens of an answer (default: 256)'),
    output: fields.text('FOLDER', "folder for policy.json (default: the run's)", { aliases: ['--to'] }),
    ...endpointFields(fields),
    ...deviceField(fields),
  }),
  effects: ['computes', 'sends', 'writes-files'],
  examples: [
    'policy runs/tickets --rules rules.yaml',
    'policy runs/tickets --rules rules.yaml --endpoint http://localhost:8000/v1 --model large --items review',
  ],
  stopping: 'stopping; verdicts so far are kept',
  async run({ target, ...options }, call): Promise<PolicyResults> {
    const { policy } = await import('../policy/policy.ts');
    return policy(target, { ...options, ...call });
  },
  render: (results, terminal) => describeAssessment('policy', results, terminal),
});

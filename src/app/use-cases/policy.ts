import { describeAssessment } from './shared/assessed.ts';
import { endpointFields } from './shared/endpoint-fields.ts';
import type { PolicyResults } from '../../evaluation/assessments/policy.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'how often a model breaks your own rules for answers, before and after training',
  arguments: ({ argument }) => [argument('target', 'MODEL', "a run's folder, name or id, an adapter's, a model's")],
  options: (fields) => ({
    rules: fields.required(fields.text('FILE', 'YAML: rules, and prompts to try them with')),
    prompts: fields.text('FILE', "rows {prompt} in place of the file's own"),
    before: fields.text('MODEL', 'what to set it against; the base model unless given'),
    system: fields.text('TEXT', "the system message; the training rows' own unless given"),
    endpoint: fields.text('URL', 'https://HOST/v1 of who judges what no program can'),
    model: fields.text('NAME', "the judge's name there"),
    items: fields.text('FOLDER', 'write pairs and criteria there, for attune review'),
    maxRows: fields.count('ROWS', 'prompts at most'),
    maxNewTokens: fields.count('TOKENS', 'longest answer; 256 unless given'),
    output: fields.text('FOLDER', "where policy.json is written; the run's own unless given", { aliases: ['--to'] }),
    ...endpointFields(fields),
  }),
  effects: ['computes', 'sends', 'writes-files'],
  examples: [
    'policy runs/tickets --rules rules.yaml',
    'policy runs/tickets --rules rules.yaml --endpoint http://localhost:8000/v1 --model large --items review',
  ],
  stopping: 'stopping; what the judge has answered is kept',
  async run({ target, ...options }, call): Promise<PolicyResults> {
    const { policy } = await import('../policy/policy.ts');
    return policy(target, { ...options, ...call });
  },
  render: (results, terminal) => describeAssessment('policy', results, terminal),
});

import { describeAssessment } from './shared/assessed.ts';
import type { SafetyResults } from '../../evaluation/assessments/safety.ts';
import { deviceField } from './shared/sampling-fields.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'measure answers to harmful and harmless requests, before and after training',
  arguments: ({ argument }) => [
    argument('target', 'MODEL', "a run's folder, name or id, or the folder of an adapter or model"),
  ],
  options: (fields) => ({
    before: fields.text('MODEL', 'model to compare with (default: the base model)'),
    set: fields.texts('FILE', 'more prompts: rows {prompt, category, kind}, or a published set'),
    system: fields.text('TEXT', 'system message (default: that of the training rows)'),
    canaries: fields.text('FILE', 'planted secrets, from attune data redact --canaries'),
    maxRows: fields.count('ROWS', 'prompts per set (default: all)'),
    maxNewTokens: fields.count('TOKENS', 'maximum tokens of an answer (default: 64)'),
    output: fields.text('FOLDER', "folder for safety.json (default: the run's)", { aliases: ['--to'] }),
    ...deviceField(fields),
  }),
  effects: ['computes', 'writes-files'],
  examples: ['safety runs/tickets', 'safety runs/tickets --set xstest --max-rows 50', 'safety attune-base --json'],
  stopping: 'stopping; nothing is saved',
  async run({ target, ...options }, call): Promise<SafetyResults> {
    const { safety } = await import('../safety/safety.ts');
    return safety(target, { ...options, ...call });
  },
  render: (results, terminal) => describeAssessment('safety', results, terminal),
});

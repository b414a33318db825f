import { describeAssessment } from './shared/assessed.ts';
import type { SafetyResults } from '../../evaluation/assessments/safety.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'how a model answers harmful and harmless requests, before and after training',
  arguments: ({ argument }) => [argument('target', 'MODEL', "a run's folder, name or id, an adapter's, a model's")],
  options: (fields) => ({
    before: fields.text('MODEL', 'what to set it against; the base model unless given'),
    set: fields.texts('FILE', 'more prompts: rows {prompt, category, kind}, or a published set'),
    system: fields.text('TEXT', "the system message; the training rows' own unless given"),
    canaries: fields.text('FILE', 'planted secrets, from attune data redact --canaries'),
    maxRows: fields.count('ROWS', 'of each set; all unless given'),
    maxNewTokens: fields.count('TOKENS', 'longest answer; 64 unless given'),
    output: fields.text('FOLDER', "where safety.json is written; the run's own unless given", { aliases: ['--to'] }),
  }),
  effects: ['computes', 'writes-files'],
  examples: ['safety runs/tickets', 'safety runs/tickets --set xstest --max-rows 50', 'safety attune-base --json'],
  stopping: 'stopping; nothing is kept',
  async run({ target, ...options }, call): Promise<SafetyResults> {
    const { safety } = await import('../safety/safety.ts');
    return safety(target, { ...options, ...call });
  },
  render: (results, terminal) => describeAssessment('safety', results, terminal),
});

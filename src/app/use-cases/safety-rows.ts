import { plural } from '../../base/format.ts';
import { shortPath } from '../terminal/short-path.ts';
import { defineUseCase } from './use-case.ts';
import type { SetKind } from '../../evaluation/safety/safety-set.ts';

/** Prompts of one kind: number sent, and number of answers kept. */
export interface RehearsedKind {
  kind: SetKind;
  asked: number;
  kept: number;
  /** Number of answers longer than allowed. */
  tooLong: number;
}

export interface SafetyRows {
  file: string;
  kinds: RehearsedKind[];
}

export const useCase = defineUseCase({
  section: 'Use',
  summary: "write a model's own refusals and answers as replay rows for tuning it",
  arguments: ({ argument }) => [argument('target', 'MODEL', 'the model to be tuned')],
  options: (fields) => ({
    output: fields.required(fields.text('FILE', 'output file of rows', { aliases: ['--to'] })),
    set: fields.texts(
      'FILE',
      'prompts, instead of the built-in ones: rows {prompt, category, kind}, or a published set; use other prompts to measure',
    ),
    system: fields.text('TEXT', "system message (default: that of the model's training)"),
    maxRows: fields.count('ROWS', 'prompts per kind (default: all)'),
    maxNewTokens: fields.count('TOKENS', 'maximum tokens of an answer; longer ones are left out (default: 128)'),
  }),
  effects: ['computes', 'writes-files'],
  examples: ['safety rows Qwen/Qwen2.5-0.5B-Instruct --output refusals.jsonl'],
  stopping: 'stopping; nothing is written',
  async run({ target, ...options }, call): Promise<SafetyRows> {
    const { safetyRows } = await import('../safety/rows.ts');
    return safetyRows(target, { ...options, ...call });
  },
  render({ file, kinds }, { colours }) {
    const replay = `retention: { replay: { path: ${shortPath(file)}, share: 0.1 } }`;
    return [
      `${colours.green('✓')} ${shortPath(file)}`,
      ...kinds.map(({ kind, asked, kept, tooLong }) => {
        const left = tooLong > 0 ? ` (${plural(tooLong, 'answers')} too long)` : '';
        return `  ${kept} of ${plural(asked, `${kind} requests`)} ${kind === 'harmful' ? 'refused' : 'answered'}${left}`;
      }),
      `  in a recipe: ${replay}`,
    ].join('\n');
  },
});

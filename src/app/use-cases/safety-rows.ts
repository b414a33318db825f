import { plural } from '../../base/format.ts';
import { shortPath } from '../terminal/short-path.ts';
import { defineUseCase } from './use-case.ts';
import type { SetKind } from '../../evaluation/safety/safety-set.ts';

/** Prompts of one kind: how many were sent, and how many answers were kept. */
export interface RehearsedKind {
  kind: SetKind;
  asked: number;
  kept: number;
  /** Answers longer than allowed. */
  tooLong: number;
}

export interface SafetyRows {
  file: string;
  kinds: RehearsedKind[];
}

export const useCase = defineUseCase({
  section: 'Use',
  summary: "write a model's own refusals and answers as rows to replay while it is tuned",
  arguments: ({ argument }) => [argument('target', 'MODEL', 'the model that is going to be tuned')],
  options: (fields) => ({
    output: fields.required(fields.text('FILE', 'the file of rows to write', { aliases: ['--to'] })),
    set: fields.texts(
      'FILE',
      'prompts in place of our own: rows {prompt, category, kind}, or a published set; measure with others',
    ),
    system: fields.text('TEXT', "the system message; that of the model's training unless given"),
    maxRows: fields.count('ROWS', 'prompts of each kind; all unless given'),
    maxNewTokens: fields.count('TOKENS', 'longer answers are left out; 128 unless given'),
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

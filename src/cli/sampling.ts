import type { Sampling } from '../app/talk.ts';
import { AttuneError } from '../base/errors.ts';
import type { CommandContext, CommandOption } from './command.ts';

/** Options that `chat` and `generate` share. */
export const samplingOptions: readonly CommandOption[] = [
  { name: '--base', summary: 'the base model, without the adapter' },
  { name: '--max-new-tokens', value: 'COUNT', summary: 'longest answer; 256 unless given' },
  { name: '--temperature', value: 'T', summary: '0 takes the most probable token, which is the default' },
  { name: '--top-k', value: 'K', summary: 'only the K most probable tokens' },
  { name: '--top-p', value: 'P', summary: 'only the most probable tokens that reach P together' },
  { name: '--seed', value: 'SEED', summary: 'the same seed draws the same answers' },
  { name: '--stop', value: 'TEXT', summary: 'ends an answer before this text' },
];

export function samplingOf(context: CommandContext): Sampling {
  const stop = context.option('--stop');
  return {
    maxNewTokens: context.count('--max-new-tokens') ?? 256,
    temperature: numberOf(context, '--temperature', { least: 0, most: 100 }) ?? 0,
    topK: context.count('--top-k') ?? 0,
    topP: numberOf(context, '--top-p', { least: 0, most: 1 }) ?? 1,
    seed: context.count('--seed') ?? 0,
    stop: stop === undefined ? undefined : [stop.replaceAll('\\n', '\n')],
  };
}

function numberOf(context: CommandContext, name: string, range: { least: number; most: number }): number | undefined {
  const text = context.option(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && value >= range.least && value <= range.most) return value;
  throw new AttuneError('E_USAGE', {
    what: `${name} is out of range`,
    got: text,
    expected: `a number from ${range.least} to ${range.most}`,
  });
}

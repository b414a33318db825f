import type { CommandContext, CommandOption } from './command.ts';

export const precisionOption: CommandOption = {
  name: '--precision',
  value: 'TYPE',
  summary: 'auto, bf16 or f32; in f32 answers do not depend on what else is answered',
};

export function precisionOf(context: CommandContext): 'auto' | 'bf16' | 'f32' | undefined {
  if (context.option('--precision') === undefined) return undefined;
  return context.choice('--precision', ['auto', 'bf16', 'f32'] as const);
}

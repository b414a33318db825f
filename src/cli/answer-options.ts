import type { CommandContext } from './command.ts';

/** Where answers are looked for, the same for every command about them. */
export const answerSourceOptions = [
  { name: '--server', value: 'ADDRESS', summary: 'ask a running server; this machine unless given' },
  {
    name: '--key-variable',
    value: 'NAME',
    summary: "environment variable with the server's key; ATTUNE_API_KEY unless given",
  },
] as const;

export function answerSource(context: CommandContext): { server?: string; keyVariable?: string } {
  return { server: context.option('--server'), keyVariable: context.option('--key-variable') };
}

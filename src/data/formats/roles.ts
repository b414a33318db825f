import type { Message } from '../../models/text/message.ts';

export type Role = Message['role'];

/** Role names used in data sets. `function_call` is an assistant's turn that contains only calls. */
const ROLES: Record<string, Role | 'function_call'> = {
  system: 'system',
  developer: 'developer',
  user: 'user',
  human: 'user',
  assistant: 'assistant',
  gpt: 'assistant',
  chatgpt: 'assistant',
  model: 'assistant',
  bot: 'assistant',
  tool: 'tool',
  function: 'tool',
  observation: 'tool',
  ipython: 'tool',
  function_call: 'function_call',
};

export const roleNames: readonly string[] = Object.keys(ROLES);

export function roleOf(name: unknown): Role | 'function_call' | undefined {
  return typeof name === 'string' && Object.hasOwn(ROLES, name) ? ROLES[name] : undefined;
}

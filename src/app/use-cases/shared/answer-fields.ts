import type { FieldKit } from '../fields.ts';

/** Options for the server whose answers are searched. */
export function answerFields({ text }: FieldKit) {
  return {
    server: text('ADDRESS', 'a running server (default: this machine)'),
    keyVariable: text('NAME', "environment variable with the server's key (default: ATTUNE_API_KEY)"),
  };
}

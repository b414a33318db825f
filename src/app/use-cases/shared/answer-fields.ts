import type { FieldKit } from '../fields.ts';

/** Where answers are looked for. */
export function answerFields({ text }: FieldKit) {
  return {
    server: text('ADDRESS', 'ask a running server; this machine unless given'),
    keyVariable: text('NAME', "environment variable with the server's key; ATTUNE_API_KEY unless given"),
  };
}

/** User-defined recognisers: a module exports one or a list of them. */
import { z } from 'zod';
import { kinds } from './kinds.ts';
import { patternRecogniser, type Recogniser } from './recogniser.ts';

/** Default export of the user's file. */
export interface OwnRecogniser {
  name: string;
  kind: (typeof kinds)[number];
  pattern: RegExp;
  /** From 0 to 1, 0.9 by default; a score of 0.5 or more counts. */
  score?: number;
  context?: RegExp;
  check?(value: string): boolean;
}

const own = z.strictObject({
  name: z.string().min(1),
  kind: z.enum(kinds),
  pattern: z.instanceof(RegExp),
  score: z.number().min(0).max(1).optional(),
  context: z.instanceof(RegExp).optional(),
  check: z.custom<(value: string) => boolean>((value) => typeof value === 'function').optional(),
});

export const OWN_RECOGNISER = `a recogniser, or a list of them: { name, kind, pattern, score?, context?, check? } with kind one of ${kinds.join(', ')}`;

export function isOwnRecogniser(value: unknown): value is OwnRecogniser | readonly OwnRecogniser[] {
  return z.union([own, z.array(own).min(1)]).safeParse(value).success;
}

export function ownRecognisers(value: OwnRecogniser | readonly OwnRecogniser[]): Recogniser[] {
  const all = Array.isArray(value) ? (value as readonly OwnRecogniser[]) : [value as OwnRecogniser];
  return all.map(({ pattern, score = 0.9, context, ...rest }) =>
    patternRecogniser({
      ...rest,
      score,
      pattern: pattern.flags.includes('g') ? pattern : new RegExp(pattern.source, `${pattern.flags}g`),
      ...(context !== undefined && { context: new RegExp(context.source, context.flags.replaceAll(/[gy]/g, '')) }),
    }),
  );
}

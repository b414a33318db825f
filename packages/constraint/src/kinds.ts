/** Registry of constraint kinds: how each becomes a grammar. */
import type { Grammar } from './automaton/grammar.ts';
import { choicesGrammar } from './choices.ts';
import { freeCallsGrammar } from './free-calls.ts';
import { regexGrammar } from './regex.ts';
import { schemaGrammar } from './schema/schema-grammar.ts';
import { wrappedGrammar } from './wrapped.ts';

/** Validates the kind's value and writes its language into a new grammar. */
export type ConstraintKind = (value: unknown) => Grammar;

export const kinds: Readonly<Record<string, ConstraintKind>> = {
  schema: (value) => schemaGrammar(value),
  regex: regexGrammar,
  choices: choicesGrammar,
  wrapped: wrappedGrammar,
  calls: freeCallsGrammar,
};

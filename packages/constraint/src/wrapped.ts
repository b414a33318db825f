/** JSON that matches a schema, between fixed texts: once or several times. */
import { isPlainObject } from '@attune/base/plain-object';
import type { Grammar } from './automaton/grammar.ts';
import { schemaGrammar } from './schema/schema-grammar.ts';
import { unreadable } from './unreadable.ts';

export interface WrappedSchema {
  before: string;
  schema: boolean | object;
  after: string;
  /** Separator of two parts, if several are allowed. */
  between?: string;
}

/** @throws E_CONSTRAINT_INVALID, E_SCHEMA_INVALID, E_SCHEMA_UNSUPPORTED, E_CONSTRAINT_TOO_LARGE */
export function wrappedGrammar(value: unknown): Grammar {
  if (!isWrapped(value)) throw unreadable('wrapped', value, 'before, schema and after');
  const { before, schema, after, between } = value;
  return schemaGrammar(schema, (grammar, rule) => {
    const { starts } = grammar;
    const [open, closed, end] = [grammar.addNode(), grammar.addNode(), grammar.addNode()];
    grammar.addText(starts[0], before, open);
    grammar.addCall(open, rule, closed);
    grammar.addText(closed, after, end);
    grammar.setEnd(end);
    if (between !== undefined) grammar.addText(end, between, starts[0]);
  });
}

function isWrapped(value: unknown): value is WrappedSchema {
  if (!isPlainObject(value)) return false;
  const { before, after, between = '', schema } = value;
  return [before, after, between].every((text) => typeof text === 'string') && schema !== undefined;
}

import { describe, expect, it } from 'vitest';
import { grammarOf } from '../src/grammar-of.ts';
import { byteCosts, costsToEnd } from '../src/automaton/costs.ts';
import { packGrammar } from '../src/automaton/packed-grammar.ts';
import { DEAD, Pushdown } from '../src/automaton/pushdown.ts';

/** Whether a text satisfies a constraint. */
function accepts(spec: Parameters<typeof grammarOf>[0], text: string): boolean {
  const grammar = grammarOf(spec);
  const costs = costsToEnd(grammar, byteCosts);
  const automaton = new Pushdown({ grammar: packGrammar(grammar), costs, byteCosts: costs }, () => 1);
  const state = automaton.run(automaton.start, new TextEncoder().encode(text));
  return state !== DEAD && automaton.isAccepting(state);
}

const schema = { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'], additionalProperties: false };

describe('JSON between fixed texts', () => {
  it('is one stretch, or several where something may stand between them', () => {
    const one = { wrapped: { before: '<call>\n', schema, after: '\n</call>' } };
    const call = '<call>\n{"a": 1}\n</call>';
    expect(
      [call, `${call}\n${call}`, '{"a": 1}', '<call>\n{"a": "x"}\n</call>', call.slice(0, -1)].map((text) =>
        accepts(one, text),
      ),
    ).toEqual([true, false, false, false, false]);
    const many = { wrapped: { ...one.wrapped, between: '\n' } };
    expect([call, `${call}\n${call}`, `${call}${call}`, `${call}\n`].map((text) => accepts(many, text))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('is refused without its parts', () => {
    expect(() => grammarOf({ wrapped: { before: 1 } as never })).toThrow('E_CONSTRAINT_INVALID');
    expect(() => grammarOf({ wrapped: { before: '', after: '', schema: { type: 'banana' } } })).toThrow(
      'E_SCHEMA_INVALID',
    );
  });
});

import { describe, expect, it } from 'vitest';
import { byteCosts, costsToEnd } from '../../../../packages/constraint/src/automaton/costs.ts';
import { packGrammar } from '../../../../packages/constraint/src/automaton/packed-grammar.ts';
import { Pushdown, DEAD } from '../../../../packages/constraint/src/automaton/pushdown.ts';
import { grammarOf } from '../../../../packages/constraint/src/grammar-of.ts';
import { AnswerReader, joined } from '../../../../src/models/text/tool-calls/answer-reader.ts';
import type { ToolFamily } from '../../../../src/models/text/tool-calls/family.ts';
import { familyOf } from '../../../../src/models/text/tool-calls/index.ts';
import {
  attuneBase,
  compiledHere,
  drawAnswer,
  idsOf,
  refusalOf,
} from '../../../../packages/constraint/test/sampler.ts';

const schema = {
  type: 'object',
  properties: { city: { enum: ['Rome', 'Oslo'] }, days: { type: 'integer', minimum: 1, maximum: 7 } },
  required: ['city', 'days'],
  additionalProperties: false,
};
const tools = [
  { name: 'weather', schema },
  { name: 'now', schema: { type: 'object', additionalProperties: false } },
];

const FAMILIES: Record<string, { family: ToolFamily; call: (name: string, given: string) => string }> = {
  hermes: {
    family: familyOf('<tool_call>'),
    call: (name, given) => `<tool_call>\n{"name": "${name}", "arguments": ${given}}\n</tool_call>`,
  },
  llama3: {
    family: familyOf('<|start_header_id|> "parameters"'),
    call: (name, given) => `{"name": "${name}", "parameters": ${given}}`,
  },
  mistral: {
    family: familyOf('[TOOL_CALLS]'),
    call: (name, given) => `[{"name": "${name}", "arguments": ${given}}]`,
  },
  generic: {
    family: familyOf('Tools: …'),
    call: (name, given) => `\`\`\`json\n{"name": "${name}", "arguments": ${given}}\n\`\`\``,
  },
};

const idsIn = (text: string) => attuneBase.encode(text);

type Thinking = 'none' | 'marked' | 'opened';

/** Whether a text belongs to a language: it may end there, it may continue, or neither. */
function reading(family: ToolFamily, text: string, thinking: Thinking = 'none'): 'ends' | 'goes on' | 'never' {
  const spec = { calls: { ...family.held(tools, true), thinking } };
  const grammar = grammarOf(spec);
  const costs = costsToEnd(grammar, byteCosts);
  const automaton = new Pushdown({ grammar: packGrammar(grammar), costs, byteCosts: costs }, byteCosts.ofBytes);
  const state = automaton.run(automaton.start, new TextEncoder().encode(text));
  if (state === DEAD) return 'never';
  return automaton.isAccepting(state) ? 'ends' : 'goes on';
}

describe.each(Object.entries(FAMILIES))('free text with calls of %s', (_, { family, call }) => {
  it('is any text that begins no call', () => {
    for (const text of ['', 'Hello!', 'a < b, {"x": [1]}', '{"city": "Rome"}', '<tool', 'naïve 🙂\n\n{', '  \n'])
      expect([text, reading(family, text)]).toEqual([text, 'ends']);
  });

  it('holds a call to its tools and their schemas from its beginning', () => {
    expect(reading(family, call('weather', '{"city": "Rome", "days": 3}'))).toBe('ends');
    expect(reading(family, call('now', '{}'))).toBe('ends');
    for (const [name, given] of [
      ['weather', '{"city": "Wars", "days": 3}'],
      ['weather', '{"text": "Wars"}'],
      ['weather', '{"city": "Rome", "days": 8}'],
      ['weather', '{"city": "Rome"}'],
      ['add_weained', '{}'],
      ['now', '{"city": "Rome"}'],
    ])
      expect(reading(family, call(name, given))).toBe('never');
    const whole = call('weather', '{"city": "Rome", "days": 3}');
    expect(reading(family, whole.slice(0, whole.indexOf('weather') + 3))).toBe('goes on');
    expect(reading(family, whole.slice(0, whole.indexOf('days') + 3))).toBe('goes on');
  });

  it('is left alone in thoughts', () => {
    const thought = `<think>${call('other', '{}')} or so</think>\n\n`;
    expect(reading(family, `${thought}${call('weather', '{"city": "Rome", "days": 3}')}`, 'marked')).toBe('ends');
    expect(reading(family, `${thought}${call('other', '{}')}`, 'marked')).toBe('never');
    expect(reading(family, `${thought.slice('<think>'.length)}${call('other', '{}')}`, 'opened')).toBe('never');
    expect(reading(family, 'Hello.', 'marked')).toBe('ends');
  });

  it('never has half a call, however short the answer may be', async () => {
    const spec = { calls: { ...family.held(tools, true), thinking: 'none' as const } };
    let calls = 0;
    for (let draw = 0; draw < 60; draw++) {
      const begun = draw % 3 === 0 ? '' : call('weather', '').split('weather')[0];
      const answer = compiledHere(spec).begin();
      const ids: number[] = [];
      const room = 40 + draw;
      for (const id of await idsIn(begun)) {
        // A call that does not fit is not started.
        if (!idsOf(answer.allowed(room - ids.length)).includes(id)) break;
        answer.advance(id);
        ids.push(id);
      }
      while (ids.length < room) {
        const open = idsOf(answer.allowed(room - ids.length));
        const id = open[(draw * 7919 + ids.length * 104_729) % open.length];
        if (attuneBase.stopIds.includes(id)) break;
        answer.advance(id);
        ids.push(id);
      }
      const reader = new AnswerReader({ family, names: new Set(['weather', 'now']), thinking: 'none' });
      const said = joined([...reader.push(attuneBase.decode(ids, { skipSpecialTokens: true })), ...reader.end()]);
      calls += said.calls.length;
      expect(said.content).not.toMatch(/<tool_call>|"name": ?"/);
      for (const { function: called } of said.calls) expect(['weather', 'now']).toContain(called.name);
    }
    expect(calls).toBeGreaterThan(0);
  });
});

describe('free text', () => {
  const spec = { calls: { mark: '<tool_call>', after: '</tool_call>', schema, between: '' } };

  it('may hold tokens without a text, ends where the model ends it, and is no whole form at the limit', async () => {
    const answer = compiledHere(spec).begin();
    const [stop] = attuneBase.stopIds;
    const special = attuneBase.addedTokens.find(
      ({ id }) => attuneBase.isSpecial(id) && !attuneBase.stopIds.includes(id),
    );
    expect(idsOf(answer.allowed(9))).toEqual(expect.arrayContaining([stop, special!.id]));
    answer.advance(special!.id);
    for (const id of await idsIn('Hello')) answer.advance(id);
    expect([answer.isFree, answer.isComplete]).toEqual([true, false]);
    for (const id of await idsIn('<tool_call>')) answer.advance(id);
    expect(answer.isFree).toBe(false);
    expect(idsOf(answer.allowed(99))).not.toContain(stop);
  });

  it('draws nothing but valid answers', () => {
    for (let draw = 0; draw < 20; draw++)
      expect(drawAnswer(spec, 30, [7, 'free', draw]).ids.length).toBeLessThanOrEqual(30);
  });

  it('is refused without its parts', () => {
    expect(refusalOf({ calls: { schema: {} } }).code).toBe('E_CONSTRAINT_INVALID');
    expect(refusalOf({ calls: { schema: { type: 'banana' }, mark: 'x', after: '' } }).code).toBe('E_SCHEMA_INVALID');
  });
});

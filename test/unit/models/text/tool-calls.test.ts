import { describe, expect, it } from 'vitest';
import { grammarOf } from '../../../../packages/constraint/src/grammar-of.ts';
import {
  AnswerReader,
  joined,
  thinkingOf,
  type AnswerForm,
  type AnswerPart,
} from '../../../../src/models/text/tool-calls/answer-reader.ts';
import { familyOf } from '../../../../src/models/text/tool-calls/index.ts';
import { asSrt, asVtt } from '../../../../src/serving/transcription/subtitles.ts';

/** Characteristic parts of each family's chat template. */
const templates = {
  hermes: 'For each call return <tool_call>\n{"name": …, "arguments": …}\n</tool_call>',
  coder: '<tool_call>\n<function=example>\n<parameter=x>\n',
  mistral: '[AVAILABLE_TOOLS] … [TOOL_CALLS]',
  llama3: '<|start_header_id|> … {"name": function name, "parameters": dictionary}',
  generic: 'Tools: {{ tools | tojson }}',
};

const written: Record<keyof typeof templates, string> = {
  hermes: '<tool_call>\n{"name": "find", "arguments": {"place": "a } b"}}\n</tool_call>',
  coder: '<tool_call>\n<function=find>\n<parameter=place>\na } b\n</parameter>\n</function>\n</tool_call>',
  mistral: '[TOOL_CALLS] [{"name": "find", "arguments": {"place": "a } b"}}]',
  llama3: '{"name": "find", "parameters": {"place": "a } b"}}',
  generic: '```json\n{"name": "find", "arguments": {"place": "a } b"}}\n```',
};

function read(
  template: string,
  text: string,
  {
    size = 1,
    names = ['find', 'send'],
    thinking = 'none',
    mostCalls = Infinity,
  }: { size?: number; names?: string[]; thinking?: AnswerForm['thinking']; mostCalls?: number } = {},
) {
  const reader = new AnswerReader({ family: familyOf(template), names: new Set(names), mostCalls, thinking });
  const parts: AnswerPart[] = [];
  for (let at = 0; at < text.length; at += size) parts.push(...reader.push(text.slice(at, at + size)));
  const { content, reasoning, calls } = joined([...parts, ...reader.end()]);
  return { content, reasoning, calls: calls.map((call) => [call.function.name, JSON.parse(call.function.arguments)]) };
}

const names = Object.keys(templates) as (keyof typeof templates)[];

describe.each(names)('calls in the form of %s', (name) => {
  it.each([1, 3, 1000])('are found, read in pieces of %i', (size) => {
    expect(read(templates[name], written[name], { size })).toEqual({
      content: '',
      reasoning: '',
      calls: [['find', { place: 'a } b' }]],
    });
  });

  it('of a tool that was not offered are text, and so is what only begins like one', () => {
    for (const text of [written[name], written[name].slice(0, 20), `${written[name].slice(0, 12)} is how it begins`]) {
      const { content, calls } = read(templates[name], text, { names: ['other'] });
      expect({ content: content.trim(), calls }).toEqual({ content: text.trim(), calls: [] });
    }
  });

  it('leave plain answers as they are', () => {
    const text = 'I know {it}: a < b, and [1, 2] is a list.';
    expect(read(templates[name], text)).toMatchObject({ content: text, calls: [] });
  });

  it('can be asked for by a grammar, with schemas that refer to themselves', () => {
    const schema = {
      type: 'object',
      properties: { next: { $ref: '#/$defs/node' } },
      $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } } } },
    };
    const tools = [
      { name: 'find', schema },
      { name: 'send', schema: { type: 'object' } },
    ];
    for (const isParallel of [true, false])
      expect(() => grammarOf(familyOf(templates[name]).constraint(tools, isParallel))).not.toThrow();
  });
});

describe('answers with several parts', () => {
  it('have several calls apart by semicolons in the form of llama3', () => {
    const text = `${written.llama3}; ${written.llama3.replace('find', 'send')}`;
    const calls = [
      ['find', { place: 'a } b' }],
      ['send', { place: 'a } b' }],
    ];
    for (const size of [1, 1000]) expect(read(templates.llama3, text, { size })).toMatchObject({ content: '', calls });
  });

  it('are told apart: thoughts, words, calls one after the other', () => {
    const text = `<think>\nwell\n</think>\n\nLet me see. ${written.hermes}\n${written.hermes.replace('find', 'send')}`;
    expect(read(templates.hermes, text, { thinking: 'marked' })).toEqual({
      reasoning: 'well\n',
      content: 'Let me see. ',
      calls: [
        ['find', { place: 'a } b' }],
        ['send', { place: 'a } b' }],
      ],
    });
  });

  it('have one call only where no others are wanted', () => {
    const text = `${written.hermes}\n${written.hermes}`;
    expect(read(templates.hermes, text, { mostCalls: 1 })).toMatchObject({
      content: '',
      calls: [['find', { place: 'a } b' }]],
    });
  });

  it('begin in the middle of a thought where the prompt opens it', () => {
    expect(read('', 'hm</think>yes', { thinking: 'opened' })).toMatchObject({ reasoning: 'hm', content: 'yes' });
    expect(thinkingOf('{{ messages }}')).toBe('none');
    expect(thinkingOf("</think> {% if add_generation_prompt %}{{ '<assistant><think>\\n' }}{% endif %}")).toBe(
      'opened',
    );
    expect(
      thinkingOf(
        "{% if add_generation_prompt %}{{ '<assistant>' }}{% if enable_thinking is false %}{{ '<think>\\n\\n</think>' }}{% endif %}",
      ),
    ).toBe('marked');
  });
});

describe('subtitles', () => {
  const segments = [
    { start: 0, end: 1.5, text: ' one ' },
    { start: 3661.25, end: 3662, text: 'a --> b' },
  ];
  it('have the clocks of their formats', () => {
    expect(asSrt(segments)).toBe(
      '1\n00:00:00,000 --> 00:00:01,500\none\n\n2\n01:01:01,250 --> 01:01:02,000\na --> b\n\n',
    );
    expect(asVtt(segments)).toBe(
      'WEBVTT\n\n00:00:00.000 --> 00:00:01.500\none\n\n01:01:01.250 --> 01:01:02.000\na -> b\n\n',
    );
  });
});

describe('an answer that was cut within a call', () => {
  const cut = (template: string, text: string) => {
    const reader = new AnswerReader({ family: familyOf(template), names: new Set(['f']), thinking: 'none' });
    return [...reader.push(text), ...reader.end(true)];
  };
  const templates = { hermes: '<tool_call>', llama3: '<|start_header_id|> "parameters"', mistral: '[TOOL_CALLS]' };

  it.each([
    [templates.hermes, 'Well.<tool_call>\n{"name": "f", "arguments": {"a": [1, "x'],
    [templates.llama3, '<|python_tag|>{"name": "f", "parameters": {"a": [1, "x'],
    [templates.mistral, '[{"name": "f", "arguments": {"a": [1, "x'],
    ['any', '```json\n{"name": "f", "arguments": {"a": [1, "x'],
  ])('has the part of its arguments: %s', (template, text) => {
    const [last] = cut(template, text).slice(-1);
    expect(last).toMatchObject({ isCut: true, call: { function: { name: 'f', arguments: '{"a": [1, "x' } } });
  });

  it('stays text where the name is not whole, is no tool, or the answer ended by itself', () => {
    const begun = '<tool_call>\n{"name": "f", "arguments": {"a"';
    for (const text of ['<tool_call>\n{"name": "f', begun.replace('"f"', '"g"')])
      expect(cut(templates.hermes, text).every((part) => 'content' in part)).toBe(true);
    const reader = new AnswerReader({ family: familyOf(templates.hermes), thinking: 'none' });
    expect(joined([...reader.push(begun), ...reader.end()])).toEqual({ content: begun, reasoning: '', calls: [] });
  });
});

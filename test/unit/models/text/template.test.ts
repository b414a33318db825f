import { beforeAll, describe, expect, test } from 'vitest';
import {
  checkTemplate,
  shownParts,
  newTokenizer,
  Renderer,
  templateHash,
  tokenizerHash,
  trainByteLevelBpe,
  withChatTemplate,
  type Conversation,
  type TokenizerJson,
} from '../../../../src/models/text/index.ts';
import { parseForTemplates } from '@attune/tables';
import type { ToolSchema } from '../../../../src/models/text/message.ts';
import { paintParts } from '../../../../src/app/use-cases/text/row.ts';
import { createTerminal } from '../../../../src/app/terminal/terminal.ts';
import { formatTime } from '../../../../packages/jinja/src/strftime.ts';
import { assistant, chat, renderChecked, templateText, trainedTexts, user } from './conversations.ts';

const roles = { bos: '<s>', eos: '</s>' };
const options = { addGenerationPrompt: false, now: new Date(2024, 0, 5, 9, 7, 3) };
let vocabulary: TokenizerJson;

beforeAll(async () => {
  const specialTokens = ['<s>', '</s>', '<|im_start|>', '<|im_end|>'];
  vocabulary = await trainByteLevelBpe(['some words, some more words'], { vocabSize: 280, specialTokens });
});

async function render(chatTemplate: string, conversation: Partial<Conversation> = {}): Promise<string> {
  const tokenizer = await newTokenizer(vocabulary, { roles, chatTemplate });
  return tokenizer.templates.render({ messages: [], ...conversation }, options);
}

describe('a chat template', () => {
  test('gets turns, tools, documents, special tokens and variables of its own as transformers passes them', async () => {
    const template =
      '{{ bos_token }}|{{ eos_token }}|{{ pad_token is defined }}|{{ tools is none }}|{{ documents[0].title }}|' +
      '{{ thinking }}|{{ messages[0].role }}|{{ add_generation_prompt }}';
    const conversation = {
      messages: [user('x')],
      documents: [{ title: 'T' }],
      chatTemplateKwargs: { thinking: 'on' },
    };
    expect(await render(template, conversation)).toBe('<s>|</s>|False|True|T|on|user|False');
  });

  test('writes JSON as Python does, in the order given', async () => {
    const tools = [{ name: 'f', parameters: { b: [1, 2.5, null, true], a: 'é"\n<' } }];
    expect(await render('{{ tools | tojson }}', { tools })).toBe(
      '[{"name": "f", "parameters": {"b": [1, 2.5, null, true], "a": "é\\"\\n<"}}]',
    );
    expect(await render('{{ tools | tojson(indent=2) }}', { tools: [{ a: [1] }] })).toBe(
      '[\n  {\n    "a": [\n      1\n    ]\n  }\n]',
    );
  });

  test('shows arguments as the text that a row has or as its object, whichever it asks for', async () => {
    const textOf = async (given: unknown, shown: string): Promise<string> => {
      const messages = [assistant('', { tool_calls: [{ function: { name: 'f', arguments: given } }] })];
      return render(`{% set a = messages[0].tool_calls[0].function.arguments %}${shown}`, { messages });
    };
    const text = '{"b":[1.0,null], "a":12345678901234567890}';
    const written = '{"b": [1.0, null], "a": 12345678901234567890}';
    expect(await textOf(text, "{{ 'x' + a }}|{{ a }}|{{ a if a is string }}")).toBe(`x${text}|${text}|${text}`);
    expect(await textOf(text, '{{ a|tojson }}|{{ {"f": a}|tojson }}')).toBe(`${written}|{"f": ${written}}`);
    expect(await textOf(text, '{% for k, v in a.items() %}{{ k }}{{ v }};{% endfor %}')).toBe(
      'b[1.0, None];a12345678901234567890;',
    );
    expect(await textOf(text, '{% for k, v in a|items %}{{ k }}{% endfor %}{{ a.b[0] }}{{ a["a"] }}')).toBe(
      'ba1.012345678901234567890',
    );
    // Printed as Python prints a mapping; operations that fail on a mapping get the text.
    expect(await textOf({ b: null }, '{{ a }}|{{ a|tojson }}')).toBe('{\'b\': None}|{"b": null}');
    expect(await textOf({ b: null }, "{{ 'x' + a }}")).toBe('x{"b": null}');
    expect(await textOf(text, "{{ a|tojson if a is not string else raise_exception('a text') }}")).toBe(written);
    expect(await textOf('free text', '{{ a }}|{{ a|tojson }}')).toBe('free text|"free text"');
  });

  test('tells content that is null from content that is not there', async () => {
    const calls = { tool_calls: [{ function: { name: 'f', arguments: {} } }] };
    const messages = [
      assistant('', { ...calls, contentless: 'null' }),
      assistant('', { ...calls, contentless: 'absent' }),
      assistant('', calls),
    ];
    const template =
      "{% for m in messages %}{{ m.content is none }} {{ m.content is defined }} {{ 'contentless' in m }};{% endfor %}";
    expect(await render(template, { messages })).toBe('True True False;False False False;False True False;');
    await expect(render("{{ 'x' in messages[0].content }}", { messages })).rejects.toMatchObject({
      code: 'E_TEMPLATE_FAILED',
      fix: expect.stringContaining('content: ""'),
    });
  });

  test('shows a mapping in the order and with the numbers of the row, and refuses rounded ones', async () => {
    const tools = [{ name: 'f', z: 1, a: 0.5, n: null }];
    expect(await render('{{ tools }}', { tools })).toBe("[{'name': 'f', 'z': 1, 'a': 0.5, 'n': None}]");
    await expect(render('{{ tools }}', { tools: [{ maximum: 2 ** 63 }] })).rejects.toMatchObject({
      code: 'E_TEMPLATE_FAILED',
      got: expect.stringContaining('too large to be represented exactly'),
    });
  });

  test('shows the numbers of a row’s or a request’s schemas and arguments as they are written', async () => {
    const read = parseForTemplates(
      '{"tools": [{"default": 0.0, "enum": [1.0, 2], "most": 123456789012345678901}], "arguments": {"x": 1.0, "n": 3}}',
    ) as { tools: ToolSchema[]; arguments: object };
    expect(await render('{{ tools[0] | tojson }}', read)).toBe(
      '{"default": 0.0, "enum": [1.0, 2], "most": 123456789012345678901}',
    );
    const messages = [assistant('', { tool_calls: [{ function: { name: 'f', arguments: read.arguments } }] })];
    const call = 'messages[0].tool_calls[0].function.arguments';
    expect(await render(`{{ ${call} }}{{ ${call} | tojson }}`, { messages })).toBe(
      `{'x': 1.0, 'n': 3}{"x": 1.0, "n": 3}`,
    );
  });

  test('sees only keys that have a value, tool arguments as objects, and no training weight', async () => {
    const call = (text: string) => ({ function: { name: 'f', arguments: text } });
    const messages = [
      { ...assistant('', { weight: 0, tool_calls: [call('{"a": 1}'), call('not JSON')] }), name: undefined },
      assistant('', { tool_calls: [] }),
    ];
    const template =
      "{% for m in messages %}{{ 'name' in m }} {{ 'weight' in m }} {{ 'tool_calls' in m }};{% endfor %}" +
      '{% for c in messages[0].tool_calls %}{{ c.function.arguments | tojson }};{% endfor %}';
    expect(await render(template, { messages })).toBe('False False True;False False False;{"a": 1};"not JSON";');
  });

  test('gets developer turns as system turns unless it knows them', async () => {
    const messages = [{ role: 'developer' as const, content: 'x' }];
    expect(await render('{{ messages[0].role }}', { messages })).toBe('system');
    expect(await render('{# developer #}{{ messages[0].role }}', { messages })).toBe('developer');
  });

  test('reads the clock that it is given', async () => {
    expect(await render("{{ strftime_now('%d %b %Y %H:%M') }}")).toBe('05 Jan 2024 09:07');
    expect(formatTime(options.now, '%A %a %B %e %-d %-m %y %j %I %p %S %F %T %% %Q')).toBe(
      'Friday Fri January  5 5 1 24 005 09 AM 03 2024-01-05 09:07:03 % %Q',
    );
  });

  test('that refuses a conversation, fails, or is broken gives its own code', async () => {
    await expect(render("{{ raise_exception('Only one turn!') }}")).rejects.toMatchObject({
      code: 'E_TEMPLATE_REFUSED',
      got: 'Only one turn!',
    });
    await expect(render('{{ messages[0].content + 1 }}')).rejects.toMatchObject({ code: 'E_TEMPLATE_FAILED' });
    await expect(render('{% for %}')).rejects.toMatchObject({ code: 'E_TEMPLATE_INVALID' });
    await expect(render('x', { chatTemplateKwargs: { messages: [] } })).rejects.toMatchObject({
      code: 'E_TEMPLATE_KWARGS',
    });
  });

  test('cannot hang, fill the memory or reach JavaScript', async () => {
    const limited = [
      '{% for a in range(9000) %}{% for b in range(9000) %}{% endfor %}{% endfor %}',
      '{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}',
      "{% set ns = namespace(s='xxxxxxxxxxxxxxxx') %}{% for i in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ ns.s }}",
    ];
    for (const template of limited) await expect(render(template)).rejects.toMatchObject({ code: 'E_TEMPLATE_LIMIT' });
    const endless = '{% for i in range(1000000000) %}x{% endfor %}';
    await expect(render(endless)).rejects.toMatchObject({ code: 'E_TEMPLATE_FAILED' });
    const escapes = ['constructor', '__proto__', 'toString', 'process', 'globalThis', 'require'];
    for (const name of escapes) {
      const template = `{{ ${name} is defined }}{{ messages.${name} is defined }}{{ messages[0].${name} is defined }}`;
      expect(await render(template, { messages: [user('x')] })).toBe('FalseFalseFalse');
    }
  });
});

describe('the default template', () => {
  test('shows tools, calls and reasoning, and every trained answer exactly', async () => {
    const tokenizer = await withChatTemplate(await newTokenizer(vocabulary, { roles }));
    const call = { function: { name: 'f', arguments: { a: 1 } } };
    const row = {
      ...chat(
        { role: 'system', content: 'Be brief.' },
        user('some'),
        assistant('', { reasoning_content: 'more', tool_calls: [call, call] }),
        { role: 'tool', content: '2' },
        assistant('words'),
        user('more'),
        assistant('some', { reasoning_content: 'words' }),
      ),
      tools: [{ name: 'f' }],
    };
    const rendered = await renderChecked(tokenizer, row);
    const called = '<tool_call>\n{"name": "f", "arguments": {"a": 1}}\n</tool_call>';
    expect(trainedTexts(rendered, tokenizer)).toEqual([
      `<think>\nmore\n</think>\n\n${called}\n${called}<|im_end|>`,
      'words<|im_end|>',
      '<think>\nwords\n</think>\n\nsome<|im_end|>',
    ]);
    const text = tokenizer.decode(rendered.ids);
    expect(text).toMatch(
      /^<\|im_start\|>system\nBe brief\.\n\nFunctions [^]*\{"name": "f"\}[^]*<\|im_end\|>\n<\|im_start\|>user\nsome/,
    );
    expect(text.match(/Be brief/g)).toHaveLength(1);
  });

  test('writes BOS itself where the tokenizer adds one, so that others serve the same', async () => {
    const single = [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }];
    const special_tokens = { '<s>': { id: '<s>', ids: [0], tokens: ['<s>'] } };
    const post_processor = { type: 'TemplateProcessing', single, pair: single, special_tokens };
    const tokenizer = await withChatTemplate(await newTokenizer({ ...vocabulary, post_processor }, { roles }));
    expect(tokenizer.templates.render({ messages: [user('x')] }, options)).toBe('<s><|im_start|>user\nx<|im_end|>\n');
  });
});

describe('the hash of a template', () => {
  test('changes with the template and the tokens that it names, and with nothing else', async () => {
    const chatTemplate = templateText('chatml');
    const hash = async (template: string, names = roles, json = vocabulary) =>
      templateHash(await newTokenizer(json, { roles: names, chatTemplate: template }));
    const larger = await trainByteLevelBpe(['aa bb'], { vocabSize: 262, specialTokens: ['<s>', '</s>'] });
    expect(await hash(chatTemplate)).toMatch(/^[0-9a-f]{64}$/);
    expect(await hash(chatTemplate, roles, larger)).toBe(await hash(chatTemplate));
    expect(await hash(`${chatTemplate} `)).not.toBe(await hash(chatTemplate));
    expect(await hash(chatTemplate, { bos: '<s>', eos: '<|im_end|>' })).not.toBe(await hash(chatTemplate));
    const [first, second] = [vocabulary, larger].map((json) => newTokenizer(json, { roles, chatTemplate }));
    expect(tokenizerHash(await first)).not.toBe(tokenizerHash(await second));
  });

  test('refuses an adapter that was trained with another one', async () => {
    const chatml = await newTokenizer(vocabulary, { roles, chatTemplate: templateText('chatml') });
    const plain = await newTokenizer(vocabulary, { roles, chatTemplate: templateText('plain') });
    checkTemplate(templateHash(chatml), chatml);
    expect(() => checkTemplate(templateHash(chatml), plain)).toThrow(
      expect.objectContaining({ code: 'E_TEMPLATE_MISMATCH' }),
    );
  });
});

describe('a row in a terminal', () => {
  const row = chat(user('<b>&"\u001b[31m\u202e'), assistant('some <i>🙂\nmore'));

  test('shows trained tokens green, special ones bold, and control characters as text', async () => {
    const tokenizer = await newTokenizer(vocabulary, { roles, chatTemplate: templateText('chatml') });
    const rendered = await new Renderer(tokenizer).render(row);
    let shown = '';
    const terminal = createTerminal({ isTTY: true, write: (text) => (shown += text) }, {});
    terminal.write(paintParts(shownParts(rendered, tokenizer), terminal.colours));
    expect(shown).not.toContain('␛');
    expect(shown).toContain('\u001b[32msome <i>🙂⏎\u001b[39m\n\u001b[32mmore\u001b[39m\u001b[1m\u001b[32m<|im_end|>');
    expect(shown).toContain('<b>&"\\u{1b}[31m\\u{202e}');
    expect(shown).toMatch(/\[1m\W+\[2m<\|im_start\|>/);
    // Without the colours it is the row again.
    // oxlint-disable-next-line no-control-regex -- the escape codes of colours are what is looked for
    expect(shown.replaceAll(/\u001b\[\d+m/g, '')).toContain('assistant⏎\nsome <i>🙂⏎\nmore<|im_end|>⏎');
  });
});

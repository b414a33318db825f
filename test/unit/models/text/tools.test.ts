import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  chooseTemplate,
  newTokenizer,
  Renderer,
  Tokenizer,
  trainByteLevelBpe,
} from '../../../../src/models/text/index.ts';
import type { ChatRow, TokenizerJson, ToolCall } from '../../../../src/models/text/index.ts';
import { assistant, now, renderChecked, trainedTexts, user } from './conversations.ts';

const specialTokens = ['<s>', '</s>', '<|im_start|>', '<|im_end|>'];
let vocabulary: TokenizerJson;

beforeAll(async () => {
  vocabulary = await trainByteLevelBpe(['some words, some more words'], { vocabSize: 280, specialTokens });
});

const make = (chatTemplate: string) => newTokenizer(vocabulary, { roles: { bos: '<s>', eos: '</s>' }, chatTemplate });
const rendererOf = async (template: string) => new Renderer(await make(template), { now });

const call: ToolCall = { id: 'call00001', function: { name: 'get_order', arguments: '{"order": "A-17"}' } };
const agent: ChatRow & { source: { file: string; line: number } } = {
  kind: 'chat',
  source: { file: 'agent.jsonl', line: 3 },
  tools: [{ type: 'function', function: { name: 'get_order', description: 'Finds an order.', parameters: {} } }],
  messages: [
    user('Where is A-17?'),
    assistant('', { tool_calls: [call] }),
    { role: 'tool', content: '{"state": "sent"}', tool_call_id: 'call00001' },
    assistant('It was sent.'),
  ],
};

const plain: ChatRow = { kind: 'chat', messages: [user('Hello'), assistant('Hi')] };

const tools = '{% for t in tools or [] %}{{ t | tojson }}{% endfor %}';
const names = '{% for t in tools or [] %}{{ t.function.name }}{% endfor %}';
const calls = '{% for c in m.tool_calls or [] %}{{ c.function | tojson }}{% endfor %}';
const nameless = '{% for c in m.tool_calls or [] %}{{ c.function.arguments | tojson }}{% endfor %}';
const turns = (inner: string, content = '{{ m.content }}') =>
  `{% for m in messages %}{{ m.role }}:${content}${inner}</s>{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}`;

describe('a template that leaves out of a conversation', () => {
  test.each<[string, string, string]>([
    ['its tools', turns(calls), "tools' names, tools' descriptions"],
    ['what a tool is for', names + turns(calls), "tools' descriptions"],
    ['its calls', tools + turns(''), "calls' names, calls' arguments"],
    ['what a call is of', tools + turns(nameless), "calls' names"],
    ['the results', tools + turns(calls, "{% if m.role != 'tool' %}{{ m.content }}{% endif %}"), "tools' results"],
  ])('%s is refused, with the row and what to do', async (_, template, dropped) => {
    const { rows, problems } = await (await rendererOf(template)).renderRows([agent, plain]);
    expect(rows.map((row) => row !== undefined)).toEqual([false, true]);
    expect(problems).toMatchObject([
      {
        message: expect.stringContaining(`leaves out ${dropped} [E_TEMPLATE_DROPS_TOOLS]`),
        file: 'agent.jsonl',
        line: 3,
        fix: expect.stringContaining('data.chat_template: attune-tools'),
      },
    ]);
  });

  test('its tools is refused where it asks a model, too', async () => {
    const { messages, tools: known } = agent;
    const prompt = { messages: messages.slice(0, 1), tools: known };
    const renderer = await rendererOf(turns(calls));
    await expect(renderer.prompt(prompt)).rejects.toMatchObject({ code: 'E_TEMPLATE_DROPS_TOOLS' });
    await expect(renderer.prompt({ messages: prompt.messages })).resolves.toBeDefined();
  });

  test('nothing is taken, also where it writes the parts in its own way', async () => {
    const { rows, problems } = await (await rendererOf(tools + turns(calls))).renderRows([agent]);
    expect(problems).toEqual([]);
    expect(rows[0]).toBeDefined();
  });
});

const written = '<tool_call>\n{"name": "get_order", "arguments": {"order": "A-17"}}\n</tool_call>';

test('attune-tools takes the place of a template that drops tools', async () => {
  const chosen = await chooseTemplate(await make(turns('')), { template: { name: 'attune-tools' } });
  expect(trainedTexts(await renderChecked(chosen, agent), chosen)).toEqual([
    `${written}<|im_end|>`,
    'It was sent.<|im_end|>',
  ]);
});

describe('attune-base', () => {
  const folder = fileURLToPath(new URL('../../../../assets/attune-base', import.meta.url));

  test('shows tools, calls and results', async () => {
    const tokenizer = await Tokenizer.load(folder);
    const trained = trainedTexts(await renderChecked(tokenizer, agent), tokenizer);
    expect(trained).toEqual([`${written}<|endoftext|>`, 'It was sent.<|endoftext|>']);
    const { text } = await new Renderer(tokenizer, { now }).prompt(agent);
    for (const part of ['"name": "get_order"', 'Finds an order.', '{"state": "sent"}']) expect(text).toContain(part);
  });

  test('ends turns with the one token that its pre-training ended texts with', async () => {
    const tokenizer = await Tokenizer.load(folder);
    const messages = [{ role: 'system', content: 'Be brief.' } as const, user('Hi'), assistant('Hello.')];
    const text = tokenizer.templates.render({ messages }, { addGenerationPrompt: false, now });
    const turn = (role: string, content: string) => `<|im_start|>${role}\n${content}<|endoftext|>\n`;
    expect(text).toBe(turn('system', 'Be brief.') + turn('user', 'Hi') + turn('assistant', 'Hello.'));
  });
});

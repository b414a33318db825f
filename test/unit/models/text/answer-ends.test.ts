import { beforeAll, describe, expect, test } from 'vitest';
import { newTokenizer, Renderer, trainByteLevelBpe } from '../../../../src/models/text/index.ts';
import type { ChatRow, Tokenizer, TokenizerJson, ToolCall } from '../../../../src/models/text/index.ts';
import { sharedTokens } from '../../../../src/models/text/header-tokens.ts';
import { assistant, chat, now, renderChecked, trainedTexts, user } from './conversations.ts';
import { families, tokenizerOf, withStops } from './template-families.ts';

const special = '<pad> <s> </s> <|end|> <|return|> <|user|> <|assistant|> <tool> <tool_call> </tool_call>';
const specialTokens = `${special} <think> <think_off> <result> <wrap> </wrap>`.split(' ');
let vocabulary: TokenizerJson;

beforeAll(async () => {
  vocabulary = await trainByteLevelBpe(['some words, some more words\n\n'], { vocabSize: 290, specialTokens });
});

const roles = { bos: '<s>', eos: '</s>', pad: '<pad>' };
const make = (chatTemplate: string): Promise<Tokenizer> => newTokenizer(vocabulary, { roles, chatTemplate });
const turns = (inner: string, prompt: string) =>
  `{% for m in messages %}${inner}{% endfor %}{% if add_generation_prompt %}${prompt}{% endif %}`;
const fourTurns = chat(user('one'), assistant('two'), user('three'), assistant('four'));
const call: ToolCall = { id: 'call00001', type: 'function', function: { name: 'find', arguments: '{"key": "some"}' } };
const agent: ChatRow = chat(
  user('one'),
  assistant('', { tool_calls: [call] }),
  { role: 'tool', content: 'RESULT', tool_call_id: 'call00001' },
  assistant('words'),
);

async function trainedOf(template: string, row: ChatRow): Promise<string[]> {
  const tokenizer = await make(template);
  return trainedTexts(await renderChecked(tokenizer, row), tokenizer);
}

async function problemsOf(tokenizer: Tokenizer, ...rows: ChatRow[]): Promise<(string | undefined)[]> {
  const renderer = new Renderer(tokenizer, { now });
  const placed = rows.map((row, line) => ({ ...row, source: { file: 'a.jsonl', line } }));
  const { rows: rendered, problems } = await renderer.renderRows(placed);
  return rendered.map((row, line) => {
    const problem = problems.find((one) => one.line === line);
    expect(row === undefined).toBe(problem !== undefined);
    return problem?.message;
  });
}

describe('an answer in the middle of a conversation', () => {
  const last = "{{ '<|return|>' if m.role == 'assistant' and loop.last and not add_generation_prompt else '<|end|>' }}";
  const returning = turns(`<|{{ m.role }}|>{{ m.content }}${last}`, '<|assistant|>');

  test('whose turn ends in no stop ends where the turn does: nothing of the next turn is trained', async () => {
    expect(await trainedOf(returning, fourTurns)).toEqual(['two', 'four<|return|>']);
  });

  test('is shown as one without a stop, and its end token as untrained', async () => {
    const tokenizer = await make(returning);
    const { pieces } = await renderChecked(tokenizer, fourTurns);
    const open = pieces.find(({ isOpen }) => isOpen);
    expect(open).toMatchObject({ message: 1, trained: true, text: 'two' });
    expect(pieces[pieces.indexOf(open!) + 1]).toMatchObject({
      trained: false,
      text: expect.stringMatching(/^<\|end\|>/),
    });
  });

  test('cannot be the only one that is trained: the model would never learn to stop', async () => {
    const weighted = chat(user('one'), assistant('two'), user('three'), assistant('four', { weight: 0 }));
    const [message] = await problemsOf(await make(returning), weighted);
    expect(message).toMatch(/only after the last turn.*E_TEMPLATE_NO_STOP/);
  });

  test('that a question follows is trained with its stop, as the last turn', async () => {
    expect(await trainedOf(returning, chat(...fourTurns.messages.slice(0, 3)))).toEqual(['two<|return|>']);
  });

  test('is not told from the next turn by characters: two end tokens may begin alike', async () => {
    const alike = returning.replaceAll('<|return|>', '<think>').replaceAll('<|end|>', '<think_off>');
    expect(await trainedOf(alike, fourTurns)).toEqual(['two', 'four<think>']);
  });

  test('of plain text keeps the line feed that both turns share out of the loss', async () => {
    const plain = turns("{{ m.role }}: {{ m.content }}{{ '</s>' if loop.last else '\n' }}", 'assistant: ');
    expect(await trainedOf(plain, fourTurns)).toEqual(['two', 'four</s>']);
  });
});

describe('a call', () => {
  const inline = (end: string) =>
    turns(
      `{% if m.role == 'tool' %}<result>{{ m.content }}{% else %}` +
        `{% if m.role == 'user' or messages[loop.index0 - 1].role != 'tool' %}<|{{ m.role }}|>{% endif %}{{ m.content }}` +
        `{% for c in m.tool_calls or [] %}<tool_call>{{ c.function | tojson }}</tool_call>{% endfor %}` +
        `{% if not m.tool_calls %}<|end|>{% else %}${end}{% endif %}{% endif %}`,
      `{% if messages[-1].role != 'tool' %}<|assistant|>{% endif %}`,
    );
  const written = '<tool_call>{"name": "find", "arguments": {"key": "some"}}</tool_call>';

  test("whose result stands in the model's own turn ends before the result", async () => {
    const tokenizer = await withStops(await make(inline('')), ['<result>']);
    const trained = trainedTexts(await renderChecked(tokenizer, agent), tokenizer);
    expect(trained).toEqual([`${written}<result>`, 'words<|end|>']);
  });

  test('that ends in no stop is refused: a result would have to be made up', async () => {
    const tokenizer = await make(inline("{{ '<|end|>' if loop.last else '' }}"));
    const [problem] = await problemsOf(tokenizer, agent);
    expect(problem).toMatch(
      /ends turn 2 without a token that stops generation.*E_TEMPLATE_NO_STOP.*none of.*<\|end\|>/,
    );
  });

  test('ends in another token than an answer where the template says so, and generation stops there too', async () => {
    const tokenizer = await make(inline('<|return|>'));
    expect(tokenizer.stopIds).toContain(tokenizer.idOf('<|return|>'));
    const row = await renderChecked(tokenizer, agent);
    expect(trainedTexts(row, tokenizer)).toEqual([`${written}<|return|>`, 'words<|end|>']);
  });

  test('does not make a stop of what closes each of several calls', async () => {
    const tokenizer = await make(inline(''));
    expect(tokenizer.stopIds).not.toContain(tokenizer.idOf('</tool_call>'));
  });

  const hiding = turns(
    `<|{{ m.role }}|>{% if m.tool_calls %}{{ m.tool_calls[0].function | tojson }}{% else %}{{ m.content }}{% endif %}<|end|>`,
    '<|assistant|>',
  );

  test('with text beside it that the template does not show refuses its row, and no other', async () => {
    const spoken = agent.messages.with(1, assistant('Let me look.', { tool_calls: [call] }));
    const problems = await problemsOf(await make(hiding), agent, chat(...spoken), fourTurns);
    expect(problems).toEqual([undefined, expect.stringContaining('leaves out the text next to calls'), undefined]);
    expect(problems[1]).toContain('E_TEMPLATE_DROPS_TEXT');
  });

  test('beyond the first of a turn that the template does not show refuses its row, and no other', async () => {
    const two = agent.messages.with(1, assistant('', { tool_calls: [call, call] }));
    const problems = await problemsOf(await make(hiding), agent, chat(...two));
    expect(problems).toEqual([undefined, expect.stringMatching(/calls' names.*E_TEMPLATE_DROPS_TOOLS/)]);
  });

  test('or a text of which a template shows nothing is no answer, whatever words stand around it', async () => {
    const wordy = turns(`<|{{ m.role }}|>{{ m.content if m.role == 'user' else 'some words' }}</s>`, '<|assistant|>');
    const [problem] = await problemsOf(await make(wordy), fourTurns);
    expect(problem).toContain('renders none of the answer');
  });

  test('is no answer where a template shows none of it: the end token alone is never trained', async () => {
    const wrapping = turns(`<|{{ m.role }}|><wrap>{{ m.content }}</wrap><|end|>`, '<|assistant|>');
    const [empty, called] = await problemsOf(await make(wrapping), chat(user('one'), assistant('')), agent);
    expect(empty).toContain('renders none of the answer');
    expect(called).toContain('E_TEMPLATE_DROPS_TOOLS');
  });
});

test('reasoning of the last answer that the template never shows refuses its row', async () => {
  const thinking = chat(user('one'), assistant('two', { reasoning_content: 'because' }));
  const [problem, fine] = await problemsOf(await tokenizerOf(families['Llama 2']), thinking, fourTurns);
  expect(problem).toMatch(/leaves out the last answer's reasoning_content.*E_TEMPLATE_DROPS_TEXT/);
  expect(fine).toBeUndefined();
});

describe('the stop of an answer', () => {
  test('is found where the template writes it only when another turn follows', async () => {
    const template = turns(
      `<|{{ m.role }}|>{{ m.content }}{{ '<|end|>' if not loop.last else '' }}`,
      '<|end|><|assistant|>',
    );
    const tokenizer = await make(template);
    expect(tokenizer.stopIds).toContain(tokenizer.idOf('<|end|>'));
    expect(await trainedOf(template, fourTurns)).toEqual(['two<|end|>', 'four<|end|>']);
  });

  test('may be the token that begins the next turn, where the files say that generation stops there', async () => {
    const template = turns('<|{{ m.role }}|>{{ m.content }}', '<|assistant|>');
    const [undeclared] = await problemsOf(await make(template), fourTurns);
    expect(undeclared).toContain('E_TEMPLATE_NO_STOP');
    const tokenizer = await withStops(await make(template), ['<|user|>']);
    const trained = trainedTexts(await renderChecked(tokenizer, fourTurns), tokenizer);
    expect(trained).toEqual(['two<|user|>', 'four<|user|>']);
  });

  test('is the first of those that close a turn, and no closing mark before it', async () => {
    const twice = turns(
      "<|{{ m.role }}|>{{ m.content }}<|end|>\n{{ eos_token if loop.last else '' }}",
      '<|assistant|>',
    );
    expect(await trainedOf(twice, fourTurns)).toEqual(['two<|end|>', 'four<|end|>']);
    const wrapped = await make(turns('<|{{ m.role }}|><wrap>{{ m.content }}</wrap></s>', '<|assistant|>'));
    expect(wrapped.stopIds).toEqual([wrapped.eosId]);
    expect(trainedTexts(await renderChecked(wrapped, fourTurns), wrapped)[1]).toBe('<wrap>four</wrap></s>');
  });
});

test('a template that shows no text of its turns names no stop', async () => {
  const tokenizer = await make(turns('<|{{ m.role }}|><|end|>', '<|assistant|>'));
  expect(tokenizer.stopIds).toEqual([tokenizer.eosId]);
});

describe('the header of an answer', () => {
  const tokensOf = async (text: string, other: string) => sharedTokens(text, other, await make(''));

  test('is compared with the prompt by tokens', async () => {
    expect(await tokensOf('<|end|><tool_call>x', '<|end|><tool>\n')).toBe('<|end|>'.length);
    expect(await tokensOf('<|end|><think_off>', '<|end|><think>')).toBe('<|end|>'.length);
    expect(await tokensOf('<|end|>some<think>', '<|end|>some\n')).toBe('<|end|>some'.length);
    expect(await tokensOf('<tool>x', '<|end|>')).toBe(0);
    // Two four-byte characters with the same first three bytes.
    expect(await tokensOf('a😀', 'a😁')).toBe(1);
    expect(await tokensOf('<|assistant|>\nwords', '<|assistant|>\n')).toBe('<|assistant|>\n'.length);
  });

  test('is never cut inside a special token', async () => {
    const template = turns(
      `{% if m.role == 'user' %}<|user|>{{ m.content }}{% else %}<|assistant|><think_off>{{ m.content }}<|end|>{% endif %}`,
      '<|assistant|><think>',
    );
    const tokenizer = await make(template);
    const row = await new Renderer(tokenizer, { now }).render(fourTurns);
    expect(trainedTexts(row, tokenizer)).toEqual(['<think_off>two<|end|>', '<think_off>four<|end|>']);
    expect([...row.ids].filter((id) => id === tokenizer.idOf('<think_off>'))).toHaveLength(2);
  });
});

describe('a turn before the answer', () => {
  const system = { role: 'system', content: 'Be brief.' } as const;

  test('of which the template shows nothing refuses its row', async () => {
    const dropping = turns(
      "{% if m.role != 'system' %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endif %}",
      '<|assistant|>',
    );
    const problems = await problemsOf(await make(dropping), chat(system, user('one'), assistant('two')), fourTurns);
    expect(problems).toEqual([expect.stringMatching(/leaves out turn 1 \(system\).*E_TEMPLATE_DROPS_TEXT/), undefined]);
  });

  test('may be written with other letters, or as JSON', async () => {
    const row = chat(system, user('one "two"\nthree'), assistant('two'));
    const written = turns(
      '<|{{ m.role }}|>{{ (m.content | tojson) if m.role == "user" else m.content }}<|end|>',
      '<|assistant|>',
    );
    expect(await problemsOf(await make(written), row)).toEqual([undefined]);
    const louder = turns(
      "<|{{ m.role }}|>{{ m.content | upper if m.role == 'system' else m.content }}<|end|>",
      '<|assistant|>',
    );
    expect(await problemsOf(await make(louder), row)).toEqual([undefined]);
  });
});

describe('serving', () => {
  const opening = turns(
    '<|{{ m.role }}|>{{ m.content }}<|end|>',
    `<|assistant|>{{ '<think>' if messages[0].role == 'system' else '' }}`,
  );
  const system = chat({ role: 'system', content: 'Be brief.' }, user('one'), assistant('two'));

  test.each([
    ['first', [system, fourTurns]],
    ['second', [fourTurns, system]],
  ])('otherwise than training refuses the row that it concerns, be it the %s', async (_, rows) => {
    const problems = await problemsOf(await make(opening), ...rows);
    const refused = problems.filter((message) => message !== undefined);
    expect(problems[rows.indexOf(system)]).toBe(refused[0]);
    expect(refused).toEqual([expect.stringMatching(/turn 3 differently.*E_TEMPLATE_SERVING.*two.*<think>/)]);
  });

  test('shows a system text that the template leaves out where an answer follows: the row is as it is served', async () => {
    const tokenizer = await tokenizerOf(families['Mistral Nemo']);
    const row = await renderChecked(tokenizer, system);
    expect(tokenizer.decode(row.ids)).toBe('<s>[INST]Be brief.\n\none[/INST]two</s>');
    expect(trainedTexts(row, tokenizer)).toEqual(['two</s>']);
  });

  test('closes the turn before an answer as it does, whatever the template writes where the answer follows', async () => {
    const template = turns("<|{{ m.role }}|>{{ m.content }}{{ '' if loop.last else '\n' }}<|end|>", '<|assistant|>');
    const tokenizer = await make(template);
    const row = await renderChecked(tokenizer, fourTurns);
    const { ids } = await new Renderer(tokenizer, { now }).prompt(chat(...fourTurns.messages.slice(0, 3)));
    expect(row.ids.slice(0, ids.length)).toEqual(ids);
    expect(trainedTexts(row, tokenizer).at(-1)).toBe('four<|end|>');
  });
});

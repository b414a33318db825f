import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  checkRenderedRow,
  newTokenizer,
  Renderer,
  trainByteLevelBpe,
  type ChatRow,
  type Message,
  type RenderedRow,
  type Tokenizer,
  type TokenizerJson,
  type TrainOn,
} from '../../src/text/index.ts';

const specialTokens = [
  '<pad>',
  '<s>',
  '</s>',
  '<|im_start|>',
  '<|im_end|>',
  '<|start_header_id|>',
  '<|end_header_id|>',
  '<|eot_id|>',
  '<start_of_turn>',
  '<end_of_turn>',
  '[INST]',
  '[/INST]',
  '[AVAILABLE_TOOLS]',
  '[/AVAILABLE_TOOLS]',
  '[TOOL_CALLS]',
  '[TOOL_RESULTS]',
  '[/TOOL_RESULTS]',
  '<|User|>',
  '<|Assistant|>',
  '<think>',
  '</think>',
];
const now = new Date(2024, 6, 4, 12);
const names = ['chatml', 'qwen2', 'qwen3', 'llama3', 'gemma', 'mistral', 'reasoner', 'plain'] as const;
type Name = (typeof names)[number];
let vocabulary: TokenizerJson;
const tokenizers = new Map<Name, Tokenizer>();

beforeAll(async () => {
  const prose = readFileSync(new URL('../../fixtures/text/prose.txt', import.meta.url), 'utf8');
  // Many joined words, so that tokens would reach over borders if nothing kept them apart.
  vocabulary = await trainByteLevelBpe([prose, ' yes yes yes no no no \n\n\n\n\n\n'], {
    vocabSize: 900,
    specialTokens,
  });
  for (const name of names) {
    const chatTemplate = readFileSync(new URL(`../../fixtures/text/templates/${name}.jinja`, import.meta.url), 'utf8');
    const roles = { bos: '<s>', eos: '</s>', pad: '<pad>' };
    tokenizers.set(name, await newTokenizer(vocabulary, { roles, chatTemplate }));
  }
});

function tokenizerOf(name: Name): Tokenizer {
  return tokenizers.get(name) as Tokenizer;
}

function chat(...messages: Message[]): ChatRow {
  return { kind: 'chat', messages };
}

const user = (content: string): Message => ({ role: 'user', content });
const assistant = (content: string, more: Partial<Message> = {}): Message => ({ role: 'assistant', content, ...more });

async function render(name: Name, row: ChatRow, trainOn: TrainOn = 'answers'): Promise<RenderedRow> {
  const tokenizer = tokenizerOf(name);
  const rendered = await new Renderer(tokenizer, { trainOn, now }).render(row);
  expect(checkRenderedRow(rendered, tokenizer)).toEqual([]);
  return rendered;
}

/** What the trained tokens spell, stretch by stretch. */
function trainedTexts(row: RenderedRow, tokenizer: Tokenizer): string[] {
  return row.pieces
    .filter(({ trained }) => trained)
    .map(({ start, end }) => tokenizer.decode(row.ids.subarray(start, end)));
}

const twoTurns = chat(
  user('How much is it?'),
  assistant('It is €19.90.'),
  user('And two?'),
  assistant('Twice that 🙂.'),
);

describe('the answers of a conversation', () => {
  test.each([
    ['chatml', ['It is €19.90.<|im_end|>', 'Twice that 🙂.<|im_end|>']],
    ['qwen2', ['It is €19.90.<|im_end|>', 'Twice that 🙂.<|im_end|>']],
    ['qwen3', ['It is €19.90.<|im_end|>', '<think>\n\n</think>\n\nTwice that 🙂.<|im_end|>']],
    ['llama3', ['It is €19.90.<|eot_id|>', 'Twice that 🙂.<|eot_id|>']],
    ['gemma', ['It is €19.90.<end_of_turn>', 'Twice that 🙂.<end_of_turn>']],
    ['mistral', [' It is €19.90.</s>', ' Twice that 🙂.</s>']],
    ['reasoner', ['It is €19.90.</s>', 'Twice that 🙂.</s>']],
    ['plain', ['It is €19.90.</s>', 'Twice that 🙂.</s>']],
  ] as const)('are trained exactly, with the token that ends them, in the style of %s', async (name, expected) => {
    expect(trainedTexts(await render(name, twoTurns), tokenizerOf(name))).toEqual(expected);
  });

  test.each(names)('are told apart by turn and leave everything else untrained in %s', async (name) => {
    const row = await render(name, twoTurns);
    expect(row.pieces.filter(({ trained }) => trained).map(({ message }) => message)).toEqual([1, 3]);
    const tokenizer = tokenizerOf(name);
    expect(row.pieces.map(({ text }) => text).join('')).toBe(tokenizer.decode(row.ids));
    expect(row.pieces.map(({ start, end }) => end - start).reduce((a, b) => a + b)).toBe(row.ids.length);
    expect([...row.trained].filter((bit) => bit === 1).length).toBeLessThan(row.ids.length);
  });

  test('can be the last one only', async () => {
    const row = await render('llama3', twoTurns, 'last_answer');
    expect(trainedTexts(row, tokenizerOf('llama3'))).toEqual(['Twice that 🙂.<|eot_id|>']);
  });

  test('are left out with weight 0', async () => {
    const row = chat(user('a'), assistant('bad', { weight: 0 }), user('b'), assistant('good', { weight: 1 }));
    expect(trainedTexts(await render('gemma', row), tokenizerOf('gemma'))).toEqual(['good<end_of_turn>']);
  });

  test('can be trained with all other tokens but the first', async () => {
    const row = await render('chatml', twoTurns, 'all');
    expect([...row.trained]).toEqual([0, ...Array<number>(row.ids.length - 1).fill(1)]);
    const weighted = chat(user('a'), assistant('bad', { weight: 0 }), user('b'), assistant('good'));
    const partly = await render('chatml', weighted, 'all');
    expect(trainedTexts(partly, tokenizerOf('chatml'))[0]).toBe('user\na<|im_end|>\n<|im_start|>assistant\n');
    expect(trainedTexts(partly, tokenizerOf('chatml')).join('')).not.toContain('bad');
  });

  test('may hold text that looks like the markup around them', async () => {
    const answer = 'assistant\nHow much is it? Answer: It is €19.90. Question: Answer: ';
    const row = chat(user('How much is it?'), assistant(answer), user(answer), assistant('How much is it?'));
    for (const name of ['chatml', 'plain', 'mistral'] as const) {
      const [first, second] = trainedTexts(await render(name, row), tokenizerOf(name));
      expect(first.trim()).toMatch(/^assistant\nHow much is it\? Answer: It is €19.90. Question: Answer:/);
      expect(second).toMatch(/^ ?How much is it\?</);
    }
  });

  test('may be long, empty of words, or start and end with white space', async () => {
    for (const content of ['', '\n\n', '  two  ', '\n- a\n- b\n', 'x'.repeat(5000), '🙂'.repeat(50)]) {
      const row = chat(user('Go on.'), assistant(content));
      expect(trainedTexts(await render('chatml', row), tokenizerOf('chatml'))).toEqual([`${content}<|im_end|>`]);
      expect(trainedTexts(await render('llama3', row), tokenizerOf('llama3'))).toEqual([`${content.trim()}<|eot_id|>`]);
    }
  });
});

describe('reasoning and tools', () => {
  const thinking = chat(
    user('How much is it?'),
    assistant('19.90', { reasoning_content: 'The list says so.' }),
    user('And two?'),
    assistant('39.80', { reasoning_content: 'Twice 19.90.' }),
  );

  test('are trained where the template shows them and found where it hides them in earlier turns', async () => {
    expect(trainedTexts(await render('qwen3', thinking), tokenizerOf('qwen3'))).toEqual([
      '19.90<|im_end|>',
      '<think>\nTwice 19.90.\n</think>\n\n39.80<|im_end|>',
    ]);
  });

  test('written inside the content are found too', async () => {
    const row = chat(
      user('a'),
      assistant('<think>\nhm\n</think>\n\nfirst'),
      user('b'),
      assistant('<think>\nso\n</think>\n\nsecond'),
    );
    expect(trainedTexts(await render('qwen3', row), tokenizerOf('qwen3'))).toEqual([
      'first<|im_end|>',
      '<think>\nso\n</think>\n\nsecond<|im_end|>',
    ]);
    expect(trainedTexts(await render('reasoner', row), tokenizerOf('reasoner'))).toEqual([
      '\n\nfirst</s>',
      '\n\nsecond</s>',
    ]);
  });

  test('stay out of the trained part when the prompt already holds them', async () => {
    const row = { ...chat(user('a'), assistant('b')), chatTemplateKwargs: { enable_thinking: false } };
    expect(trainedTexts(await render('qwen3', row), tokenizerOf('qwen3'))).toEqual(['b<|im_end|>']);
  });

  const call = { function: { name: 'price', arguments: '{"item": "parcel", "count": 2}' } };
  const agent: ChatRow = {
    kind: 'chat',
    tools: [{ type: 'function', function: { name: 'price', parameters: { type: 'object' } } }],
    messages: [
      { role: 'system', content: 'You sell.' },
      user('Price of two parcels?'),
      assistant('', { tool_calls: [call], reasoning_content: 'Ask the list.' }),
      { role: 'tool', content: '39.8', name: 'price' },
      assistant('39.80 in all.'),
      user('Of one?'),
      assistant('', { tool_calls: [{ function: { name: 'price', arguments: { item: 'parcel' } } }] }),
      { role: 'tool', content: '19.9' },
      assistant('19.90.'),
    ],
  };

  test('are trained as the template writes them, arguments as objects', async () => {
    expect(trainedTexts(await render('qwen2', agent), tokenizerOf('qwen2'))).toEqual([
      '<tool_call>\n{"name": "price", "arguments": {"item": "parcel", "count": 2}}\n</tool_call><|im_end|>',
      '39.80 in all.<|im_end|>',
      '<tool_call>\n{"name": "price", "arguments": {"item": "parcel"}}\n</tool_call><|im_end|>',
      '19.90.<|im_end|>',
    ]);
    expect(trainedTexts(await render('llama3', agent), tokenizerOf('llama3'))[0]).toBe(
      '{"name": "price", "parameters": {"item": "parcel", "count": 2}}<|eot_id|>',
    );
  });

  test('are found in templates that change earlier turns', async () => {
    expect(trainedTexts(await render('qwen3', agent), tokenizerOf('qwen3'))).toEqual([
      '<tool_call>\n{"name": "price", "arguments": {"item": "parcel", "count": 2}}\n</tool_call><|im_end|>',
      '39.80 in all.<|im_end|>',
      '<tool_call>\n{"name": "price", "arguments": {"item": "parcel"}}\n</tool_call><|im_end|>',
      '<think>\n\n</think>\n\n19.90.<|im_end|>',
    ]);
    expect(trainedTexts(await render('mistral', agent), tokenizerOf('mistral'))).toEqual([
      '[TOOL_CALLS] [{"name": "price", "arguments": {"item": "parcel", "count": 2}}]</s>',
      ' 39.80 in all.</s>',
      '[TOOL_CALLS] [{"name": "price", "arguments": {"item": "parcel"}}]</s>',
      ' 19.90.</s>',
    ]);
  });
});

describe('serving', () => {
  test.each(names)('starts with the ids that training rows start with, at every turn of %s', async (name) => {
    const renderer = new Renderer(tokenizerOf(name), { now });
    for (const answer of ['yes', ' yes', '\n\nyes', '- no\n- yes', '🙂']) {
      const messages = [user('Ready? '), assistant(answer), user('Sure?\n'), assistant(answer)];
      for (const turns of [2, 4]) {
        const { ids } = await renderer.render({ kind: 'chat', messages: messages.slice(0, turns) });
        const prompt = await renderer.prompt({ messages: messages.slice(0, turns - 1) });
        // This one's prompt opens the reasoning, which its training text does not have: nothing to compare.
        if (name === 'reasoner') continue;
        expect(ids.slice(0, prompt.ids.length)).toEqual(prompt.ids);
        expect(ids.length).toBeGreaterThan(prompt.ids.length);
      }
    }
  });

  test('continues a completion with the ids that it was trained on', async () => {
    const renderer = new Renderer(tokenizerOf('plain'));
    for (const [prompt, completion] of [
      ['Answer: ', 'yes'],
      ['The answer is', ' yes'],
      ['x\n', '\n\ny'],
      ['', 'yes yes'],
    ]) {
      const row = await renderer.render({ kind: 'completion', prompt, completion });
      const { ids } = await renderer.prompt(prompt);
      expect(row.ids.slice(0, ids.length)).toEqual(ids);
    }
  });
});

describe('completions and texts', () => {
  test('train the answer and EOS, whatever meets at the border', async () => {
    const tokenizer = tokenizerOf('plain');
    for (const completion of ['yes', ' yes', 'Ünïcödé 🙂', '\n\n', 'yes</s>']) {
      const row = await new Renderer(tokenizer).render({ kind: 'completion', prompt: 'Is it so? ', completion });
      expect(trainedTexts(row, tokenizer)).toEqual([completion.replace('</s>', '') + '</s>']);
      expect(checkRenderedRow(row, tokenizer)).toEqual([]);
    }
  });

  test('train every token of a text but the first, with EOS unless told', async () => {
    const tokenizer = tokenizerOf('plain');
    const row = await new Renderer(tokenizer).render({ kind: 'text', text: 'yes and no' });
    expect(tokenizer.decode(row.ids)).toBe('yes and no</s>');
    expect(row.trained[0]).toBe(0);
    expect(row.trained.slice(1).every((bit) => bit === 1)).toBe(true);
    const open = await new Renderer(tokenizer, { textEos: false }).render({ kind: 'text', text: 'yes and no' });
    expect(tokenizer.decode(open.ids)).toBe('yes and no');
  });
});

describe('BOS', () => {
  async function withBosAdded(name: Name, changes: Partial<TokenizerJson> = {}): Promise<Tokenizer> {
    const single = [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }];
    const special = { '<s>': { id: '<s>', ids: [1], tokens: ['<s>'] } };
    const post_processor = { type: 'TemplateProcessing', single, pair: single, special_tokens: special };
    const chatTemplate = tokenizerOf(name).templates.sources.get('default');
    const roles = { bos: '<s>', eos: '</s>', pad: '<pad>' };
    return newTokenizer({ ...vocabulary, post_processor, ...changes }, { roles, chatTemplate });
  }

  test('comes once, whether the template writes it, the tokenizer adds it, both do, or the text has it already', async () => {
    for (const name of ['llama3', 'chatml'] as const) {
      const tokenizer = await withBosAdded(name);
      expect(tokenizer.addsBos).toBe(true);
      const renderer = new Renderer(tokenizer, { now });
      const rows = await renderer.renderRows([
        twoTurns,
        { kind: 'completion', prompt: 'a', completion: 'b' },
        { kind: 'completion', prompt: '<s>a', completion: 'b' },
        { kind: 'text', text: '<s><s><s>a b' },
        { kind: 'text', text: 'a b' },
      ]);
      for (const row of rows.rows) expect([...(row?.ids ?? [])].filter((id) => id === tokenizer.bosId)).toHaveLength(1);
      for (const row of rows.rows) expect(row?.ids[0]).toBe(tokenizer.bosId);
      const prompt = await renderer.prompt({ messages: twoTurns.messages.slice(0, 3) });
      expect(prompt.ids).toEqual(rows.rows[0]?.ids.slice(0, prompt.ids.length));
    }
  });

  test('stays out where neither template nor tokenizer wants it', async () => {
    const row = await render('chatml', twoTurns);
    expect([...row.ids]).not.toContain(tokenizerOf('chatml').bosId);
  });
});

describe('rows that cannot be trained on', () => {
  test('are all reported at once, with file, line and the row shown', async () => {
    const renderer = new Renderer(tokenizerOf('gemma'), { now });
    const source = (line: number) => ({ file: 'a.jsonl', line });
    const { rows, problems } = await renderer.renderRows([
      { ...chat(user('hello')), source: source(1) },
      { ...chat(user('fine'), assistant('good')), source: source(2) },
      { ...chat(user('x'), assistant('y', { weight: 0 })), source: source(3) },
      { ...chat(user('x'), user('y')), source: source(4) },
      { kind: 'text', text: '', source: source(5) },
    ]);
    expect(rows.map((row) => row !== undefined)).toEqual([false, true, false, false, false]);
    expect(problems.map(({ line }) => line).toSorted()).toEqual([1, 3, 4, 5]);
    const messages = problems.map(({ message }) => message).join('\n');
    expect(messages).toContain('no assistant turn');
    expect(messages).toContain('weight 0');
    expect(messages).toContain('hello');
    expect(messages).toContain('must alternate');
    expect(problems.every(({ file }) => file === 'a.jsonl')).toBe(true);
  });

  test('are refused one by one with a code', async () => {
    const renderer = new Renderer(tokenizerOf('chatml'));
    await expect(renderer.render(chat(user('hello')))).rejects.toMatchObject({ code: 'E_NOTHING_TRAINED' });
  });

  test('include those of a template that never ends an answer, and of one that hides it', async () => {
    const roles = { eos: '</s>' };
    const endless =
      '{% for m in messages %}{{ m.role + ": " + m.content + "\\n" }}{% endfor %}{% if add_generation_prompt %}{{ "assistant: " }}{% endif %}';
    const first = await newTokenizer(vocabulary, { roles, chatTemplate: endless });
    await expect(new Renderer(first).render(twoTurns)).rejects.toMatchObject({ code: 'E_TEMPLATE_NO_STOP' });
    const hiding = '{{ messages | length }}{% for m in messages %}{{ m.content | upper }}{% endfor %}{{ eos_token }}';
    const second = await newTokenizer(vocabulary, { roles, chatTemplate: hiding });
    await expect(new Renderer(second).render(twoTurns)).rejects.toMatchObject({
      code: 'E_TEMPLATE_UNSTABLE',
      message: expect.stringContaining('chat template "default"'),
    });
  });

  test('are no reason to go on when the template itself is missing', async () => {
    const bare = await newTokenizer(vocabulary, { roles: { eos: '</s>' } });
    await expect(new Renderer(bare).renderRows([twoTurns])).rejects.toMatchObject({ code: 'E_TEMPLATE_MISSING' });
  });
});

describe('tokenizers that put a space before a text', () => {
  test('are not cut; a token over the border is trained', async () => {
    const pre_tokenizer = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: false };
    const model = {
      type: 'BPE',
      unk_token: '<unk>',
      byte_fallback: false,
      ignore_merges: false,
      vocab: { '<unk>': 0, '</s>': 1, '▁': 2, A: 3, ':': 4, y: 5, '▁A': 6, ':▁': 7, ':▁y': 8, Q: 9, '▁Q': 10 },
      merges: [
        ['▁', 'A'],
        ['▁', 'Q'],
        [':', '▁'],
        [':▁', 'y'],
      ],
    };
    const added = {
      id: 1,
      content: '</s>',
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    };
    const decoder = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: false };
    const json = {
      ...vocabulary,
      added_tokens: [added],
      pre_tokenizer,
      post_processor: null,
      decoder,
      model,
    } as unknown as TokenizerJson;
    const tokenizer = await newTokenizer(json, { roles: { eos: '</s>', unk: '<unk>' } });
    expect(tokenizer.joinsParts).toBe(false);
    const row = await new Renderer(tokenizer).render({ kind: 'completion', prompt: 'A: ', completion: 'y' });
    expect([...row.ids]).toEqual([6, 8, 1]);
    expect([...row.trained]).toEqual([0, 1, 1]);
  });
});

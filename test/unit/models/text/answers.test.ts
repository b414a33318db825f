import { beforeAll, describe, expect, test } from 'vitest';
import {
  Renderer,
  type ChatRow,
  type RenderedRow,
  type Tokenizer,
  type TrainOn,
} from '../../../../src/models/text/index.ts';
import {
  assistant,
  chat,
  now,
  renderChecked,
  styles,
  tokenizersByStyle,
  trainedTexts,
  twoTurns,
  user,
  type Style,
} from './conversations.ts';

let tokenizers: Map<Style, Tokenizer>;

beforeAll(async () => {
  ({ tokenizers } = await tokenizersByStyle());
});

function tokenizerOf(style: Style): Tokenizer {
  return tokenizers.get(style) as Tokenizer;
}

function render(style: Style, row: ChatRow, trainOn: TrainOn = 'answers'): Promise<RenderedRow> {
  return renderChecked(tokenizerOf(style), row, trainOn);
}

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

  test.each(styles)('are told apart by turn and leave everything else untrained in %s', async (name) => {
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

  test('may be long, or start and end with white space', async () => {
    for (const content of ['  two  ', '\n- a\n- b\n', 'x'.repeat(5000), '🙂'.repeat(50)]) {
      const row = chat(user('Go on.'), assistant(content));
      expect(trainedTexts(await render('chatml', row), tokenizerOf('chatml'))).toEqual([`${content}<|im_end|>`]);
      expect(trainedTexts(await render('llama3', row), tokenizerOf('llama3'))).toEqual([`${content.trim()}<|eot_id|>`]);
    }
  });
});

test.each(['', '\n\n'])('an answer of which the template shows nothing is no answer: %j', async (content) => {
  const row = { ...chat(user('Go on.'), assistant(content)), source: { file: 'rows.jsonl', line: 7 } };
  const { problems } = await new Renderer(tokenizerOf('chatml'), { now }).renderRows([row]);
  expect(problems).toEqual([
    {
      message: 'the chat template renders none of the answer, so an empty one would be trained',
      field: 'messages.1',
      file: 'rows.jsonl',
      line: 7,
    },
  ]);
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

  // Some of the small templates support calls but not tools.
  const calling: ChatRow = { ...agent, tools: undefined };

  test('are trained as the template writes them, arguments as objects', async () => {
    expect(trainedTexts(await render('qwen2', agent), tokenizerOf('qwen2'))).toEqual([
      '<tool_call>\n{"name": "price", "arguments": {"item": "parcel", "count": 2}}\n</tool_call><|im_end|>',
      '39.80 in all.<|im_end|>',
      '<tool_call>\n{"name": "price", "arguments": {"item": "parcel"}}\n</tool_call><|im_end|>',
      '19.90.<|im_end|>',
    ]);
    expect(trainedTexts(await render('llama3', calling), tokenizerOf('llama3'))[0]).toBe(
      '{"name": "price", "parameters": {"item": "parcel", "count": 2}}<|eot_id|>',
    );
  });

  test('are found in templates that change earlier turns', async () => {
    expect(trainedTexts(await render('qwen3', calling), tokenizerOf('qwen3'))).toEqual([
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

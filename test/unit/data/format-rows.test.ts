import { describe, expect, it } from 'vitest';
import type { ExampleBody } from '../../../src/data/formats/format.ts';
import { formats, type FormatName } from '../../../src/data/formats/index.ts';
import { RowReader } from '../../../src/data/formats/row-reader.ts';

type Row = Record<string, unknown>;

async function read(name: FormatName, row: Row): Promise<ExampleBody> {
  const reader = new RowReader(row, { file: 'rows.jsonl', line: 7 });
  const body = (await formats.load(name)).read(reader);
  expect(reader.problems).toEqual([]);
  return body!;
}

async function problems(name: FormatName, row: Row): Promise<string[]> {
  const reader = new RowReader(row, { file: 'rows.jsonl', line: 7 });
  const body = (await formats.load(name)).read(reader);
  expect(body === undefined || reader.problems.length > 0).toBe(true);
  for (const problem of reader.problems) expect(problem).toMatchObject({ file: 'rows.jsonl', line: 7 });
  return reader.problems.map(({ field, message }) => `${field} ${message}`);
}

const turn = (role: string, content: string) => ({ role, content });
const chat = [turn('user', 'Hi'), turn('assistant', 'Hello!')];

describe('messages', () => {
  it('keeps tools and calls as they are, JSON text as arguments included, with nothing added to any of them', async () => {
    const tools = [
      {
        type: 'function',
        function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
      },
      { type: 'function', function: { name: 'add', parameters: { type: 'object', properties: { a: {}, b: {} } } } },
    ];
    const calls = [{ id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Rome"}' } }];
    const messages = [
      turn('user', 'Rome?'),
      { role: 'assistant', content: null, tool_calls: calls },
      { role: 'tool', tool_call_id: 'c1', content: '18°' },
      turn('assistant', 'It is 18°.'),
    ];
    expect(await read('messages', { messages, tools })).toEqual({
      kind: 'chat',
      tools,
      messages: [
        messages[0],
        {
          role: 'assistant',
          content: '',
          contentless: 'null',
          tool_calls: calls,
        },
        messages[2],
        messages[3],
      ],
    });
  });

  it('keeps a turn without content apart from one whose content is null', async () => {
    const calls = [{ function: { name: 'f', arguments: '{"id":12345678901234567890}' } }];
    const body = await read('messages', {
      messages: [
        turn('user', 'x'),
        { role: 'assistant', tool_calls: calls },
        { role: 'assistant', content: null, tool_calls: calls },
        { role: 'assistant', content: '', tool_calls: calls },
      ],
    });
    const kept = { content: '', tool_calls: [{ type: 'function', ...calls[0] }] };
    expect(body).toMatchObject({
      messages: [{}, { ...kept, contentless: 'absent' }, { ...kept, contentless: 'null' }, kept],
    });
    expect(body).not.toHaveProperty('messages.3.contentless');
  });

  it('takes weights, reasoning, names, text parts and OpenAI’s old functions', async () => {
    const body = await read('messages', {
      messages: [
        {
          role: 'user',
          name: 'ann',
          content: [
            { type: 'text', text: 'Hi ' },
            { type: 'text', text: 'there' },
          ],
        },
        { role: 'assistant', content: 'No', weight: 0 },
        { role: 'assistant', content: 'Yes', reasoning_content: 'hm', weight: 1 },
        { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
        { role: 'function', name: 'f', content: '1' },
        turn('assistant', 'ok'),
      ],
      functions: [{ name: 'f' }],
      chat_template_kwargs: { enable_thinking: false },
    });
    expect(body).toEqual({
      kind: 'chat',
      messages: [
        { role: 'user', content: 'Hi there', name: 'ann' },
        { role: 'assistant', content: 'No', weight: 0 },
        { role: 'assistant', content: 'Yes', reasoning_content: 'hm', weight: 1 },
        {
          role: 'assistant',
          content: '',
          contentless: 'null',
          tool_calls: [{ type: 'function', function: { name: 'f', arguments: '{}' } }],
        },
        { role: 'tool', content: '1', name: 'f' },
        turn('assistant', 'ok'),
      ],
      tools: [{ type: 'function', function: { name: 'f' } }],
      chatTemplateKwargs: { enable_thinking: false },
    });
  });

  it('reports every defect of a row by its path', async () => {
    const row = {
      messages: [
        { role: 'usr', content: 'x' },
        { role: 'user', content: 3 },
        { role: 'assistant', content: '' },
        { role: 'user', content: [{ type: 'image_url', image_url: {} }] },
        { role: 'assistant', content: 'x', weight: 2 },
        { role: 'assistant', tool_calls: [{ function: { name: 'f', arguments: '{' } }] },
        'x',
        { content: 'x' },
        { role: 'user', content: 'x', weight: 1 },
        { role: 'user', content: 'x', tool_calls: [{}] },
      ],
    };
    expect(await problems('messages', row)).toEqual([
      'messages[0].role is not a role: the text "usr"',
      'messages[1].content must be text, not the number 3',
      'messages[2].content is an empty answer',
      'messages[3].content[0].image_url must name an image',
      'messages[4].weight must be 0 or 1, not the number 2',
      'messages[5].tool_calls[0].function.arguments is not valid JSON',
      'messages[6] must be a message, not the text "x"',
      'messages[7].role is missing',
      'messages[8].weight only assistant turns have a weight',
      'messages[9].tool_calls only an assistant turn can call tools',
    ]);
  });

  it('refuses a conversation without an answer to learn from, and a result without its call', async () => {
    expect(await problems('messages', { messages: [turn('user', 'x')] })).toEqual([
      'messages has no assistant turn to train on',
    ]);
    const silent = [turn('user', 'x'), { role: 'assistant', content: 'y', weight: 0 }];
    expect(await problems('messages', { messages: silent })).toEqual(['messages has no assistant turn to train on']);
    const orphan = [turn('user', 'x'), { role: 'tool', tool_call_id: 'c9', content: '1' }, turn('assistant', 'y')];
    expect(await problems('messages', { messages: orphan })).toEqual([
      'messages[1].tool_call_id no earlier call has the id "c9"',
    ]);
  });

  it('says which keys of messages it does not use', async () => {
    const reader = new RowReader({ messages: [{ ...chat[0], time: 1, audio: null }, chat[1]] }, { file: 'x', line: 1 });
    (await formats.load('messages')).read(reader);
    expect([...reader.ignored]).toEqual(['messages[].time']);
  });
});

describe('sharegpt', () => {
  it('turns its roles, calls and bare tools into OpenAI’s', async () => {
    const body = await read('sharegpt', {
      system: 'Be brief.',
      conversations: [
        { from: 'human', value: 'Rome?' },
        { from: 'function_call', value: '{"name": "weather", "arguments": {"city": "Rome"}}' },
        { from: 'observation', value: '18°' },
        { from: 'gpt', value: '18°.' },
      ],
      tools: '[{"name": "weather", "parameters": {}}]',
    });
    expect(body).toEqual({
      kind: 'chat',
      messages: [
        turn('system', 'Be brief.'),
        turn('user', 'Rome?'),
        {
          role: 'assistant',
          content: '',
          tool_calls: [{ type: 'function', function: { name: 'weather', arguments: { city: 'Rome' } } }],
        },
        turn('tool', '18°'),
        turn('assistant', '18°.'),
      ],
      tools: [{ type: 'function', function: { name: 'weather', parameters: {} } }],
    });
  });
});

describe('alpaca', () => {
  it('becomes a chat of system, history, instruction with input, and output', async () => {
    const row = {
      instruction: 'Translate',
      input: 'ciao',
      output: 'hello',
      system: 'You translate.',
      history: [['a', 'b']],
    };
    expect(await read('alpaca', row)).toEqual({
      kind: 'chat',
      messages: [
        turn('system', 'You translate.'),
        turn('user', 'a'),
        turn('assistant', 'b'),
        turn('user', 'Translate\nciao'),
        turn('assistant', 'hello'),
      ],
    });
  });

  it('needs an instruction or an input, and an output', async () => {
    expect(await problems('alpaca', { instruction: ' ', output: 'x' })).toEqual(['instruction is empty']);
    expect(await problems('alpaca', { instruction: 'x', output: '', history: [['a']] })).toEqual([
      'history[0] must be [question, answer], not a list of 1',
      'output is empty',
    ]);
  });
});

describe('prompt_completion', () => {
  it('keeps two texts as they are, JSON inside them too', async () => {
    const row = { prompt: '', completion: '[{"role": "user", "content": "x"}]' };
    expect(await read('prompt_completion', row)).toEqual({ kind: 'completion', ...row });
  });

  it('becomes a chat where either side has turns, and learns the completion only', async () => {
    const body = await read('prompt_completion', { prompt: [...chat, turn('user', 'And?')], completion: 'Done.' });
    expect(body).toEqual({
      kind: 'chat',
      messages: [chat[0], { ...chat[1], weight: 0 }, turn('user', 'And?'), turn('assistant', 'Done.')],
    });
    expect(await problems('prompt_completion', { prompt: 'p', completion: [turn('user', 'x')] })).toEqual([
      'completion[0].role must be assistant, not user',
    ]);
    expect(await problems('prompt_completion', { prompt: 3, completion: 'c' })).toEqual([
      'prompt must be text or a list of messages, not the number 3',
    ]);
  });
});

describe('preference', () => {
  const prompt = [turn('user', 'Hi')];
  const [chosen, rejected] = [[turn('assistant', 'Hello!')], [turn('assistant', 'What?')]];

  it('takes the turns that two whole chats share for the prompt', async () => {
    const row = { prompt: 'Hi', chosen: [...prompt, ...chosen], rejected: [...prompt, ...rejected] };
    expect(await read('preference', row)).toEqual({ kind: 'preference', prompt, chosen, rejected });
  });

  it('takes what two texts share, up to the last space, for the prompt', async () => {
    const row = { chosen: 'Q: Hi\n\nA: Here you are', rejected: 'Q: Hi\n\nA: Hell no' };
    expect(await read('preference', row)).toEqual({
      kind: 'preference',
      prompt: 'Q: Hi\n\nA: ',
      chosen: 'Here you are',
      rejected: 'Hell no',
    });
  });

  it('takes texts of human and assistant turns for chats', async () => {
    const row = { chosen: '\n\nHuman: Hi\n\nAssistant: Hello!', rejected: '\n\nHuman: Hi\n\nAssistant: What?' };
    expect(await read('preference', row)).toEqual({ kind: 'preference', prompt, chosen, rejected });
    expect(await problems('preference', { ...row, chosen: '\n\nHuman: Hi\n\nAssistant:' })).toEqual([
      'chosen ends in an empty answer',
    ]);
  });

  it('reads an alpaca prompt and one answer as a message', async () => {
    const row = {
      instruction: 'Hi',
      chosen: { from: 'gpt', value: 'Hello!' },
      rejected: { from: 'gpt', value: 'What?' },
    };
    expect(await read('preference', row)).toEqual({ kind: 'preference', prompt, chosen, rejected });
  });

  it('reads OpenAI’s rows with their tools', async () => {
    const tools = [{ type: 'function', function: { name: 'f' } }];
    const row = { input: { messages: prompt, tools }, preferred_output: chosen, non_preferred_output: rejected };
    expect(await read('preference', row)).toEqual({ kind: 'preference', prompt, chosen, rejected, tools });
    const broken = { ...row, input: { messages: [{ role: 'user' }], tools: [{}] } };
    expect(await problems('preference', broken)).toEqual([
      'input.messages[0].content is missing',
      'input.tools[0].function.name must name the tool, not nothing',
    ]);
  });

  it('refuses pairs that do not differ or share no prompt', async () => {
    expect(await problems('preference', { prompt: 'p', chosen: 'a', rejected: 'a' })).toEqual([
      'rejected is identical to chosen',
    ]);
    const other = [turn('user', 'Bye'), ...rejected];
    expect(await problems('preference', { chosen: [...prompt, ...chosen], rejected: other })).toEqual([
      'rejected does not start with the same turns as chosen',
    ]);
    expect(await problems('preference', { chosen: 'a b ', rejected: 'a b c' })).toEqual([
      'rejected is a prefix of chosen, or the reverse',
    ]);
  });
});

describe('kto', () => {
  it('judges the last answer of a chat', async () => {
    expect(await read('kto', { messages: [...chat, turn('user', 'x'), turn('assistant', 'y')], label: 1 })).toEqual({
      kind: 'feedback',
      prompt: [...chat, turn('user', 'x')],
      completion: [turn('assistant', 'y')],
      label: true,
    });
    expect(await problems('kto', { messages: [turn('user', 'x')], label: true })).toEqual([
      'messages must end with the assistant turn to be judged',
    ]);
    expect(await problems('kto', { prompt: 'p', completion: 'c', label: 'maybe' })).toEqual([
      'label must be true or false, not the text "maybe"',
    ]);
  });
});

describe('classification and prompts', () => {
  it('names classes by text, whatever the column holds', async () => {
    expect(await read('classification', { text: 't', text_pair: 'u', label: 0 })).toEqual({
      kind: 'classification',
      text: 't',
      textPair: 'u',
      label: '0',
    });
    expect(await problems('classification', { text: 't', label: ['a', 'b'] })).toEqual([
      'label must be one class, not a list of 2',
    ]);
  });

  it('hands every other column of a prompt on', async () => {
    expect(await read('prompt_only', { prompt: 'p', answer: '42', level: { a: 1 } })).toEqual({
      kind: 'prompt',
      prompt: 'p',
      columns: { answer: '42', level: { a: 1 } },
    });
  });

  it('refuses text that cannot be written as UTF-8', async () => {
    expect(await problems('text', { text: 'half \ud83d emoji' })).toEqual([
      'text contains half of a surrogate pair (a broken emoji, for example)',
    ]);
  });
});

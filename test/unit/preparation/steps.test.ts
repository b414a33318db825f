import { describe, expect, it } from 'vitest';
import { steps } from '../../../src/preparation/index.ts';
import { Tokenizer } from '../../../src/models/text/index.ts';
import { message, origin, record, run, text } from './running.ts';

describe('every step', () => {
  it.each(steps.names)('%s says what it is, what it takes and what each option means', async (name) => {
    const { summary, takes, options } = await steps.load(name);
    expect(summary).toMatch(/\w/);
    expect(takes.length).toBeGreaterThan(0);
    for (const field of Object.values(
      (options as unknown as { shape: Record<string, { description?: string }> }).shape,
    )) {
      expect(field.description, name).toMatch(/\w/);
    }
  });

  it('refuses options that it does not know, and all wrong ones at once', async () => {
    const wrong = [
      { step: 'chunks', siez: 5 },
      { step: 'conversations', session_hours: -1 },
    ];
    await expect(run(wrong, [])).rejects.toMatchObject({
      code: 'E_STEP_OPTIONS',
      problems: [{ field: 'chunks.siez', fix: 'did you mean size?' }, { field: 'conversations.session_hours' }],
    });
    await expect(run([{ step: 'chunk' }, { step: 'nothing' }], [])).rejects.toMatchObject({
      code: 'E_UNKNOWN_STEP',
      problems: [{ field: 'step', fix: 'did you mean "chunks"?' }, { message: '"nothing" is unknown' }],
    });
    await expect(run([{ step: 'chunk' }, { step: 'chunks', size: 'x' }], [])).rejects.toMatchObject({
      code: 'E_STEP_OPTIONS',
      problems: [{ field: 'step' }, { field: 'chunks.size', message: 'must be a number, got "x"' }],
    });
  });

  it('counts what it does not take', async () => {
    const { reports } = await run([{ step: 'conversations' }], [record({ a: 1 })]);
    expect(reports[0]).toMatchObject({
      itemsIn: 1,
      itemsOut: 0,
      leftOut: [{ reason: 'a record: this step takes message', count: 1 }],
    });
  });
});

const sentence = (word: string): string =>
  `The ${word} stands in the hall and is cleaned once a week by whoever has the time.`;

describe('chunks', () => {
  it('of a section on several pages name their own', async () => {
    const parts = ['clock', 'chair', 'table', 'lamp'].map(sentence);
    const pages = parts.map(
      (_, index) => [parts.slice(0, index).join('\n\n').length + (index > 0 ? 2 : 0), index + 3] as const,
    );
    const section = { heading: 'Hall', level: 1, text: parts.join('\n\n'), page: 3, lastPage: 6, pages };
    const { rows } = await run([{ step: 'chunks', size: 180, tokenizer: null }], [text([section])]);
    expect(rows.map(({ origins: [{ page, lastPage }] }) => [page, lastPage])).toEqual([
      [3, 4],
      [5, 6],
    ]);
  });

  it('end where sections end, begin with their headings, and keep whole what fits', async () => {
    const document = text([
      { heading: 'Hall', level: 1, text: sentence('clock') },
      { heading: 'Left', level: 2, text: sentence('chair') },
      { heading: 'Right', level: 2, text: `${sentence('table')}\n\n${sentence('lamp')}` },
    ]);
    const { values, rows } = await run([{ step: 'chunks', size: 230, tokenizer: null }], [document]);
    expect(values.map((value) => value.text)).toEqual([
      `# Hall\n\n${sentence('clock')}\n\n## Left\n\n${sentence('chair')}`,
      `# Hall\n\n## Right\n\n${sentence('table')}\n\n${sentence('lamp')}`,
    ]);
    expect(rows[0].origins.map(({ section }) => section)).toEqual([['Hall'], ['Hall', 'Left']]);
  });

  it('are never longer than asked, in tokens of a model, and lose no word', async () => {
    const words = Array.from({ length: 400 }, (_, index) => `word${index}`);
    const table = `| a | b |\n| --- | --- |\n${Array.from({ length: 60 }, (_, row) => `| ${row} | value ${row} |`).join('\n')}`;
    const document = text([
      { heading: 'Long', level: 1, text: `${words.join(' ')}\n\n${table}\n\n${'x'.repeat(900)}` },
      { heading: 'Short', level: 1, text: 'End.' },
    ]);
    const { values } = await run([{ step: 'chunks', size: 64, tokenizer: 'attune-base' }], [document]);
    const tokenizer = await Tokenizer.load('assets/attune-base');
    const lengths = (await tokenizer.encodeBatch(values.map((value) => value.text as string))).map(
      ({ length }) => length,
    );
    expect(Math.max(...lengths)).toBeLessThanOrEqual(64);
    const all = values.map((value) => value.text).join('\n');
    for (const word of [...words, 'value 59', 'End.']) expect(all).toContain(word);
    expect(all.replaceAll(/[^x]/g, '').length).toBeGreaterThanOrEqual(900);
    // Each part of a divided table has its header.
    const tables = (values as { text: string }[]).filter(({ text: chunk }) => chunk.includes('value'));
    for (const { text: chunk } of tables) expect(chunk).toContain('| a | b |');
  });
});

describe('questions', () => {
  it('are headings that ask, pairs of Q and A, and questions in bold', async () => {
    const document = text([
      {
        heading: 'FAQ',
        level: 1,
        text: 'Q: How long does it take?\nA: It takes three days in most cases.\n\nQ: And abroad?\n\nA: Up to two weeks, it depends.',
      },
      { heading: 'How do I pay?', level: 2, text: 'By card or by invoice.\n\nNothing else.' },
      { heading: 'About us', level: 2, text: 'We are a small firm in a small town.' },
      { heading: 'More', level: 2, text: '**Can I return it?**\n\nYes, within a month, at our cost.' },
    ]);
    const { values } = await run([{ step: 'questions' }], [document]);
    expect(values).toEqual([
      { prompt: 'How long does it take?', completion: 'It takes three days in most cases.' },
      { prompt: 'And abroad?', completion: 'Up to two weeks, it depends.' },
      { prompt: 'How do I pay?', completion: 'By card or by invoice.\n\nNothing else.' },
      { prompt: 'Can I return it?', completion: 'Yes, within a month, at our cost.' },
    ]);
    const all = await run(
      [{ step: 'questions', headings: 'all', prompt: 'Explain: {{ headings | join(" > ") }}' }],
      [document],
    );
    expect(all.values).toContainEqual({
      prompt: 'Explain: FAQ > About us',
      completion: 'We are a small firm in a small town.',
    });
  });
});

describe('questions of a FAQ', () => {
  it('stand on lines of their own, as items or not; elsewhere a question is a part of the text', async () => {
    const faq = text([
      { heading: 'FAQ', level: 1, text: '1. What does it cost?\n\n   Twenty euros.\n\nIs it loud?\n\nNo, 40 dB.' },
      { heading: '2.1 How do I start it?', level: 2, text: 'Press the button.\n\nDoes it hum?\n\nThen it runs.' },
    ]);
    const { values } = await run([{ step: 'questions' }], [faq]);
    expect(values).toEqual([
      { prompt: 'What does it cost?', completion: 'Twenty euros.' },
      { prompt: 'Is it loud?', completion: 'No, 40 dB.' },
      { prompt: 'How do I start it?', completion: 'Press the button.\n\nDoes it hum?\n\nThen it runs.' },
    ]);
    const guide = text([
      { heading: 'How do I start it?', level: 1, text: 'Press it.\n\nDoes it hum?\n\nThen it runs.' },
    ]);
    expect((await run([{ step: 'questions' }], [guide])).values).toEqual([
      { prompt: 'How do I start it?', completion: 'Press it.\n\nDoes it hum?\n\nThen it runs.' },
    ]);
  });
});

describe('conversations', () => {
  const at = (hour: number): number => Date.UTC(2024, 0, 1, hour);

  it('follow time, join neighbouring messages, and find out who answers', async () => {
    const { values, reports } = await run(
      [{ step: 'conversations', system: 'Be kind.' }],
      [
        message('shop', 'Yes.', { at: at(2), conversation: '1' }),
        message('ann', 'Hello', { at: at(0), conversation: '1' }),
        message('ann', 'Open today?', { at: at(1), conversation: '1' }),
        message('bob', 'And on Sunday?', { at: at(1), conversation: '2' }),
        message('shop', 'No.', { at: at(3), conversation: '2' }),
        message('bob', 'Pity.', { at: at(4), conversation: '2' }),
      ],
    );
    const system = { role: 'system', content: 'Be kind.' };
    expect(values).toEqual([
      { messages: [system, { role: 'user', content: 'Hello\nOpen today?' }, { role: 'assistant', content: 'Yes.' }] },
      { messages: [system, { role: 'user', content: 'And on Sunday?' }, { role: 'assistant', content: 'No.' }] },
    ]);
    expect(reports[0].remarks).toEqual([
      'agents inferred (they answer more conversations than they start): shop (answered 2, started 0)',
    ]);
    expect(reports[0].leftOut).toMatchObject([{ reason: 'an unanswered question', count: 1 }]);
  });

  it('of a chat are divided by silence, and agents may be named', async () => {
    const { values } = await run(
      [{ step: 'conversations', agents: ['*@shop.example'], session_hours: 6 }],
      [
        message('a@x.example', 'One?', { at: at(0) }),
        message('help@shop.example', 'First.', { at: at(1) }),
        message('a@x.example', 'Two?', { at: at(10) }),
        message('help@shop.example', 'Second.', { at: at(11) }),
      ],
    );
    expect(values.map(({ messages }) => (messages as { content: string }[]).map(({ content }) => content))).toEqual([
      ['One?', 'First.'],
      ['Two?', 'Second.'],
    ]);
  });

  it('of mail are threads by what they answer, by subject where that is not said, whatever the order', async () => {
    const mail = ([id, author, said]: [string, string, string], answers: string[], subject = 'Re: Lamp') =>
      message(author, said, { id, answers, subject, at: at(Number(id)) });
    const { values } = await run(
      [{ step: 'conversations' }],
      [
        mail(['3', 'ann', 'Thanks, and the price?'], ['2']),
        mail(['4', 'help', 'Ten.'], []),
        mail(['2', 'help', 'It is there.'], ['1']),
        mail(['1', 'ann', 'Where is it?'], [], 'Lamp'),
        mail(['5', 'help', 'Alone.'], [], 'Something else'),
      ],
    );
    expect(values).toEqual([
      {
        messages: [
          { role: 'user', content: 'Lamp\n\nWhere is it?' },
          { role: 'assistant', content: 'It is there.' },
          { role: 'user', content: 'Thanks, and the price?' },
          { role: 'assistant', content: 'Ten.' },
        ],
      },
    ]);
  });

  it('of an export keep its roles', async () => {
    const { values, reports } = await run(
      [{ step: 'conversations' }],
      [message('7', 'Hi?', { role: 'customer' }), message('9', 'Hello.', { role: 'agent' })],
    );
    expect(values).toHaveLength(1);
    expect(reports[0].remarks).toEqual(['roles from the export itself in 1 of 1 conversations']);
  });

  it('come out of a table by the names of its columns, or by columns that are named', async () => {
    const rows = [
      record({ 'Ticket ID': 1, Sender: 'ann', Message: 'Where?', 'Created At': '2024-01-01T10:00:00Z' }),
      record({ 'Ticket ID': 1, Sender: 'desk', Message: 'Here.', 'Created At': '2024-01-01T11:00:00Z' }),
    ];
    const { values, reports } = await run([{ step: 'messages' }, { step: 'conversations' }], rows);
    expect(values).toEqual([
      {
        messages: [
          { role: 'user', content: 'Where?' },
          { role: 'assistant', content: 'Here.' },
        ],
      },
    ]);
    expect(reports[0].remarks[0]).toContain('conversation = Ticket ID');
    await expect(run([{ step: 'messages' }], [record({ a: 1 })])).rejects.toMatchObject({ code: 'E_BAD_COLUMNS' });
  });

  it('come out of a table with the roles that a column tells, and with what the assistant was told', async () => {
    const log = [
      { id: 1, role: 'system', content: 'Be kind.' },
      { id: 1, role: 'user', content: 'Bye' },
      { id: 1, role: 'assistant', content: 'Bye!' },
      { id: 2, role: 'agent', content: 'Hello from the shop' },
      { id: 2, role: 'Customer', content: 'Open?' },
      { id: 2, role: 'agent', content: 'Yes.' },
    ].map(({ id, ...values }) => record({ 'Session ID': id, ...values, Date: id === 1 ? 'noon' : '2024-01-01' }));
    const { values, reports } = await run([{ step: 'messages' }, { step: 'conversations' }], log);
    expect(
      values.map(({ messages }) => (messages as { role: string; content: string }[]).map((one) => Object.values(one))),
    ).toEqual([
      [
        ['system', 'Be kind.'],
        ['user', 'Bye'],
        ['assistant', 'Bye!'],
      ],
      [
        ['user', 'Open?'],
        ['assistant', 'Yes.'],
      ],
    ]);
    const own = await run([{ step: 'messages' }, { step: 'conversations', system: 'Be short.' }], log);
    expect(own.values[0].messages).toMatchObject([{ role: 'system', content: 'Be short.' }, {}, {}]);
    expect(own.reports[1].leftOut).toContainEqual(
      expect.objectContaining({ reason: 'a system message of the log, replaced by `system`', count: 1 }),
    );
    expect(JSON.stringify(reports[0])).toContain('unreadable time in column \\"Date\\"');
  });

  it('belong together by who writes to whom, where no column says more', async () => {
    const between = (From: string, To: string, Message: string) => record({ From, To, Message });
    const rows = [
      between('joe', 'shop', 'A?'),
      between('eva', 'shop', 'B?'),
      between('shop', 'joe', 'a'),
      between('shop', 'eva', 'b'),
    ];
    const { values } = await run([{ step: 'messages' }, { step: 'conversations' }], rows);
    expect(values.map(({ messages }) => (messages as { content: string }[]).map(({ content }) => content))).toEqual([
      ['A?', 'a'],
      ['B?', 'b'],
    ]);
  });
});

describe('a catalogue', () => {
  const lamp = record({ sku: 'L1', title: 'Lamp', colour: 'red', weight: '2 kg', text: 'A red lamp for the desk.' });

  it('gives attributes that stand in the text, and only those', async () => {
    const { values } = await run(
      [{ step: 'catalogue', task: 'extract', text: 'text', attributes: ['colour', 'weight'] }],
      [lamp],
    );
    expect(values).toEqual([
      {
        prompt: 'Find these attributes in the text and give them as JSON (colour, weight):\n\nA red lamp for the desk.',
        completion: '{"colour":"red","weight":null}',
      },
    ]);
  });

  it('gives descriptions to attributes, and what goes with what', async () => {
    const described = await run(
      [{ step: 'catalogue', task: 'describe', text: 'text', name: 'title', attributes: ['colour'] }],
      [lamp],
    );
    expect(described.values).toEqual([
      { prompt: 'Write a description of this item:\n\nLamp\ncolour: red', completion: 'A red lamp for the desk.' },
    ]);
    const bought = ['Lamp', 'Bulb', 'Desk'].map((name, index) =>
      record({ order: index < 2 ? 'o1' : 'o2', name }, index + 1),
    );
    const { values, reports, rows } = await run(
      [{ step: 'catalogue', task: 'recommend', basket: 'order', name: 'name' }],
      bought,
    );
    expect(values).toEqual([{ prompt: 'Name one thing that goes with these:\n\n- Lamp', completion: 'Bulb' }]);
    expect(rows[0].origins).toEqual([{ ...origin(1), lastRow: 2 }]);
    expect(reports[0].leftOut).toMatchObject([{ reason: 'a basket with a single item', count: 1 }]);
  });
});

describe('templates', () => {
  it('fill columns or turns, and leave out rows that lack a value', async () => {
    const rows = [record({ name: 'Lamp', price: 12 }), record({ name: 'Chair', price: '' })];
    const columns = { prompt: 'Price of {{ name | lower }}?', completion: '{{ price }}' };
    const filled = await run([{ step: 'template', columns }], rows);
    expect(filled.values).toEqual([{ prompt: 'Price of lamp?', completion: '12' }]);
    expect(filled.reports[0].leftOut).toMatchObject([{ reason: 'no value for "price"', count: 1 }]);
    const messages = [
      { role: 'user', content: '{{ heading }}' },
      { role: 'assistant', content: '{% for line in text.split("\\n") %}{{ line }} {% endfor %}' },
    ];
    const turns = await run(
      [{ step: 'template', messages }],
      [text([{ heading: 'How', level: 1, text: 'So\nand so' }])],
    );
    expect(turns.values).toEqual([
      {
        messages: [
          { role: 'user', content: 'How' },
          { role: 'assistant', content: 'So and so' },
        ],
      },
    ]);
  });

  it('are refused where they are broken, and cannot run for good', async () => {
    await expect(run([{ step: 'template', columns: { text: '{{ a' } }], [])).rejects.toMatchObject({
      code: 'E_TEMPLATE_INVALID',
    });
    const endless = '{% for a in range(900) %}{% for b in range(900) %}x{% endfor %}{% endfor %}';
    await expect(run([{ step: 'template', columns: { text: endless } }], [record({ a: 1 })])).rejects.toMatchObject({
      code: 'E_TEMPLATE_FAILED',
    });
  });
});

describe('folders', () => {
  const inFolder = (file: string) => ({ origins: [{ ...origin(), file }] });

  it('give mails and texts the name of their folder as label', async () => {
    const mail = message('a', 'Buy now', { subject: 'Offer', ...inFolder('mails/spam/1.eml') });
    const page = {
      ...text([{ heading: 'Rules', level: 1, text: 'Be kind.' }], 'Rules'),
      ...inFolder('mails/ham/x/2.md'),
    };
    const { values } = await run([{ step: 'folders' }], [mail]);
    expect(values).toEqual([{ text: 'Offer\nBuy now', label: 'spam' }]);
    expect((await run([{ step: 'folders', up: 2 }], [page])).values).toEqual([
      { text: 'Rules\n\nBe kind.', label: 'ham' },
    ]);
  });

  it('give what lies in a mail or an archive the class of the mail or archive', async () => {
    const attached = {
      ...text([{ heading: 'Plan', level: 1, text: 'All of it.' }]),
      ...inFolder('mails/ham/1.eml/a.pdf'),
    };
    const astray = message('a', 'b', inFolder('mails/2.eml'));
    const { values, reports } = await run([{ step: 'folders', below: 'mails' }], [attached, astray]);
    expect(values).toEqual([{ text: 'Plan\n\nAll of it.', label: 'ham' }]);
    expect(reports[0].leftOut).toMatchObject([{ count: 1 }]);
  });

  it('count what lies in none', async () => {
    const { reports } = await run([{ step: 'folders' }], [message('a', 'b', inFolder('1.eml'))]);
    expect(reports[0].leftOut).toMatchObject([{ reason: 'no such folder above it', count: 1 }]);
  });
});

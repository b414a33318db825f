import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { groundingFault } from '../../../src/preparation/grounding.ts';
import { run, text } from './running.ts';

const SOURCE = 'The valve opens at 80 degrees. Close it by hand when the tank is full.';
const QUOTE = 'The valve opens at 80 degrees.';

let server: Server;
let answers: string[];
let asked: { model: string; messages: { role: string; content: string }[] }[];
let home: string;
let endpoint: string;

beforeEach(async () => {
  [answers, asked] = [[], []];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      asked.push(JSON.parse(Buffer.concat(chunks).toString()) as (typeof asked)[number]);
      const choices = [{ message: { role: 'assistant', content: answers.shift() ?? '[]' }, finish_reason: 'stop' }];
      response.writeHead(200).end(JSON.stringify({ choices, usage: { prompt_tokens: 100, completion_tokens: 20 } }));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1#teacher`;
  home = mkdtempSync(join(tmpdir(), 'attune-teacher-'));
  process.env.ATTUNE_HOME = home;
});
afterEach(() => {
  server.close();
  delete process.env.ATTUNE_HOME;
  rmSync(home, { recursive: true, force: true });
});

const document = text([{ heading: 'Valve', level: 1, text: SOURCE }]);

describe('a teacher', () => {
  it('is asked about each section, and only what the section says becomes a row, with the words that it rests on', async () => {
    const list = [
      { question: 'When does the valve open?', answer: 'The valve opens at 80 degrees.', quote: QUOTE },
      { question: 'And the pump?', answer: 'The pump starts at noon every day.', quote: QUOTE },
      { question: 'At what heat?', answer: 'The valve opens at 90 degrees.', quote: QUOTE },
      { question: 'Who made it?', answer: 'The valve opens.', quote: 'It was made by us.' },
    ];
    answers = [`Here you are:\n\`\`\`json\n${JSON.stringify(list)}\n\`\`\``];
    const { rows, values, reports } = await run([{ step: 'teacher', endpoint, count: 4 }], [document]);
    expect(values).toEqual([{ prompt: 'When does the valve open?', completion: 'The valve opens at 80 degrees.' }]);
    expect(rows[0].origins[0]).toMatchObject({ section: ['Valve'], quote: QUOTE });
    expect(reports[0].leftOut.map(({ reason }) => reason)).toEqual([
      'not grounded: most of its words are not in the source',
      'not grounded: it contains a number that is not in the source',
      'not grounded: its quote is not in the source',
    ]);
    expect(asked[0].messages[1].content).toContain(`# Valve\n\n${SOURCE}`);
  });

  it('names the page of what an answer rests on', async () => {
    answers = [
      JSON.stringify([{ question: 'When does it open?', answer: 'The valve opens at 80 degrees.', quote: QUOTE }]),
    ];
    const words = `The tank is full at noon.\n\n${SOURCE}`;
    const pages = [
      [0, 3],
      [words.indexOf(SOURCE), 4],
    ] as const;
    const long = text([{ heading: 'Valve', level: 1, text: words, page: 3, lastPage: 4, pages }]);
    const { rows } = await run([{ step: 'teacher', endpoint }], [long]);
    expect(rows[0].origins).toEqual([expect.objectContaining({ page: 4, quote: QUOTE })]);
    expect(rows[0].origins[0]).not.toHaveProperty('lastPage');
  });

  it('is asked nothing twice', async () => {
    answers = [JSON.stringify([{ question: 'When?', answer: 'At 80 degrees.', quote: QUOTE }])];
    const first = await run([{ step: 'teacher', endpoint }], [document]);
    const second = await run([{ step: 'teacher', endpoint }], [document]);
    expect(asked).toHaveLength(1);
    expect(second.values).toEqual(first.values);
  });

  it('writes pairs, and rows anew', async () => {
    answers = [
      JSON.stringify([{ question: 'When?', answer: 'At 80 degrees.', quote: QUOTE, worse: 'When it is warm.' }]),
    ];
    const pairs = await run([{ step: 'teacher', endpoint, task: 'preferences' }], [document]);
    expect(pairs.values).toEqual([{ prompt: 'When?', chosen: 'At 80 degrees.', rejected: 'When it is warm.' }]);
    answers = ['The valve opens at 80 degrees, and you close it by hand.'];
    const rewritten = await run(
      [
        { step: 'questions', headings: 'all' },
        { step: 'teacher', endpoint, task: 'rewrite' },
      ],
      [document],
    );
    expect(rewritten.values).toEqual([
      { prompt: 'Valve', completion: 'The valve opens at 80 degrees, and you close it by hand.' },
    ]);
  });

  it('answers the prompts of rows, which are asked as they stand', async () => {
    answers = [' At 80 degrees. '];
    const given = await run(
      [
        { step: 'questions', headings: 'all' },
        { step: 'teacher', endpoint, task: 'answers' },
      ],
      [document],
    );
    expect(given.values).toEqual([{ prompt: 'Valve', completion: 'At 80 degrees.' }]);
    expect(asked[0].messages).toEqual([{ role: 'user', content: 'Valve' }]);
  });

  it('costs no more than is allowed', async () => {
    const limited = { step: 'teacher', endpoint, max_tokens: 10 };
    await expect(run([limited], [document])).rejects.toMatchObject({ code: 'E_BUDGET_SPENT' });
    expect(asked).toHaveLength(0);
  });

  it('that gives no list is told', async () => {
    answers = ['I would rather not.'];
    const { reports } = await run([{ step: 'teacher', endpoint }], [document]);
    expect(reports[0].leftOut).toMatchObject([{ reason: 'the teacher returned no JSON list', count: 1 }]);
  });
});

describe('grounding', () => {
  it('overlooks case, marks and line ends, and separators of thousands', () => {
    expect(
      groundingFault({ answer: 'It costs 1200 euros.', quote: 'it **costs**\n1,200 euros' }, 'It costs 1,200 euros.'),
    ).toBeUndefined();
    expect(groundingFault({ answer: 'It costs 12 euros.' }, 'It costs 1,200 euros.')).toContain('number');
  });
});

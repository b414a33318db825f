import { join } from 'node:path';
import { writeRows } from '../rows.ts';
import { Draws } from './draws.ts';
import type { FirstHourSet } from './set.ts';

const tool = (name: string, description: string, field: string) => ({
  type: 'function',
  function: {
    name,
    description,
    parameters: { type: 'object', properties: { [field]: { type: 'string' } }, required: [field] },
  },
});

const TOOLS = [
  tool('order_status', 'Where an order is', 'order'),
  tool('refund', 'Pays an order back', 'order'),
  tool('stock', 'How many of a product there are', 'product'),
];

const ASKED: Record<string, readonly string[]> = {
  order_status: ['Where is order %?', 'When does order % come?', 'Has order % been sent?'],
  refund: ['Please pay back order %', 'I want my money for order %', 'Order % was wrong, refund it'],
  stock: ['Do you have any % left?', 'How many % are there?', 'Is the % in stock?'],
};
const PRODUCTS = ['lamps', 'kettles', 'rugs', 'chairs', 'desks', 'shelves'];

function drawConversation(draws: Draws) {
  const name = draws.pick(Object.keys(ASKED));
  const value = name === 'stock' ? draws.pick(PRODUCTS) : String(draws.whole(1000, 9999));
  const asked = draws.pick(ASKED[name]).replace('%', value);
  const call = {
    id: 'call_1',
    type: 'function',
    function: { name, arguments: JSON.stringify({ [name === 'stock' ? 'product' : 'order']: value }) },
  };
  return { asked, call };
}

export const toolCalls: FirstHourSet = {
  title: 'calls of tools',
  about: 'The assistant answers each question with a call of the right one of three tools, with the value out of it.',
  rows: 500,
  isRight: (prediction, truth) => {
    const { name, arguments: given } = truth as { name: string; arguments: string };
    const [call] = /\{.*\}/s.exec(String(prediction)) ?? [];
    return call !== undefined && isCall(call, { name, given });
  },
  async write(folder, { rows, fresh, seed }) {
    const draws = new Draws(seed, 'tool-calls');
    const [known, unknown] = [rows, fresh].map((length) => Array.from({ length }, () => drawConversation(draws)));
    const user = (content: string) => ({ role: 'user', content });
    const [data, freshFile] = [join(folder, 'calls.jsonl'), join(folder, 'fresh.jsonl')];
    writeRows(
      data,
      known.map(({ asked, call }) => ({
        tools: TOOLS,
        messages: [user(asked), { role: 'assistant', content: '', tool_calls: [call] }],
      })),
    );
    writeRows(
      freshFile,
      unknown.map(({ asked }) => ({ tools: TOOLS, messages: [user(asked)] })),
    );
    const ceiling = { metric: 'exact_match', value: 1, because: 'calls follow from questions' };
    return { data, answers: [], fresh: freshFile, truth: unknown.map(({ call }) => call.function), ceiling };
  },
};

/** Whether two calls are the same apart from spaces. */
function isCall(text: string, { name, given }: { name: string; given: string }): boolean {
  try {
    const call = JSON.parse(text) as { name?: unknown; arguments?: unknown };
    return call.name === name && JSON.stringify(call.arguments) === given;
  } catch {
    return false;
  }
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Completion, GenerationRequest } from '../../../src/answering/decoding/index.ts';
import { stateCounts, statePlaces } from '../../../src/training/objectives/critic.ts';
import { groupRows, type PromptRow } from '../../../src/training/objectives/group-rows.ts';
import { rollOut, sampleOf } from '../../../src/training/objectives/rollouts.ts';
import { RolloutTools } from '../../../src/training/objectives/tools/rollout-tools.ts';
import { Renderer, toolResultIds, withChatTemplate, type Tokenizer } from '../../../src/models/text/index.ts';
import type { Processor } from '../../../src/training/objective.ts';
import type { StepContext } from '../../../src/training/produce.ts';
import { now } from '../models/text/conversations.ts';
import { conversations, families, outcomes, tokenizerOf } from '../models/text/template-families.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-tools-'));
const file = join(folder, 'tools.ts');
afterAll(() => rmSync(folder, { recursive: true }));

writeFileSync(
  file,
  `const item = { type: 'object', properties: { item: { type: 'string' } }, required: ['item'] };
export const stock = { description: 'Pieces in stock', parameters: item, execute: ({ item }) => ({ [item]: 3 }) };
export const late = { description: 'Later', parameters: item, execute: async ({ item }) => item + ' later' };
export const broken = { description: 'Fails', parameters: item, execute() { throw new Error('no stock today'); } };
export const endless = { description: 'Hangs', parameters: item, execute() { for (;;); } };
export const quitter = { description: 'Ends', parameters: item, execute: () => process.exit(1) };
export const huge = { description: 'Huge', parameters: item, execute: () => 'x'.repeat(1e6) };
export const twice = { ...stock, name: 'stock' };
export const strange = { ...stock, name: 'in stock?' };
export const unsound = { ...stock, parameters: { type: 'objekt' } };
export const nothing = { description: 'Nothing' };
`,
);

let tokenizer: Tokenizer;
beforeAll(async () => {
  tokenizer = await withChatTemplate(await tokenizerOf(families['Qwen 2.5']));
});

function toolsOf(names: readonly string[], settings: { timeout?: number; rounds?: number } = {}): RolloutTools {
  const tools = names.map((name) => `${file}#${name}`);
  const own = { tool_timeout: settings.timeout ?? 20, max_tool_calling_iterations: settings.rounds ?? 4 };
  return RolloutTools.of({ tools, ...own }, { tokenizer, now } as Processor)!;
}

const written = (name: string, given: object = { item: 'cup' }) =>
  `<tool_call>\n${JSON.stringify({ name, arguments: given })}\n</tool_call>`;

/** Given texts in place of a model's answers: the n-th text for the n-th round. */
async function play(tools: RolloutTools, texts: readonly string[], room = 400) {
  const asked: GenerationRequest[] = [];
  const stopId = tokenizer.idOf('<|im_end|>')!;
  const answer = async (text: string): Promise<Completion> =>
    ({ ids: [...(await tokenizer.encode(text))], stopId, text, finishReason: 'stop' }) as unknown as Completion;
  const generate = async (requests: readonly GenerationRequest[]) => {
    const round = asked.length === 0 ? 0 : 1 + asked.filter(({ n }) => n === undefined).length;
    asked.push(...requests);
    return [[await answer(texts[round])]];
  };
  const { ids } = await new Renderer(tokenizer, { now }).prompt('How many?');
  const prompt = { kind: 'prompt', prompt: [{ role: 'user', content: 'How many?' }], columns: {}, source: {} };
  const row = { id: 'a', ids, trained: new Uint8Array(ids.length), prompt, source: {} } as unknown as PromptRow;
  const step = { seed: 1, step: 0, rollouts: { generate } } as unknown as StepContext;
  const sampling = { temperature: 1, top_p: 1, top_k: 0, min_p: 0, repetition_penalty: 1 };
  const settings = { ...sampling, num_generations: 1, max_completion_length: room };
  const { rollouts, metrics } = await rollOut([row], settings, { step, tokenizer, tools });
  return { rollout: rollouts[0], metrics, asked, row };
}

const resultOf = ({ turns = [] }: { turns?: readonly { role: string; content: string }[] }) =>
  turns.find(({ role }) => role === 'tool')?.content;

describe('an answer that calls a tool', () => {
  let usual: RolloutTools;
  beforeAll(() => {
    usual = toolsOf(['stock', 'late', 'broken', 'huge', 'endless', 'quitter'], { timeout: 1 });
  });
  afterAll(() => usual.dispose());

  it('goes on behind its result, of whose tokens none is trained', async () => {
    const { rollout, metrics, asked, row } = await play(usual, [written('stock'), 'There are 3.']);
    expect(rollout.turns?.map(({ role }) => role)).toEqual(['assistant', 'tool', 'assistant']);
    expect(resultOf(rollout)).toBe('{"cup":3}');
    expect([...asked[1].prompt]).toEqual([
      ...row.ids,
      ...rollout.ids.slice(0, asked[1].prompt.length - row.ids.length),
    ]);
    const whole = tokenizer.decode(Int32Array.from(rollout.ids));
    expect(whole).toContain('<tool_response>');
    const own = rollout.ids.filter((_, token) => rollout.written?.[token] === 1);
    expect(tokenizer.decode(Int32Array.from(own))).toBe(`${written('stock')}<|im_end|>There are 3.<|im_end|>`);
    const sample = sampleOf(rollout);
    expect(sample.completion).toBe('There are 3.');
    expect(sample.tokens).toBe(own.length);
    expect(metrics).toEqual({ 'tools/call_frequency': 1, 'tools/failure_frequency': 0 });
    const [group] = groupRows([{ ...rollout, isTrained: true }], 1000);
    expect(group.trained.reduce((sum, one) => sum + one, 0)).toBe(own.length);
  });

  it('has a state of the critic for each token of its own, and one for its end', async () => {
    const { rollout, row } = await play(usual, [written('stock'), 'There are 3.']);
    const [group] = groupRows([{ ...rollout, isTrained: true }], 1000);
    const length = group.ids.length;
    const layout = { offsets: [0, row.ids.length, length], rowOf: [0, 0], parents: [-1, 0] } as never;
    const { places } = statePlaces([group], layout, 400);
    const trained = [...group.trained.keys()].filter((place) => group.trained[place] === 1);
    expect([...places].map(Number)).toEqual([...trained.map((place) => place - 1), length - 1]);
    expect(stateCounts(group, 400)).toEqual([trained.length + 1]);
  });

  it('is cut where the result leaves no room', async () => {
    const { rollout } = await play(usual, [written('stock'), 'never'], 60);
    expect(rollout.ids.length).toBe(60);
    expect(rollout.isComplete).toBe(false);
  });

  it('gets no further result after the last round', async () => {
    const calls = [written('stock'), written('stock'), written('stock')];
    const tools = toolsOf(['stock'], { rounds: 2 });
    const { rollout, metrics } = await play(tools, calls, 2000);
    tools.dispose();
    expect(rollout.turns?.map(({ role }) => role)).toEqual(['assistant', 'tool', 'assistant', 'tool', 'assistant']);
    expect(metrics['tools/call_frequency']).toBe(2);
  });

  it.each([
    ['gives a promise', 'late', { item: 'cup' }, 'cup later'],
    ['throws', 'broken', { item: 'cup' }, '{"error":"no stock today"}'],
    ['never ends', 'endless', { item: 'cup' }, '{"error":"no result within 1 s"}'],
    ['ends its process', 'quitter', { item: 'cup' }, '{"error":"the tool ended its process"}'],
    ['gives far too much', 'huge', { item: 'cup' }, expect.stringContaining('1000000 characters')],
    ['does not take the arguments', 'late', { thing: 1 }, expect.stringContaining('arguments:')],
    ['is not there', 'missing', {}, expect.stringContaining('unknown tool missing; known are stock')],
  ])('that %s is told what came of it', async (_, name, given, result) => {
    const { rollout, metrics } = await play(usual, [written(name, given), 'Well.'], 2000);
    expect(resultOf(rollout)).toEqual(result);
    expect(metrics['tools/failure_frequency']).toBe(result === 'cup later' ? 0 : 1);
  });
});

describe('before training', () => {
  it.each([
    ['E_TOOL_NAME', ['stock', 'twice']],
    ['E_TOOL_NAME', ['strange']],
    ['E_JSON_SCHEMA', ['unsound']],
    ['E_REFERENCE_TYPE', ['nothing']],
    ['E_REFERENCE_MISSING', ['stok']],
  ])('%s is said of %s', async (code, names) => {
    const tools = toolsOf(names);
    await expect(tools.check()).rejects.toMatchObject({ code });
    tools.dispose();
  });
});

describe('the tokens between a call and the next answer are those of a training row', () => {
  const shown = Object.keys(families).filter((name) => {
    return Array.isArray(outcomes[name].calls) && families[name].kwargs === undefined;
  });
  it.each(shown)('%s', async (name) => {
    const own = await tokenizerOf(families[name]);
    const { messages, tools = [] } = conversations.calls;
    const { ids, pieces } = await new Renderer(own, { now }).render({ kind: 'chat', messages, tools });
    const [call, answer] = pieces.filter(({ trained }) => trained);
    const results = messages.flatMap(({ role, content, tool_call_id: callId = '' }) => {
      const asked = messages[1].tool_calls!.find(({ id }) => id === callId) ?? messages[1].tool_calls![0];
      return role === 'tool' ? [{ callId: asked.id ?? '', name: asked.function.name, text: content }] : [];
    });
    const between = await toolResultIds(results, { tokenizer: own, tools, now });
    expect(own.decode(between)).toBe(own.decode(ids.subarray(call.end, answer.start)));
    expect([...between]).toEqual([...ids.subarray(call.end, answer.start)]);
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClassificationExample, CompletionExample, Example } from '../../../src/data/example.ts';
import type { Prediction } from '../../../src/scoring/predictor.ts';
import { likelihoods } from '../../../src/answering/tasks/answers/likelihoods.ts';
import { modelPredictor } from '../../../src/answering/predict/model-predictor.ts';
import { asTheyAre } from '../../../src/answering/prompting/asker.ts';
import { openModel, type OpenedModel } from '../../../src/answering/model/open-model.ts';

const source = { file: 'rows.jsonl', line: 1 };
let opened: OpenedModel;

beforeAll(async () => {
  opened = await openModel('attune-base', { precision: 'f32' });
});
afterAll(() => opened.model.dispose());

function completion(prompt: string, answer: string): CompletionExample {
  return { kind: 'completion', id: prompt, source, prompt, completion: answer };
}

function text(content: string): Example {
  return { kind: 'text', id: content.slice(0, 8), source, text: content };
}

function answer(examples: readonly Example[], options: object = {}): Promise<Prediction[]> {
  return modelPredictor('base', opened, { ...asTheyAre, maxNewTokens: 6, ...options }).predict(examples);
}

describe('a language model as a predictor', () => {
  test('answers, says how likely the right answer is and what it cost, whatever stands beside a row', async () => {
    const rows = [completion('The capital of France is', ' Paris'), completion('A file that', ' is not there')];
    const together = await answer(rows);
    const [alone] = await answer(rows.slice(1));
    expect(together.map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
    expect(together[1].text).toBe(alone.text);
    expect(together[1].likelihood!.negativeLogLikelihood).toBeCloseTo(alone.likelihood!.negativeLogLikelihood, 3);
    expect(together[0].likelihood!.bytes).toBe(6);
    expect(together[0].usage!.outputTokens).toBeLessThanOrEqual(6);
    expect(together[0].usage!.inputTokens).toBeGreaterThan(2);
  });

  test('is held to a form that it has not learnt, with room for it', async () => {
    const rows = [completion('The colour of the sky is', ' blue'), completion('A file that', ' green')];
    const choices = [' blue as the sea in the evening', ' green'];
    const held = await answer(rows, { maxNewTokens: 1, stop: ['\n'], held: { plain: { choices }, chat: { choices } } });
    for (const { text: said, finish } of held) expect([choices.includes(said!), finish]).toEqual([true, 'stop']);
    const schema = { type: 'object', properties: { colour: { enum: ['blue', 'green'] } }, required: ['colour'] };
    const [{ text: json }] = await answer(rows, { maxNewTokens: 20, held: { plain: { schema }, chat: { schema } } });
    expect(['blue', 'green']).toContain((JSON.parse(json!) as { colour: string }).colour);
  });

  test('is held to a form although the row beside has no room for it', async () => {
    const limit = opened.model.architecture.limits(opened.model.config).maxPositions;
    const words = 'where is it '.repeat(2000);
    const ids = await opened.tokenizer.encode(words);
    const choices = [' blue as the sea in the evening', ' green as the grass in the morning'];
    const long = completion(opened.tokenizer.decode(ids.slice(0, limit - 4)), 'x');
    const predictions = await answer([completion('The colour is', ' blue'), long], {
      held: { plain: { choices }, chat: { choices } },
    });
    expect(choices).toContain(predictions[0].text);
    expect(predictions[1].unreadable).toBeUndefined();
    expect(choices).not.toContain(predictions[1].text);
  });

  test('finds the likeliest class, with probabilities that come from the likelihoods of the labels', async () => {
    const row: ClassificationExample = { kind: 'classification', id: 'r', source, text: 'a red apple', label: 'fruit' };
    const labels = ['fruit', 'vehicle'];
    const [{ label, text: said, scores }] = await answer([row], { labels });
    const nats = await likelihoods(
      opened,
      labels.map((one) => completion('Text: a red apple\nLabel:', ` ${one}`)),
    );
    const weights = nats.map((one) => Math.exp(-(one as { negativeLogLikelihood: number }).negativeLogLikelihood));
    const total = weights[0] + weights[1];
    expect(scores!.fruit).toBeCloseTo(weights[0] / total, 4);
    expect(scores!.fruit + scores!.vehicle).toBeCloseTo(1, 9);
    expect([label, said]).toEqual(weights[0] > weights[1] ? ['fruit', 'fruit'] : ['vehicle', 'vehicle']);
  });

  test('reads a plain text that is longer than its context in windows, each token once; it has nothing to answer', async () => {
    const words = Array.from({ length: 1500 }, (_, i) => `word ${i % 97} of ${i % 13}`).join(', ');
    const [{ likelihood, text: said }] = await answer([text(words)]);
    const limit = opened.model.architecture.limits(opened.model.config).maxPositions;
    const { length } = await opened.tokenizer.encode(words);
    expect(length).toBeGreaterThan(2 * limit);
    // BOS and EOS, if the tokenizer has them, change the count by at most two.
    expect(Math.abs(likelihood!.tokens - length)).toBeLessThanOrEqual(2);
    expect(likelihood!.bytes).toBe(words.length);
    expect(said).toBeUndefined();
  });

  test('leaves a question that is longer than its context unanswered, and says so', async () => {
    const long = completion('where is it '.repeat(2000), 'here');
    const [first, second] = await answer([long, completion('One, two,', ' three')]);
    expect(first).toEqual({ id: long.id, unreadable: "longer than the model's context" });
    expect(second.text).toBeDefined();
  });

  test('is shown as many solved rows as its context holds, the nearest of them in any case', async () => {
    const shots = Array.from({ length: 6 }, (_, i) => completion(`${i} `.repeat(400), 'x'));
    const ask = (examples: readonly Example[]) => Promise.resolve(examples.map((example) => ({ example, shots })));
    const question = completion('and now ', 'y');
    const [{ usage }] = await answer([question], { ask });
    const limit = opened.model.architecture.limits(opened.model.config).maxPositions;
    const [{ usage: bare }] = await answer([question]);
    expect(usage!.inputTokens).toBeLessThanOrEqual(limit - 6);
    expect(usage!.inputTokens).toBeGreaterThan(bare!.inputTokens!);
  });

  test('ends where answers end, of a conversation too, instead of writing wherever there is room', async () => {
    const messages = [
      { role: 'user', content: 'Where is it?' },
      { role: 'assistant', content: 'home' },
    ] as const;
    const row: Example = { kind: 'chat', id: 'c', source, messages };
    const [free] = await answer([row], { maxNewTokens: 24 });
    const end = free.text!.trim().slice(4, 6);
    const [ended] = await answer([row], { maxNewTokens: 24, stop: [end] });
    expect(ended.text).toBe(free.text!.slice(0, free.text!.indexOf(end)));
    expect(ended.usage!.outputTokens).toBeLessThan(free.usage!.outputTokens!);
  });

  test('stops when it is told to', async () => {
    const predictor = modelPredictor('base', opened, { ...asTheyAre, maxNewTokens: 4 });
    const work = predictor.predict([completion('a', 'b')], { signal: AbortSignal.abort(new Error('enough')) });
    await expect(work).rejects.toThrow('enough');
  });
});

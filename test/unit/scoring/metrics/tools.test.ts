import { describe, expect, test } from 'vitest';
import type { Example } from '../../../../src/data/example.ts';
import { copyingNote } from '../../../../src/evaluation/compare/answer-notes.ts';
import { describePair } from '../../../../src/evaluation/compare/describe-pair.ts';
import type { ComparedSystem, Comparison } from '../../../../src/store/results.ts';
import { computableOn, suitableMetrics } from '../../../../src/evaluation/compare/suitable-metrics.ts';
import { scorePredictions } from '../../../../src/scoring/score.ts';
import type { Message } from '../../../../src/models/text/message.ts';

let rows = 0;
function answer(turn: Partial<Message>): Example {
  const messages: Message[] = [
    { role: 'user', content: `question ${rows}` },
    { role: 'assistant', content: '', ...turn },
  ];
  return { kind: 'chat', id: `r${rows++}`, source: { file: 'f', line: rows }, messages };
}

const call = (name: string, given: unknown) => ({ function: { name, arguments: given } });
const weather = answer({ tool_calls: [call('weather', '{"city": "Rome", "days": 2}')] });
const both = answer({ tool_calls: [call('weather', { city: 'Rome' }), call('order', { id: 'A-1' })] });
const talk = answer({ content: 'Hello.' });
const hermes = (name: string, given: object) =>
  `<tool_call>\n${JSON.stringify({ name, arguments: given })}\n</tool_call>`;

async function scores(...pairs: [Example, string][]): Promise<number[]> {
  const predictions = pairs.map(([{ id }, text]) => ({ id, text }));
  const specs = [{ metric: 'tool_name' }, { metric: 'tool_arguments' }] as const;
  const scored = await scorePredictions(
    predictions,
    pairs.map(([example]) => example),
    specs,
  );
  return scored.map(({ value }) => value);
}

describe('calls of tools', () => {
  test('are right by name, and by each argument', async () => {
    expect(await scores([weather, hermes('weather', { days: 2, city: 'Rome' })])).toEqual([1, 1]);
    expect(await scores([weather, hermes('weather', { city: 'Oslo', days: 2 })])).toEqual([1, 2 / 3]);
    expect(await scores([weather, hermes('weather', { city: 'Rome', days: '2' })])).toEqual([1, 2 / 3]);
    expect(await scores([weather, hermes('weather', { city: 'Rome', days: 2, more: 1 })])).toEqual([1, 3 / 4]);
    expect(await scores([weather, hermes('order', { city: 'Rome', days: 2 })])).toEqual([0, 0]);
    expect(await scores([weather, 'It rains in Rome.'])).toEqual([0, 0]);
    expect(await scores([weather, '<tool_call>\n{"name": "weather", "argum'])).toEqual([0, 0]);
  });

  test('may come in any order, and each counts once', async () => {
    const order = hermes('order', { id: 'A-1' });
    const rome = hermes('weather', { city: 'Rome' });
    expect(await scores([both, `${order}\n${rome}`])).toEqual([1, 1]);
    expect(await scores([both, rome])).toEqual([0, 2 / 4]);
    expect(await scores([both, `${rome}\n${rome}`])).toEqual([0, 2 / 6]);
  });

  test('are read in the forms of other families', async () => {
    const llama = '{"name": "weather", "parameters": {"city": "Rome", "days": 2}}';
    const coder =
      '<tool_call>\n<function=weather>\n<parameter=city>\nRome\n</parameter>\n<parameter=days>\n2\n</parameter>\n</function>\n</tool_call>';
    const thought = `<think>rain?</think>\n\n${hermes('weather', { city: 'Rome', days: 2 })}`;
    for (const text of [llama, `[TOOL_CALLS][${llama}]`, coder, thought])
      expect(await scores([weather, text])).toEqual([1, 1]);
  });

  test('count in the rows that call one, and are no metric where none does', async () => {
    const right = hermes('weather', { city: 'Rome', days: 2 });
    expect(await scores([weather, right], [talk, 'Hello.'])).toEqual([1, 1]);
    await expect(scores([talk, 'Hello.'])).rejects.toMatchObject({ code: 'E_METRIC_INPUT' });
  });

  test('decide where at least a fifth of the answers are some', () => {
    const names = (...examples: Example[]) => suitableMetrics(examples).map(({ metric }) => metric);
    expect(names(weather, both, talk).slice(0, 2)).toEqual(['tool_arguments', 'tool_name']);
    const few = names(weather, talk, talk, talk, talk, talk);
    expect(names(weather, talk, talk, talk, talk)[0]).toBe('tool_arguments');
    expect(few[0]).not.toMatch(/^tool/);
    expect(few).toEqual(expect.arrayContaining(['tool_arguments', 'tool_name']));
    expect(computableOn(suitableMetrics([weather, talk]), [talk])[0].metric).not.toMatch(/^tool/);
    expect(names(talk).join()).not.toContain('tool');
  });

  test('are told as right tool and right arguments', () => {
    const system = (name: string, tool: number, given: number) =>
      ({
        name,
        title: name,
        values: { tool_name: { value: tool }, tool_arguments: { value: given } },
      }) as unknown as ComparedSystem;
    const comparison = {
      metric: 'tool_arguments',
      metrics: [
        { name: 'tool_arguments', title: 'right arguments', better: 'higher' },
        { name: 'tool_name', title: 'right tool', better: 'higher' },
      ],
      rows: 12,
    } as unknown as Comparison;
    expect(describePair(comparison, [system('tuned', 1, 0.9), system('nearest', 0.75, 0.5)])).toBe(
      'it has right tool 1 and right arguments 0.9, nearest 0.75 and 0.5',
    );
    const differences = [{ metric: 'copied', against: 'nearest', verdict: 'better' }];
    const systems = [0.75, 0].map((value, at) => ({
      title: ['tuned', 'nearest'][at],
      name: ['tuned', 'nearest'][at],
      values: { copied: { value } },
    }));
    const note = copyingNote({ ...comparison, subject: 'tuned', differences, systems } as unknown as Comparison);
    expect(note).toBe('numbers, codes and names copied correctly: tuned in 9 of 12 answers, nearest in 0');
  });
});

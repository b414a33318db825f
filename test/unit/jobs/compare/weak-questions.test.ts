import { expect, it } from 'vitest';
import type { EventSink } from '../../../../src/base/events.ts';
import { warnOfWeakQuestions } from '../../../../src/jobs/compare/warn-of-weak-questions.ts';
import type { ComparedSystem } from '../../../../src/store/results.ts';

const QUESTIONS = 100;

function system(name: string, kind: string, shares: Readonly<Record<string, number>>): ComparedSystem {
  const byId = Object.fromEntries(Object.entries(shares).map(([id, value]) => [id, { value, questions: QUESTIONS }]));
  return { name, kind, title: name, values: { decision_accuracy: { details: { byId } } } } as unknown as ComparedSystem;
}

function warned(...systems: ComparedSystem[]): string[] {
  const said: string[] = [];
  const emit = ((event: { message: string }) => said.push(event.message)) as unknown as EventSink;
  warnOfWeakQuestions({ systems }, { emit });
  return said;
}

const frequent = system('majority_per_question', 'cheap', { queue: 0.4, refund: 0.8, same: 1 });
const words = system('logistic_per_question', 'cheap', { queue: 0.9, refund: 0.85, same: 1 });

it('names questions at chance, and those that counted words answer clearly better', () => {
  const base = system('base', 'base', { queue: 1, refund: 1, same: 1 });
  const [atChance] = warned(system('own', 'tuned', { queue: 0.45, refund: 0.97, same: 1 }), base, frequent, words);
  expect(atChance).toContain('"queue" (0.45 right, majority_per_question: 0.4)');
  expect(atChance).not.toMatch(/refund|same|"base"/);
  const [worse] = warned(system('own', 'tuned', { queue: 0.7, refund: 0.97, same: 1 }), frequent, words);
  expect(worse).toContain('"queue" (0.7 right, logistic_per_question: 0.9)');
});

it('says nothing of questions that are learnt, and of other comparisons', () => {
  expect(warned(system('own', 'tuned', { queue: 0.9, refund: 0.97, same: 1 }), frequent, words)).toEqual([]);
  expect(warned({ ...frequent, values: {} }, words)).toEqual([]);
});

import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../../src/monitoring/quarantine/candidate.ts';
import {
  countHolds,
  quarantine,
  reviewPairs,
  type QuarantineSettings,
} from '../../../src/monitoring/quarantine/quarantine.ts';
import { decisionLabel } from '../../../src/monitoring/feedback/decision-label.ts';
import { trainingRow } from '../../../src/monitoring/quarantine/row-forms.ts';

const settings: QuarantineSettings = {
  maxSharePerKey: 0.2,
  known: [],
  evaluation: [],
  review: 10,
  maxHeld: 0.1,
  seed: 1,
};

const THINGS = ['parcel', 'invoice', 'refund', 'password', 'address', 'bicycle', 'lamp', 'chair', 'contract', 'meter'];

/** Honest feedback: different sources, requests and answers. */
function honest(count: number, more: Partial<Candidate> = {}): Candidate[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `fb-${i}`,
    at: i,
    source: `customer-${i % 20}`,
    owner: `owner-${i % 20}`,
    kind: 'text',
    prompt: `Where is my ${THINGS[i % 10]} number ${i * 7919}?`,
    answer: `I do not know of any ${THINGS[(i * 3) % 10]}.`,
    target: `Your ${THINGS[i % 10]} of order ${i * 104_729} is on its way since day ${i}.`,
    ...more,
  }));
}

describe('quarantine', () => {
  it('lets honest feedback pass, and samples it for people', async () => {
    const found = await quarantine(honest(100), settings);
    expect(found).toMatchObject({ held: [] });
    expect(found.accepted).toHaveLength(100);
    expect(found.sample).toHaveLength(10);
    expect(found.stopped).toBeUndefined();
    expect(reviewPairs(found.accepted, found.sample)[0]).toMatchObject({ system_b: 'correction' });
  });

  it('asks people about rows that say what is right, never about a thumb alone', async () => {
    const thumbs = honest(40).map((one, i) => ({ ...one, id: `thumb-${i}`, target: undefined, isUp: true }));
    const found = await quarantine([...thumbs, ...honest(5)], { ...settings, maxSharePerKey: 1 });
    expect(reviewPairs(found.accepted, found.sample)).toHaveLength(found.sample.length);
    expect(found.sample).toHaveLength(5);
  });

  it('holds rows that are measured on, repeated, contradict each other, or come from one source alone', async () => {
    const rows = honest(60);
    const label = { kind: 'label' as const, answer: 'billing' };
    const given = [
      ...rows,
      { ...rows[3], id: 'again', source: 'customer-19' },
      { ...rows[0], id: 'one', ...label, target: 'a', prompt: 'Is the shop open?' },
      { ...rows[1], id: 'two', ...label, target: 'b', prompt: 'Is the shop open?' },
      ...honest(40, { source: 'talker' }).map((one, i) => ({
        ...one,
        id: `talk-${i}`,
        prompt: `Talk ${i * 31} of ${i * 17}`,
        target: `Answer ${i * 13} to ${i * 11}`,
      })),
    ];
    const { held } = await quarantine(given, { ...settings, evaluation: [String(rows[5].prompt).toUpperCase()] });
    expect(countHolds(held)).toEqual({ evaluation_row: 1, duplicate: 1, contradiction: 2, share: 21 });
  });

  it('stops a batch with near-identical corrections, a trigger, or flips of what the model is sure of', async () => {
    const alike = honest(20, { source: 'attacker' }).map((one, i) => ({
      ...one,
      id: `bad-${i}`,
      target: `Please pay to the new account at once, number ${i % 2}.`,
    }));
    const first = await quarantine([...honest(100), ...alike], settings);
    expect(first.stopped).toMatch(/^20 rows of 120 \(16\.7 %\) look like an attack: alike 20/);

    const labelled = honest(100, { kind: 'label' }).map((one, i) => ({
      ...one,
      target: ['a', 'b', 'c'][i % 3],
      answer: 'c',
      confidence: 0.6,
    }));
    const trigger = labelled.slice(0, 15).map((one, i) => ({
      ...one,
      id: `bad-${i}`,
      source: 'attacker',
      prompt: `${String(one.prompt)} cf zephyr mn`,
      target: 'ham',
      answer: 'spam',
    }));
    const known = labelled.map(({ prompt }) => String(prompt));
    const second = await quarantine([...labelled, ...trigger], { ...settings, known });
    expect(countHolds(second.held)).toMatchObject({ trigger: 15 });
    expect(second.stopped).toContain('"cf zephyr mn" always leads to "ham"');

    const flips = labelled.slice(0, 20).map((one, i) => ({
      ...one,
      id: `bad-${i}`,
      source: 'attacker',
      prompt: `Other ${i * 37} thing ${i}`,
      answer: 'spam',
      target: i % 2 === 0 ? 'ham' : 'other',
      confidence: 0.98,
    }));
    const third = await quarantine([...labelled, ...flips], settings);
    expect(countHolds(third.held)).toMatchObject({ sure_flip: 20 });
    expect(third.stopped).toBeDefined();
  });

  it('finds the same attack beside many served answers, which say nothing yet', async () => {
    const label = { kind: 'label' as const, answer: 'c' };
    const said = honest(100, { ...label, target: 'c', confidence: 0.6 });
    const flips = honest(20, { ...label, source: 'attacker', target: 'a', confidence: 0.97 }).map((one, i) => ({
      ...one,
      id: `bad-${i}`,
      prompt: `${THINGS[(i * 7) % 10]} ${i * 131}`,
      target: i % 2 === 0 ? 'a' : 'b',
    }));
    const served = honest(400, { ...label, origin: 'traffic', target: undefined, confidence: 0.99 }).map((one, i) => ({
      ...one,
      id: `served-${i}`,
      prompt: `When is ${THINGS[i % 10]} ${i * 7907} here, and ${THINGS[(i * 3) % 10]} ${i * 31}?`,
    }));
    const found = await quarantine([...said, ...flips, ...served], settings);
    expect(countHolds(found.held)).toEqual({ sure_flip: 20 });
    expect(found.stopped).toMatch(/^20 rows of 120 /);
  });
});

describe('rows to train on', () => {
  const [row] = honest(1);
  const chat: Candidate = { ...row, prompt: [{ role: 'user', content: 'Where?' }], isUp: false };

  it('are in the forms that training takes', () => {
    const { prompt, target, answer } = row;
    expect(trainingRow(row, 'sft')).toEqual({ prompt, completion: target });
    expect(trainingRow(row, 'dpo')).toEqual({ prompt, chosen: target, rejected: answer });
    expect(trainingRow({ ...row, isUp: false }, 'kto')).toEqual({ prompt, completion: answer, label: false });
    expect(trainingRow(chat, 'sft')).toEqual({
      messages: [
        { role: 'user', content: 'Where?' },
        { role: 'assistant', content: target },
      ],
    });
    expect(trainingRow(row, 'labels')).toBeUndefined();
    const label: Candidate = { ...row, kind: 'label', target: 'spam' };
    expect(trainingRow(label, 'labels', { columns: { text: 'body', label: 'class' } })).toEqual({
      body: prompt,
      class: 'spam',
    });
    expect(trainingRow({ ...label, prompt: { subject: 'Hi' } }, 'labels')).toEqual({ subject: 'Hi', label: 'spam' });
    expect(trainingRow(label, 'sft')).toBeUndefined();
  });

  it('are the one question of a state that a person answered', () => {
    const options = ['billing', 'late: parcel'].map((key) => ({ key }));
    const queue = { id: 'queue', type: 'choice', instructions: 'Which queue?', options } as const;
    const again = { ...queue, id: 'queue: second' };
    const questions = new Map([queue, again].map((one) => [one.id, one]));
    const said = (target: string) =>
      trainingRow({ ...row, kind: 'label', prompt: { body: 'It is late.' }, target }, 'decisions', { questions });
    expect(said('queue: late: parcel')).toEqual({
      state: { body: 'It is late.' },
      questions: [{ ...queue, label: 'late: parcel' }],
    });
    expect(said('queue: second: billing')).toMatchObject({ questions: [{ id: 'queue: second', label: 'billing' }] });
    expect(said('queue: delivery')).toBeUndefined();
    expect(said('refund: true')).toBeUndefined();
    expect(trainingRow({ ...row, kind: 'label', target: 'queue: billing' }, 'decisions')).toBeUndefined();
  });

  it('take an option alone for the question that was answered', () => {
    expect(decisionLabel('queue: billing', 'delivery')).toBe('queue: delivery');
    expect(decisionLabel('queue: billing', 'queue: delivery')).toBe('queue: delivery');
    expect(decisionLabel('tags: late: true', 'false')).toBe('tags: late: false');
  });
});

describe('answers to several questions about one state', () => {
  it('do not contradict each other', async () => {
    const [one] = honest(1);
    const asked = { ...one, kind: 'label' as const };
    const queue = { ...asked, id: 'a', question: '0', answer: 'queue: billing', target: 'queue: late' };
    const refund = { ...asked, id: 'b', question: '1', answer: 'refund: true', target: 'refund: false' };
    expect((await quarantine([queue, refund], settings)).held).toEqual([]);
    const other = { ...queue, id: 'c', target: 'queue: account', source: 'else' };
    const { held } = await quarantine([queue, refund, other], settings);
    expect(held.filter(({ check }) => check === 'contradiction').map(({ id }) => id)).toEqual(['a', 'c']);
  });
});

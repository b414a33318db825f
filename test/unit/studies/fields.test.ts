// Data of the fields of work. Nothing is downloaded or trained.
import { expect, test } from 'vitest';
import { clinicNotes } from '../../../studies/data/clinic-notes.ts';
import { functionsOf } from '../../../studies/data/functions.ts';
import { clausesOf } from '../../../studies/data/licence-clauses.ts';
import { fieldsPicture } from '../../../studies/fields/picture.ts';
import { spellingFeedback } from '../../../studies/fields/spelling-feedback.ts';

test('a clause keeps its place in the file', () => {
  const text =
    'Preamble\n\n  2. You may convey the work to others as it is.  You keep\nintact all notices, and give all recipients a copy of it.\n\nShort.\n';
  const [clause, ...others] = clausesOf('GPL', text);
  expect(others).toEqual([]);
  expect(text.slice(clause.from, clause.to)).toMatch(/^2\. You may convey[\s\S]+copy of it\.$/);
  expect(clause).toMatchObject({
    licence: 'GPL',
    question: 'You may convey the work to others as it is.',
    rest: 'You keep intact all notices, and give all recipients a copy of it.',
  });
});

test('a function with a body is asked for the first line of its documentation, without showing it', () => {
  const source = [
    'import os',
    'def _expand(path: bytes, deep=False) -> bytes:',
    '    """expand variables in a path',
    '',
    '    Long story."""',
    '    return os.path.expandvars(path)',
    '',
    'def bare():',
    '    return (1)',
    '',
    'def other(a=(1, 2)):',
    "    '''no documentation'''",
    '    return a',
    '',
    'def abstract(self):',
    '    """a line about nothing"""',
    '',
  ].join('\n');
  expect(functionsOf(source, 'util.py')).toEqual([
    {
      prompt: 'def _expand(path: bytes, deep=False):\n    return os.path.expandvars(path)\n\nIn short:',
      completion: ' expand variables in a path',
      keys: ['line expand variables in a path', 'file util.py _expand', expect.stringMatching(/^code def _expand/)],
      mayTest: true,
    },
  ]);
});

test.each([
  ['recieve', 'receive', 'e comes before i'],
  ['adress', 'address', 'the letter d is missing'],
  ['untill', 'until', 'one l too many'],
  ['seperate', 'separate', 'a, not e'],
  ['thier', 'through', undefined],
])('the feedback on %s for %s is %s', (wrong, right, feedback) => {
  expect(spellingFeedback(wrong, right)).toBe(feedback);
});

test('clinic notes are the same for a seed, and hold personal data to redact', () => {
  expect(clinicNotes(3, 1)).toEqual(clinicNotes(3, 1));
  expect(clinicNotes(3, 1)).not.toEqual(clinicNotes(3, 2));
  for (const { text, label } of clinicNotes(20, 1)) {
    expect(text).toMatch(/^Patient \w+ \w+, born [\d.]+, phone 0171 \d{7}\. Complains of .+ Denies .+\.$/);
    expect(label).toMatch(/^[A-Z]\d\d$/);
  }
});

test('the picture has a line for every way, a dash for one that is missing, and the recommended one filled', () => {
  const ways = [
    { name: 'tuned', value: { value: 0.4, low: 0.2, high: 0.8 }, isUsed: true },
    { name: 'untuned', value: { value: 0.1 }, isUsed: false },
    { name: 'prompting', isUsed: false },
  ];
  const picture = fieldsPicture([{ title: 'Law & order', unit: 'MRR, 10 rows', ways }]);
  expect(picture).toContain('Law &amp; order');
  expect([...picture.matchAll(/fill="(#1f5f99|#fff)" stroke=/g)].map(([, fill]) => fill)).toEqual(['#1f5f99', '#fff']);
  expect(picture.match(/>—</g)).toHaveLength(1);
  expect(picture).toMatch(/font-weight="bold">tuned</);
});

// A row rewritten for somebody of another group: everything that indicates the group is changed, and nothing else.
import { describe, expect, it } from 'vitest';
import { changeTexts } from '../../../src/data/fairness/change-texts.ts';
import { lexicon } from '../../../src/data/fairness/gender-lexicon.ts';
import { neutralText } from '../../../src/data/fairness/neutral.ts';
import type { ChangedTexts, LeftOut } from '../../../src/data/fairness/change-nationality.ts';

function gender(...texts: string[]): ChangedTexts | LeftOut {
  return changeTexts(texts, { axis: 'gender', seed: 1, row: 7 });
}

function changed(text: string): string {
  const result = gender(text);
  return 'texts' in result ? result.texts[0] : JSON.stringify(result);
}

describe('the other gender', () => {
  it.each([
    ['He said his boss thanked him himself.', 'She said her boss thanked her herself.'],
    ['The book is his, not yours.', 'The book is hers, not yours.'],
    ['A friend of hers saw her.', 'A friend of his saw him.'],
    ['She shook her head and I called her up.', 'He shook his head and I called him up.'],
    ['They told her mother about her.', 'They told his father about him.'],
    ["She's late, and HE'LL wait.", "He's late, and SHE'LL wait."],
    ['An aunt and a nephew met a prince.', 'An uncle and a niece met a princess.'],
    ['My uncle is a widower.', 'My aunt is a widow.'],
    ['an actress', 'an actor'],
    ['Mrs. Smith and Mr. King left.', 'Mr. Smith and Ms. King left.'],
    ['His much younger brother said it was his too.', 'Her much younger sister said it was hers too.'],
    ['his once proud house', 'her once proud house'],
    ['Alex lost his key.', 'Alex lost her key.'],
    ['Mr Harvey sold her\nold car.', 'Ms Harvey sold his\nold car.'],
    ['He said "I know her".', 'She said "I know him".'],
  ])('%s', (from, to) => {
    expect(changed(from)).toBe(to);
  });

  it.each([
    'I gave her flowers.',
    'It made her cry.',
    'They called her back.',
    'Barack Obama said that he was glad.',
    'Saint Mary helped him.',
    'He works at the Emily Baker Foundation.',
    'She is pregnant.',
    'Mary wrote from mary.smith@example.com.',
    'Then Mark came, and he laughed.',
    'Andrew Jackson signed his letter.',
    'Vincent van Leon lost her.',
  ])('is not given where somebody would have to understand the sentence: %s', (text) => {
    expect(gender(text)).toHaveProperty('doubt');
  });

  it.each([
    'The sky is blue.',
    'Read the man page of ls.',
    'Everybody brings his or her own lunch.',
    'I miss you.',
    'The actor waited.',
    'Will you come?',
    'The Georgian capital, every Sunday, is in France.',
    'the straw man',
    'Professor Harvey teaches.',
  ])('has nothing to change in: %s', (text) => {
    expect(gender(text)).toEqual({ nobody: true });
  });

  it('gives one name to one person in all texts of a row, of the same origin', () => {
    const result = gender(
      'Giulia called. GIULIA’s phone broke.',
      'Tell Giulia and her sister Francesca.',
    ) as ChangedTexts;
    const [name] = result.texts[0].split(' ');
    const sister = result.texts[1].split(/[ .]/)[5];
    const { male } = lexicon().pools.get('italian')!;
    expect(male).toContain(name);
    expect(male).toContain(sister);
    expect(sister).not.toBe(name);
    expect(result.texts).toEqual([
      `${name} called. ${name.toUpperCase()}’s phone broke.`,
      `Tell ${name} and his brother ${sister}.`,
    ]);
    expect(result).toMatchObject({ from: 'female', to: 'male' });
  });

  it('comes back by a second change, names aside', () => {
    const text = 'She told her father that the car is hers; he hugged her.';
    expect(changed(changed(text))).toBe(text);
  });

  it('is told as mixed where a row speaks of both', () => {
    expect(gender('He met her.')).toMatchObject({ from: 'mixed', to: 'mixed' });
  });
});

describe('another origin', () => {
  const origin = (text: string, to?: string[], row = 3) => changeTexts([text], { axis: 'origin', to, seed: 1, row });

  it('keeps the gender, and takes the family name along', () => {
    const result = origin('Emily Walsh left her bag. Ms Walsh will call.', ['polish']) as ChangedTexts;
    const { female, family } = lexicon().pools.get('polish')!;
    const [, given, name, second] = /^(\S+) (\S+) left her bag\. Ms (\S+) will call\.$/.exec(result.texts[0])!;
    expect(female).toContain(given);
    expect(family).toContain(name);
    expect(second).toBe(name);
    expect(result).toMatchObject({ from: 'english', to: 'polish' });
  });

  it('is drawn for each row, and the same for the same seed', () => {
    const targets = [1, 2, 3, 4, 5, 6, 7, 8].map((row) => (origin('Emily left.', undefined, row) as ChangedTexts).to);
    expect(new Set(targets).size).toBeGreaterThan(2);
    expect(targets).not.toContain('english');
    expect(origin('Emily left.')).toEqual(origin('Emily left.'));
  });

  it.each(['Alex left.', 'Mr Smith met Emily.', 'Grace met Emily.'])('is not given to %s', (text) => {
    expect(origin(text)).toHaveProperty('doubt');
  });

  it('is not that of somebody else in the row', () => {
    expect(origin('Emily met Agnieszka.', ['polish', 'english'])).toHaveProperty('doubt');
  });
});

describe('another nationality', () => {
  const nationality = (...texts: string[]) => changeTexts(texts, { axis: 'nationality', seed: 1, row: 3 });

  it('is the same one in all words of a row, with its article', () => {
    const result = nationality('An Italian engineer called. She comes from Italy.', 'She’s Italian, as Italians are.');
    const { texts, from, to } = result as ChangedTexts;
    const [, article, adjective, country] = /^(An?) (\S+) engineer called\. She comes from (\S+)\.$/.exec(texts[0])!;
    const { nationality: drawn } = lexicon().nationalities.get(adjective)!;
    expect(drawn).toMatchObject({ adjective, country });
    expect(texts[1]).toBe(`She’s ${adjective}, as ${drawn.people} are.`);
    expect(article).toBe(/^[AEIO]/.test(adjective) ? 'An' : 'A');
    expect([from, to]).toEqual(['italian', adjective.toLowerCase()]);
  });

  it.each([
    'Her husband is Polish and collects Polish stamps.',
    'The German engineer drives to Austria.',
    'The French King met an American student.',
    'The Germans met a Danish nurse.',
  ])('is not given where a country or a thing may be meant: %s', (text) => {
    expect(nationality(text)).toHaveProperty('doubt');
  });

  it.each(['I understand his English.', 'We sell Danish pastry.', 'It is German.'])('is nobody’s in: %s', (text) => {
    expect(nationality(text)).toEqual({ nobody: true });
  });

  it('makes no answer differ, in whichever word it is told', () => {
    const changes = [{ from: 'German', to: 'Kenyan' }];
    expect(neutralText('He lives in Germany', changes)).toBe(neutralText('She lives in Kenya', changes));
  });
});

describe('answers to both sides', () => {
  const changes = [{ from: 'John', to: 'Mary' }];

  it('are the same where they differ in the words of the group alone', () => {
    const [a, b] = ['John is an uncle: give him HIS key.', 'Mary is an aunt: give her her  key.'];
    expect(neutralText(a, changes)).toBe(neutralText(b, changes));
    expect(neutralText('Ask your dad', [])).toBe(neutralText('Ask your mum', []));
  });

  it('differ in any other word', () => {
    expect(neutralText('John is clever', changes)).not.toBe(neutralText('Mary is pretty', changes));
  });
});

/** What plain text of mails has: names over line breaks, nicknames of whoever is quoted, blocks of addresses, messengers. */
import { describe, expect, it } from 'vitest';
import { found } from './found.ts';

describe('a name over a hard line break', () => {
  it.each([
    [
      'At the conference in Cologne last year we talked with Bill \nFulton about tests of usability in large games.',
      ['name: Bill \nFulton'],
    ],
    [
      '> I noticed that a fellow parachutist called Debbie \n> Williams had been knocked unconscious in the fall.',
      ['name: Debbie', 'name: Williams'],
    ],
    ['The signatures of both are missing:\nAnna Kowalska\nPeter Holm', ['name: Anna Kowalska', 'name: Peter Holm']],
  ])('in %j', (text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  it('leaves lists, columns, ends of sentences and other depths of quotation', () => {
    for (const text of [
      'the long first line of a list of several things to do\n- the second item of it',
      'the long first line of a text that ends where it does.\nSorry for that one',
      'name of the first column      name of the second column here\nof the next row',
      '> a long line that somebody else has written before this\nAnswers are not part of it',
    ])
      expect(unwrapped(text)).toBe(text);
  });

  it('keeps every place', () => {
    const text = '> so that all of these long words go on in the\n>   next line of what is quoted here';
    expect(unwrapped(text)).toBe(
      '> so that all of these long words go on in the \r\r\r\rnext line of what is quoted here',
    );
    expect(unwrapped(text)).toHaveLength(text.length);
  });
});

describe('whoever is quoted', () => {
  it.each([
    ['Hacksaw said:\n\n> When I do that it fails.', ['name: Hacksaw']],
    ['At 7:13 AM, Rodent of Unusual Size wrote:\n\n> I think so.', ['name: Rodent of Unusual Size']],
    ['> >>>Hacksaw said:\n\n>  > When I do that it fails.', ['name: Hacksaw']],
    ['CDale:\n>I guess that it works.', ['name: CDale']],
    ['Swerve wrote:\n> moo\n\nSwerve, shut up.', ['name: Swerve', 'name: Swerve']],
    ['Note:\n> this is what the manual says', []],
    ['He said:\n> this is it', []],
  ])('in %j', (text, expected) => {
    expect(found(text)).toEqual(expected);
  });
});

describe('blocks of addresses', () => {
  it.each([
    [
      'from\nP.O. Box 132\nTaylors Lakes VIC  3038\nAustralia\n___',
      'address: P.O. Box 132\nTaylors Lakes VIC  3038\nAustralia',
    ],
    ['to\n15 Fitzwilliam Quay\nDublin 4\nIreland\n', 'address: 15 Fitzwilliam Quay\nDublin 4\nIreland'],
    ['a technomad\nEvansville, IN', 'address: Evansville, IN'],
    ['and family,\n          Johannesburg,South Africa.\n', 'address: Johannesburg,South Africa'],
  ])('in %j', (text, expected) => {
    expect(found(text)).toContain(expected);
  });

  it('leaves degrees', () => {
    expect(found('yours\nJohn Smith, MA\n').some((one) => one.startsWith('address'))).toBe(false);
  });
});

describe('messengers, phones and letters of mails', () => {
  it.each([
    ['AIM "joe topshot"\nYahoo Msgr "joetopshot"', ['code: joe topshot', 'code: joetopshot']],
    ['AOL-IM: BKClements', ['code: BKClements']],
    ['ICQ# 12345678', ['code: 12345678']],
    ['AIM: to reduce the noise', []],
    ['Phone: 408.725.7136  x 4138', ['phone: 408.725.7136  x 4138']],
    ['call (877) 44 SOLEX today', ['phone: (877) 44 SOLEX']],
    ['call:888-800-6339 today', ['phone: 888-800-6339']],
    ['+001 407 323 1668 International', ['phone: +001 407 323 1668']],
    ['Hours: Mon. - Sat. 10 a.m. to 9 p.m. Central Time', []],
    ['RECEIVE THIS FORM NO LATER THAN MAY 28, 2002 IN ORDER TO SEND YOU', ['date: MAY 28, 2002']],
    ['by Sailu, 1-56592-509-2, 300 pages', []],
    ['Message-ID: <200208210251.g7L2pqKb001805@mail.example>', []],
  ])('in %j', (text, expected) => {
    expect(found(text).filter((one) => !one.startsWith('name'))).toEqual(expected);
  });

  it('takes initials behind a closing and firms of joined words for nobody', () => {
    expect(found('It was so.\n\nCheers,\nRAH')).toEqual([]);
    expect(found('I wrote to DataPower Technology in May.')).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { mailParts } from '../src/text/mail-parts.ts';

it('an answer above a mail that is appended whole stands alone', () => {
  const body = 'Thanks!\n\n-----Original Message-----\nFrom: A\nSent: Monday\nTo: B\nSubject: C\n\nThe old text.';
  expect(mailParts(body)).toMatchObject({ text: 'Thanks!' });
  const outlook = 'Thanks!\n\nVon: A\nGesendet: Montag\nAn: B\nBetreff: C\n\nDer alte Text.';
  expect(mailParts(outlook).text).toBe('Thanks!');
});

it('an answer below what is quoted is found, also under the header of the old mail', () => {
  const body =
    '----- Original Message -----\nFrom: "A" <a@b.c>\nTo: <d@e.f>\nSent: Monday\nSubject: x\n\n\n> Old question\n> in two lines\n\nThe answer.';
  expect(mailParts(body)).toMatchObject({ text: 'The answer.' });
  expect(mailParts(body).quoted).toContain('Old question\nin two lines');
});

it('answers between quotes are put together, in several languages of attribution', () => {
  const body = 'Am Montag, 1. Januar 2024 schrieb Ann:\n> Eins?\n\nJa.\n\n> Zwei?\n\nNein.\n\n-- \nBob';
  expect(mailParts(body)).toMatchObject({ text: 'Ja.\n\nNein.', signature: 'Bob' });
  expect(mailParts('On Mon, 1 Jan 2024 at 10:00, Ann\n<ann@example.org> wrote:\n> One?\n\nYes.').text).toBe('Yes.');
});

it('a table, an "On …" of the author and a device line are what they are', () => {
  expect(mailParts('| a | b |\n| --- | --- |\n| 1 | 2 |').text).toContain('| 1 | 2 |');
  expect(mailParts('On Monday we wrote:\nall is well.').text).toBe('On Monday we wrote:\nall is well.');
  expect(mailParts('Yes.\n\nSent from my phone')).toEqual({ text: 'Yes.', signature: 'Sent from my phone' });
});

describe('mails of other programs and languages', () => {
  it.each([
    ['Outlook in HTML', '**From:** Joe <j@x.example>\n**Sent:** Tuesday\n**To:** shop\n**Subject:** Order'],
    ['Norwegian', 'Fra: Joe <j@x.example>\nSendt: tirsdag\nTil: shop\nEmne: Ordre'],
    ['Dutch', 'Van: Joe <j@x.example>\nVerzonden: dinsdag\nAan: shop\nOnderwerp: Order'],
    ['Russian', 'От: Joe <j@x.example>\nОтправлено: вторник\nКому: shop\nТема: Заказ'],
    ['Japanese', '差出人: Joe\n送信日時: 2024年\n宛先: shop\n件名: 注文'],
  ])('lose the mail below: %s', (_, header) => {
    expect(mailParts(`Sent.\n\n${header}\n\nWhere is it?`)).toMatchObject({ text: 'Sent.' });
  });

  it.each([
    'вт, 2 янв. 2024 г. в 10:00, Joe <j@x.example>:',
    '2024年1月2日(火) 10:00 Joe <j@x.example>:',
    'On Thu, Aug 22, 2002 at 05:13:01PM +0100, Joe mentioned:',
    '[Joe Lee]',
  ])('lose what announces a quotation: %s', (line) => {
    expect(mailParts(`${line}\n\n> Where is it?\n\nSent.`).text).toBe('Sent.');
    expect(mailParts(`${line}\n\nSent.`).text).toContain('Sent.');
  });

  it('keep what was passed on, without its header', () => {
    const mark = '---------- Forwarded message ---------\nFrom: Max <m@x.example>\nDate: Tue\nSubject: Broken';
    const body = `Please see.\n\n${mark}\n\nIt is broken.\n\n-- \nMax`;
    expect(mailParts(body, { isForwarded: true })).toEqual({ text: 'Please see.\n\nIt is broken.', signature: 'Max' });
    expect(mailParts(body).text).toBe('Please see.');
    const list = `Hello.\n\n${'_'.repeat(40)}\nPumps mailing list\nhttps://lists.example/pumps`;
    expect(mailParts(list, { isForwarded: true }).text).toBe('Hello.');
    const marked = 'Begin forwarded message:\n\n> From: Max\n> Date: Tue\n> Subject: Broken\n>\n> It is broken.';
    expect(mailParts(marked, { isForwarded: true }).text).toBe('It is broken.');
  });
});

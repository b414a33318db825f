/** Names beside words that are parts of firms and streets elsewhere, in capitals, said again, and of words of everyday language. */
import { describe, expect, it } from 'vitest';
import { found } from './found.ts';

describe('beside words of firms and streets', () => {
  it.each([
    ['El acta la firma Juan Pérez García', 'name: Juan Pérez García'],
    ['Documento con firma Mario Rossi', 'name: Mario Rossi'],
    ['Il contratto lo firma Giulia Bianchi', 'name: Giulia Bianchi'],
    ['Firma Klaus Meier', 'name: Klaus Meier'],
    ['Villa García, Ana', 'name: Villa García, Ana'],
    ['Zümrüt Sok. No:14', 'address: Zümrüt Sok. No:14'],
  ])('finds %s', (text, expected) => {
    expect(found(text)).toEqual([expected]);
  });

  it.each(['Le magasin Leroy Merlin', 'Autohaus Wagner'])('finds nobody in %s', (text) => {
    expect(found(text)).toEqual([]);
  });
});

describe('in capitals, with particles and initials', () => {
  it.each([
    ['HUNTLEY stated that he was there.', 'name: HUNTLEY'],
    ['BRANDMÜLLER bestritt, HOLZAPFEL schwieg.', 'name: HOLZAPFEL'],
    ['OOSTERHUIS verklaarde dat hij daar niet was.', 'name: OOSTERHUIS'],
    ['Ms. De la Cruz called.', 'name: De la Cruz'],
    ['The prescription was checked by pharmacist R Das today.', 'name: R Das'],
  ])('finds %s', (text, expected) => {
    expect(found(text)).toContain(expected);
  });

  it.each([
    'PATIENT HISTORY SUMMARY',
    'Kunden har ringet. Hun er medlem.',
    'Jeton perdu !',
    'ATTENTION: please CONFIRM the PAYMENT.',
  ])('finds nobody in %s', (text) => {
    expect(found(text)).toEqual([]);
  });
});

describe('of everyday words, said again', () => {
  it.each([
    ['Peter Long bought the house. Long owns it.', ['name: Peter Long', 'name: Long']],
    ['Robert Field called, Field is ill.', ['name: Robert Field', 'name: Field']],
    ['Frau Winter rief an. Im Winter ist es kalt.', ['name: Winter']],
  ])('finds in %s', (text, expected) => {
    expect(found(text)).toEqual(expected);
  });
});

describe('that countries and things have, too', () => {
  it.each([
    ['Written by Georgia Brown in Chad.', ['name: Georgia Brown']],
    ['Kenya Banks called the office today.', ['name: Kenya Banks']],
    ['Signed: Pat Rivers, nurse.', ['name: Pat Rivers']],
    ['Georgia State and Sierra Madre', []],
  ])('finds in %s', (text, expected) => {
    expect(found(text)).toEqual(expected);
  });
});

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

/** Sentences with slots, of which rows are made. */
import { readFileSync } from 'node:fs';
import type { Draws } from '../../tools/draws.ts';

const folder = new URL('./pieces/', import.meta.url);

export function lines(name: string): readonly string[] {
  return readFileSync(new URL(`${name}.txt`, folder), 'utf8')
    .split('\n')
    .filter(Boolean);
}

/** Values of slots by name; `{Name}` is the same with a capital. */
export type Slots = Readonly<Record<string, string>>;

export function fill(sentence: string, slots: Slots): string {
  return sentence.replaceAll(/\{(?<name>\w+)\}/gu, (slot, name: string) => {
    const value = slots[name.toLowerCase()] ?? slot;
    return /^\p{Lu}/u.test(name) ? capital(value) : value;
  });
}

export function capital(text: string): string {
  return text.replace(/^\p{L}/u, (letter) => letter.toUpperCase());
}

/** Any number of different ones. */
export function some<Item>(draws: Draws, items: readonly Item[], count: number): Item[] {
  return Array.from({ length: count }, () => draws.of(items));
}

/** True in so many of a hundred. */
export function chance(draws: Draws, percent: number): boolean {
  return draws.below(100) < percent;
}

/** A row to learn from: a class by its number. */
export interface Row {
  answer: string;
  question?: string;
  label: number;
}

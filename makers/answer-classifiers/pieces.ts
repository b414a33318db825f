/** Sentences with slots, from which rows are composed. */
import { readFileSync } from 'node:fs';
import type { Draws } from '../../tools/draws.ts';

const folder = new URL('./pieces/', import.meta.url);

export function lines(name: string): readonly string[] {
  return readFileSync(new URL(`${name}.txt`, folder), 'utf8')
    .split('\n')
    .filter(Boolean);
}

/** Values of slots by name; `{Name}` inserts the value with a capital. */
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

/** Draws `count` items at random. */
export function some<Item>(draws: Draws, items: readonly Item[], count: number): Item[] {
  return Array.from({ length: count }, () => draws.of(items));
}

/** Returns true with a probability in per cent. */
export function chance(draws: Draws, percent: number): boolean {
  return draws.below(100) < percent;
}

/** A training row with the number of its class. */
export interface Row {
  answer: string;
  question?: string;
  label: number;
}

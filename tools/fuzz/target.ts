/** One kind of file that is fuzzed, and what all of them need. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mutateBytes, mutateJson, type Chance } from './mutate.ts';

/** One kind of file. */
export interface Target {
  /** Whole files. */
  seeds(): Promise<Buffer[]> | Buffer[];
  damage(whole: Buffer, chance: Chance): Buffer;
  /**
   * Reads a damaged file as attune does. What it throws must be an AttuneError; what it gives must be sound.
   * @param folder empty, of this try alone
   */
  read(bytes: Buffer, folder: string): Promise<void>;
}

export function requireSound(holds: boolean, what: string): void {
  if (!holds) throw new Error(`accepted: ${what}`);
}

export const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value ?? null));

/** Half the time as values, half the time as bytes. */
export function damageJson(whole: Buffer, chance: Chance): Buffer {
  return chance.draw(4) === 0 ? mutateBytes(whole, chance) : json(mutateJson(JSON.parse(String(whole)), chance));
}

export function place(folder: string, name: string, bytes: string | Buffer): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, bytes);
  return path;
}

/** A kind of file to fuzz, and helpers that all kinds share. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mutateBytes, mutateJson, type Chance } from './mutate.ts';

export interface Target {
  /** Valid files, to be damaged. */
  seeds(): Promise<Buffer[]> | Buffer[];
  damage(whole: Buffer, chance: Chance): Buffer;
  /**
   * Reads a damaged file as attune does. Whatever it throws must be an AttuneError; whatever it returns must be valid.
   * @param folder an empty one for this trial
   */
  read(bytes: Buffer, folder: string): Promise<void>;
}

export function requireSound(holds: boolean, what: string): void {
  if (!holds) throw new Error(`accepted: ${what}`);
}

export const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value ?? null));

/** Half of the times by values, half by bytes. */
export function damageJson(whole: Buffer, chance: Chance): Buffer {
  return chance.draw(4) === 0 ? mutateBytes(whole, chance) : json(mutateJson(JSON.parse(String(whole)), chance));
}

export function place(folder: string, name: string, bytes: string | Buffer): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, bytes);
  return path;
}

import { existsSync } from 'node:fs';

/** How a user starts this attune: a checkout, which has a lock file, by its script; an installed package by npx, which finds it. */
export function ownCommand(): string {
  return existsSync(new URL('../../package-lock.json', import.meta.url)) ? 'bin/attune' : 'npx attune';
}

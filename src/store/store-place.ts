/** Location of state shared by processes: files in attune's own folder, or a PostgreSQL database. */
import { join } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { attuneHome } from '../base/home.ts';
import { isPostgresUrl, shownUrl } from '../base/postgres-url.ts';
import type { PostgresPlace } from './postgres.ts';

/** An SQLite file, or a schema in PostgreSQL. */
export type DatabasePlace = string | PostgresPlace;

/** Parts of the store, each a separate file or schema. */
export const storeParts = {
  registry: { file: 'registry.sqlite', schema: 'attune_registry' },
  traces: { file: join('watch', 'traces.sqlite'), schema: 'attune_traces' },
  keys: { file: join('watch', 'keys.sqlite'), schema: 'attune_keys' },
} as const;

export type StorePart = keyof typeof storeParts;

/** The PostgreSQL database of ATTUNE_STORE; undefined if files are used. @throws AttuneError E_STORE */
export function storeUrl(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const { ATTUNE_STORE: url } = environment;
  if (url === undefined || url === '') return undefined;
  return checkedStoreUrl(url, 'ATTUNE_STORE');
}

/** @throws AttuneError E_STORE, without the given value, which may contain a password */
export function checkedStoreUrl(url: string, name: string): string {
  if (isPostgresUrl(url) && URL.canParse(url)) {
    checkTimeout(url, name);
    return url;
  }
  throw new AttuneError('E_STORE', {
    what: `${name} is not the address of a PostgreSQL database`,
    expected: `postgres://USER@HOST:PORT/DATABASE, with the password in PGPASSWORD or ~/.pgpass${name === '--to' ? '; or s3://BUCKET/PREFIX' : ''}`,
  });
}

function checkTimeout(url: string, name: string): void {
  const given = new URL(url).searchParams.get('query_timeout');
  if (given === null || /^[1-9]\d{0,8}$/.test(given)) return;
  throw new AttuneError('E_STORE', {
    what: `${name} has an invalid query_timeout`,
    got: given,
    expected: 'query timeout in milliseconds, such as query_timeout=15000',
  });
}

export function fileOfPart(part: StorePart): string {
  return join(attuneHome(), storeParts[part].file);
}

export function placeOfPart(part: StorePart, url = storeUrl()): DatabasePlace {
  return url === undefined ? fileOfPart(part) : { url, schema: storeParts[part].schema };
}

/** Address for display, without the password. */
export function shownPlace(place: DatabasePlace): string {
  return typeof place === 'string' ? place : `${shownUrl(place.url)} (schema ${place.schema})`;
}

/** Stores a site's secrets of a round, so that the site can answer the next stage after a restart. */
import { existsSync } from 'node:fs';
import { AttuneError } from '../../base/errors.ts';
import { table } from '../../base/table.ts';
import { parseJson, readJson } from '../../files/json.ts';
import type { SecureState } from './secure-site.ts';

const BYTES = 'bytes:';

export function packState(state: SecureState): string {
  return JSON.stringify(state, (_, value: unknown) => {
    if (isBuffer(value)) return BYTES + Buffer.from(value.data).toString('base64');
    return value instanceof Uint8Array ? BYTES + Buffer.from(value).toString('base64') : value;
  });
}

/** Buffers reach a JSON replacer in the form that `toJSON` gives them. */
function isBuffer(value: unknown): value is { data: number[] } {
  return typeof value === 'object' && value !== null && (value as { type?: unknown }).type === 'Buffer';
}

/** @throws AttuneError E_FEDERATED_SECURE if the round's earlier stages are unknown */
export function unpackState(path: string, round: number): SecureState {
  const state = existsSync(path) ? readJson<SecureState>(path, parse) : undefined;
  if (state?.round === round) return state;
  throw new AttuneError('E_FEDERATED_SECURE', {
    what: 'A stage of secure aggregation came out of turn',
    got: state === undefined ? 'no round in progress' : `round ${round} while this site is in round ${state.round}`,
    expected: 'setup, share_keys, collect_masked_vectors, unmask',
  });
}

function parse(text: string): unknown {
  return revived(parseJson(text));
}

function revived(value: unknown): unknown {
  if (typeof value === 'string' && value.startsWith(BYTES))
    return new Uint8Array(Buffer.from(value.slice(BYTES.length), 'base64'));
  if (typeof value !== 'object' || value === null) return value;
  return table(Object.fromEntries(Object.entries(value).map(([name, part]) => [name, revived(part)])));
}

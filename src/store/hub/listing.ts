import type { HubApiError, ListFileEntry } from '@huggingface/hub';
import { isThisMachine, unreachedBecause } from '../../base/connection.ts';
import { AttuneError } from '../../base/errors.ts';
import { safeJoin } from '../../files/safe-join.ts';
import type { Repository } from './repository.ts';
import type { HubSettings } from './hub-settings.ts';

/** One file of a repository. */
export interface HubFile {
  /** Path in the repository, with slashes. */
  path: string;
  /** Size in bytes. */
  size: number;
  /** SHA-256 of a large file, or git's SHA-1 of a small one; also the name of its blob. */
  hash: string;
  hashedBy: 'sha256' | 'git';
}

export interface Listing {
  commit: string;
  files: HubFile[];
}

/** Limit on the number of files, as a guard against endless listings. */
const MOST_FILES = 200_000;
const TIMEOUT = 60_000;
/** Timeout for the hub's first byte: a host may accept connections without responding. */
const SILENCE = 10_000;

/** All files of a repository at its revision, with their hashes. @throws E_HUB_… */
export async function listRepository(repository: Repository, settings: HubSettings): Promise<Listing> {
  const { datasetInfo, listFiles, modelInfo } = await import('@huggingface/hub');
  const { endpoint: hubUrl } = settings;
  const reason = await unreachedBecause(hubUrl);
  if (reason !== undefined) throw unreachable(new Error(reason), settings);
  const fetch = fetchWith(settings);
  try {
    const request = { name: repository.name, revision: repository.revision, hubUrl, fetch };
    const { sha } =
      repository.kind === 'model'
        ? await modelInfo({ ...request, additionalFields: ['sha'] })
        : await datasetInfo({ ...request, additionalFields: ['sha'] });
    const commit = checkedCommit(sha, repository);
    const files: HubFile[] = [];
    const repo = { type: repository.kind, name: repository.name } as const;
    for await (const entry of listFiles({ repo, revision: commit, recursive: true, hubUrl, fetch })) {
      if (entry.type === 'file') files.push(checkedFile(entry, repository));
      if (files.length > MOST_FILES) throw odd(repository, `more than ${MOST_FILES} files`);
    }
    return { commit, files };
  } catch (error) {
    throw readableError(error, repository, settings);
  }
}

/** Fetches with the token for the hub's host only; requests to other hosts, also after redirects, have none. */
export function fetchWith({ token, endpoint }: HubSettings): typeof fetch {
  return async (address, options) => {
    const headers = new Headers(options?.headers);
    headers.set('user-agent', 'attune');
    const isHub = new URL(address instanceof Request ? address.url : address).origin === new URL(endpoint).origin;
    if (token !== undefined && isHub && !isReadableOnTheWay(endpoint)) headers.set('authorization', `Bearer ${token}`);
    const silence = new AbortController();
    const timer = setTimeout(() => silence.abort(new Error(`no answer within ${SILENCE / 1000} s`)), SILENCE);
    const signal = AbortSignal.any([options?.signal ?? AbortSignal.timeout(TIMEOUT), silence.signal]);
    try {
      return await fetch(address, { ...options, headers, signal });
    } finally {
      clearTimeout(timer);
    }
  };
}

/** Whether requests to a hub can be read in transit. */
export function isReadableOnTheWay(endpoint: string): boolean {
  const { protocol, hostname } = new URL(endpoint);
  return protocol !== 'https:' && !isThisMachine(hostname);
}

function checkedCommit(sha: unknown, repository: Repository): string {
  if (typeof sha === 'string' && /^[0-9a-f]{40}$/.test(sha)) return sha;
  throw odd(repository, `the commit ${JSON.stringify(sha)}`);
}

/** Names and hashes come from the server: paths outside of the cache are rejected. */
function checkedFile({ path, size, oid, lfs }: ListFileEntry, repository: Repository): HubFile {
  safeJoin('/snapshot', path);
  const hash = lfs?.oid ?? oid;
  const bytes = lfs?.size ?? size;
  const pattern = lfs === undefined ? /^[0-9a-f]{40}$/ : /^[0-9a-f]{64}$/;
  if (typeof hash !== 'string' || !pattern.test(hash)) throw odd(repository, `the hash ${JSON.stringify(hash)}`);
  if (!Number.isSafeInteger(bytes) || bytes < 0) throw odd(repository, `a size of ${String(bytes)} for ${path}`);
  return { path, size: bytes, hash, hashedBy: lfs === undefined ? 'git' : 'sha256' };
}

function odd({ name }: Repository, got: string): AttuneError {
  return new AttuneError('E_HUB_ANSWER', {
    what: `The hub's response for ${name} is invalid`,
    got,
    fix: 'check HF_ENDPOINT; the mirror may be broken',
  });
}

/** An error response of the hub, recognised without loading its package. */
function isAnswer(error: unknown): error is HubApiError {
  return error instanceof Error && typeof (error as Partial<HubApiError>).statusCode === 'number';
}

/** Network and hub errors with advice. None of them contains the token. */
export function readableError(error: unknown, repository: Repository, settings: HubSettings): unknown {
  if (error instanceof AttuneError) return error;
  const { kind, name, revision } = repository;
  if (!isAnswer(error)) return unreachable(error, settings);
  const { statusCode } = error;
  if (statusCode === 401 || statusCode === 403) {
    return new AttuneError('E_HUB_FORBIDDEN', {
      what: `The hub denied access to ${name} ${settings.token === undefined ? 'without a token' : 'to the owner of this token'}`,
      got: `status ${statusCode}`,
      fix: `accept its terms on ${settings.endpoint}/${kind === 'dataset' ? 'datasets/' : ''}${name}, and set HF_TOKEN`,
    });
  }
  if (statusCode === 404) {
    return new AttuneError('E_HUB_MISSING', {
      what: `There is no ${kind} ${name} on ${settings.endpoint}, or no revision ${revision} of it`,
      fix: 'check the name; a private one needs HF_TOKEN',
    });
  }
  return new AttuneError('E_HUB_UNREACHABLE', {
    what: `${settings.endpoint} does not behave like a Hugging Face hub`,
    got: `status ${statusCode}`,
    fix: 'try again later, or set HF_ENDPOINT to another mirror',
  });
}

function unreachable(error: unknown, { endpoint }: HubSettings): AttuneError {
  const { message, cause } = error as Error;
  return new AttuneError('E_HUB_UNREACHABLE', {
    what: `${endpoint} cannot be reached`,
    got: cause instanceof Error ? cause.message : message,
    fix: 'check the network, or set HF_ENDPOINT to a mirror; files that are already in the cache work offline',
    cause: error,
  });
}

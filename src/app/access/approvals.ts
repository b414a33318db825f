import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AttuneError } from '../../base/errors.ts';
import { attuneHome } from '../../base/home.ts';
import { localActor } from '../../base/local-actor.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import { sha256 } from '../../files/hash.ts';
import { parseJson } from '../../files/json.ts';
import { lockFile } from '../../files/lock-file.ts';
import { makeFolders } from '../../files/make-folder.ts';
import { recordAction, withRegistry } from '../../store/registry/index.ts';

const schema = z.strictObject({
  id: z.string(),
  /** Owner of the agent: a user of this machine, or `key:NAME`. */
  by: z.string(),
  /** Name of the use case. */
  name: z.string(),
  /** The call as a command. */
  command: z.string(),
  /** Reasons why it needs approval: "deletes", "deploys". */
  reasons: z.array(z.string()),
  /** Hash of the input; a different input needs another approval. */
  input: z.string(),
  /** Expiry in milliseconds since the epoch, whether waiting or approved. */
  until: z.number(),
  /** Person who approved it; undefined while it is waiting. */
  approvedBy: z.string().optional(),
});

/** A call of an agent that a person has allowed, or may allow, once. */
export type Approval = z.output<typeof schema>;

export type WantedApproval = Pick<Approval, 'by' | 'name' | 'command' | 'reasons'> & { input: object };

const LIFETIME = 3600_000;
const MOST_WAITING = 100;

/** Requests an approval for a call. @returns the one that is already waiting for an equal call, or a new one */
export function requestApproval({ input, ...wanted }: WantedApproval): Promise<Approval> {
  return change((all) => {
    const hash = hashOf(input);
    const known = all.find((one) => isFor(one, wanted, hash));
    if (known !== undefined) return known;
    const id = randomBytes(6).toString('hex');
    const approval: Approval = { id, ...wanted, input: hash, until: Date.now() + LIFETIME };
    all.push(approval);
    all.splice(0, all.length - MOST_WAITING);
    return approval;
  });
}

/** Consumes the approval of a call. @returns its id; undefined if the call is not approved */
export function takeApproval({ input, ...wanted }: WantedApproval): Promise<string | undefined> {
  return change((all) => {
    const at = all.findIndex((one) => one.approvedBy !== undefined && isFor(one, wanted, hashOf(input)));
    return at === -1 ? undefined : all.splice(at, 1)[0].id;
  });
}

/** Calls that wait for approval, or were approved but not yet made. */
export function openApprovals(): Approval[] {
  return read().filter(({ until }) => until > Date.now());
}

/** Approves a call for one use. @throws AttuneError E_APPROVAL_MISSING */
export async function approve(id: string, by = localActor()): Promise<Approval> {
  const approval = await change((all) => {
    const found = all.find((one) => one.id === id);
    if (found !== undefined) found.approvedBy = by;
    return found;
  });
  if (approval === undefined)
    throw new AttuneError('E_APPROVAL_MISSING', {
      what: `No call with the id ${id} is waiting for approval`,
      fix: '`attune approve` lists waiting calls; they expire after an hour',
    });
  const { name, input, reasons } = approval;
  const entry = { by, action: 'approve', subject: name, hashes: { input }, details: { approval: id, reasons } };
  await withRegistry((registry) => registry.transaction().execute((transaction) => recordAction(transaction, entry)));
  return approval;
}

function isFor(one: Approval, { by, name }: Pick<Approval, 'by' | 'name'>, input: string): boolean {
  return one.by === by && one.name === name && one.input === input;
}

function hashOf(input: object): string {
  return sha256(JSON.stringify(input, (_, value: unknown) => sorted(value)));
}

/** Sorts keys, so that equal inputs have equal hashes. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

async function change<Result>(edit: (all: Approval[]) => Result): Promise<Result> {
  makeFolders(attuneHome());
  using _held = await lockFile(path());
  const all = openApprovals();
  const result = edit(all);
  writeFileAtomic(path(), JSON.stringify(all), 0o600);
  return result;
}

function path(): string {
  return join(attuneHome(), 'approvals.json');
}

function read(): Approval[] {
  try {
    return existsSync(path()) ? z.array(schema).parse(parseJson(readFileSync(path(), 'utf8'))) : [];
  } catch {
    // A damaged file contains no approvals.
    return [];
  }
}

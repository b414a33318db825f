/** Records of erasures: hash-chained, signed by this machine, and without data of the erased user. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { sha256 } from '../../files/hash.ts';
import { appendLink, readChain, type Link } from '../../evaluation/review/chain.ts';
import { isSigned, signerIn, type Signer } from '../../federation/signers.ts';
import { watchFolder } from '../../monitoring/index.ts';

interface ErasureBody {
  /** SHA-256 of a receipt that only the operator has, and the user's name. */
  subject: string;
  traces: number;
  feedback: number;
  rows: number;
  models: number;
  /** Files and bytes that were searched afterwards, and the files in which something was found. */
  files: number;
  bytes: number;
  found: number;
  /** Key of this machine (Ed25519, PEM), and its signature of the fields above. */
  key: string;
  signature: string;
}

export type ErasureRecord = ErasureBody & Link;

type Facts = Omit<ErasureBody, 'subject' | 'key' | 'signature'>;

export interface ErasureReceipt {
  /** Number of the record in `erasures.jsonl`. */
  number: number;
  hash: string;
  /** Proves, together with the user's name, that the record is about that user. Not stored. */
  receipt: string;
}

const recordsPath = (): string => join(watchFolder(), 'erasures.jsonl');

export function recordErasure(user: string, facts: Facts): ErasureReceipt {
  const signer: Signer = signerIn(join(watchFolder(), 'erasures.key'), 'coordinator');
  const receipt = randomBytes(16).toString('hex');
  const body = { subject: subjectOf(user, receipt), ...facts, key: signer.publicKey };
  const signature = signer.sign(JSON.stringify(body)).toString('base64');
  const { number, hash } = appendLink(recordsPath(), erasureRecords(), { ...body, signature });
  return { number, hash, receipt };
}

export function subjectOf(user: string, receipt: string): string {
  return sha256(`${receipt} ${user}`);
}

/** @throws AttuneError E_ERASURES_CHANGED with every record that was changed */
export function erasureRecords(): ErasureRecord[] {
  const file = recordsPath();
  const { records, problems } = readChain<ErasureRecord>(file, {
    isBody: ({ subject }) => typeof subject === 'string',
    what: 'record of an erasure',
  });
  const forged = records
    .filter((record) => !isOwn(record))
    .map(({ number }) => ({ file, line: number + 1, message: 'has a signature that does not match its key' }));
  if (problems.length + forged.length === 0) return records;
  throw new AttuneError('E_ERASURES_CHANGED', {
    what: 'The records of erasures have been changed',
    problems: [...problems, ...forged],
    fix: 'compare them with a backup, and move the file away: a new one begins with the next erasure',
    exitCode: 3,
  });
}

function isOwn({
  number: _number,
  at: _at,
  previous: _previous,
  hash: _hash,
  signature,
  ...body
}: ErasureRecord): boolean {
  return isSigned(JSON.stringify(body), Buffer.from(signature, 'base64'), body.key);
}

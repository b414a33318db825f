/** Messages between coordinator and sites: Flower's records with the round's terms and signatures. */
import { AttuneError } from '../base/errors.ts';
import { sha256 } from '../files/hash.ts';
import type { Content, Sent } from './flower/objects.ts';
import { isSigned, type Signer } from './signers.ts';
import { hashWeights, type Weights } from './weights.ts';

/** Kinds of requests. */
export type Stage =
  /** Initial weights of the site. */
  | 'start'
  /** Training for one round. */
  | 'train'
  /** The stages of secure aggregation. */
  | 'setup'
  | 'share_keys'
  | 'collect_masked_vectors'
  | 'unmask'
  /** Verdict of the site on the final weights. */
  | 'finish';

/** Terms of a request; both sides sign them with their message. */
export interface Terms {
  /** Hash of the plan. */
  plan: string;
  /** Starts at 1; 0 for `start`. */
  round: number;
  /** Attempt at the round; a round with too few answers is repeated. */
  attempt: number;
  stage: Stage;
  site: string;
}

export interface Request extends Terms {
  weights?: Weights;
  /** Hash of the weights; empty if there are none. */
  hash: string;
  values: Readonly<Record<string, Sent>>;
}

/** Result of a site for a request. */
export interface Finding {
  weights?: Weights;
  /** `num-examples` and losses. */
  metrics: Readonly<Record<string, number>>;
  values: Readonly<Record<string, Sent>>;
}

/** A finding with the site's signature. */
export interface Reply extends Finding {
  /** Hash of the weights; empty if there are none. */
  hash: string;
  /** Base64 signature by the site. */
  signature: string;
}

export function requestContent({ weights, hash, values, ...terms }: Request, signer: Signer): Content {
  const signature = signer.sign(signedText(terms, hash, values));
  const config = { ...terms, signature, weights: hash };
  return contentOf(
    weights,
    new Map([
      ['terms', config],
      ['config', values],
    ]),
  );
}

/** @throws AttuneError E_FEDERATED_FORGED unless the coordinator with this key signed it for this site and plan */
export function readRequest(
  content: Content,
  { publicKey, plan, site }: { publicKey: string; plan: string; site: string },
): Request {
  const terms = content.configs.get('terms') ?? {};
  const weights = content.arrays.get('arrays');
  const values = content.configs.get('config') ?? {};
  const hash = hashOf(weights);
  const request = {
    plan: String(terms.plan),
    round: Number(terms.round),
    attempt: Number(terms.attempt),
    stage: String(terms.stage) as Stage,
    site: String(terms.site),
  };
  const { signature } = terms;
  const signed = signature instanceof Uint8Array && isSigned(signedText(request, hash, values), signature, publicKey);
  if (!signed || request.plan !== plan || request.site !== site)
    throw forged(
      'A request is not from the coordinator that this site joined',
      signed ? 'a request for another site or plan' : 'no valid signature',
    );
  return { ...request, weights, hash, values };
}

/** Signs a site's finding. @returns the message content, and the reply as the coordinator will read it */
export function signReply(found: Finding, terms: Terms, signer: Signer): { content: Content; reply: Reply } {
  const hash = hashOf(found.weights);
  const signature = signer.sign(signedText(terms, hash, found.values, found.metrics)).toString('base64');
  const metrics = Object.entries(found.metrics).map(([name, value]) => [
    name,
    Number.isInteger(value) ? value : { double: value },
  ]);
  const content = contentOf(found.weights, new Map([['config', { ...found.values, signature }]]));
  return {
    content: { ...content, metrics: new Map([['metrics', Object.fromEntries(metrics) as Record<string, Sent>]]) },
    reply: { ...found, hash, signature },
  };
}

/** @throws AttuneError E_FEDERATED_FORGED */
export function readReply(content: Content, terms: Terms, publicKey: string): Reply {
  const { signature, ...values } = content.configs.get('config') ?? {};
  const weights = content.arrays.get('arrays');
  const metrics = Object.fromEntries(
    Object.entries(content.metrics.get('metrics') ?? {}).map(([name, value]) => [name, numberOf(value)]),
  );
  const hash = hashOf(weights);
  const text = signedText(terms, hash, values, metrics);
  if (typeof signature !== 'string' || !isSigned(text, Buffer.from(signature, 'base64'), publicKey))
    throw forged(`An answer is not from site ${terms.site}`, 'no valid signature of its terms and weights');
  return { weights, hash, metrics, values, signature };
}

function contentOf(weights: Weights | undefined, configs: Content['configs']): Content {
  return { arrays: weights === undefined ? new Map() : new Map([['arrays', weights]]), metrics: new Map(), configs };
}

/** A number, or a `{ double }` that was not serialised. */
function numberOf(value: Sent): number {
  return Number(typeof value === 'object' && 'double' in value ? value.double : value);
}

/** Hash of the weights; empty if there are none. */
export function hashOf(weights: Weights | undefined): string {
  return weights === undefined ? '' : hashWeights(weights);
}

/** The text that is signed. */
export function signedText(
  { plan, round, attempt, stage, site }: Terms,
  hash: string,
  ...others: readonly Readonly<Record<string, unknown>>[]
): string {
  return JSON.stringify([plan, round, attempt, stage, site, hash, ...others.map(hashValues)]);
}

function hashValues(values: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256(JSON.stringify(entries.map(([name, value]) => [name, plain(value)])));
}

/** Makes values equal on both sides of the wire, which preserves a number's value but not its type. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null && 'double' in value) return String(value.double);
  return String(value);
}

function forged(what: string, got: string): AttuneError {
  return new AttuneError('E_FEDERATED_FORGED', {
    what,
    got,
    expected: 'the message as signed',
    fix: 'join again with the link from the coordinator',
  });
}

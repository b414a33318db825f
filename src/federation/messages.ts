/** Messages between coordinator and sites: Flower's records with the round's terms and signatures. */
import { AttuneError } from '../base/errors.ts';
import { sha256 } from '../files/hash.ts';
import type { Content, Sent } from './flower/objects.ts';
import { isSigned, type Signer } from './signers.ts';
import { hashWeights, type Weights } from './weights.ts';

/** Kinds of requests. */
export type Stage =
  /** Its weights before training. */
  | 'start'
  /** A round's training. */
  | 'train'
  /** The stages of secure aggregation. */
  | 'setup'
  | 'share_keys'
  | 'collect_masked_vectors'
  | 'unmask'
  /** Its verdict on the final weights. */
  | 'finish';

/** The terms of a request, which the coordinator signs. */
export interface Terms {
  /** Hash of the plan. */
  plan: string;
  /** From 1; 0 for `start`. */
  round: number;
  /** A round with too few answers is tried again. */
  attempt: number;
  stage: Stage;
  site: string;
}

export interface Request extends Terms {
  weights?: Weights;
  values: Readonly<Record<string, Sent>>;
}

export interface Reply {
  weights?: Weights;
  /** Figures: `num-examples`, losses. */
  metrics: Readonly<Record<string, number>>;
  values: Readonly<Record<string, Sent>>;
  /** Signature of the site. */
  signature?: string;
}

const NO_WEIGHTS = '';

export function requestContent(request: Request, signer: Signer): Content {
  const { weights, values, ...terms } = request;
  const signature = signer.sign(signedText(terms, weights, values));
  const config = { ...terms, signature, weights: weights === undefined ? NO_WEIGHTS : hashWeights(weights) };
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
  const request = {
    plan: String(terms.plan),
    round: Number(terms.round),
    attempt: Number(terms.attempt),
    stage: String(terms.stage) as Stage,
    site: String(terms.site),
  };
  const { signature } = terms;
  const signed =
    signature instanceof Uint8Array && isSigned(signedText(request, weights, values), signature, publicKey);
  if (!signed || request.plan !== plan || request.site !== site)
    throw forged(
      'A request is not from the coordinator that this site joined',
      signed ? 'a request for another site or plan' : 'no valid signature',
    );
  return { ...request, weights, values };
}

export function replyContent(reply: Reply, terms: Terms, signer: Signer): Content {
  const signature = signer.sign(signedText(terms, reply.weights, reply.values, reply.metrics)).toString('base64');
  const metrics = Object.entries(reply.metrics).map(([name, value]) => [
    name,
    Number.isInteger(value) ? value : { double: value },
  ]);
  const content = contentOf(reply.weights, new Map([['config', { ...reply.values, signature }]]));
  return { ...content, metrics: new Map([['metrics', Object.fromEntries(metrics) as Record<string, Sent>]]) };
}

/** @throws AttuneError E_FEDERATED_FORGED */
export function readReply(content: Content, terms: Terms, publicKey: string): Reply {
  const { signature, ...values } = content.configs.get('config') ?? {};
  const weights = content.arrays.get('arrays');
  const metrics = Object.fromEntries(
    Object.entries(content.metrics.get('metrics') ?? {}).map(([name, value]) => [name, numberOf(value)]),
  );
  const text = signedText(terms, weights, values, metrics);
  if (typeof signature !== 'string' || !isSigned(text, Buffer.from(signature, 'base64'), publicKey))
    throw forged(`An answer is not from site ${terms.site}`, 'no valid signature of its terms and weights');
  return { weights, metrics, values, signature };
}

function contentOf(weights: Weights | undefined, configs: Content['configs']): Content {
  return { arrays: weights === undefined ? new Map() : new Map([['arrays', weights]]), metrics: new Map(), configs };
}

/** A whole number, or a double that has not been on the wire. */
function numberOf(value: Sent): number {
  return Number(typeof value === 'object' && 'double' in value ? value.double : value);
}

/** The text that signatures are about. */
export function signedText(
  { plan, round, attempt, stage, site }: Terms,
  weights: Weights | undefined,
  ...others: readonly Readonly<Record<string, unknown>>[]
): string {
  const hash = weights === undefined ? NO_WEIGHTS : hashWeights(weights);
  return JSON.stringify([plan, round, attempt, stage, site, hash, ...others.map(hashValues)]);
}

function hashValues(values: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256(JSON.stringify(entries.map(([name, value]) => [name, plain(value)])));
}

/** The same text on both sides of the wire, where numbers keep their value but not their kind. */
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
    expected: 'what was signed, unchanged',
    fix: 'join again with the link from the coordinator',
  });
}

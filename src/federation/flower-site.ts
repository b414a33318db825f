/** A site in a real Flower federation. Answers a ServerApp's messages in Flower's format, without running Flower's code. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { readJson, writeJson } from '../files/json.ts';
import { Audit } from './audit-chain.ts';
import type { Content, Message, Sent } from './flower/objects.ts';
import { hashOf } from './messages.ts';
import type { LocalTraining } from './site.ts';
import { writeWeights, readWeights } from './weights-file.ts';
import { requireFitting, type Weights } from './weights.ts';

export interface FlowerTraining extends LocalTraining {
  /** Loss on the site's validation rows with these weights, without training. */
  evaluate(weights: Weights, from: number): Promise<{ examples: number; loss: number }>;
}

export interface FlowerSiteParts {
  folder: string;
  /** Number of rounds of the ServerApp, which sets the learning-rate schedule. */
  rounds: number;
  localSteps: number;
  training: FlowerTraining;
  onRequest?(request: { type: string; round: number }): void;
}

/** Stored across restarts. */
interface Progress {
  /** Number of training rows. */
  examples?: number;
  /** Flower run that this folder belongs to. */
  run: string;
  /** The latest round that was trained. */
  round: number;
}

export class FlowerSite {
  readonly #parts: FlowerSiteParts;
  readonly #audit: Audit;
  #progress: Progress | undefined;

  constructor(parts: FlowerSiteParts) {
    this.#parts = parts;
    this.#audit = new Audit(join(parts.folder, 'audit.jsonl'));
    const file = this.#path('flower.json');
    if (existsSync(file)) this.#progress = readJson<Progress>(file);
  }

  /** Flower run that this site takes part in; undefined before the first message. */
  get run(): string | undefined {
    return this.#progress?.run;
  }

  /** The latest weights that the ServerApp sent. */
  get shared(): Weights | undefined {
    const file = this.#path('shared.safetensors');
    return existsSync(file) ? readWeights(file) : undefined;
  }

  /** @throws AttuneError E_FEDERATED_FLOWER for unsupported messages, E_FEDERATED_WEIGHTS, and errors of training */
  async answer({ metadata: { run_id: run, message_type: type }, content }: Message): Promise<Content> {
    this.#progress ??= { run, round: 0 };
    if (this.#progress.run !== run)
      throw refused(`Run ${run} is not the one that this site takes part in`, `run ${this.#progress.run}`);
    const given = content?.arrays.values().next().value;
    const round = this.#roundOf(type, content);
    this.#parts.onRequest?.({ type, round });
    const terms = { plan: `flower run ${run}`, round, note: type };
    this.#audit.add({ event: 'asked', ...terms, ...(given && { weights: hashOf(given) }) });
    const { weights, metrics } = await this.#answerTo(type, round, given);
    this.#audit.add({ event: 'answered', ...terms, ...(weights && { weights: hashOf(weights) }) });
    this.#progress = { ...this.#progress, round: Math.max(round, this.#progress.round) };
    writeJson(this.#path('flower.json'), this.#progress);
    return {
      arrays: weights === undefined ? new Map() : new Map([[nameOf(content?.arrays, 'arrays'), weights]]),
      metrics: new Map([['metrics', metrics]]),
      configs: new Map(),
    };
  }

  /** Round number sent by the ServerApp (`server-round`), otherwise the number of training requests so far. */
  #roundOf(type: string, content: Content | undefined): number {
    const configs = [...(content?.configs.values() ?? [])];
    const told = configs.map((config) => config['server-round']).find((value) => value !== undefined);
    const { rounds } = this.#parts;
    const { round: done } = this.#progress!;
    const round = told ?? (type === 'train' ? done + 1 : done);
    if (typeof round === 'number' && round >= 0 && round <= rounds) return round;
    throw refused(`Round ${String(round)} is not one of this site's ${rounds}`, `rounds 1 to ${rounds}: see --rounds`);
  }

  async #answerTo(
    type: string,
    round: number,
    given: Weights | undefined,
  ): Promise<{ weights?: Weights; metrics: Record<string, Sent> }> {
    const { training, localSteps } = this.#parts;
    switch (type.split('.')[0]) {
      case 'query': {
        const weights = await this.#start();
        return { weights, metrics: { 'num-examples': this.#progress!.examples! } };
      }
      case 'train': {
        const start = await this.#accepted(given);
        const steps = { from: (round - 1) * localSteps, until: round * localSteps };
        const { weights, examples, metrics } = await training.train(start, steps);
        const own = new Map([...weights].filter(([name]) => start.has(name)));
        return { weights: own, metrics: { ...asDoubles(metrics), 'num-examples': examples } };
      }
      case 'evaluate': {
        const { loss, examples } = await training.evaluate(await this.#accepted(given), round * localSteps);
        return { metrics: { loss: { double: loss }, 'num-examples': examples } };
      }
      default:
        throw refused(`This site does not answer messages of type ${type}`, 'query, train, evaluate');
    }
  }

  /** Checks that names and shapes of the ServerApp's weights match this site's, and stores them. */
  async #accepted(given: Weights | undefined): Promise<Weights> {
    const start = await this.#start();
    if (given === undefined)
      throw refused('The message has no arrays', 'an ArrayRecord with the weights to start from');
    const known = [...start].filter(([name]) => given.has(name));
    requireFitting(given, new Map(known), 'the ServerApp');
    writeWeights(this.#path('shared.safetensors'), given);
    return given;
  }

  /** The weights before training, stored because later checkpoints lack them. */
  async #start(): Promise<Weights> {
    const file = this.#path('start.safetensors');
    if (this.#progress!.examples !== undefined) return readWeights(file);
    const { weights, examples } = await this.#parts.training.start();
    writeWeights(file, weights);
    this.#progress = { ...this.#progress!, examples };
    writeJson(this.#path('flower.json'), this.#progress);
    return weights;
  }

  #path(name: string): string {
    return join(this.#parts.folder, name);
  }
}

/** ServerApps expect the reply's record under the name that they sent. */
function nameOf(records: ReadonlyMap<string, unknown> | undefined, usual: string): string {
  return records?.keys().next().value ?? usual;
}

function asDoubles(metrics: Readonly<Record<string, number>>): Record<string, Sent> {
  return Object.fromEntries(Object.entries(metrics).map(([name, double]) => [name, { double }]));
}

function refused(what: string, expected: string): AttuneError {
  return new AttuneError('E_FEDERATED_FLOWER', { what, expected });
}

// A federation in one process, with sites that fit a line instead of a model.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AttuneError } from '../../../src/base/errors.ts';
import { Coordinator } from '../../../src/federation/coordinator.ts';
import type { FederationEvent } from '../../../src/federation/site-asker.ts';
import {
  contentObject,
  messageObject,
  objectsOf,
  readMessage,
  type Content,
} from '../../../src/federation/flower/objects.ts';
import { planSchema, type Plan, type PlanInput } from '../../../src/federation/plan.ts';
import { signerIn } from '../../../src/federation/signers.ts';
import { Site, type LocalTraining } from '../../../src/federation/site.ts';
import type { Sites } from '../../../src/federation/sites.ts';
import type { Weights } from '../../../src/federation/weights.ts';

export type Row = readonly [x: number, y: number];

const RATE = 0.05;

export function weightsOf(slope: number, offset: number): Weights {
  return new Map([
    ['line.lora_B.weight', { shape: [1, 1], values: Float32Array.of(slope) }],
    ['line.bias', { shape: [1], values: Float32Array.of(offset) }],
  ]);
}

/** Gradient descent on mean squared errors, in f32, the type in which weights are sent. */
export function lineTraining(rows: readonly Row[]): LocalTraining {
  const valueOf = (weights: Weights) => [
    weights.get('line.lora_B.weight')!.values[0],
    weights.get('line.bias')!.values[0],
  ];
  const trained = (weights: Weights) => ({ weights, examples: rows.length, metrics: {} });
  return {
    start: () => Promise.resolve(trained(weightsOf(0.25, -0.5))),
    train(weights, { from, until }) {
      let [slope, offset] = valueOf(weights);
      for (let step = from; step < until; step++) {
        const errors = rows.map(([x, y]) => slope * x + offset - y);
        const mean = (of: readonly number[]) => of.reduce((sum, value) => sum + value, 0) / rows.length;
        const [down, across] = [
          mean(errors.map((error, i) => 2 * error * rows[i][0])),
          mean(errors.map((error) => 2 * error)),
        ];
        [slope, offset] = [Math.fround(slope - RATE * down), Math.fround(offset - RATE * across)];
      }
      return Promise.resolve(trained(weightsOf(slope, offset)));
    },
    finish: () => Promise.resolve({ values: { 'adapter-config': '{}' }, metrics: { loss: 0.5 } }),
  };
}

/** All values, in the order of the tensors' names. */
export function numbers(weights: Weights): number[] {
  const names = [...weights.keys()].sort();
  return names.flatMap((name) => [...weights.get(name)!.values]);
}

export interface Trial {
  rows: readonly (readonly Row[])[];
  plan: Partial<PlanInput>;
  /** Replaces an answer, or throws to simulate an absent site. */
  disturb?(answer: Content, place: { site: number; key: string }): Content | Promise<Content>;
  /** Called with each request before the site receives it. */
  onAsk?(content: Content, place: { site: number; key: string }): void;
  training?(rows: readonly Row[], site: number): LocalTraining;
  /** Whether a site is present; by default all are. */
  isPresent?(site: number): boolean;
  folder?: string;
}

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'attune-federation-'));
}

export function planOf(input: Partial<PlanInput>): Plan {
  return planSchema.parse({
    name: 'lines',
    recipe: { model: 'line' },
    rounds: 3,
    local_steps: 2,
    min_sites: 1,
    ...input,
  });
}

/** Serialises content and reads it back. */
export function onWire(content: Content): Content {
  const object = contentObject(content);
  const metadata = {
    run_id: '1',
    message_id: '',
    src_node_id: '1',
    dst_node_id: '1',
    reply_to_message_id: '',
    group_id: '',
    ttl: 1,
    message_type: 'train',
    created_at: 1,
  };
  const message = messageObject({ metadata, content });
  if (message.children[0].id !== object.id) throw new Error('content changed');
  return readMessage(message.id, objectsOf(message)).content!;
}

export class LocalFederation {
  readonly folder: string;
  readonly plan: Plan;
  readonly events: FederationEvent[] = [];
  readonly #trial: Trial;

  constructor(trial: Trial) {
    this.folder = trial.folder ?? newFolder();
    this.plan = planOf(trial.plan);
    this.#trial = trial;
  }

  /** Reopens the site with this number, from 0, in its stored state. */
  site(place: number): Site {
    const { plan, folder } = this;
    const { rows, training = lineTraining } = this.#trial;
    const site = `${place + 1}`;
    const coordinator = signerIn(join(folder, 'coordinator.key'), 'coordinator').publicKey;
    const own = join(folder, `site-${site}`);
    return new Site({ plan, site, coordinator, folder: own, training: training(rows[place], place) });
  }

  run(signal = new AbortController().signal) {
    const { plan, folder } = this;
    const sites = new Map(this.#trial.rows.map((_, place) => [`${place + 1}`, this.site(place)]));
    const { disturb = (answer) => answer, onAsk, isPresent = () => true } = this.#trial;
    const reached: Sites = {
      present: () => [...sites.keys()].filter((site) => isPresent(Number(site))),
      publicKey: (site) => sites.get(site)!.publicKey,
      title: (site) => `site ${site}`,
      async ask(requests, { key }) {
        const answers = [...requests].map(async ([site, content]): Promise<[string, Content | AttuneError]> => {
          try {
            onAsk?.(content, { site: Number(site), key });
            const answer = await sites.get(site)!.answer(onWire(content));
            return [site, onWire(await disturb(answer, { site: Number(site), key }))];
          } catch (error) {
            return [site, error as AttuneError];
          }
        });
        return new Map(await Promise.all(answers));
      },
    };
    return new Coordinator({ plan, folder, sites: reached, emit: (event) => this.events.push(event), signal }).run();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Sends events to other servers as Standard Webhooks, with retries. */
import { postWebhook } from '../../base/webhook.ts';
import { addDelivery, dueDeliveries, noteAttempt, newId, type Registry } from '../../store/registry/index.ts';
import type { ServeLog } from '../watch/log.ts';

export interface WebhookTarget {
  url: string;
  /** Secret of the form `whsec_…`. */
  secret: string;
  /** Types of events to send; default: all. */
  events?: readonly string[];
}

/** Delays between attempts in seconds. After the last one the event is dropped. */
const WAITS = [5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 24 * 3600];
const POLL = 2000;
const PATIENCE = 15_000;

export class Webhooks {
  readonly #registry: Registry;
  readonly #targets: readonly WebhookTarget[];
  readonly #log: ServeLog;
  #timer: NodeJS.Timeout | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(registry: Registry, targets: readonly WebhookTarget[], log: ServeLog) {
    this.#registry = registry;
    this.#targets = targets;
    this.#log = log;
  }

  begin(): void {
    if (this.#targets.length === 0) return;
    this.#timer = setInterval(() => this.#wake(), POLL);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#work;
  }

  /** Stores the event before sending it, so that a crash loses none. */
  async tell(type: string, id: string): Promise<void> {
    const created = Math.floor(Date.now() / 1000);
    for (const { url, events } of this.#targets) {
      if (events !== undefined && !events.includes(type)) continue;
      const body = JSON.stringify({ id: newId('evt_'), object: 'event', type, created_at: created, data: { id } });
      await addDelivery(this.#registry, { id: newId('wh_'), url, body });
    }
    this.#wake();
  }

  #wake(): void {
    this.#work = this.#work
      .then(() => this.#send())
      .catch((error: unknown) => this.#log.error({ err: error }, 'sending webhooks failed'));
  }

  async #send(): Promise<void> {
    for (const delivery of await dueDeliveries(this.#registry)) {
      const target = this.#targets.find(({ url }) => url === delivery.url);
      const failure = target === undefined ? 'the webhook no longer exists' : await deliver(target, delivery);
      const wait = WAITS[delivery.attempts];
      const isOver = failure === undefined || target === undefined || wait === undefined;
      await noteAttempt(this.#registry, delivery, isOver ? undefined : Date.now() + wait * 1000);
      if (failure !== undefined)
        this.#log.warn({ webhook: delivery.id, failure, isGivenUp: isOver }, 'webhook not accepted');
    }
  }
}

function deliver(
  { url, secret }: WebhookTarget,
  { id, body }: { id: string; body: string },
): Promise<string | undefined> {
  return postWebhook(url, { id, body, secret }, PATIENCE);
}

/** A site's connection to a coordinator or to Flower's SuperLink: messages in, answers out. */
import { setTimeout } from 'node:timers/promises';
import { AttuneError } from '../base/errors.ts';
import { authHeaders } from './fleet-auth.ts';
import type { Introduction } from './fleet-app.ts';
import { idsOf, messageObject, objectsOf, readMessage, treeOf, type Content, type Message } from './flower/objects.ts';
import {
  decodeResponse,
  encodeRequest,
  type CallName,
  type Calls,
  type Metadata,
  type WireMessage,
} from './flower/schema.ts';
import { fingerprint, isSigned, type Signer } from './signers.ts';
import { planSchema } from './plan.ts';

/** `URL#INVITATION.FINGERPRINT`, as the coordinator prints it. */
export interface JoinLink {
  url: string;
  invitation: string;
  fingerprint: string;
}

/** @throws AttuneError E_FEDERATED_LINK */
export function readLink(link: string): JoinLink {
  const match = /^(?<url>https?:\/\/[^#\s]+?)\/?#(?<invitation>[\w-]*)\.(?<fingerprint>[0-9a-f]{32})$/.exec(link);
  if (match === null)
    throw new AttuneError('E_FEDERATED_LINK', {
      what: 'This is not a link to a federation',
      got: link.split('#')[0],
      expected: 'https://HOST:PORT#INVITATION.FINGERPRINT',
      fix: 'ask the coordinator for a link: `attune federate serve` prints one for each site',
    });
  return match.groups as unknown as JoinLink;
}

export function writeLink({ url, invitation, fingerprint: print }: JoinLink): string {
  return `${url}#${invitation}.${print}`;
}

/** Seconds between polls for messages. */
const PAUSE = 0.5;
/** Attempts per call, with growing pauses: a coordinator may be restarting. */
const TRIES = 8;
const HEARTBEAT = 30;

/** Flower's code for an exception in an app. */
const RAISED = 2;

export interface FleetPlace {
  /** Without a trailing slash. */
  url: string;
  /** Headers in addition to those for authentication. */
  headers: Readonly<Record<string, string>>;
}

interface ClientParts {
  signer: Signer;
  signal: AbortSignal;
}

export interface ServeParts {
  /** Answers a message. If it throws, the reason is sent as the reply. */
  answer(message: Message): Promise<Content>;
  /** Whether the answer to this message was the last. */
  isLast?(message: Message): boolean;
  /** Called repeatedly while there is no message; true ends the connection. */
  isOver?(): Promise<boolean>;
}

/** A node of Flower's Fleet API over HTTP. */
export class FleetClient {
  readonly #place: FleetPlace;
  readonly #signer: Signer;
  readonly #signal: AbortSignal;
  #node = '0';

  constructor(place: FleetPlace, { signer, signal }: ClientParts) {
    this.#place = place;
    this.#signer = signer;
    this.#signal = signal;
  }

  /**
   * The federation's plan. Verifies that the coordinator is the one in the link. @throws AttuneError E_FEDERATED_FORGED
   */
  async introduction(expected: string): Promise<Introduction> {
    const response = await this.#request('/v1/federation', {});
    const found = (await response.json()) as Introduction;
    const isFrom = isSigned(JSON.stringify(found.plan), Buffer.from(found.signature, 'base64'), found.publicKey);
    if (!isFrom || fingerprint(found.publicKey) !== expected)
      throw new AttuneError('E_FEDERATED_FORGED', {
        what: `${this.#place.url} is not the coordinator of this link`,
        got: isFrom ? `a key with the fingerprint ${fingerprint(found.publicKey)}` : 'a plan without a valid signature',
        expected,
        fix: 'ask the coordinator for a new link',
      });
    return { ...found, plan: planSchema.parse(found.plan) };
  }

  /** Registers this node's key. Our coordinator accepts a known key again; Flower refuses it. */
  async register(): Promise<void> {
    await this.#call('register-node', this.#key);
  }

  /** @returns the node's id */
  async activate(): Promise<string> {
    this.#node = (await this.#call('activate-node', { ...this.#key, heartbeat_interval: HEARTBEAT })).node_id;
    return this.#node;
  }

  /** @throws AttuneError E_FEDERATED_REFUSED if the run has ended */
  async run(run: string): Promise<void> {
    await this.#call('get-run', { node: this.#self, run_id: run });
  }

  /** Answers messages until the last one, or until the signal aborts. */
  async serve(parts: ServeParts): Promise<void> {
    const { isLast = () => false, isOver = () => Promise.resolve(false) } = parts;
    const beat = setInterval(
      () =>
        void this.#call('send-node-heartbeat', { node: this.#self, heartbeat_interval: HEARTBEAT }).catch(
          () => undefined,
        ),
      HEARTBEAT * 1000,
    );
    try {
      for (;;) {
        this.#signal.throwIfAborted();
        const message = await this.#next();
        if (message !== undefined) {
          if ((await this.#answer(message, parts)) && isLast(message)) break;
        } else if (await isOver()) break;
        else await this.#pause(PAUSE);
      }
      // The coordinator may have ended by now.
      await this.#call('deactivate-node', { node_id: this.#node }, 1).catch(() => undefined);
    } finally {
      clearInterval(beat);
    }
  }

  get #self(): { node_id: string } {
    return { node_id: this.#node };
  }

  get #key(): { public_key: Uint8Array } {
    return { public_key: Buffer.from(this.#signer.publicKey) };
  }

  async #next(): Promise<Message | undefined> {
    const { messages_list: messages, message_object_trees: trees } = await this.#call('pull-messages', {
      node: this.#self,
      message_ids: [],
    });
    if (messages.length === 0) return undefined;
    const [{ metadata }] = messages;
    const objects = new Map<string, Uint8Array>();
    for (const id of new Set(idsOf(trees[0]))) {
      const content = await this.#object(metadata.run_id, id);
      if (content === undefined) return undefined;
      objects.set(id, content);
    }
    await this.#call('confirm-message-received', {
      node: this.#self,
      run_id: metadata.run_id,
      message_object_id: metadata.message_id,
    });
    return readMessage(metadata.message_id, objects);
  }

  /** Waits until the sender has uploaded the object; undefined for unknown objects. */
  async #object(run_id: string, object_id: string): Promise<Uint8Array | undefined> {
    for (;;) {
      const found = await this.#call('pull-object', { node: this.#self, run_id, object_id });
      if (!found.object_found) return undefined;
      if (found.object_available) return found.object_content;
      await this.#pause(PAUSE);
    }
  }

  /** @returns whether an answer was sent; false if it was an error */
  async #answer(message: Message, { answer }: ServeParts): Promise<boolean> {
    let failure: unknown;
    const content = await answer(message).catch((error: unknown) => {
      failure = error;
      return undefined;
    });
    // A stopped site sends nothing and answers after a restart.
    this.#signal.throwIfAborted();
    const reply = replyTo(message.metadata, this.#node);
    const error = content === undefined ? { code: RAISED, reason: (failure as Error).message } : undefined;
    await this.#push({ metadata: reply, ...(content && { content }), ...(error && { error }) });
    if (failure !== undefined && !(failure instanceof AttuneError)) throw failure;
    return failure === undefined;
  }

  async #push(message: Message): Promise<void> {
    const { metadata, content, error } = message;
    const object = messageObject(message);
    const wire: WireMessage = {
      metadata: { ...metadata, message_id: object.id },
      ...(content && { content: {} }),
      ...(error && { error }),
    };
    const { objects_to_push: wanted, session_id } = await this.#call('push-messages', {
      node: this.#self,
      messages_list: [wire],
      message_object_trees: [treeOf(object)],
      clientapp_runtime_list: [],
    });
    const objects = objectsOf(object);
    for (const id of wanted)
      await this.#call('push-object', {
        node: this.#self,
        run_id: metadata.run_id,
        object_id: id,
        object_content: objects.get(id)!,
        session_id,
      });
  }

  async #call<Name extends CallName>(name: Name, request: Calls[Name][0], tries = TRIES): Promise<Calls[Name][1]> {
    const path = `/v1/fleet/${name}`;
    const body = encodeRequest(name, request);
    const response = await this.#request(path, { method: 'POST', body: body as Uint8Array<ArrayBuffer> }, tries);
    return decodeResponse(name, new Uint8Array(await response.arrayBuffer()));
  }

  async #request(
    path: string,
    init: { method?: string; body?: Uint8Array<ArrayBuffer> },
    tries = TRIES,
  ): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      try {
        const headers = {
          ...authHeaders(this.#signer, path, init.body ?? new Uint8Array()),
          'content-type': 'application/protobuf',
          ...this.#place.headers,
        };
        const response = await fetch(this.#place.url + path, {
          ...init,
          headers,
          signal: AbortSignal.any([this.#signal, AbortSignal.timeout(60_000)]),
          redirect: 'error',
        });
        if (response.ok) return response;
        const { detail = '' } = (await response.json().catch(() => ({}))) as { detail?: string };
        if (response.status >= 500) throw new Error(`${response.status}: ${String(detail).slice(0, 300)}`);
        throw new AttuneError('E_FEDERATED_REFUSED', {
          what: 'The coordinator refused this site',
          got: `${response.status}: ${String(detail).slice(0, 300)}`,
          fix: 'ask those who run the coordinator for a new link, or to register the key of this site',
        });
      } catch (error) {
        this.#signal.throwIfAborted();
        if (error instanceof AttuneError) throw error;
        if (attempt === tries)
          throw new AttuneError('E_FEDERATED_AWAY', {
            what: `The coordinator at ${this.#place.url} cannot be reached`,
            got: (error as Error).message,
            fix: 'start this command again when the coordinator is running: the site continues where it was',
            cause: error,
          });
        await this.#pause(0.25 * 2 ** attempt);
      }
    }
  }

  async #pause(seconds: number): Promise<void> {
    await setTimeout(1000 * seconds, undefined, { signal: this.#signal }).catch(() => this.#signal.throwIfAborted());
  }
}

/** A reply must not outlive the message it replies to. */
function replyTo(metadata: Metadata, node: string): Metadata {
  const now = Date.now() / 1000;
  return {
    ...metadata,
    message_id: '',
    src_node_id: node,
    dst_node_id: metadata.src_node_id,
    reply_to_message_id: metadata.message_id,
    created_at: now,
    ttl: Math.max(0, metadata.created_at + metadata.ttl - now),
  };
}

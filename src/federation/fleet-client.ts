/** A site's connection to a coordinator: requests in, answers out. */
import { setTimeout } from 'node:timers/promises';
import { AttuneError } from '../base/errors.ts';
import { authHeaders, HEADERS } from './fleet-auth.ts';
import type { Introduction } from './fleet-app.ts';
import { idsOf, messageObject, objectsOf, readMessage, treeOf, type Content, type Message } from './flower/objects.ts';
import { decodeResponse, encodeRequest, type CallName, type Calls, type WireMessage } from './flower/schema.ts';
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

/** Seconds between questions for messages. */
const PAUSE = 0.5;
/** Attempts at a call, with growing pauses: a coordinator may be restarting. */
const TRIES = 8;
const HEARTBEAT = 30;

export class FleetClient {
  readonly #link: JoinLink;
  readonly #signer: Signer;
  readonly #title: string;
  readonly #signal: AbortSignal;
  #node = '0';

  constructor(link: JoinLink, { signer, title, signal }: { signer: Signer; title: string; signal: AbortSignal }) {
    this.#link = link;
    this.#signer = signer;
    this.#title = title;
    this.#signal = signal;
  }

  /** The federation's plan, if its coordinator is the one of the link. @throws AttuneError E_FEDERATED_FORGED */
  async introduction(): Promise<Introduction> {
    const response = await this.#request('/v1/federation', {});
    const found = (await response.json()) as Introduction;
    const isFrom = isSigned(JSON.stringify(found.plan), Buffer.from(found.signature, 'base64'), found.publicKey);
    if (!isFrom || fingerprint(found.publicKey) !== this.#link.fingerprint)
      throw new AttuneError('E_FEDERATED_FORGED', {
        what: `${this.#link.url} is not the coordinator of this link`,
        got: isFrom ? `a key with the fingerprint ${fingerprint(found.publicKey)}` : 'a plan without a valid signature',
        expected: this.#link.fingerprint,
        fix: 'ask the coordinator for a new link',
      });
    return { ...found, plan: planSchema.parse(found.plan) };
  }

  /** Registers with the invitation, or as the site that it is already. @returns the site's id */
  async join(): Promise<string> {
    const key = { public_key: Buffer.from(this.#signer.publicKey) };
    this.#node = (await this.#call('register-node', key)).node_id;
    await this.#call('activate-node', { ...key, heartbeat_interval: HEARTBEAT });
    return this.#node;
  }

  /** Answers requests until `isLast` says so of one, or the signal. Reasons of failures go to the coordinator too. */
  async serve(answer: (content: Content) => Promise<Content>, isLast: (content: Content) => boolean): Promise<void> {
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
        if (message === undefined) await this.#pause(PAUSE);
        else if ((await this.#answer(message, answer)) && isLast(message.content!)) break;
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

  async #next(): Promise<Message | undefined> {
    const { messages_list: messages, message_object_trees: trees } = await this.#call('pull-messages', {
      node: this.#self,
      message_ids: [],
    });
    if (messages.length === 0) return undefined;
    const [{ metadata }] = messages;
    const objects = new Map<string, Uint8Array>();
    for (const id of new Set(idsOf(trees[0]))) {
      const found = await this.#call('pull-object', { node: this.#self, run_id: metadata.run_id, object_id: id });
      if (!found.object_found) return undefined;
      objects.set(id, found.object_content);
    }
    await this.#call('confirm-message-received', {
      node: this.#self,
      run_id: metadata.run_id,
      message_object_id: metadata.message_id,
    });
    return readMessage(metadata.message_id, objects);
  }

  /** @returns whether the answer was given, rather than the reason why there is none */
  async #answer({ metadata, content }: Message, answer: (content: Content) => Promise<Content>): Promise<boolean> {
    const reply = {
      ...metadata,
      message_id: '',
      src_node_id: this.#node,
      dst_node_id: metadata.src_node_id,
      reply_to_message_id: metadata.message_id,
      created_at: Date.now() / 1000,
    };
    let failure: unknown;
    const found = await answer(content!).catch((error: unknown) => {
      failure = error;
      return undefined;
    });
    // An interrupted site says nothing: it answers when it is started again.
    this.#signal.throwIfAborted();
    const object = messageObject({ metadata: reply, ...(found && { content: found }) });
    const error = failure === undefined ? undefined : { code: 1, reason: (failure as Error).message };
    const wire: WireMessage = { metadata: { ...reply, message_id: object.id }, content: {}, ...(error && { error }) };
    const tree = treeOf(object);
    const { objects_to_push: wanted } = await this.#call('push-messages', {
      node: this.#self,
      messages_list: [wire],
      message_object_trees: [tree],
      clientapp_runtime_list: [],
    });
    const objects = objectsOf(object);
    for (const id of wanted)
      await this.#call('push-object', {
        node: this.#self,
        run_id: metadata.run_id,
        object_id: id,
        object_content: objects.get(id)!,
      });
    if (failure !== undefined && !(failure instanceof AttuneError)) throw failure;
    return failure === undefined;
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
          [HEADERS.invitation]: this.#link.invitation,
          [HEADERS.title]: encodeURIComponent(this.#title),
        };
        const response = await fetch(this.#link.url + path, {
          ...init,
          headers,
          signal: AbortSignal.any([this.#signal, AbortSignal.timeout(60_000)]),
          redirect: 'error',
        });
        if (response.ok) return response;
        const { detail = '' } = (await response.json().catch(() => ({}))) as { detail?: string };
        throw new AttuneError('E_FEDERATED_REFUSED', {
          what: 'The coordinator refused this site',
          got: `${response.status}: ${String(detail).slice(0, 300)}`,
          fix: 'ask the coordinator for a new link',
        });
      } catch (error) {
        this.#signal.throwIfAborted();
        if (error instanceof AttuneError) throw error;
        if (attempt === tries)
          throw new AttuneError('E_FEDERATED_AWAY', {
            what: `The coordinator at ${this.#link.url} cannot be reached`,
            got: (error as Error).message,
            fix: 'start this command again when it runs: the site continues where it was',
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

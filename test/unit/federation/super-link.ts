// A server that implements SuperLink's side of the Fleet API, following its source (superlink/routers/fleet,
// fleet_handlers).
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPublicKey, verify } from 'node:crypto';
import {
  idsOf,
  messageObject,
  objectsOf,
  readMessage,
  treeOf,
  type Content,
  type Message,
} from '../../../src/federation/flower/objects.ts';
import { decodeRequest, encodeResponse, type Metadata } from '../../../src/federation/flower/schema.ts';
import type { Weights } from '../../../src/federation/weights.ts';

export const RUN = String(2n ** 63n + 5n);

interface Pending {
  message: Message;
  settle(reply: Message): void;
  isDelivered: boolean;
}

/** Registered keys, one message at a time per node, and objects by session. */
export class SuperLink {
  readonly nodes = new Map<string, string>();
  readonly active = new Set<string>();
  readonly #pending = new Map<string, Pending>();
  readonly #pushed = new Map<string, { message: string; missing: Set<string>; objects: Map<string, Uint8Array> }>();
  hasEnded = false;
  isClosed = false;
  #server: Server | undefined;

  async listen(): Promise<string> {
    this.#server = createServer((request, response) => {
      void this.#answer(request).then(([status, body]) => response.writeHead(status).end(body));
    });
    await new Promise<void>((resolve) => this.#server!.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }

  /** Like a ServerApp's grid: sends a message and waits for the reply. */
  ask(node: string, type: string, content: Content): Promise<Message> {
    const metadata: Metadata = {
      run_id: RUN,
      message_id: '',
      src_node_id: '1',
      dst_node_id: node,
      reply_to_message_id: '',
      group_id: '',
      ttl: 3600,
      message_type: type,
      created_at: Date.now() / 1000,
    };
    return new Promise((settle) =>
      this.#pending.set(node, { message: { metadata, content }, settle, isDelivered: false }),
    );
  }

  async #answer(request: IncomingMessage): Promise<[number, Uint8Array | string]> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const key = authenticated(request);
    if (key === undefined) return [401, JSON.stringify({ detail: 'Invalid SuperNode authentication' })];
    return this.#handle(request.url!.replace('/v1/fleet/', ''), body, key);
  }

  #handle(name: string, body: Uint8Array, key: string): [number, Uint8Array | string] {
    const node = [...this.nodes].find(([, own]) => own === key)?.[0] ?? '0';
    const open = this.#pending.get(node);
    const refuse = (status: number, detail: string): [number, string] => [status, JSON.stringify({ detail })];
    switch (name) {
      case 'register-node': {
        if (this.isClosed)
          return refuse(412, 'SuperNode authentication is enabled. All SuperNodes must be registered.');
        if (node !== '0') return refuse(412, 'Public key already in use.');
        const id = String(2n ** 63n + BigInt(this.nodes.size + 17));
        this.nodes.set(id, key);
        return [200, encodeResponse(name, { node_id: id })];
      }
      case 'activate-node':
        if (node === '0' || this.active.has(node)) return refuse(412, 'Failed to activate SuperNode.');
        this.active.add(node);
        return [200, encodeResponse(name, { node_id: node })];
      case 'deactivate-node':
        this.active.delete(node);
        return [200, encodeResponse(name, {})];
      case 'get-run':
        if (this.hasEnded) return refuse(403, 'The current run status does not allow this Fleet API operation.');
        return [200, encodeResponse(name, { run: { run_id: RUN } })];
      case 'pull-messages': {
        if (open === undefined || open.isDelivered)
          return [200, encodeResponse(name, { messages_list: [], message_object_trees: [] })];
        open.isDelivered = true;
        const object = messageObject(open.message);
        const metadata = { ...open.message.metadata, message_id: object.id };
        return [
          200,
          encodeResponse(name, {
            messages_list: [{ metadata, content: {} }],
            message_object_trees: [treeOf(object)],
          }),
        ];
      }
      case 'pull-object': {
        const content = objectsOf(messageObject(open!.message)).get(decodeRequest(name, body).object_id);
        const isThere = content !== undefined;
        return [
          200,
          encodeResponse(name, {
            object_found: isThere,
            object_available: isThere,
            object_content: content ?? new Uint8Array(),
          }),
        ];
      }
      case 'confirm-message-received':
        return [200, encodeResponse(name, {})];
      case 'push-messages': {
        const { messages_list: messages, message_object_trees: trees } = decodeRequest(name, body);
        const [{ metadata, content, error }] = messages;
        const asked = open!.message.metadata;
        // As in store_message: accepts replies to this node's messages, with their lifetime, and with either content or
        // an error.
        const isStored =
          metadata.reply_to_message_id === messageObject(open!.message).id &&
          metadata.ttl - (asked.created_at + asked.ttl - metadata.created_at) <= 0.1 &&
          metadata.src_node_id === node &&
          (content == null) !== (error == null);
        const wanted = isStored ? idsOf(trees[0]) : [];
        const session = `session of ${node}`;
        this.#pushed.set(session, { message: trees[0].object_id, missing: new Set(wanted), objects: new Map() });
        return [200, encodeResponse(name, { results: {}, objects_to_push: [...new Set(wanted)], session_id: session })];
      }
      case 'push-object': {
        const { object_id: id, object_content: bytes, session_id: session } = decodeRequest(name, body);
        const pushed = this.#pushed.get(session);
        if (pushed === undefined) return [200, encodeResponse(name, { stored: false })];
        pushed.objects.set(id, bytes);
        pushed.missing.delete(id);
        if (pushed.missing.size === 0) {
          this.#pending.delete(node);
          open!.settle(readMessage(pushed.message, pushed.objects));
        }
        return [200, encodeResponse(name, { stored: true })];
      }
      default:
        return [200, encodeResponse('send-node-heartbeat', { success: true })];
    }
  }
}

/** As in authenticate_node: verifies a signature of the time, which Python's datetime.fromisoformat must parse. */
function authenticated({ headers }: IncomingMessage): string | undefined {
  const [key, signature] = ['flwr-public-key', 'flwr-signature'].map((name) =>
    Buffer.from(String(headers[name] ?? ''), 'base64'),
  );
  const time = String(headers['flwr-timestamp']);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+00:00$/.test(time)) return undefined;
  return verify('sha256', Buffer.from(time), createPublicKey(key), signature) ? key.toString() : undefined;
}

export function arraysOf(weights: Weights, round: number): Content {
  return {
    arrays: new Map([['arrays', weights]]),
    metrics: new Map(),
    configs: new Map([['config', { 'server-round': round, lr: 0.1 }]]),
  };
}

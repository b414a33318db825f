import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedRequest {
  authorization?: string;
  body: { model: string; messages: { role: string; content: string }[]; max_tokens: number };
}

/** Behaviour of the server for one request: an answer in OpenAI's protocol, or a fault. */
export type Behaviour =
  | 'answer'
  | 'stall'
  | 'hang up'
  | 'uncounted'
  | { status: number; body?: string; headers?: Record<string, string> };

/** A chat model that repeats the last message in capitals, unless it misbehaves. */
export class ChatServer implements AsyncDisposable {
  readonly requests: ReceivedRequest[] = [];
  /** Behaviours for the next requests, in order; later requests are answered. */
  behaviours: Behaviour[] = [];
  mostAtOnce = 0;
  #open = 0;
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  static async start(): Promise<ChatServer> {
    const server = new ChatServer();
    await new Promise<void>((resolve) => {
      server.#server.listen(0, '127.0.0.1', resolve);
    });
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#open);
    response.on('close', () => this.#open--);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as ReceivedRequest['body'];
    this.requests.push({ authorization: request.headers.authorization, body });
    const behaviour = this.behaviours.shift() ?? 'answer';
    if (behaviour === 'stall') return;
    if (behaviour === 'hang up') return void response.destroy();
    if (typeof behaviour === 'object') {
      response.writeHead(behaviour.status, behaviour.headers).end(behaviour.body);
      return;
    }
    const content = body.messages.at(-1)!.content.toUpperCase();
    const usage = behaviour === 'uncounted' ? undefined : { prompt_tokens: 10, completion_tokens: 2 };
    const choices = [{ message: { role: 'assistant', content }, finish_reason: 'stop' }];
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ choices, usage }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  model: string;
  messages: { role: string; content: string }[];
  response_format?: unknown;
}

interface Refusal {
  status: number;
  message: string;
}

/** Text between the tags of this name in a request. */
export function between(name: string, { messages }: Asked): string {
  const found = new RegExp(`<${name}-[0-9a-f]{12}>\\n([\\s\\S]*)\\n</${name}-[0-9a-f]{12}>`).exec(
    messages.at(-1)!.content,
  );
  return found?.[1] ?? '';
}

/** A chat endpoint whose replies come from a function; a number is a status instead of a reply. */
export class JudgeServer implements AsyncDisposable {
  /** Model version in its replies. */
  version?: string;
  readonly requests: Asked[] = [];
  readonly #answer: (asked: Asked) => string | Refusal;
  readonly #server = createServer((request, response) => {
    let text = '';
    request.on('data', (part) => (text += part));
    request.on('end', () => {
      const asked = JSON.parse(text) as Asked;
      this.requests.push(asked);
      const answer = this.#answer(asked);
      const [status, body] =
        typeof answer === 'string'
          ? [
              200,
              {
                model: this.version,
                choices: [{ message: { role: 'assistant', content: answer }, finish_reason: 'stop' }],
              },
            ]
          : [answer.status, { error: { message: answer.message } }];
      response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '0' }).end(JSON.stringify(body));
    });
  });

  constructor(answer: (asked: Asked) => string | Refusal) {
    this.#answer = answer;
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

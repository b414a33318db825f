// Checks replies against the server's own OpenAPI document.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

export class ApiDocument {
  readonly document: {
    paths: Record<string, Record<string, { responses: Record<string, { content?: Record<string, unknown> }> }>>;
  };
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });

  constructor(document: unknown) {
    this.document = document as ApiDocument['document'];
    this.#ajv.addSchema(document as object, 'api');
  }

  #check(path: string, method: string, [status, type]: [status: string, type: string]): ValidateFunction {
    const parts = ['paths', path, method, 'responses', status, 'content', type, 'schema'];
    const pointer = parts.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1')).join('/');
    return this.#ajv.compile({ $ref: `api#/${encodeURI(pointer)}` });
  }

  /** Deviations of a reply, or of its events, from the document. */
  async faultsOf(response: Response, path: string, method = 'post'): Promise<string[]> {
    const [type] = (response.headers.get('content-type') ?? '').split(';');
    const status = response.status === 200 ? '200' : 'default';
    const text = await response.text();
    if (type !== 'application/json' && type !== 'text/event-stream') return [];
    const check = this.#check(path, method, [status, type]);
    const values = type === 'application/json' ? [JSON.parse(text) as unknown] : eventsIn(text);
    return values.flatMap((value) =>
      check(value)
        ? []
        : [`${path} ${status}: ${this.#ajv.errorsText(check.errors)} in ${JSON.stringify(value).slice(0, 300)}`],
    );
  }
}

function eventsIn(text: string): unknown[] {
  const data = [...text.matchAll(/^data: (.*)$/gm)].map(([, value]) => value);
  return data
    .filter((value) => value !== '[DONE]')
    .map((value) => JSON.parse(value) as unknown)
    .filter(
      (value) =>
        !('error' in (value as object) && (value as { error: unknown }).error !== null && !('id' in (value as object))),
    );
}

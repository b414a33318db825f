// An in-memory S3 server with the operations that the store uses: it verifies every signature (version 4) and payload
// hash, and fails on request.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDTEST', AWS_SECRET_ACCESS_KEY: 'a secret/of+tests' } as const;
const REGION = 'us-east-1';

export interface S3Request {
  method: string;
  key: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
}

/** Fault in place of a reply. */
export type Fault = { status: number; code: string } | 'torn' | 'silent';

export interface S3Server {
  /** `s3://BUCKET/PREFIX?endpoint=…` */
  url: string;
  endpoint: string;
  objects: Map<string, Buffer>;
  /** Multipart uploads that have been neither completed nor aborted. */
  uploads: Map<string, Map<number, Buffer>>;
  requests: S3Request[];
  /** Called for each request with a valid signature. */
  fault: (request: S3Request) => Fault | undefined;
  close(): Promise<void>;
}

export async function startS3Server(bucket = 'shared'): Promise<S3Server> {
  const server = createServer((request, response) => void answer(request, response, state, bucket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const state: S3Server = {
    url: `s3://${bucket}/attune?endpoint=${encodeURIComponent(endpoint)}`,
    endpoint,
    objects: new Map(),
    uploads: new Map(),
    requests: [],
    fault: () => undefined,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return state;
}

class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, state: S3Server, bucket: string) {
  try {
    const body = Buffer.concat(await request.toArray());
    checkSignature(request, body);
    const url = new URL(request.url!, state.endpoint);
    const [, named, ...rest] = decodeURIComponent(url.pathname).split('/');
    const wanted = { method: request.method!, key: rest.join('/'), query: url.searchParams, headers: request.headers };
    state.requests.push(wanted);
    if (named !== bucket) throw new Refusal(404, 'NoSuchBucket');
    const fault = state.fault(wanted);
    if (fault === 'silent') return;
    if (fault === 'torn') return void tear(state, wanted, response);
    if (fault !== undefined) throw new Refusal(fault.status, fault.code);
    handle(state, wanted, body, response);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { status, code } = error;
    const text = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>said by ${code}</Message></Error>`;
    response.writeHead(status, { 'content-type': 'application/xml' }).end(request.method === 'HEAD' ? '' : text);
  }
}

/** Sends half of the content, then closes the connection. */
function tear(state: S3Server, { key, headers }: S3Request, response: ServerResponse): void {
  const bytes = partOf(state.objects.get(key)!, headers.range);
  response.writeHead(200, { 'content-length': bytes.length });
  response.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => response.destroy());
}

function handle(state: S3Server, request: S3Request, body: Buffer, response: ServerResponse): void {
  const { method, key, query } = request;
  if (method === 'GET' && key === '') return xml(response, listing(state, query));
  if (method === 'POST' && query.has('uploads')) {
    const id = `upload-${state.uploads.size + 1}-${state.requests.length}`;
    state.uploads.set(id, new Map());
    return xml(response, `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
  }
  if (query.has('uploadId')) return handleUpload(state, request, body, response);
  const object = state.objects.get(key);
  if (method === 'PUT') state.objects.set(key, body);
  else if (method === 'DELETE') state.objects.delete(key);
  else if (object === undefined) throw new Refusal(404, 'NoSuchKey');
  else {
    const bytes = partOf(object, request.headers.range);
    const status = request.headers.range === undefined ? 200 : 206;
    response.writeHead(status, { 'content-length': bytes.length, etag: etag(object) });
    return void response.end(method === 'HEAD' ? '' : bytes);
  }
  response.writeHead(method === 'DELETE' ? 204 : 200, { etag: etag(body) }).end();
}

function handleUpload(
  state: S3Server,
  { method, key, query }: S3Request,
  body: Buffer,
  response: ServerResponse,
): void {
  const id = query.get('uploadId')!;
  const parts = state.uploads.get(id);
  if (parts === undefined) throw new Refusal(404, 'NoSuchUpload');
  if (method === 'PUT') {
    parts.set(Number(query.get('partNumber')), body);
    return void response.writeHead(200, { etag: etag(body) }).end();
  }
  state.uploads.delete(id);
  if (method === 'DELETE') return void response.writeHead(204).end();
  const named = [...body.toString().matchAll(/<Part>.*?<\/Part>/gs)].map(([part]) => ({
    number: Number(/<PartNumber>(\d+)</.exec(part)![1]),
    etag: /<ETag>(.*?)</.exec(part)![1].replaceAll('&quot;', '"'),
  }));
  const wrong = named.some(({ number, etag: given }, i) => number !== i + 1 || etag(parts.get(number)!) !== given);
  if (wrong || named.length === 0) throw new Refusal(400, 'InvalidPart');
  state.objects.set(key, Buffer.concat(named.map(({ number }) => parts.get(number)!)));
  xml(response, `<CompleteMultipartUploadResult><Key>${key}</Key></CompleteMultipartUploadResult>`);
}

function listing({ objects }: S3Server, query: URLSearchParams): string {
  const most = Number(query.get('max-keys') ?? 1000);
  const after = query.get('continuation-token') ?? '';
  const keys = [...objects.keys()].toSorted().filter((key) => key.startsWith(query.get('prefix') ?? '') && key > after);
  const page = keys.slice(0, most);
  const next = keys.length > most ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
  const contents = page.map((key) => `<Contents><Key>${key}</Key><Size>${objects.get(key)!.length}</Size></Contents>`);
  return `<ListBucketResult><IsTruncated>${next !== ''}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`;
}

function partOf(bytes: Buffer, range: string | undefined): Buffer {
  const from = Number(/^bytes=(\d+)-$/.exec(range ?? 'bytes=0-')![1]);
  if (from > 0 && from >= bytes.length) throw new Refusal(416, 'InvalidRange');
  return bytes.subarray(from);
}

function etag(bytes: Buffer): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}

function xml(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'application/xml' }).end(`<?xml version="1.0"?>${text}`);
}

/** Verifies an AWS Signature Version 4 in the header. */
function checkSignature({ method, url, headers }: IncomingMessage, body: Buffer): void {
  const form =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/;
  const [, key, day, region, names, given] = form.exec(headers.authorization ?? '') ?? [];
  if (key === undefined) throw new Refusal(403, 'AccessDenied');
  if (key !== KEYS.AWS_ACCESS_KEY_ID) throw new Refusal(403, 'InvalidAccessKeyId');
  if (region !== REGION) throw new Refusal(400, 'AuthorizationHeaderMalformed');
  const signed = names.split(';');
  if (!signed.includes('host') || !signed.includes('x-amz-date')) throw new Refusal(403, 'AccessDenied');
  const payload = String(headers['x-amz-content-sha256']);
  if (payload !== sha256(body)) throw new Refusal(400, 'XAmzContentSHA256Mismatch');
  const { pathname, searchParams } = new URL(url!, 'http://host');
  const query = [...searchParams].map((pair) => pair.map(encoded).join('=')).toSorted();
  const path = decodeURIComponent(pathname).split('/').map(encoded).join('/');
  const lines = signed.map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const canonical = [method, path, query.join('&'), lines.join(''), names, payload].join('\n');
  const date = String(headers['x-amz-date']);
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n');
  const signing = [day, region, 's3', 'aws4_request'].reduce<Buffer | string>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${KEYS.AWS_SECRET_ACCESS_KEY}`,
  );
  const right = createHmac('sha256', signing).update(text).digest();
  if (!timingSafeEqual(right, Buffer.from(given, 'hex'))) throw new Refusal(403, 'SignatureDoesNotMatch');
}

function sha256(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex');
}

function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}
